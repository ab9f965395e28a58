"""From what the gateways of a store said of a member to the member's stays there. Pure; event time only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

REJOIN: Final = timedelta(seconds=60)  # who is away for less, behind a shelf or at the door, has not left
EXIT: Final = "EXIT"


class Word(NamedTuple):
    """What one gateway said of one member: it was heard there from `began_at` to `observed_at`."""

    gateway: str
    seq: int
    kind: str
    zone: str
    observed_at: datetime
    dwell_seconds: float

    @property
    def began_at(self) -> datetime:
        return self.observed_at - timedelta(seconds=self.dwell_seconds)


@dataclass(frozen=True, slots=True)
class Stay:
    """A member's time in a store, over all its gateways. `is_over`: every gateway has said EXIT."""

    entered_at: datetime
    last_seen_at: datetime
    zone: str  # as the latest word has it
    is_over: bool


def stays_of(words: Iterable[Word]) -> list[Stay]:
    """The stays that the words tell, in order, at least REJOIN apart.

    Each word covers the time it speaks of, so that neither their order nor a word that came twice or never
    changes what the others say. An EXIT alone tells of nobody: its entry was not for us to know.
    """
    groups: list[list[Word]] = []
    ends_at = None
    for word in sorted(set(words), key=lambda word: word.began_at):
        if ends_at is None or word.began_at > ends_at + REJOIN:
            groups.append([])
            ends_at = word.observed_at
        groups[-1].append(word)
        ends_at = max(ends_at, word.observed_at)
    told = [group for group in groups if any(word.kind != EXIT for word in group)]
    return [_stay(group, is_last=group is groups[-1]) for group in told]


def _order(word: Word) -> tuple[datetime, int, bool, str]:
    """As the gateway said them; two of its runs may give one number to two words."""
    return word.observed_at, word.seq, word.kind != EXIT, word.zone


def _stay(words: Sequence[Word], *, is_last: bool) -> Stay:
    """A stay that another follows is over, whatever a gateway that fell silent left unsaid."""
    latest = {word.gateway: word for word in sorted(words, key=_order)}
    holding = [word for word in latest.values() if word.kind != EXIT]
    speaking = max(holding or latest.values(), key=lambda word: (word.observed_at, word.gateway))
    return Stay(
        min(word.began_at for word in words),
        max(word.observed_at for word in words),
        speaking.zone,
        is_over=not (holding and is_last),
    )
