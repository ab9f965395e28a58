"""SQL of earning rules and their versions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, bindparam, delete, or_, select, text, tuple_

from services.earning.rules.versions import Origin, RuleState, RuleVersion
from services.storage.sets import among, upsert
from services.storage.tables import earning_rules, rule_usage

_VERSIONS = select(*(earning_rules.c[name] for name in RuleVersion.__dataclass_fields__)).order_by(
    earning_rules.c.rule_id, earning_rules.c.version
)
_OF_RULES = _VERSIONS.where(among(earning_rules.c.rule_id, "ids"))
_OF_RULES_TO_CHANGE = _OF_RULES.with_for_update()
_PAGE = _VERSIONS.where(
    or_(bindparam("state") == "", earning_rules.c.state == bindparam("state")),
    tuple_(earning_rules.c.rule_id, earning_rules.c.version)
    > tuple_(bindparam("after_id"), bindparam("after_version")),
).limit(bindparam("size"))
_DELETE = delete(earning_rules).where(
    earning_rules.c.rule_id == bindparam("of_rule"), earning_rules.c.version == bindparam("of_version")
)
_GIVEN = select(rule_usage.c.points).where(
    rule_usage.c.rule_id == bindparam("rule_id"),
    rule_usage.c.customer_id == "",
    rule_usage.c.period == "EVER",
)


def find_versions(
    connection: Connection, rule_ids: Iterable[str], *, to_change: bool = False
) -> dict[str, list[RuleVersion]]:
    """All versions of the rules, oldest first, by rule id; locked until the commit when they may change."""
    statement = _OF_RULES_TO_CHANGE if to_change else _OF_RULES
    return _by_rule(connection.execute(statement, {"ids": sorted(set(rule_ids))}))


def find_all_versions(connection: Connection, *, to_change: bool = False) -> dict[str, list[RuleVersion]]:
    """All versions of all rules; nobody else changes any until the commit when they may change."""
    if to_change and connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE earning_rules IN EXCLUSIVE MODE"))  # readers go on
    return _by_rule(connection.execute(_VERSIONS))


def _by_rule(rows: Iterable[Any]) -> dict[str, list[RuleVersion]]:
    found: dict[str, list[RuleVersion]] = {}
    for row in rows:
        one = _version(row)
        found.setdefault(one.rule_id, []).append(one)
    return found


def _version(row: Any) -> RuleVersion:
    rule_id, version, state, origin, *rest = row
    return RuleVersion(rule_id, version, RuleState(state), Origin(origin), *rest)


def list_versions(connection: Connection, state: str, after: tuple[str, int], size: int) -> list[RuleVersion]:
    """Versions after a rule id and version, in that order; of every state when it is empty."""
    names = {"state": state, "after_id": after[0], "after_version": after[1], "size": size}
    return [_version(row) for row in connection.execute(_PAGE, names)]


def find_rule(connection: Connection, rule_id: str) -> tuple[list[RuleVersion], int]:
    """The versions of a rule, and the points that count towards its budget."""
    versions = find_versions(connection, [rule_id]).get(rule_id, [])
    return versions, connection.execute(_GIVEN, {"rule_id": rule_id}).scalar() or 0


def store_versions(connection: Connection, changed: Sequence[RuleVersion]) -> None:
    upsert(connection, earning_rules, [asdict(one) for one in changed])


def delete_version(connection: Connection, gone: RuleVersion) -> None:
    connection.execute(_DELETE, {"of_rule": gone.rule_id, "of_version": gone.version})
