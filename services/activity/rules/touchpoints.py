"""What the touchpoints of the registry saw, and which names it does not know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from services.programme.touchpoints import Stage, Touchpoint, stage_of
from services.windows import Window

UNMAPPED_MAX: Final = 200  # a typing error in an id can make as many names as there are touches


@dataclass(frozen=True, slots=True)
class Met:
    """How often a touchpoint was met in a channel; the channel is empty where nothing tells it."""

    name: str
    channel: str
    touches: int
    customers: int


@dataclass(frozen=True, slots=True)
class TouchpointReport:
    """The registry by stage and name, and the names beside it, each with what was met in the window."""

    known: tuple[tuple[Touchpoint, tuple[Met, ...]], ...]
    unmapped: tuple[tuple[str, tuple[Met, ...]], ...]
    window: Window


def by_touchpoint(registry: Mapping[str, Touchpoint], met: Iterable[Met], window: Window) -> TouchpointReport:
    """Sort what was met: to the touchpoint of the registry, or else to its name alone."""
    mapped: dict[str, list[Met]] = {name: [] for name in registry}
    unmapped: dict[str, list[Met]] = {}
    for one in sorted(met, key=lambda one: (one.name, one.channel)):
        is_known = stage_of(registry, one.name, one.channel) is not None
        (mapped[one.name] if is_known else unmapped.setdefault(one.name, [])).append(one)
    stages = list(Stage)
    known = sorted(registry.values(), key=lambda one: (stages.index(one.stage), one.name))
    frequent = sorted(unmapped.items(), key=lambda item: (-sum(one.touches for one in item[1]), item[0]))
    return TouchpointReport(
        tuple((touchpoint, tuple(mapped[touchpoint.name])) for touchpoint in known),
        tuple((name, tuple(counts)) for name, counts in frequent[:UNMAPPED_MAX]),
        window,
    )
