"""Points are corrected, and given by one member to another."""

from __future__ import annotations

from collections.abc import Sequence

from services.errors import RegularsError
from services.loyalty.rules.adjusting import (
    Adjusted,
    Adjustment,
    AlreadyExpiredError,
    SelfTransferError,
    Transfer,
    Transferred,
    given_lots,
    granted_lot,
)
from services.loyalty.use_cases.commands import account_of, locked_book
from services.points.account import Account
from services.points.holds import MayNotEarnError, MayNotReceiveError, MayNotSpendError
from services.points.lots import MAY_EARN, MAY_SPEND, Cause, Kind, Lot, end_of_month
from services.storage.answers import each
from services.storage.unit import UnitOfWork, use_case


@use_case(Adjusted)
def adjust_points(unit: UnitOfWork, adjustments: Sequence[Adjustment]) -> list[Adjusted | RegularsError]:
    book = locked_book(unit, (one.customer_id for one in adjustments))

    def adjust(one: Adjustment) -> Adjusted:
        account = account_of(book, one.customer_id)
        cause = Cause(unit.now, f"adjustment {one.adjustment_id}", one.actor, one.reason)
        if one.points < 0:
            account.remove(-one.points, Kind.ADJUST, cause)
        else:
            _check_may_earn(account)
            account.credit(_adjusted_lot(unit, one), cause)
        return Adjusted(one.customer_id, one.adjustment_id, account.balance(unit.now))

    answers = each(adjustments, adjust)
    book.store()
    return answers


def _check_may_earn(account: Account) -> None:
    if account.state not in MAY_EARN:
        raise MayNotEarnError(field="customer_id", state=account.state)


def _adjusted_lot(unit: UnitOfWork, one: Adjustment) -> Lot:
    """Raises AlreadyExpiredError."""
    usual = end_of_month(unit.now, unit.programme.points.expiry_months, unit.programme.zone)
    expires_at = one.expires_at or usual
    if expires_at <= unit.now:
        raise AlreadyExpiredError(field="expires_at")
    lot_id = f"adjustment/{one.adjustment_id}"
    return granted_lot(
        lot_id, one.customer_id, one.points, source="adjustment", earned_at=unit.now, expires_at=expires_at
    )


@use_case(Transferred)
def transfer_points(unit: UnitOfWork, transfers: Sequence[Transfer]) -> list[Transferred | RegularsError]:
    book = locked_book(unit, (name for one in transfers for name in (one.customer_id, one.to_customer_id)))

    def transfer(one: Transfer) -> Transferred:
        giver = account_of(book, one.customer_id)
        getter = account_of(book, one.to_customer_id, "to_customer_id")
        _check_transfer(giver, getter)
        cause = Cause(unit.now, f"transfer {one.transfer_id}", one.actor, one.reason)
        for lot in given_lots(one, giver.remove(one.points, Kind.TRANSFER, cause)):
            getter.credit(lot, cause)
        after = giver.balance(unit.now), getter.balance(unit.now)
        return Transferred(one.customer_id, one.transfer_id, *after)

    answers = each(transfers, transfer)
    book.store()
    return answers


def _check_transfer(giver: Account, getter: Account) -> None:
    if giver is getter:
        raise SelfTransferError(field="to_customer_id")
    if giver.state not in MAY_SPEND:
        raise MayNotSpendError(field="customer_id", state=giver.state)
    if getter.state not in MAY_SPEND:
        raise MayNotReceiveError(field="to_customer_id", state=getter.state)
