"""What gateways call members, day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.errors import RegularsError
from services.presence.queries import keys as queries
from services.presence.rules.key_table import Device
from services.storage.sets import lock_known
from services.storage.unit import UnitOfWork, use_case


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """The names of members for one day, about to be given to gateways."""

    day: date
    named: tuple[tuple[str, Device], ...]  # (pseudonym as hex, whose)
    customer_id: str = ""


@use_case(type(None))
def name_members(unit: UnitOfWork, asked: Sequence[Pseudonyms]) -> list[RegularsError | None]:
    """Keep the pseudonyms of a day, of the keys that are still there."""
    for one in asked:
        ids = [device.customer_id for _, device in one.named]
        lock_known(unit, ids)  # a key that is being forgotten is waited for
        there = queries.serials_of(unit.connection, ids)
        named = (
            (pseudonym, device.customer_id, one.day)
            for pseudonym, device in one.named
            if there.get(device.customer_id) == device.serial
        )
        queries.store_pseudonyms(unit.connection, named)
    return [None] * len(asked)
