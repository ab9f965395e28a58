"""Gateways connect, say how they fare, and are told what to do differently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.errors import NotFoundError, RegularsError, WrongStateError
from services.presence.queries import gateways as queries
from services.presence.rules.gateways import EPOCHS_KEPT, Greeting
from services.storage.unit import UnitOfWork, use_case


class GatewaySupersededError(WrongStateError):
    """A gateway of this name has connected anew; this connection counts no more."""

    reason = "GATEWAY_SUPERSEDED"


class GatewayNotFoundError(NotFoundError):
    """No gateway of this name was ever connected."""

    reason = "GATEWAY_NOT_FOUND"


@dataclass(frozen=True, slots=True)
class GatewayHealth:
    """How a gateway fares, as its messages say."""

    gateway: str
    session: str
    health: Mapping[str, Any]

    @property
    def customer_id(self) -> str:
        return self.gateway


@dataclass(frozen=True, slots=True)
class GatewayConfig:
    """What a gateway is told to do differently."""

    gateway: str
    config: Mapping[str, Any]

    @property
    def customer_id(self) -> str:
        return self.gateway


@use_case(int)
def greet(unit: UnitOfWork, hellos: Sequence[Greeting]) -> list[int | RegularsError]:
    """Let each session be the one of its gateway that counts; answers what is stored of its run."""
    return [_greet(unit, hello) for hello in hellos]


def _greet(unit: UnitOfWork, hello: Greeting) -> int:
    queries.store_greeting(unit.connection, hello, unit.now)
    queries.forget_epochs(unit.connection, hello.gateway, unit.now - EPOCHS_KEPT)
    return queries.standing(unit.connection, hello.gateway, hello.epoch).acked_seq


@use_case(type(None))
def report_health(unit: UnitOfWork, reports: Sequence[GatewayHealth]) -> list[RegularsError | None]:
    for report in reports:
        queries.store_health(unit.connection, report.gateway, report.session, report.health, unit.now)
    return [None] * len(reports)


@use_case(type(None))
def configure_gateways(unit: UnitOfWork, asked: Sequence[GatewayConfig]) -> list[RegularsError | None]:
    return [
        None if queries.store_config(unit.connection, one.gateway, one.config) else GatewayNotFoundError()
        for one in asked
    ]
