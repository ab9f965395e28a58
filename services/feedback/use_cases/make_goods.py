"""Making good: what is given is taken from the month's budget, whoever gives at the same time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from services.codes import CHANCE_BYTES, code_of
from services.errors import RegularsError
from services.events import CouponEarned, MakeGoodGiven
from services.feedback.queries import make_goods as queries
from services.feedback.rules.cases import CaseNotFoundError
from services.feedback.rules.docket import Docket
from services.feedback.rules.make_goods import CUSTOMER_CAP_SPAN, Fund, Gift, GiftKind, MakeGood, month_of
from services.feedback.use_cases.cases import docket_of_cases, store_docket
from services.storage.unit import UnitOfWork, use_case

CAMPAIGN = "make-good"  # of the coupons


@use_case(MakeGood)
def give_make_goods(unit: UnitOfWork, gifts: Sequence[Gift]) -> list[MakeGood | RegularsError]:
    """Give one after the other; what is refused takes nothing."""
    docket = docket_of_cases(unit, (gift.case_id for gift in gifts))
    fund = _fund(unit, docket)
    outcomes: list[MakeGood | RegularsError] = []
    for gift in gifts:
        try:
            outcomes.append(_given(unit, docket, fund, gift))
        except RegularsError as error:
            outcomes.append(error)
    queries.store_month(unit.connection, fund.month)
    queries.add_make_goods(unit.connection, fund.given)
    store_docket(unit, docket)
    for made in fund.given:
        _tell(unit, made)
    return outcomes


def _fund(unit: UnitOfWork, docket: Docket) -> Fund:
    """The money that is left. The customers are locked before it: everybody locks in this order."""
    month = queries.lock_month(unit.connection, month_of(unit.now, unit.programme))
    customers = {one.customer_id for one in docket.cases.values()}
    return Fund(
        unit.now,
        unit.programme,
        month,
        queries.sum_by_case(unit.connection, docket.cases),
        queries.sum_by_customer(unit.connection, customers, unit.now - CUSTOMER_CAP_SPAN),
    )


def _given(unit: UnitOfWork, docket: Docket, fund: Fund, gift: Gift) -> MakeGood:
    case = docket.cases.get(gift.case_id)
    if case is None:
        raise CaseNotFoundError(field="case_id")
    code = code_of(unit.vault.token("make-good", gift.make_good_id)[:CHANCE_BYTES])
    made = fund.give(gift, case, code)
    docket.make_good(case, gift.actor, gift.reason)
    return made


def _tell(unit: UnitOfWork, made: MakeGood) -> None:
    """The ledger credits the points, and refuses who may not earn: then nothing was given."""
    unit.emit(MakeGoodGiven(made.make_good_id, made.customer_id, made.points, made.actor, made.reason))
    if made.kind is not GiftKind.COUPON:
        return
    settings = unit.programme.feedback
    unit.emit(
        CouponEarned(
            customer_id=made.customer_id,
            code=made.code,
            campaign=CAMPAIGN,
            title=settings.make_good_title,
            benefit="AMOUNT",
            value=made.cost_minor,
            valid_until=unit.now + timedelta(days=settings.make_good_coupon_days),
        )
    )
