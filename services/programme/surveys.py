"""Surveys: what is asked, after which event, how it is sent, and what follows an answer."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from services.programme.frozen import Frozen, Listed

Kind = Literal["NPS", "CSAT", "CES"]
Polarity = Literal["", "EASY", "EFFORT"]  # of CES: a high answer means little effort, or much
Medium = Literal["EMAIL", "SMS", "PUSH", "IN_APP"]  # named like the consents that they need
Action = Literal["OPEN_CASE", "THANK", "INVITE_REFERRAL", "NONE"]


class Trigger(StrEnum):
    """The event after which a survey is sent."""

    ORDER = "ORDER"
    RETURN = "RETURN"
    EXCHANGE = "EXCHANGE"
    VISIT = "VISIT"
    CASE_RESOLVED = "CASE_RESOLVED"
    ENROLMENT = "ENROLMENT"


TOUCHPOINTS: Final = MappingProxyType(  # what a survey asks about when it does not say so
    {
        Trigger.ORDER: "order",
        Trigger.RETURN: "return",
        Trigger.EXCHANGE: "exchange",
        Trigger.VISIT: "store_visit",
        Trigger.CASE_RESOLVED: "case",
        Trigger.ENROLMENT: "survey",
    }
)
CLASSES: Final = MappingProxyType(  # of the answers to each kind: the happy, the neutral, the unhappy
    {
        "NPS": ("promoter", "passive", "detractor"),
        "CSAT": ("satisfied", "neutral", "dissatisfied"),
        "CES": ("easy", "neutral", "hard"),
    }
)


class Incentive(Frozen):
    """A coupon for whoever completes a survey, whatever the answer."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    benefit: Literal["PERCENT", "AMOUNT", "POINTS"]
    value: Annotated[int, Field(ge=1, le=10**9)]  # percent, minor units or points
    valid_days: Annotated[int, Field(ge=1, le=3650)] = 30

    @model_validator(mode="after")
    def _percent_is_a_part(self) -> Self:
        if self.benefit == "PERCENT" and self.value > 100:
            raise ValueError("value is the percent of an order that the coupon takes off: at most 100")
        return self


class Actions(Frozen):
    """What follows an answer, by its class; absent: a case for the unhappy, nothing for the others."""

    promoter: Action | None = None
    passive: Action | None = None
    detractor: Action | None = None
    satisfied: Action | None = None
    neutral: Action | None = None
    dissatisfied: Action | None = None
    easy: Action | None = None
    hard: Action | None = None


class Survey(Frozen):
    """One survey: its question, its event, its way to the customer, its end."""

    id: Annotated[str, Field(pattern="^[a-z0-9][a-z0-9_-]{0,47}$")]
    kind: Kind
    question: Annotated[str, Field(min_length=1, max_length=300)]
    polarity: Polarity = ""
    trigger: Annotated[Trigger, Listed]
    delay_hours: Annotated[int, Field(ge=0, le=365 * 24)] = 24  # after the event
    channels: Annotated[tuple[Medium, ...], Field(min_length=1), Listed] = ("EMAIL",)  # the first agreed to
    touchpoint: Annotated[str, Field(pattern="^[a-z][a-z0-9_.-]{0,63}$")] | None = None
    follow_up_days: Annotated[int, Field(ge=1, le=90)] | None = None  # one more word to who did not answer
    expires_days: Annotated[int, Field(ge=1, le=180)] = 14  # after sending
    incentive: Incentive | None = None
    actions: Actions = Actions()

    @model_validator(mode="after")
    def _polarity_is_of_effort(self) -> Self:
        if self.kind == "CES" and not self.polarity:
            raise ValueError("say by polarity what a high answer means: 'EASY' (good) or 'EFFORT' (bad)")
        if self.kind != "CES" and self.polarity:
            raise ValueError(f"polarity is said of CES alone; of {self.kind} a high answer is always good")
        return self

    @model_validator(mode="after")
    def _follow_up_comes_in_time(self) -> Self:
        if self.follow_up_days is not None and self.follow_up_days >= self.expires_days:
            raise ValueError("follow_up_days must be fewer than expires_days; nobody could answer it")
        return self

    @model_validator(mode="after")
    def _actions_are_of_its_classes(self) -> Self:
        strange = [name for name, action in self.actions if action and name not in CLASSES[self.kind]]
        if strange:
            names = ", ".join(CLASSES[self.kind])
            raise ValueError(f"an answer to {self.kind} is never {strange[0]}; its classes are {names}")
        return self

    @property
    def asks_about(self) -> str:
        """The touchpoint."""
        return self.touchpoint or TOUCHPOINTS[self.trigger]

    @property
    def delay(self) -> timedelta:
        return timedelta(hours=self.delay_hours)

    @property
    def life(self) -> timedelta:
        """From sending to its end."""
        return timedelta(days=self.expires_days)
