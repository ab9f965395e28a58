"""Stores get a map of how their places are heard, and lose it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.errors import RegularsError
from services.presence.queries import maps as queries
from services.storage.unit import UnitOfWork, use_case


@dataclass(frozen=True, slots=True)
class StoreWalk:
    """What a calibration walk taught, as the message StoreMap says it; without places it is forgotten."""

    store: str
    map: Mapping[str, Any]

    @property
    def customer_id(self) -> str:
        return self.store


@use_case(type(None))
def set_store_maps(unit: UnitOfWork, walks: Sequence[StoreWalk]) -> list[RegularsError | None]:
    for walk in walks:
        if walk.map.get("places"):
            queries.keep_map(unit.connection, walk.store, walk.map, unit.now)
        else:
            queries.forget_map(unit.connection, walk.store)
    return [None] * len(walks)
