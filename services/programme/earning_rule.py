"""One earning rule: what it gives, when it holds, how it combines, and its limits.

The schema of `[[earning]]` in program.toml and of the rules kept in the database.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from services.programme.frozen import Frozen, Listed
from services.programme.touchpoints import Channel

POINTS_MAX = 10**9  # of one award or rule: a slip of the keyboard, not a gift

Words = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=64)], ...], Listed]
Trigger = Literal["ORDER", "ENROLMENT", "SURVEY", "REFERRAL"]
Weekday = Literal["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]
OF_AN_ORDER = ("categories", "skus", "channels", "first_purchase", "spend_minor_min")  # conditions
Period = Literal["DAY", "MONTH", "YEAR", "EVER"]


class EarningRule(Frozen):
    """A rule at one version. It gives exactly one of `points_per_unit`, `percent` and `points`."""

    id: Annotated[str, Field(pattern="^[a-z0-9][a-z0-9_-]{0,47}$")]
    version: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    name: Annotated[str, Field(min_length=1, max_length=200)]
    trigger: Trigger = "ORDER"

    # What it gives.
    points_per_unit: Annotated[int, Field(ge=1, le=1000)] | None = None  # base: per unit of the currency
    percent: Annotated[int, Field(gt=100, le=10_000)] | None = None  # multiplier: 200 doubles the base points
    points: Annotated[int, Field(ge=1, le=POINTS_MAX)] | None = None  # bonus: so many, whatever the order

    # When it holds; an empty condition holds always.
    categories: Words = ()  # only lines of these categories count
    skus: Words = ()  # only lines of these products count
    channels: Annotated[tuple[Channel, ...], Listed] = ()
    tiers: Words = ()
    first_purchase: bool = False  # only for a customer's first order
    birthday: Literal["", "DAY", "MONTH"] = ""
    weekdays: Annotated[tuple[Weekday, ...], Listed] = ()
    hour_from: Annotated[int, Field(ge=0, le=23)] = 0  # in the programme's time zone
    hour_until: Annotated[int, Field(ge=1, le=24)] = 24
    spend_minor_min: Annotated[int, Field(ge=0)] = 0  # of the lines that count
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    recipient: Literal["REFERRER", "FRIEND"] = "REFERRER"  # of a referral's points

    # How it combines.
    priority: Annotated[int, Field(ge=-1000, le=1000)] = 0  # higher ones are looked at first
    exclusive: bool = False  # when it applies, no rule of lower priority does, but for base rules
    group: Annotated[str, Field(max_length=48)] = ""  # of one group only the rule that gives most applies

    # How much of it there is.
    member_points_max: Annotated[int, Field(ge=1, le=POINTS_MAX)] | None = None  # per member and period
    member_times_max: Annotated[int, Field(ge=1)] | None = None  # per member and period
    member_period: Period = "EVER"
    budget_points: Annotated[int, Field(ge=1)] | None = None  # of the whole rule

    # Lots of its own kind; absent: as the programme says.
    pending_days: Annotated[int, Field(ge=0, le=365)] | None = None
    expiry_months: Annotated[int, Field(ge=1, le=120)] | None = None

    @property
    def reference(self) -> str:
        """How a lot names the rule that made it."""
        return f"{self.id}@{self.version}"

    @property
    def is_base(self) -> bool:
        return self.points_per_unit is not None

    def is_open_at(self, moment: datetime) -> bool:
        """Whether the moment lies in the rule's own time window."""
        begun = self.starts_at is None or self.starts_at <= moment
        return begun and (self.ends_at is None or moment < self.ends_at)

    @model_validator(mode="after")
    def _gives_one_thing(self) -> Self:
        given = [one for one in (self.points_per_unit, self.percent, self.points) if one is not None]
        if len(given) != 1:
            raise ValueError("a rule gives exactly one of points_per_unit, percent and points")
        if self.trigger != "ORDER" and self.points is None:
            raise ValueError("a rule that no order triggers gives points, not a rate")
        return self

    @model_validator(mode="after")
    def _says_nothing_in_vain(self) -> Self:
        if self.is_base and self.group:
            raise ValueError("a base rule always applies, so it can be in no group; leave out group")
        asked = {name for name in OF_AN_ORDER if getattr(self, name)}
        if self.trigger != "ORDER" and asked:
            raise ValueError(f"{min(asked)} is asked of orders, and no order triggers this rule")
        return self

    @model_validator(mode="after")
    def _windows_are_open(self) -> Self:
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValueError("ends_at must lie after starts_at")
        if self.hour_until <= self.hour_from:
            raise ValueError("hour_until must lie after hour_from; a window over midnight is two rules")
        return self


BASE_RULE = EarningRule(id="base", name="One point for each unit spent", points_per_unit=1)
