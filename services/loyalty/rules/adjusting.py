"""Corrections, gifts and opening balances as values, and the lots that they make. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from services.errors import DuplicateError, InvalidError
from services.points.lots import Balance, Kind, Lot, LotState

IMPORT_SOURCE: Final = "import"
OPENING_REASON: Final = "opening balance"


class AlreadyExpiredError(InvalidError):
    """These points would be expired already; give a later expires_at."""

    reason = "ALREADY_EXPIRED"


class SelfTransferError(InvalidError):
    """A member cannot give points to the same member."""

    reason = "SELF_TRANSFER"


class RowDiffersError(DuplicateError):
    """This row of the import is there already, for another customer, amount or time."""

    reason = "ROW_DIFFERS"


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A correction. points: to give, or below 0 to take."""

    customer_id: str
    adjustment_id: str
    points: int
    actor: str
    reason: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Adjusted:
    customer_id: str
    adjustment_id: str
    balance: Balance


@dataclass(frozen=True, slots=True)
class Transfer:
    """Points of one member for another."""

    customer_id: str
    to_customer_id: str
    transfer_id: str
    points: int
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class Transferred:
    """Kept for repeats under the giver: the getter's id is not in it, who may be erased on another day."""

    customer_id: str
    transfer_id: str
    balance: Balance
    to_balance: Balance


@dataclass(frozen=True, slots=True)
class OpeningBalance:
    """One row of an import."""

    customer_id: str
    import_id: str
    row_key: str
    points: int
    actor: str
    earned_at: datetime | None
    expires_at: datetime | None

    @property
    def lot_id(self) -> str:
        """The row's key in the ledger: one lot for each row of an import."""
        return f"{IMPORT_SOURCE}/{self.import_id}/{self.row_key}"


@dataclass(frozen=True, slots=True)
class Opened:
    """What became of a row. duplicate: it was there already."""

    duplicate: bool
    points: int


def import_reference(import_id: str) -> str:
    """What the movements of an import refer to."""
    return f"import {import_id}"


def granted_lot(
    lot_id: str, customer_id: str, points: int, *, source: str, earned_at: datetime, expires_at: datetime
) -> Lot:
    """Points that no order earned, spendable from when they were earned."""
    return Lot(
        lot_id=lot_id,
        customer_id=customer_id,
        origin=Kind.ADJUST,
        points=points,
        remaining_points=points,
        blocked_points=0,
        state=LotState.ACTIVE,
        source=source,
        order_id="",
        rule="",
        earned_at=earned_at,
        activates_at=earned_at,
        expires_at=expires_at,
    )


def given_lots(transfer: Transfer, parts: Iterable[tuple[Lot, int]]) -> Iterator[Lot]:
    """The lots that the getter has of what came from the giver's: they keep their dates."""
    for position, (lot, points) in enumerate(parts):
        yield replace(
            lot,
            lot_id=f"transfer/{transfer.transfer_id}/{position}",
            customer_id=transfer.to_customer_id,
            origin=Kind.TRANSFER,
            points=points,
            remaining_points=points,
            blocked_points=0,
            source="transfer",
            order_id="",
            rule="",
        )


def is_same_row(lot: Lot, row: OpeningBalance) -> bool:
    """Whether the lot that stands under the row's key was made by this very row."""
    same_time = row.earned_at is None or row.earned_at == lot.earned_at
    return (lot.customer_id, lot.points) == (row.customer_id, row.points) and same_time
