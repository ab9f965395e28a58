"""Predictions as values. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from services.errors import NotFoundError, WrongStateError

CHURN: Final = "churn"
REPURCHASE: Final = "repurchase"
BANDS: Final = ("LOW", "MEDIUM", "HIGH")


class ModelNotReadyError(WrongStateError):
    """There is no model that may speak yet; run `regulars train` and `regulars score`."""

    reason = "MODEL_NOT_READY"


class NoPredictionError(NotFoundError):
    """This customer was not active at the cut-off, so there is nothing to predict."""

    reason = "NO_PREDICTION"


@dataclass(frozen=True, slots=True)
class Run:
    """Where predictions come from: what every answer names."""

    subject: str  # CHURN or REPURCHASE
    model: str
    version: str
    cutoff: datetime
    horizon_days: int
    readiness: str


@dataclass(frozen=True, slots=True)
class Reason:
    family: str
    text: str
    contribution: float


@dataclass(frozen=True, slots=True)
class Churn:
    """Probability of no order within the horizon. Value of the last 365 days, in minor units."""

    customer_id: str
    probability: float
    band: str
    reasons: tuple[Reason, ...]
    value_minor: int
    expected_loss_minor: int


@dataclass(frozen=True, slots=True)
class Replenishment:
    """A product that a customer is likely to buy again; dates are None where the evidence is too thin."""

    customer_id: str
    sku: str
    probability: float
    due_on: date | None
    due_from: date | None
    due_to: date | None
    title: str = ""
