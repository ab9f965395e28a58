"""What customers get so that it is good again: from a monthly budget, and within caps. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from services.errors import WrongStateError
from services.feedback.rules.cases import Case, CaseResolvedError
from services.programme.programme import Programme

CUSTOMER_CAP_SPAN: Final = timedelta(days=365)  # in which one customer gets so much at most


class BudgetSpentError(WrongStateError):
    """So much is not left of this month's budget; give less, or wait for the next month."""

    reason = "BUDGET_SPENT"


class CaseCapError(WrongStateError):
    """So much is not given for one case; see feedback.make_good_case_max_minor in the programme."""

    reason = "CASE_CAP"


class CustomerCapError(WrongStateError):
    """So much is not given to one customer in 365 days; see feedback.make_good_customer_max_minor."""

    reason = "CUSTOMER_CAP"


class GiftKind(StrEnum):
    POINTS = "POINTS"
    COUPON = "COUPON"
    NOTE = "NOTE"  # something outside of the service: it is noted, and counts


@dataclass(frozen=True, slots=True)
class Gift:
    """What somebody wants to give."""

    case_id: str
    customer_id: str  # whose case it is
    make_good_id: str
    kind: GiftKind
    amount: int  # points, or minor units for the other kinds
    actor: str
    reason: str

    def cost_minor(self, programme: Programme) -> int:
        """What it takes from the budget; points are worth what the programme says, rounded up."""
        if self.kind is not GiftKind.POINTS:
            return self.amount
        return -(-self.amount * programme.points.hundred_points_minor // 100)


@dataclass(frozen=True, slots=True)
class MakeGood:
    """What a customer got."""

    make_good_id: str
    customer_id: str
    case_id: str
    kind: GiftKind
    points: int
    cost_minor: int
    code: str
    actor: str
    reason: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Month:
    """What was given in a calendar month."""

    month: str
    spent_minor: int = 0
    gifts: int = 0


@dataclass(slots=True)
class Fund:
    """The money there is, while nobody else may take of it. A gift that is refused takes nothing.

    by_case, by_customer: what each got so far, the customer in the span of the cap.
    """

    now: datetime
    programme: Programme
    month: Month
    by_case: Counter[str] = field(default_factory=Counter)
    by_customer: Counter[str] = field(default_factory=Counter)
    given: list[MakeGood] = field(default_factory=list)

    def give(self, gift: Gift, case: Case, code: str) -> MakeGood:
        """Give it. code: of the coupon, should it be one.

        Raises CaseResolvedError, CaseCapError, CustomerCapError, BudgetSpentError.
        """
        if not case.is_open:
            raise CaseResolvedError(field="case_id", case_id=case.case_id)
        cost_minor = gift.cost_minor(self.programme)
        self._check(case, cost_minor)
        self._take(case, cost_minor)
        made = MakeGood(
            gift.make_good_id,
            case.customer_id,
            case.case_id,
            gift.kind,
            gift.amount if gift.kind is GiftKind.POINTS else 0,
            cost_minor,
            code if gift.kind is GiftKind.COUPON else "",
            gift.actor,
            gift.reason,
            self.now,
        )
        self.given.append(made)
        return made

    def _check(self, case: Case, cost_minor: int) -> None:
        settings = self.programme.feedback
        left = {
            CaseCapError: settings.make_good_case_max_minor - self.by_case[case.case_id],
            CustomerCapError: settings.make_good_customer_max_minor - self.by_customer[case.customer_id],
            BudgetSpentError: settings.make_good_budget_minor - self.month.spent_minor,
        }
        for refusal, left_minor in left.items():
            if cost_minor > left_minor:
                raise refusal(field="amount", left_minor=max(left_minor, 0), cost_minor=cost_minor)

    def _take(self, case: Case, cost_minor: int) -> None:
        self.by_case[case.case_id] += cost_minor
        self.by_customer[case.customer_id] += cost_minor
        spent = self.month
        self.month = Month(spent.month, spent.spent_minor + cost_minor, spent.gifts + 1)


def month_of(moment: datetime, programme: Programme) -> str:
    """The calendar month by the programme's clocks, such as 2026-03."""
    return f"{moment.astimezone(programme.zone):%Y-%m}"


def month_span(moment: datetime, programme: Programme) -> tuple[datetime, datetime]:
    """When the calendar month of a moment begins, and when the next one does."""
    first = moment.astimezone(programme.zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = (first + timedelta(days=31)).replace(day=1)  # by the calendar: at midnight again
    return first.astimezone(UTC), following.astimezone(UTC)
