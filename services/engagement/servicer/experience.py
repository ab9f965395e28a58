"""The part of `SegmentsService` that tells of levels of experience."""

from __future__ import annotations

from datetime import datetime

from regulars.engagement.v1 import segments_pb2
from regulars.engagement.v1 import segments_service_pb2 as pb
from sqlalchemy import Connection

from services.engagement.queries.computing import score_as_of
from services.engagement.queries.experience import find_evidence, find_promoter, tally_levels
from services.engagement.queries.versions import Shelf
from services.engagement.rules.experience import Experience, experience_of
from services.engagement.rules.experience_report import CAVEAT, LevelGroup, Step, report_of
from services.engagement.rules.scores import ORDER_WINDOW
from services.engagement.servicer.base import Context, Part
from services.engagement.servicer.groups import experience_message, level_message
from services.errors import CustomerNotFoundError, check_moment
from services.programme.programme import Weights
from services.rpc.figures import figure_message, window_message
from services.rpc.wire import moment


class Experiences(Part):
    """Reads levels of experience, and how they are spread."""

    async def GetExperience(
        self, request: pb.GetExperienceRequest, context: Context
    ) -> pb.GetExperienceResponse:
        del context
        database, now = self._database, self._database.clock.now()
        customer_id = database.survivor(request.customer_id)
        as_of = moment(request.as_of) if request.HasField("as_of") else now
        if problem := check_moment(as_of, now, "as_of"):
            raise problem
        weights = database.programme.weights
        found = await database.fetch(find_experience, customer_id, as_of, weights, self._shelf)
        return pb.GetExperienceResponse(experience=experience_message(found))

    async def GetExperienceReport(
        self, request: pb.GetExperienceReportRequest, context: Context
    ) -> pb.GetExperienceReportResponse:
        del request, context
        now = self._database.clock.now()
        tallies = await self._database.fetch(tally_levels)
        found = report_of(tallies, self._database.programme.currency)
        best = found.best_step
        return pb.GetExperienceReportResponse(
            window=window_message(now - ORDER_WINDOW, now),
            groups=[group_message(one) for one in found.groups],
            steps=[step_message(one) for one in found.steps],
            best_step=None if best is None else step_message(best),
            caveat=CAVEAT,
        )


def find_experience(
    connection: Connection, customer_id: str, as_of: datetime, weights: Weights, shelf: Shelf
) -> Experience:
    """Where a known customer stood at a moment. Raises CustomerNotFoundError."""
    score = score_as_of(connection, [customer_id], as_of, "", weights, shelf).get(customer_id)
    if score is None:
        raise CustomerNotFoundError(field="customer_id")
    evidence = find_evidence(connection, [customer_id], as_of).get(customer_id, ())
    promoter = find_promoter(connection, customer_id, as_of)
    return experience_of(customer_id, as_of, evidence, promoter, score.rfm.segment)


def group_message(one: LevelGroup) -> segments_pb2.ExperienceGroup:
    return segments_pb2.ExperienceGroup(
        level=level_message(one.level),
        customers=one.customers,
        share=figure_message(one.share),
        repeat_rate=figure_message(one.repeat_rate),
        net_revenue=figure_message(one.net_revenue),
    )


def step_message(one: Step) -> segments_pb2.ExperienceStep:
    return segments_pb2.ExperienceStep(
        from_level=level_message(one.lower.level),
        to_level=level_message(one.higher.level),
        buyers=one.lower.buyers,
        repeat_rate_difference=figure_message(one.difference),
        repeat_buyers=one.repeat_buyers,
        clear=one.is_clear,
    )
