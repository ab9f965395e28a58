"""SQL of references and score versions, and a shelf of those in use."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, String, bindparam, func, select, tuple_

from services.engagement.reference import BUILTIN, Reference, body_text, reference_of
from services.engagement.rules.versions import StoredVersion, Version, weights_digest
from services.programme.programme import Weights
from services.storage.sets import among, insert_new
from services.storage.tables import score_references, score_versions, scores

SHELF_MAX: Final = 16  # versions in memory, some 60 kB each; a year has about twelve

_LATEST: Final = (
    select(
        score_references.c.version,
        score_references.c.distributions,
        select(score_versions.c.since)
        .where(
            score_versions.c.version
            == bindparam("weights", type_=String()) + "/" + score_references.c.version
        )
        .scalar_subquery(),
    )
    .order_by(score_references.c.built_at.desc(), score_references.c.version)
    .limit(1)
)
_LATEST_BUILT_AT: Final = select(func.max(score_references.c.built_at))
_BUILTIN_KNOWN: Final = select(score_versions.c.since).where(score_versions.c.version == bindparam("version"))
_VERSIONS: Final = (
    select(
        score_versions.c.version,
        score_versions.c.weights,
        score_versions.c.reference,
        score_references.c.distributions,
    )
    .outerjoin_from(
        score_versions, score_references, score_references.c.version == score_versions.c.reference
    )
    .where(among(score_versions.c.version, "names"))
)
_SCORED: Final = select(scores.c.version, func.count().label("scores")).group_by(scores.c.version).subquery()
_LISTED: Final = select(
    score_versions.c.version,
    score_versions.c.weights,
    score_versions.c.reference,
    score_versions.c.since,
    func.coalesce(_SCORED.c.scores, 0),
).outerjoin_from(score_versions, _SCORED, _SCORED.c.version == score_versions.c.version)


def reference_built_at(connection: Connection) -> datetime | None:
    built_at: datetime | None = connection.execute(_LATEST_BUILT_AT).scalar_one()
    return built_at


def current_version(connection: Connection, weighing: Weights) -> tuple[Version, bool]:
    """The version to score with now, and whether it is stored."""
    row = connection.execute(_LATEST, {"weights": weights_digest(weighing)}).one_or_none()
    if row is not None:
        return Version(weighing, reference_of(row[0], row[1])), row[2] is not None
    builtin = Version(weighing, BUILTIN)
    known = connection.execute(_BUILTIN_KNOWN, {"version": builtin.name}).first()
    return builtin, known is not None


def version_in_force(connection: Connection, weighing: Weights, now: datetime) -> Version:
    """The version to score with; stored when it is new, so that it can be asked for ever after."""
    version, is_stored = current_version(connection, weighing)
    if not is_stored:
        store_version(connection, version, now)
    return version


def store_version(connection: Connection, version: Version, now: datetime) -> None:
    row = {
        "version": version.name,
        "weights": version.weighing.model_dump_json(),
        "reference": version.reference.version,
        "since": now,
    }
    insert_new(connection, score_versions, [row])


def store_reference(connection: Connection, reference: Reference, built_at: datetime) -> None:
    text = body_text(reference.points, reference.thresholds)
    row = {"version": reference.version, "built_at": built_at, "distributions": text}
    insert_new(connection, score_references, [row])


def list_versions(
    connection: Connection, after: tuple[datetime, str] | None, limit: int
) -> list[StoredVersion]:
    """Versions, the newest first, after the given (since, name)."""
    query = _LISTED.order_by(score_versions.c.since.desc(), score_versions.c.version.desc()).limit(limit)
    if after is not None:
        query = query.where(tuple_(score_versions.c.since, score_versions.c.version) < after)
    return [_stored_version(*row) for row in connection.execute(query)]


def find_version(connection: Connection, name: str) -> StoredVersion | None:
    row = connection.execute(_LISTED.where(score_versions.c.version == name)).one_or_none()
    return None if row is None else _stored_version(*row)


def _stored_version(name: str, weights: str, reference: str, since: datetime, count: int) -> StoredVersion:
    return StoredVersion(name, Weights.model_validate_json(weights), reference, since, count)


class Shelf:
    """Versions by name, kept because their content never changes. Any thread may ask."""

    def __init__(self) -> None:
        self._versions: dict[str, Version] = {}

    def find(self, connection: Connection, names: Iterable[str]) -> dict[str, Version]:
        """The versions of these names, those that there are."""
        wanted = set(names)
        known = self._versions
        if not wanted <= known.keys():
            fresh = _read_versions(connection, wanted)
            known = {**fresh, **dict(list(known.items())[: SHELF_MAX - len(fresh)])}
            self._versions = known
        return {name: known[name] for name in wanted if name in known}


def _read_versions(connection: Connection, names: Iterable[str]) -> dict[str, Version]:
    return {
        name: Version(
            Weights.model_validate_json(weights),
            BUILTIN if distributions is None else reference_of(reference, distributions),
        )
        for name, weights, reference, distributions in connection.execute(_VERSIONS, {"names": sorted(names)})
    }
