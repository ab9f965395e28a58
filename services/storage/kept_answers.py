"""Answers kept for repeats of other customers' requests, in which an erased person is named.

A friend was told who the referrer is. Somebody who was merged with the person, and is not any more, was
answered under the person's name, with the person's lots.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select, union, update

from services.storage.owned import IDS
from services.storage.sets import among
from services.storage.tables import merges, referrals, requests

_FRIENDS = select(referrals.c.friend_id).where(among(referrals.c.referrer_id, IDS))
_ONCE_MERGED = union(
    select(merges.c.merged_id).where(among(merges.c.survivor_id, IDS)),
    select(merges.c.survivor_id).where(among(merges.c.merged_id, IDS)),
)
_ANSWERS = select(requests.c.request_id, requests.c.answer).where(among(requests.c.customer_id, IDS))
_REWORD = update(requests).where(requests.c.request_id == bindparam("of_request"))


def reword_kept_answers(connection: Connection, person: Sequence[str], words: Mapping[str, str]) -> None:
    """Put `words` in the place of the person's ids, so that a repeat is still answered and names nobody."""
    met = _met(connection, person)
    if not met:
        return
    changes = []
    for request_id, answer in connection.execute(_ANSWERS, {IDS: met}):
        told = json.loads(answer)
        reworded = _reworded(told, words)
        if reworded != told:
            kept = json.dumps(reworded, ensure_ascii=False, separators=(",", ":")).encode()
            changes.append({"of_request": request_id, "answer": kept})
    if changes:
        connection.execute(_REWORD, changes)


def _met(connection: Connection, person: Sequence[str]) -> list[str]:
    """The others whose answers may name the person: friends, and whoever was one with any of them."""
    found = set(person)
    latest = found | set(connection.execute(_FRIENDS, {IDS: list(person)}).scalars())
    while latest:
        found |= latest
        latest = set(connection.execute(_ONCE_MERGED, {IDS: sorted(latest)}).scalars()) - found
    return sorted(found - set(person))


def _reworded(told: Any, words: Mapping[str, str]) -> Any:
    if isinstance(told, dict):
        return {name: _reworded(value, words) for name, value in told.items()}
    if isinstance(told, list):
        return [_reworded(value, words) for value in told]
    return words.get(told, told) if isinstance(told, str) else told
