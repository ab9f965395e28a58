"""Scores computed from all that happened: of any moment, under any version that was ever in use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from services.engagement.queries.facts import figures_by_customer, find_facts
from services.engagement.queries.scores import ScoreRow, score_row
from services.engagement.queries.versions import Shelf, current_version
from services.engagement.rules.scores import Figures, Score, score
from services.engagement.rules.versions import ScoreVersionNotFoundError, Version
from services.programme.programme import Weights
from services.storage.sets import known_customers

_NOTHING: Final = Figures()


def score_as_of(
    connection: Connection,
    customer_ids: Iterable[str],
    as_of: datetime,
    version_name: str,
    weighing: Weights,
    shelf: Shelf,
) -> Mapping[str, Score]:
    """Scores of the known ones among the customers, from all that happened up to `as_of`.

    version_name: empty is the version in force now. Raises ScoreVersionNotFoundError.
    """
    version = _version(connection, version_name, weighing, shelf)
    known = known_customers(connection, list(customer_ids))
    return {one.customer_id: one for one in compute(connection, list(known), version, as_of)}


def compute(connection: Connection, ids: Sequence[str], version: Version, as_of: datetime) -> list[Score]:
    """The scores of customers, who are named once each, one by one: `columns` does it for thousands."""
    found = figures_by_customer(find_facts(connection, ids, as_of))
    return [score(one, found.get(one, _NOTHING), version, as_of) for one in ids]


def _version(connection: Connection, name: str, weighing: Weights, shelf: Shelf) -> Version:
    current, _ = current_version(connection, weighing)
    if name in {"", current.name}:
        return current
    version = shelf.find(connection, [name]).get(name)
    if version is None:
        raise ScoreVersionNotFoundError(field="score_version")
    return version


def compute_rows(
    connection: Connection, ids: Sequence[str], version: Version, as_of: datetime
) -> list[ScoreRow]:
    """The same as rows of `scores` without the experience level."""
    return [score_row(one) for one in compute(connection, ids, version, as_of)]
