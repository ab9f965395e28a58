"""What becomes of the points of members who leave."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from services.events import MemberStateChanged
from services.points.account import Account
from services.points.book import open_book
from services.points.lots import Cause, Kind, LotState, Side
from services.storage.unit import UnitOfWork

CLOSED: Final = "CLOSED"
ERASED: Final = "ERASED"


def close_accounts(unit: UnitOfWork, changes: Sequence[MemberStateChanged]) -> None:
    """Of a closed membership pending points are void at once, active ones when the programme's days are over.

    Of an erased one nothing is left at once: holds are released, all points forfeited, debt forgiven.
    """
    ended = {one.customer_id: one.after for one in changes if one.after in {CLOSED, ERASED}}
    if not ended:
        return
    book = open_book(unit, ended)
    for customer_id, after in ended.items():
        account = book.account(customer_id)
        if account is not None and after == CLOSED:
            close(account, unit.now, timedelta(days=unit.programme.points.forfeit_days))
        elif account is not None:
            empty(account, unit.now)
    book.store()


def close(account: Account, now: datetime, grace: timedelta) -> None:
    """Void what is pending, and forfeit the rest when the grace is over."""
    pending = [lot.lot_id for lot in account.lots.values() if lot.state is LotState.PENDING]
    account.forfeit(Cause(now, "membership closed"), pending)
    account.forfeits_at = now + grace
    account.bring_to(now)  # a grace of no days is over


def empty(account: Account, now: datetime) -> None:
    """Leave neither points nor debt: the account's owner is about to be nobody."""
    cause = Cause(now, "customer erased")
    for hold in account.live_holds():
        account.release(hold, cause)
    account.forfeit(cause, tuple(account.lots))
    account.move(Kind.FORFEIT, account.debt_points, Side.PROGRAMME, Side.DEBT, "", cause)
