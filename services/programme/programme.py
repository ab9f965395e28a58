"""The rules of one loyalty programme, as program.toml says them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from services.programme.earning_rule import BASE_RULE, EarningRule
from services.programme.frozen import Frozen, Listed
from services.programme.surveys import Survey
from services.programme.themes import Theme
from services.programme.touchpoints import Touchpoint

DAYS_OF_MONTH_MIN = 28
MINOR_MAX = 10**12  # of any amount here: sums of such stay far from the end of 64 bits


class ItemError(ValueError):
    """One item of a list is wrong, though only together with the others."""

    def __init__(self, place: int, message: str) -> None:
        super().__init__(message)
        self.place = place


class Points(Frozen):
    """How long points wait, live and may be held, and what they are worth."""

    pending_days: Annotated[int, Field(ge=0, le=365)] = 14  # the return window
    expiry_months: Annotated[int, Field(ge=1, le=120)] = 12
    hold_minutes: Annotated[int, Field(ge=1, le=7 * 24 * 60)] = 30
    restore_grace_days: Annotated[int, Field(ge=0, le=365)] = 30  # for lapsed points that come back
    forfeit_days: Annotated[int, Field(ge=0, le=365)] = 30  # after a membership is closed
    hundred_points_minor: Annotated[int, Field(ge=0)] = 100  # what 100 points are worth: the liability

    @model_validator(mode="after")
    def _pending_ends_before_expiry(self) -> Self:
        if self.pending_days >= self.expiry_months * DAYS_OF_MONTH_MIN:
            raise ValueError("points would expire before they can be spent; shorten pending_days")
        return self


class Tier(Frozen):
    name: Annotated[str, Field(pattern="^[A-Z][A-Z0-9_]{0,31}$")]
    threshold: Annotated[int, Field(ge=0)]  # of the metric, earned within one period


class Tiers(Frozen):
    """What a member is by what was earned in a period; never by the balance."""

    metric: Literal["points", "spend"] = "points"  # points earned, or minor units spent
    period: Literal["calendar_year", "membership_year"] = "calendar_year"
    levels: Annotated[tuple[Tier, ...], Field(min_length=1, max_length=16), Listed] = (
        Tier(name="BRONZE", threshold=0),
        Tier(name="SILVER", threshold=500),
        Tier(name="GOLD", threshold=1500),
    )
    warn_days: Annotated[tuple[Annotated[int, Field(ge=1, le=180)], ...], Listed] = (
        30,
        7,
    )  # before it is lost

    @model_validator(mode="after")
    def _levels_rise_from_zero(self) -> Self:
        thresholds = [level.threshold for level in self.levels]
        if thresholds[0] != 0 or any(low >= high for low, high in pairwise(thresholds)):
            raise ValueError("the first level's threshold is 0 and each next one is higher")
        if len({level.name for level in self.levels}) < len(self.levels):
            raise ValueError("two levels have the same name")
        return self


Share = Annotated[float, Field(ge=0, le=1)]


class Weights(Frozen):
    """What the engagement score is made of; shares of 1."""

    average_order_value: Share = 0.20
    repeat_rate: Share = 0.20
    purchase_frequency: Share = 0.15
    recency: Share = 0.15
    channel_count: Share = 0.15
    digital_engagement: Share = 0.05
    sentiment: Share = 0.10

    @model_validator(mode="after")
    def _sum_is_one(self) -> Self:
        total = math.fsum(share for _, share in self)
        if not math.isclose(total, 1.0, abs_tol=1e-9):
            raise ValueError(f"the weights must sum to 1, these sum to {total:g}")
        return self


class Reminding(Frozen):
    """When a member in a store is reminded of a cart."""

    cart_idle_minutes: Annotated[int, Field(ge=1, le=7 * 24 * 60)] = 60
    cart_days_max: Annotated[int, Field(ge=8, le=365)] = 30  # then a cart that nobody touched is too old
    abandoned_minutes_min: Annotated[int, Field(ge=0)] = 30
    valid_minutes: Annotated[int, Field(ge=1, le=240)] = 10
    per_day_max: Annotated[int, Field(ge=1)] = 1
    per_week_max: Annotated[int, Field(ge=1)] = 3
    per_cart_max: Annotated[int, Field(ge=1)] = 2
    quiet_from_hour: Annotated[int, Field(ge=0, le=23)] = 21
    quiet_until_hour: Annotated[int, Field(ge=0, le=23)] = 8
    channels: Annotated[tuple[Literal["webhook", "console"], ...], Listed] = (
        "console",
    )  # the first agreed to


class Feedback(Frozen):
    """How often customers are asked, and what is done about the unhappy."""

    invitation_gap_days: Annotated[int, Field(ge=1, le=3650)] = 30  # between any two invitations
    same_kind_gap_days: Annotated[int, Field(ge=1, le=3650)] = 90  # between two of one kind of survey

    case_hours: Annotated[int, Field(ge=1, le=90 * 24)] = 24  # within which somebody should have seen to it
    first_response_hours: Annotated[int, Field(ge=1, le=90 * 24)] = 8  # and spoken to the customer
    late_answer_days: Annotated[int, Field(ge=0, le=365)] = 30  # answers told later are history: no case
    reopen_days: Annotated[int, Field(ge=0, le=365)] = 30  # unhappy again within them: the same case

    make_good_budget_minor: Annotated[int, Field(ge=0, le=MINOR_MAX)] = 50_000  # in a calendar month
    make_good_case_max_minor: Annotated[int, Field(ge=0, le=MINOR_MAX)] = 5_000  # for one case
    make_good_customer_max_minor: Annotated[int, Field(ge=0, le=MINOR_MAX)] = 10_000  # in 365 days
    make_good_coupon_days: Annotated[int, Field(ge=1, le=3650)] = 90  # that such a coupon is valid
    make_good_title: Annotated[str, Field(min_length=1, max_length=200)] = "To make it up to you"


class Referring(Frozen):
    """When bringing a friend pays."""

    per_referrer_per_year_max: Annotated[int, Field(ge=1)] = 20  # friends paid for in a calendar year
    valid_days: Annotated[int, Field(ge=1, le=3650)] = 365  # from accepting to the friend's first order

    @property
    def valid(self) -> timedelta:
        return timedelta(days=self.valid_days)


class Programme(Frozen):
    """The rules of one loyalty programme; all numbers default to the ones of the guide."""

    name: str = "Regulars"
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "GBP"
    currency_digits: Annotated[int, Field(ge=0, le=3)] = 2
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "GB"  # of phone numbers without a country code
    time_zone: str = "Europe/London"
    points: Points = Points()
    tiers: Tiers = Tiers()
    earning: Annotated[tuple[EarningRule, ...], Listed] = (BASE_RULE,)
    weights: Weights = Weights()
    reminding: Reminding = Reminding()
    feedback: Feedback = Feedback()
    referring: Referring = Referring()
    touchpoints: Annotated[tuple[Touchpoint, ...], Listed] = ()  # one of a built-in's name takes its place
    surveys: Annotated[tuple[Survey, ...], Field(max_length=64), Listed] = ()
    themes: Annotated[tuple[Theme, ...], Field(max_length=256), Listed] = ()

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (OSError, ValueError, KeyError) as error:  # a name that is not found is a KeyError
            raise ValueError(f"{name!r} is no time zone; write one such as Europe/London") from error
        return name

    @field_validator("earning")
    @classmethod
    def _rules_are_told_apart(cls, rules: tuple[EarningRule, ...]) -> tuple[EarningRule, ...]:
        ids: set[str] = set()
        for place, rule in enumerate(rules):
            if rule.id in ids:
                message = f"another rule has the id {rule.id!r} already; a file holds one version of each"
                raise ItemError(place, message)
            ids.add(rule.id)
        return rules

    @field_validator("touchpoints")
    @classmethod
    def _touchpoints_are_told_apart(cls, touchpoints: tuple[Touchpoint, ...]) -> tuple[Touchpoint, ...]:
        names: set[str] = set()
        for place, touchpoint in enumerate(touchpoints):
            if touchpoint.name in names:
                raise ItemError(place, f"another touchpoint has the name {touchpoint.name!r} already")
            names.add(touchpoint.name)
        return touchpoints

    @field_validator("surveys")
    @classmethod
    def _surveys_are_told_apart(cls, surveys: tuple[Survey, ...]) -> tuple[Survey, ...]:
        _check_unique([survey.id for survey in surveys], "survey", "id")
        return surveys

    @field_validator("themes")
    @classmethod
    def _themes_are_told_apart(cls, themes: tuple[Theme, ...]) -> tuple[Theme, ...]:
        _check_unique([theme.name for theme in themes], "theme", "name")
        return themes

    @property
    def return_window(self) -> timedelta:
        return timedelta(days=self.points.pending_days)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


def _check_unique(names: Sequence[str], thing: str, key: str) -> None:
    """Raises ItemError for the first that is called like one before it."""
    for place, name in enumerate(names):
        if name in names[:place]:
            raise ItemError(place, f"another {thing} has the {key} {name!r} already")
