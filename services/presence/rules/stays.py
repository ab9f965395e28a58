"""From what the gateways of a store said of a member to the member's stays there. Pure; event time only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from services.clock import EPOCH
from services.presence.rules.places import Reading, StoreMap

REJOIN: Final = timedelta(seconds=60)  # who is away for less, behind a shelf or at the door, has not left
EXIT: Final = "EXIT"
EARLY_SECONDS: Final = 10  # before a gateway says ENTER the others may know
HEARD: Final = "HEARD"  # evidence alone: whoever is heard has not come in yet


class Word(NamedTuple):
    """What one gateway said of one member: it was heard there from `began_at` to `observed_at`."""

    gateway: str
    seq: int
    kind: str
    zone: str
    observed_at: datetime
    dwell_seconds: float
    rssi_dbm: float | None = None  # None when the gateway did not say

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


def stays_of(words: Iterable[Word], store: StoreMap | None = None, heard: Iterable[Word] = ()) -> list[Stay]:
    """The stays that the words tell, in order, at least REJOIN apart.

    Each word covers the time it speaks of, so that neither their order nor a word that came twice or never
    changes what the others say. An EXIT alone tells of nobody: its entry was not for us to know.
    store: where it is known how each place is heard, only who was inside by all that was heard counts.
    heard: further words that are evidence alone, such as those of the way to the door.
    """
    said = set(words)
    groups = _groups(word for word in said if word.kind != HEARD)
    told = [group for group in groups if any(word.kind != EXIT for word in group)]
    stays = [_stay(group, is_last=group is groups[-1]) for group in told]
    if store is None or all(stay.entered_at < store.counts_from for stay in stays):
        return stays
    from services.presence.rules.entry import inside_seconds  # numpy, for stores with a map only

    return list(_proven(stays, store, inside_seconds(_evidence(said.union(heard)), store)))


def _groups(words: Iterable[Word]) -> list[list[Word]]:
    groups: list[list[Word]] = []
    ends_at = None
    for word in sorted(words, key=lambda word: word.began_at):
        if ends_at is None or word.began_at > ends_at + REJOIN:
            groups.append([])
            ends_at = word.observed_at
        groups[-1].append(word)
        ends_at = max(ends_at, word.observed_at)
    return groups


def _evidence(words: Iterable[Word]) -> Iterator[Reading]:
    for word in words:
        if word.kind != EXIT and word.rssi_dbm is not None:
            yield Reading(word.observed_at.timestamp(), word.gateway, word.zone, word.rssi_dbm)


def _proven(stays: Iterable[Stay], store: StoreMap, inside: Iterator[int]) -> Iterator[Stay]:
    """The stays during which somebody was inside, from the first second on at which it was so.

    inside: asked for no longer than it takes, since each second costs.
    """
    found = next(inside, None)
    for stay in stays:
        if stay.entered_at < store.counts_from:
            yield stay
            continue
        since, until = stay.entered_at.timestamp(), stay.last_seen_at.timestamp()
        while found is not None and found < since - EARLY_SECONDS:
            found = next(inside, None)
        if found is not None and found <= until + EARLY_SECONDS:
            entered_at = EPOCH + timedelta(seconds=found)
            yield replace(stay, entered_at=min(max(entered_at, stay.entered_at), stay.last_seen_at))


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
