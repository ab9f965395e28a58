"""What every part of the services of `feedback` stands on."""

from __future__ import annotations

from typing import Any

from grpc.aio import ServicerContext
from regulars.feedback.v1 import feedback_service_pb2 as pb

from services.feedback.rules.answers import SurveyKind
from services.rpc.wire import short_name
from services.storage.database import Database

Context = ServicerContext[Any, Any]


class Part:
    """Some of a service's methods; the parts share one database."""

    def __init__(self, database: Database) -> None:
        self._database = database


def survey_of(number: int) -> SurveyKind:
    return SurveyKind(short_name(pb.Survey, number, "SURVEY_"))
