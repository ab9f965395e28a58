"""The part of `SegmentsService` that tells of personas."""

from __future__ import annotations

from typing import Final

from regulars.engagement.v1 import segments_pb2
from regulars.engagement.v1 import segments_service_pb2 as pb

from services.engagement.queries.personas import latest_report
from services.engagement.rules.personas import Contrast, Gap, Persona, PersonaReport
from services.engagement.rules.scores import ORDER_WINDOW
from services.engagement.servicer.base import Context, Part
from services.rpc.figures import figure_message, window_message
from services.rpc.wire import stamp

NOT_BUILT: Final = segments_pb2.PersonaReport(gap=f"PERSONA_GAP_{Gap.NEVER_BUILT}")


class Personas(Part):
    """Reads the report of personas."""

    async def GetPersonas(self, request: pb.GetPersonasRequest, context: Context) -> pb.GetPersonasResponse:
        del request, context
        report = await self._database.fetch(latest_report)
        return pb.GetPersonasResponse(report=NOT_BUILT if report is None else report_message(report))


def report_message(found: PersonaReport) -> segments_pb2.PersonaReport:
    return segments_pb2.PersonaReport(
        version=found.version,
        built_at=stamp(found.built_at),
        window=window_message(found.built_at - ORDER_WINDOW, found.built_at),
        customers=found.customers,
        personas=[persona_message(one, found.customers) for one in found.personas],
        gap=f"PERSONA_GAP_{found.gap or 'UNSPECIFIED'}",
        tried=[
            segments_pb2.TriedPersonas(personas=number, silhouette=value)
            for number, value in found.silhouettes
        ],
        stability=figure_message(found.stability),
        unstable=found.unstable,
        few_customers=found.few_customers,
    )


def persona_message(one: Persona, everybody: int) -> segments_pb2.Persona:
    return segments_pb2.Persona(
        persona=one.persona,
        name=one.name,
        share=figure_message(one.share(everybody)),
        customers=one.customers,
        features=[feature_message(part) for part in one.contrasts],
    )


def feature_message(one: Contrast) -> segments_pb2.PersonaFeature:
    return segments_pb2.PersonaFeature(
        name=one.feature, words=one.words, difference=figure_message(one.difference)
    )
