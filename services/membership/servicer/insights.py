"""What is predicted about a customer, as messages: churn, replenishments."""

from __future__ import annotations

from datetime import date

from regulars.predictions.v1 import predictions_service_pb2 as predictions

from services.membership.rules.customer_view import Churn, Replenishment, Run
from services.rpc.wire import stamp


def churn_message(customer_id: str, one: Churn, run: Run) -> predictions.Churn:
    return predictions.Churn(
        customer_id=customer_id,
        probability=one.probability,
        band=f"BAND_{one.band}",
        reasons=[
            predictions.Reason(family=reason.family, text=reason.text, contribution=reason.contribution)
            for reason in one.reasons
        ],
        value_minor=one.value_minor,
        expected_loss_minor=one.expected_loss_minor,
        origin=origin_message(run),
    )


def replenishment_message(customer_id: str, one: Replenishment, run: Run) -> predictions.Replenishment:
    return predictions.Replenishment(
        customer_id=customer_id,
        sku=one.sku,
        title=one.title,
        probability=one.probability,
        due_on=day(one.due_on),
        due_from=day(one.due_from),
        due_to=day(one.due_to),
        origin=origin_message(run),
    )


def origin_message(run: Run) -> predictions.Origin:
    return predictions.Origin(
        model=run.model,
        version=run.version,
        cutoff=stamp(run.cutoff),
        horizon_days=run.horizon_days,
        readiness=f"READINESS_{run.readiness}",
    )


def day(when: date | None) -> str:
    return "" if when is None else when.isoformat()
