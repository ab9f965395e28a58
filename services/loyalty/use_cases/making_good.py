"""Points that make it good again, as corrections of the ledger."""

from __future__ import annotations

from collections.abc import Sequence

from services.errors import RegularsError
from services.events import MakeGoodGiven
from services.loyalty.rules.adjusting import Adjustment
from services.loyalty.use_cases.adjusting import adjust_points
from services.storage.unit import UnitOfWork


def credit_make_goods(unit: UnitOfWork, given: Sequence[MakeGoodGiven]) -> None:
    """Credit the points that were given. Raises what the ledger refuses the case's customer with."""
    adjustments = [
        Adjustment(
            one.customer_id,
            f"make-good/{one.make_good_id}",
            one.points,
            one.actor,
            one.reason,
            expires_at=None,
        )
        for one in given
        if one.points
    ]
    for outcome in adjust_points(unit, adjustments) if adjustments else ():
        if isinstance(outcome, RegularsError):
            raise outcome.about("case_id")  # what was asked for names a case, and no customer
