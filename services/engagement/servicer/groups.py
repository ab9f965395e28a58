"""Segments, explanations, personas and levels of experience as messages."""

from __future__ import annotations

from typing import Any, Final

from regulars.engagement.v1 import segments_pb2 as pb

from services.engagement.rules.experience import Experience, Level
from services.engagement.rules.segments import Segment, SegmentChange
from services.filtering.evaluating import Explanation
from services.rpc.wire import stamp

_LEVELS: Final[dict[Level, Any]] = {
    level: pb.ExperienceLevel.Value(f"EXPERIENCE_LEVEL_{level.name}") for level in Level
}


def segment_message(one: Segment) -> pb.SavedSegment:
    return pb.SavedSegment(
        segment_id=one.segment_id,
        name=one.name,
        description=one.description,
        filter=one.filter,
        created_by=one.created_by,
        created_at=stamp(one.created_at),
        changed_by=one.changed_by,
        changed_at=stamp(one.changed_at),
        etag=one.etag,
    )


def change_message(one: SegmentChange) -> pb.SegmentChange:
    return pb.SegmentChange(
        action=f"SEGMENT_ACTION_{one.action}",
        actor=one.actor,
        changed_at=stamp(one.changed_at),
        name=one.name,
        description=one.description,
        filter=one.filter,
    )


def explanation_message(one: Explanation) -> pb.Explanation:
    condition = one.condition
    return pb.Explanation(
        holds=one.holds,
        words=one.words,
        condition=None
        if condition is None
        else pb.ExplainedCondition(
            text=condition.text,
            position=condition.position,
            field=condition.field.name,
            own_value=one.own,
        ),
        parts=[explanation_message(part) for part in one.parts],
    )


def experience_message(one: Experience) -> pb.Experience:
    return pb.Experience(
        customer_id=one.customer_id,
        level=level_message(one.level),
        evidence=[
            pb.ExperienceEvidence(
                level=level_message(part.level),
                words=part.words,
                reference=part.reference,
                first_at=stamp(part.at),
                events=part.events,
            )
            for part in one.evidence
        ],
        as_of=stamp(one.as_of),
    )


def level_message(level: Level) -> pb.ExperienceLevel:
    found: pb.ExperienceLevel = _LEVELS[level]
    return found
