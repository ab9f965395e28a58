"""The report of touchpoints as messages."""

from __future__ import annotations

from collections.abc import Iterable

from regulars.activity.v1 import activity_service_pb2 as pb
from regulars.activity.v1 import events_pb2
from regulars.types.v1.channel_pb2 import CHANNEL_UNSPECIFIED

from services.activity.rules.touchpoints import Met, TouchpointReport
from services.programme.touchpoints import BUILTIN, Touchpoint
from services.rpc.figures import window_message


def report_message(report: TouchpointReport) -> pb.ListTouchpointsResponse:
    return pb.ListTouchpointsResponse(
        touchpoints=[touchpoint_message(touchpoint, met) for touchpoint, met in report.known],
        unmapped=[
            events_pb2.UnmappedTouchpoint(name=name, counts=count_messages(met))
            for name, met in report.unmapped
        ],
        window=window_message(report.window.since, report.window.until),
    )


def touchpoint_message(touchpoint: Touchpoint, met: Iterable[Met]) -> events_pb2.Touchpoint:
    return events_pb2.Touchpoint(
        name=touchpoint.name,
        title=touchpoint.title,
        stage=f"STAGE_{touchpoint.stage}",
        channels=[f"CHANNEL_{channel}" for channel in touchpoint.channels],
        built_in=BUILTIN.get(touchpoint.name) == touchpoint,
        counts=count_messages(met),
    )


def count_messages(met: Iterable[Met]) -> list[events_pb2.ChannelCount]:
    return [
        events_pb2.ChannelCount(
            channel=f"CHANNEL_{one.channel}" if one.channel else CHANNEL_UNSPECIFIED,
            touches=one.touches,
            customers=one.customers,
        )
        for one in met
    ]
