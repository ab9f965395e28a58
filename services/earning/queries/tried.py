"""The rule that is tried."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from services.earning.queries.versions import find_versions
from services.earning.rules.trials import RuleReference, Tried
from services.earning.rules.versions import draft_number, version_of
from services.programme.earning_rule import EarningRule
from services.programme.programme import Programme
from services.storage.vault import Vault


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule is tried with, where no unit of work is open."""

    tried: Tried | None
    programme: Programme
    vault: Vault
    now: datetime


def find_tried(connection: Connection, tried: Tried) -> EarningRule:
    """The rule, under the number that it has or would get. Raises RuleNotFoundError."""
    versions = find_versions(connection, [tried.rule_id]).get(tried.rule_id, [])
    if isinstance(tried, RuleReference):
        return version_of(versions, tried.version).rule
    return tried.rule.model_copy(update={"version": tried.version or draft_number(versions)})
