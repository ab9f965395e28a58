"""Touches as messages."""

from __future__ import annotations

from regulars.activity.v1.events_pb2 import STAGE_UNSPECIFIED
from regulars.journey.v1 import journey_pb2

from services.journey.rules.touches import Touch, Words
from services.rpc.wire import stamp


def touch_message(touch: Touch, words: Words) -> journey_pb2.Touch:
    stage = words.stage(touch)
    return journey_pb2.Touch(
        occurred_at=stamp(touch.occurred_at),
        kind=f"TOUCH_KIND_{touch.kind}",
        title=words.title(touch),
        channel=channel_message(touch.channel),
        touchpoint=touch.touchpoint,
        stage=STAGE_UNSPECIFIED if stage is None else f"STAGE_{stage}",
        begun_by=f"INITIATOR_{touch.begun_by}",
        record=touch.record,
        source=touch.source,
        id=touch.id,
    )


def channel_message(channel: str) -> str:
    return f"CHANNEL_{channel or 'UNSPECIFIED'}"
