"""How gateways fare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.errors import RegularsError
from services.presence.queries import gateways as queries
from services.storage.unit import UnitOfWork, use_case


@dataclass(frozen=True, slots=True)
class GatewayHealth:
    """How a gateway fares."""

    gateway: str
    epoch: str
    health: Mapping[str, Any]

    @property
    def customer_id(self) -> str:
        return self.gateway


@use_case(type(None))
def report_health(unit: UnitOfWork, reports: Sequence[GatewayHealth]) -> list[RegularsError | None]:
    for report in reports:
        queries.store_health(unit.connection, report.gateway, report.epoch, dict(report.health), unit.now)
    return [None] * len(reports)
