"""Touches: what happened with a customer, in plain words, whichever record tells of it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.programme.programme import Programme
from services.programme.touchpoints import (
    RecordKind,
    Stage,
    TouchKind,
    Touchpoint,
    registry,
    stage_of,
)
from services.windows import Window


class Initiator(StrEnum):
    CUSTOMER = "CUSTOMER"
    RETAILER = "RETAILER"
    UNSPECIFIED = "UNSPECIFIED"  # mail programs open newsletters by themselves


BEGUN_BY_US: Final = frozenset(
    {
        TouchKind.NEWSLETTER_SENT,
        TouchKind.RECOMMENDATION_SHOWN,
        RecordKind.SURVEY_SENT,
        RecordKind.REMINDER,
    }
)
COMPLAINT: Final = "COMPLAINT"  # a case's cause
# Some are the customer's and some are ours, as `word` says.
BEGUN_BY_THEM: Final[Mapping[str, tuple[str, ...]]] = {
    RecordKind.CASE: (COMPLAINT,),
    RecordKind.POINTS: ("SPEND",),
}
_PLACES: Final = {  # where a channel is, in a sentence
    "WEB": "on the web",
    "APP": "in the app",
    "STORE": "in the store",
    "PHONE": "on the phone",
    "CHAT": "in a chat",
    "EMAIL": "by e-mail",
    "SOCIAL": "on social media",
    "MARKETPLACE": "on a marketplace",
}
_CART_ENDS: Final = {
    "OPEN": "still open",
    "ABANDONED": "abandoned",
    "CLEARED": "emptied",
    "EXPIRED": "expired",
}
_POINTS: Final = {  # kinds of movements that the customer notices
    "EARN": "{} points earned",
    "SPEND": "{} points spent",
    "EXPIRE": "{} points expired",
    "REVERSE_EARN": "{} points taken back with a return",
    "RESTORE_SPEND": "{} spent points given back",
    "ADJUST": "{} points corrected by staff",
    "TRANSFER": "{} points moved between members",
    "FORFEIT": "{} points forfeited",
}
POINTS_KINDS: Final = tuple(_POINTS)
NO_TOUCHES: Final = "NO_TOUCHES"  # nothing happened that fits the question


@dataclass(frozen=True, slots=True)
class Touch:
    """One thing that happened. What `subject`, `word` and `number` hold depends on the kind."""

    rank: int  # of the record: of one moment, what follows has the higher
    record: str  # the table
    occurred_at: datetime
    source: str
    id: str
    kind: str  # a TouchKind or a RecordKind
    channel: str  # empty: the record tells none
    touchpoint: str
    subject: str
    word: str
    number: int
    outbound: bool

    @property
    def begun_by(self) -> Initiator:
        if self.outbound or self.kind in BEGUN_BY_US:
            return Initiator.RETAILER
        theirs = BEGUN_BY_THEM.get(self.kind)
        if theirs is not None:
            return Initiator.CUSTOMER if self.word in theirs else Initiator.RETAILER
        return Initiator.UNSPECIFIED if self.kind == TouchKind.NEWSLETTER_OPENED else Initiator.CUSTOMER


@dataclass(frozen=True, slots=True)
class Position:
    """Where a touch stands among those of a customer."""

    at: datetime
    rank: int
    source: str
    id: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which touches are wanted; what is empty excludes nothing."""

    window: Window
    kinds: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    stages: frozenset[Stage] = frozenset()

    @classmethod
    def up_to(cls, until: datetime) -> Wanted:
        """All that happened by a moment."""
        return cls(Window(None, until))


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of touches, the latest first, and what lies beyond it on either side."""

    touches: tuple[Touch, ...]
    older: Position | None
    newer: Position | None
    visits_left_out: bool


def position_of(touch: Touch) -> Position:
    return Position(touch.occurred_at, touch.rank, touch.source, touch.id)


def at_stages(
    known: Mapping[str, Touchpoint], stages: Collection[Stage]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The names of touchpoints at these stages, with the channels where they count; none: everywhere."""
    return tuple((one.name, one.channels) for one in known.values() if one.stage in stages)


@dataclass(frozen=True, slots=True)
class Words:
    """Says touches in plain words, in the programme's money and with its touchpoints."""

    programme: Programme
    known: Mapping[str, Touchpoint]

    @classmethod
    def of(cls, programme: Programme) -> Words:
        return cls(programme, registry(programme.touchpoints))

    def stage(self, touch: Touch) -> Stage | None:
        return stage_of(self.known, touch.touchpoint, touch.channel)

    def name(self, touchpoint: str) -> str:
        """The title in the registry, else the name made readable."""
        found = self.known.get(touchpoint)
        return (found.title if found else "") or touchpoint.replace("_", " ").capitalize()

    def title(self, touch: Touch) -> str:
        match touch.kind:
            case RecordKind.ORDER:
                return f"Order of {self._money(touch.number, touch.word)}{_place(touch.channel)}"
            case RecordKind.RETURN:
                return f"Return: {self._money(touch.number, self.programme.currency)} refunded"
            case RecordKind.EXCHANGE:
                return f"Goods exchanged{_place(touch.channel)}"
            case RecordKind.CART:
                return f"Cart begun{_place(touch.channel)}, {_cart_end(touch)}"
            case RecordKind.POINTS:
                return _POINTS[touch.word].format(touch.number)
            case _:
                return self._plain(touch)

    def _plain(self, touch: Touch) -> str:
        match touch.kind:
            case RecordKind.VISIT:
                return f"Visit to the store {touch.subject}"
            case RecordKind.SURVEY_SENT:
                return f"{touch.word} survey sent"
            case RecordKind.ANSWER:
                return f"{touch.word} survey answered with {touch.number}"
            case RecordKind.CASE:
                return "Complaint" if touch.word == COMPLAINT else f"Case opened by a {touch.word} answer"
            case RecordKind.REMINDER:
                return f"Reminder sent: {touch.subject}"
            case _:
                return self._titled(touch)

    def _titled(self, touch: Touch) -> str:
        title = self.name(touch.touchpoint)
        return f"{title}: {touch.subject}" if touch.subject else title

    def _money(self, minor: int, currency: str) -> str:
        digits = self.programme.currency_digits
        return f"{minor / 10**digits:.{digits}f} {currency}"


def _place(channel: str) -> str:
    return f" {_PLACES[channel]}" if channel else ""


def _cart_end(touch: Touch) -> str:
    """Where it was bought, or else what became of it; `subject` is the channel of its order."""
    if touch.subject:
        return f"bought{_place(touch.subject)}"
    return _CART_ENDS.get(touch.word, "bought")
