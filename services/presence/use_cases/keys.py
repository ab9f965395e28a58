"""What gateways call members, day by day, and whose keys rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from services.errors import RegularsError
from services.presence.queries import keys as queries
from services.storage.unit import UnitOfWork, use_case

PSEUDONYM_DAYS: Final = 3  # a gateway that was offline for two days still finds its members


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """The names of the members for one day, about to be given to gateways."""

    day: date
    named: tuple[tuple[str, str], ...]  # (pseudonym as hex, customer id)
    customer_id: str = ""


@use_case(type(None))
def name_members(unit: UnitOfWork, asked: Sequence[Pseudonyms]) -> list[RegularsError | None]:
    """Keep the pseudonyms of a day before any gateway learns them, and forget those of days gone by."""
    for one in asked:
        keys = dict(queries.all_keys(unit.connection))
        named = (
            (pseudonym, customer_id, one.day) for pseudonym, customer_id in one.named if customer_id in keys
        )
        queries.store_pseudonyms(unit.connection, named)
        queries.forget_pseudonyms(unit.connection, one.day - timedelta(days=PSEUDONYM_DAYS))
    return [None] * len(asked)
