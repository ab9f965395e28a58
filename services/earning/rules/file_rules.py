"""What the rules of program.toml change in the ones that are kept. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from services.earning.rules.versions import Origin, RuleState, RuleVersion, Versions, ended
from services.programme.earning_rule import EarningRule
from services.programme.reading import rule_text
from services.settings import SettingsError


def synced(rules: Iterable[EarningRule], kept: Mapping[str, Versions], now: datetime) -> list[RuleVersion]:
    """The versions to store so that the kept rules are those of the file; none when they are already.

    kept: all versions, oldest first, by rule id. The first version of a rule is in force from the beginning
    of time (but for its own starts_at), a later one from now. A rule that is gone ends now; one that comes
    back as it was goes on as if it had never been away. Raises SettingsError.
    """
    named = {rule.id: rule for rule in rules}
    changed = [one for rule in named.values() for one in _taken_in(rule, kept.get(rule.id, ()), now)]
    for rule_id, versions in kept.items():
        if rule_id not in named and versions[0].origin is Origin.FILE:
            changed += ended(versions, now, "", now)
    return changed


def _taken_in(rule: EarningRule, versions: Versions, now: datetime) -> list[RuleVersion]:
    if not versions:
        return [_version(rule, None, now)]
    last = versions[-1]
    if last.origin is Origin.API:
        raise SettingsError(
            f"earning rule {rule.id!r}: a rule of this id was made through the API; choose another id"
        )
    if rule.version > last.version:
        return [*ended(versions, now, "", now), _version(rule, now, now)]
    if rule.version < last.version or rule != last.rule:
        raise SettingsError(
            f"earning rule {rule.id!r}: version {rule.version} was in force with another content, and points"
            f" refer to it; write version = {last.version + 1}"
        )
    if last.state is RuleState.PUBLISHED:
        return []
    return [replace(last, state=RuleState.PUBLISHED, effective_until=None, changed_at=now)]


def _version(rule: EarningRule, since: datetime | None, now: datetime) -> RuleVersion:
    return RuleVersion(
        rule.id,
        rule.version,
        RuleState.PUBLISHED,
        Origin.FILE,
        rule_text(rule),
        since,
        None,
        "",
        now,
        now,
    )
