"""Scores and versions as messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from google.protobuf.timestamp_pb2 import Timestamp
from regulars.engagement.v1 import engagement_service_pb2 as pb

from services.engagement.reference import SEGMENT_NAMES
from services.engagement.rules.scores import Component, Score
from services.engagement.rules.versions import KINDS, ComponentKind, StoredVersion, Version, weight_by_kind
from services.intervals import SHARE
from services.rpc.wire import stamp

KIND_NUMBERS: Final[dict[str, Any]] = {
    kind: pb.ComponentKind.Value(f"COMPONENT_KIND_{kind}") for kind in KINDS
}
SEGMENTS: Final[dict[str, Any]] = {name: pb.Segment.Value(f"SEGMENT_{name}") for name in SEGMENT_NAMES}
_UNITS: Final = {
    ComponentKind.REPEAT_RATE: SHARE,
    ComponentKind.PURCHASE_FREQUENCY: "orders per year",
    ComponentKind.RECENCY: "days",
    ComponentKind.CHANNEL_COUNT: "channels",
    ComponentKind.PAGES_PER_SESSION: "pages per session",
    ComponentKind.OPEN_RATE: SHARE,
    ComponentKind.SENTIMENT: SHARE,
}
Units = Mapping[ComponentKind, str]


def units(currency: str) -> Units:
    """What the value of each component is measured in."""
    return {ComponentKind.AVERAGE_ORDER_VALUE: f"{currency} minor units", **_UNITS}


def score_message(found: Score, unit_of: Units) -> pb.Score:
    rfm, figures = found.rfm, found.figures
    return pb.Score(
        customer_id=found.customer_id,
        score=found.score if found.components else None,
        coverage=found.coverage,
        components=[component_message(part, unit_of) for part in found.components],
        rfm=pb.Rfm(
            recency=rfm.recency,
            frequency=rfm.frequency,
            monetary=rfm.monetary,
            segment=SEGMENTS[rfm.segment],
        ),
        orders=figures.orders,
        gap_days_median=figures.gap_days_median,
        as_of=Timestamp(seconds=found.as_of_us // 1_000_000, nanos=found.as_of_us % 1_000_000 * 1_000),
        score_version=found.version,
        fallback=pb.FALLBACK_UNSPECIFIED if found.components else pb.FALLBACK_NO_EVIDENCE,
    )


def component_message(part: Component, unit_of: Units) -> pb.Component:
    return pb.Component(
        kind=KIND_NUMBERS[part.kind],
        value=part.value,
        percentile=part.percentile,
        weight=part.weight,
        contribution=part.contribution,
        window_days=part.window_days,
        events=part.events,
        unit=unit_of[part.kind],
    )


def version_message(found: StoredVersion, current: str) -> pb.ScoreVersion:
    return pb.ScoreVersion(
        score_version=found.name,
        weights=[
            pb.ComponentWeight(kind=KIND_NUMBERS[kind], weight=weight)
            for kind, weight in weight_by_kind(found.weighing).items()
        ],
        reference=found.reference,
        since=stamp(found.since),
        current=found.name == current,
        scores=found.scores,
    )


def distribution_messages(version: Version) -> list[pb.Distribution]:
    points = version.reference.points
    return [pb.Distribution(kind=KIND_NUMBERS[kind], points=points[kind]) for kind in KINDS if kind in points]


def thresholds_message(version: Version) -> pb.RfmThresholds:
    known = version.reference.thresholds
    return pb.RfmThresholds(
        recency_days=known.recency_days, orders=known.orders, money_minor=known.money_minor
    )
