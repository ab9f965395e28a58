"""Whether a visit is over although no gateway said so. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from services.presence.rules.gateways import Gateway
from services.presence.rules.stays import EXIT, Word
from services.presence.rules.visits import STALE_VISIT, Visit

# A gateway says of each member every minute that it is there: ten such words are missing. A server that is
# updated, or a line that breaks, is back sooner.
SILENT_AFTER: Final = timedelta(minutes=10)


def holders_of(words: Iterable[Word]) -> set[str]:
    """The gateways whose latest word of a member is not that it left."""
    latest: dict[str, Word] = {}
    for word in sorted(words, key=lambda word: (word.observed_at, word.seq)):
        latest[word.gateway] = word
    return {gateway for gateway, word in latest.items() if word.kind != EXIT}


def is_deserted(visit: Visit, holders: Iterable[Gateway], now: datetime) -> bool:
    """Whether nobody is left who could say that the visit goes on, or that it ended.

    One that hears and is in contact would have said so: it was restarted, or the device was revoked. One that
    is in contact but deaf is waited for; what is said later of a visit that was ended so amends it.
    """
    quiet_for = now - visit.last_seen_at
    if quiet_for < SILENT_AFTER:
        return False
    return quiet_for >= STALE_VISIT or not any(is_waited_for(one, now) for one in holders)


def is_waited_for(holder: Gateway, now: datetime) -> bool:
    """Whether a gateway is there and knows that it hears nothing."""
    return now - holder.last_contact_at < SILENT_AFTER and holder.is_deaf
