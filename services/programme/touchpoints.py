"""Touches and touchpoints: their kinds, which of them the customer begins, and the stage of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final, Literal

from pydantic import Field

from services.programme.frozen import Frozen, Listed


class TouchKind(StrEnum):
    """What a row of `touches` is."""

    SESSION = "SESSION"
    PAGE_VIEW = "PAGE_VIEW"
    APP_USE = "APP_USE"
    NEWSLETTER_SENT = "NEWSLETTER_SENT"
    NEWSLETTER_OPENED = "NEWSLETTER_OPENED"
    NEWSLETTER_CLICKED = "NEWSLETTER_CLICKED"
    CHAT = "CHAT"
    CALL = "CALL"
    SOCIAL = "SOCIAL"
    STORE_CONTACT = "STORE_CONTACT"
    SEARCH = "SEARCH"
    HELP_VIEWED = "HELP_VIEWED"
    RECOMMENDATION_SHOWN = "RECOMMENDATION_SHOWN"
    RECOMMENDATION_ACCEPTED = "RECOMMENDATION_ACCEPTED"


class RecordKind(StrEnum):
    """A touch that is no row of `touches`. In this order: of one moment, what follows comes later."""

    VISIT = "VISIT"
    CART = "CART"
    ORDER = "ORDER"
    RETURN = "RETURN"
    EXCHANGE = "EXCHANGE"
    SURVEY_SENT = "SURVEY_SENT"
    ANSWER = "ANSWER"
    CASE = "CASE"
    POINTS = "POINTS"
    REMINDER = "REMINDER"


# Kinds that tell of something the customer did; of these only touches count that we did not begin.
# An opened newsletter is none: mail programs open newsletters by themselves.
INITIATED_KINDS: Final = frozenset(TouchKind) - {
    TouchKind.NEWSLETTER_SENT,
    TouchKind.NEWSLETTER_OPENED,
    TouchKind.RECOMMENDATION_SHOWN,
}

Channel = Literal["WEB", "APP", "STORE", "PHONE", "CHAT", "EMAIL", "SOCIAL", "MARKETPLACE"]


def initiated_channel(kind: str, channel: str, *, outbound: bool) -> str | None:
    """The channel in which the customer came to us by a touch; None when the customer did not.

    A click in a newsletter counts as EMAIL, wherever it leads.
    """
    if outbound or kind not in INITIATED_KINDS:
        return None
    return "EMAIL" if kind == TouchKind.NEWSLETTER_CLICKED else channel


class Stage(StrEnum):
    """Where on the way a touchpoint lies."""

    BEFORE = "BEFORE"
    DURING = "DURING"
    AFTER = "AFTER"


class Touchpoint(Frozen):
    """A place where a customer meets us."""

    name: Annotated[str, Field(pattern="^[a-z][a-z0-9_.-]{0,63}$")]
    stage: Annotated[Stage, Listed]
    channels: Annotated[tuple[Channel, ...], Listed] = ()  # where it counts; everywhere when empty
    title: Annotated[str, Field(max_length=200)] = ""

    def covers(self, channel: str) -> bool:
        return not self.channels or channel in self.channels


def name_of(kind: str, touchpoint: str) -> str:
    """The touchpoint's name; a touch that names none is named like its kind."""
    return touchpoint or kind.lower()


_BUILTIN: Final[Mapping[Stage, Mapping[str, str]]] = {
    Stage.BEFORE: {
        "session": "Visit to the web shop or the app",
        "page_view": "Page seen",
        "app_use": "App used",
        "newsletter_sent": "Newsletter sent",
        "newsletter_opened": "Newsletter opened",
        "newsletter_clicked": "Newsletter clicked",
        "search": "Search",
        "social": "Social media",
        "chat": "Chat",
        "recommendation_shown": "Recommendation shown",
        "reminder": "Reminder sent",
    },
    Stage.DURING: {
        "recommendation_accepted": "Recommendation accepted",
        "replenishment": "Replenishment accepted",
        "auto_reorder": "Auto-reorder accepted",
        "store_visit": "Visit to a store",
        "store_contact": "Talk with staff",
        "cart": "Cart",
        "checkout": "Checkout",
        "order": "Order",
    },
    Stage.AFTER: {
        "return": "Return",
        "exchange": "Exchange",
        "call": "Call",
        "help_viewed": "Help read",
        "survey_sent": "Survey sent",
        "survey": "Survey answered",
        "case": "Case",
    },
}

BUILTIN: Final[Mapping[str, Touchpoint]] = MappingProxyType(
    {
        name: Touchpoint(name=name, stage=stage, title=title)
        for stage, titles in _BUILTIN.items()
        for name, title in titles.items()
    }
)


def registry(own: Iterable[Touchpoint]) -> dict[str, Touchpoint]:
    """All touchpoints by name: the programme's own, and the built-in ones that it does not replace."""
    return {**BUILTIN, **{touchpoint.name: touchpoint for touchpoint in own}}


def stage_of(known: Mapping[str, Touchpoint], name: str, channel: str) -> Stage | None:
    """The stage of a touchpoint in a channel; None when the registry does not know it there."""
    touchpoint = known.get(name)
    return touchpoint.stage if touchpoint is not None and touchpoint.covers(channel) else None
