"""Members bring the points that they had elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from services.errors import RegularsError, check_moment
from services.loyalty.rules.adjusting import (
    IMPORT_SOURCE,
    OPENING_REASON,
    AlreadyExpiredError,
    Opened,
    OpeningBalance,
    RowDiffersError,
    granted_lot,
    import_reference,
    is_same_row,
)
from services.loyalty.use_cases.commands import account_of, locked_book
from services.points.book import find_lots
from services.points.holds import MayNotEarnError
from services.points.lots import MAY_EARN, Cause, Lot, end_of_month
from services.storage.answers import each
from services.storage.unit import UnitOfWork, use_case


@use_case(Opened)
def import_balances(unit: UnitOfWork, rows: Sequence[OpeningBalance]) -> list[Opened | RegularsError]:
    """Credit each row once for each import, however often it is sent."""
    book = locked_book(unit, (row.customer_id for row in rows), whole=False)
    stored = find_lots(unit.connection, (row.lot_id for row in rows))

    def take_over(row: OpeningBalance) -> Opened:
        if row.lot_id in stored:
            return _repeated(stored[row.lot_id], row)
        account = account_of(book, row.customer_id)
        if account.state not in MAY_EARN:
            raise MayNotEarnError(field="customer_id", state=account.state)
        lot = stored[row.lot_id] = _opening_lot(unit, row)
        cause = Cause(unit.now, import_reference(row.import_id), row.actor, OPENING_REASON)
        account.credit(lot, cause)
        return Opened(duplicate=False, points=row.points)

    answers = each(rows, take_over)
    book.store()
    return answers


def _repeated(lot: Lot, row: OpeningBalance) -> Opened:
    """Raises RowDiffersError."""
    if not is_same_row(lot, row):
        raise RowDiffersError(field="row_key", stored_points=lot.points)
    return Opened(duplicate=True, points=row.points)


def _opening_lot(unit: UnitOfWork, row: OpeningBalance) -> Lot:
    """Raises InvalidError for times that cannot be."""
    earned_at = row.earned_at or unit.now
    problem = check_moment(earned_at, unit.now, "earned_at")
    if problem is not None:
        raise problem
    usual = end_of_month(earned_at, unit.programme.points.expiry_months, unit.programme.zone)
    expires_at = row.expires_at or usual
    if expires_at <= max(unit.now, earned_at):
        raise AlreadyExpiredError(field="expires_at")
    return granted_lot(
        row.lot_id,
        row.customer_id,
        row.points,
        source=IMPORT_SOURCE,
        earned_at=earned_at,
        expires_at=expires_at,
    )
