"""Faults planted in the product are found: the episodes can fail, and do so for the reason they are there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.points import account as ledger
from services.points.account import Account
from services.points.lots import Cause, Kind, Lot, LotState
from services.storage.database import make_engine
from tests.integration.shop import ManualClock
from tests.ledger.authors import Author
from tests.ledger.episodes import play
from tests.ledger.product import Product
from tests.ledger.programmes import programme

EPISODES_MAX = 40

Plant = Callable[[pytest.MonkeyPatch], None]


def debts_are_never_paid(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Account, "settle", lambda _account, _cause: None)


def points_expire_a_day_late(patch: pytest.MonkeyPatch) -> None:
    expire = Account._expire
    patch.setattr(Account, "_expire", lambda account, now: expire(account, now - timedelta(days=1)))


def points_are_spendable_at_once(patch: pytest.MonkeyPatch) -> None:
    credit = Account.credit

    def early(account: Account, lot: Lot, cause: Cause) -> None:
        credit(account, ledger.replace(lot, state=LotState.ACTIVE), cause)

    patch.setattr(Account, "credit", early)


def the_latest_expiry_goes_first(patch: pytest.MonkeyPatch) -> None:
    ordered = ledger.spend_order
    patch.setattr(ledger, "spend_order", lambda lots: ordered(lots)[::-1])


def returns_make_debt_beside_points(patch: pytest.MonkeyPatch) -> None:
    take_back = Account.take_back

    def only_named(account: Account, first: Any, points: int, cause: Cause) -> None:
        others = {name: lot for name, lot in account.lots.items() if name not in first}
        for name in others:
            del account.lots[name]
        take_back(account, first, points, cause)
        account.lots.update(others)

    patch.setattr(Account, "take_back", only_named)


def expired_points_are_not_written_down(patch: pytest.MonkeyPatch) -> None:
    move = Account._move

    def silent(account: Account, kind: Kind, *rest: Any) -> None:
        kept = list(account.movements)
        move(account, kind, *rest)
        if kind is Kind.EXPIRE:
            account.movements[:] = kept

    patch.setattr(Account, "_move", silent)


FAULTS: tuple[Plant, ...] = (
    debts_are_never_paid,
    points_expire_a_day_late,
    points_are_spendable_at_once,
    the_latest_expiry_goes_first,
    returns_make_debt_beside_points,
    expired_points_are_not_written_down,
)


@pytest.fixture
def product(sqlite_template: Path, tmp_path: Path, clock: ManualClock) -> Iterator[Product]:
    file = tmp_path / "ledger.db"
    file.write_bytes(sqlite_template.read_bytes())
    made = Product(make_engine(f"sqlite:///{file}"), clock, programme())
    yield made
    made.close()


@pytest.mark.parametrize("plant", FAULTS, ids=lambda plant: plant.__name__)
def test_a_planted_fault_is_found(product: Product, plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    assert any(is_found(product, seed) for seed in range(EPISODES_MAX))


def is_found(product: Product, seed: int) -> bool:
    """Whether the episode ends in a disagreement, or in a refusal by the database itself."""
    try:
        return play(product, Author(seed).episode(60)) is not None
    except Exception:  # noqa: BLE001  (a fault may break more than a balance)
        return True
