"""What a score is measured with: weights and a reference, under one name. Pure."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Final

from services.engagement.reference import Reference
from services.errors import NotFoundError
from services.programme.programme import Weights


class ComponentKind(StrEnum):
    AVERAGE_ORDER_VALUE = "AVERAGE_ORDER_VALUE"
    REPEAT_RATE = "REPEAT_RATE"
    PURCHASE_FREQUENCY = "PURCHASE_FREQUENCY"
    RECENCY = "RECENCY"
    CHANNEL_COUNT = "CHANNEL_COUNT"
    PAGES_PER_SESSION = "PAGES_PER_SESSION"
    OPEN_RATE = "OPEN_RATE"
    SENTIMENT = "SENTIMENT"


KINDS: Final = tuple(ComponentKind)  # the order in which contributions are listed and added
LESS_IS_BETTER: Final = frozenset({ComponentKind.RECENCY})
# The weight `digital_engagement` is that of both, in halves.
DIGITAL: Final = (ComponentKind.PAGES_PER_SESSION, ComponentKind.OPEN_RATE)


class ScoreVersionNotFoundError(NotFoundError):
    """No score was ever computed under this version; ListScoreVersions names those that can be asked for."""

    reason = "SCORE_VERSION_NOT_FOUND"


@dataclass(frozen=True)
class Version:
    """The weights and the reference that a score is computed with; the same name means the same of both."""

    weighing: Weights
    reference: Reference

    @cached_property
    def name(self) -> str:
        return version_name(self.weighing, self.reference.version)

    @cached_property
    def weights(self) -> Mapping[ComponentKind, float]:
        """The weight of each component; they sum to 1."""
        return weight_by_kind(self.weighing)

    @cached_property
    def _shares(self) -> dict[tuple[ComponentKind, ...], tuple[float, tuple[float, ...]]]:
        return {}

    def shares(self, kinds: tuple[ComponentKind, ...]) -> tuple[float, tuple[float, ...]]:
        """The coverage of these components, and their weights when those of the missing are shared out."""
        found = self._shares.get(kinds)
        if found is None:  # 256 sets at most
            coverage = math.fsum(self.weights[kind] for kind in kinds)
            found = self._shares[kinds] = coverage, tuple(self.weights[kind] / coverage for kind in kinds)
        return found

    def percentile(self, kind: ComponentKind, value: float) -> float:
        """How many of the reference stand worse, half of the equal ones among them: 0 to 1."""
        rank = self.reference.percentile(kind, value)
        return 1.0 - rank if kind in LESS_IS_BETTER else rank


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A version as it is listed: in use since `since` for the first time; scores: how many rows carry it."""

    name: str
    weighing: Weights
    reference: str
    since: datetime
    scores: int


@lru_cache(maxsize=8)  # the same for a whole batch
def version_name(weighing: Weights, reference: str) -> str:
    return f"{weights_digest(weighing)}/{reference}"


def weights_digest(weighing: Weights) -> str:
    return hashlib.sha256(json.dumps(weighing.model_dump(), sort_keys=True).encode()).hexdigest()[:8]


def weight_by_kind(weighing: Weights) -> dict[ComponentKind, float]:
    named = dict(weighing)
    halved = named["digital_engagement"] / len(DIGITAL)
    return {kind: halved if kind in DIGITAL else named[kind.lower()] for kind in KINDS}
