"""A shop that asks its customers: a programme with surveys, and a server whose worker works when told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from regulars.feedback.v1 import feedback_service_pb2 as pb

from services.composition import House
from services.settings import Settings
from tests.integration.shop import Caller, ManualClock, fresh_id, order, stamp

SURVEYS = """\
[[surveys]]
id = "after-order"
kind = "NPS"
question = "How likely are you to recommend us to a friend?"
trigger = "ORDER"
delay_hours = 48
channels = ["EMAIL", "PUSH"]
follow_up_days = 5
expires_days = 14
actions = { promoter = "INVITE_REFERRAL", passive = "THANK" }
incentive = { title = "Thank you", benefit = "PERCENT", value = 10, valid_days = 30 }

[[surveys]]
id = "after-return"
kind = "CES"
polarity = "EFFORT"
question = "How much effort did it take to send it back?"
trigger = "RETURN"
delay_hours = 2

[[surveys]]
id = "after-exchange"
kind = "CSAT"
question = "How satisfied are you with the exchange?"
trigger = "EXCHANGE"
channels = ["EMAIL", "IN_APP"]

[[surveys]]
id = "after-case"
kind = "CSAT"
question = "How satisfied are you with what we did about it?"
trigger = "CASE_RESOLVED"
delay_hours = 24

[[surveys]]
id = "welcome"
kind = "CES"
polarity = "EASY"
question = "It was easy to join."
trigger = "ENROLMENT"
delay_hours = 720

[[themes]]
name = "Delivery"
words = ["delivery", "parcel", "Lieferung"]

[[themes]]
name = "Taste"
words = ["taste", "Geschmack"]
"""
TWO_DAYS = timedelta(days=2)


def asking(settings: Settings, programme: str = SURVEYS) -> Settings:
    """The settings of a server with this programme."""
    file = settings.data_dir / "program.toml"
    file.write_text(programme)
    return settings.model_copy(update={"programme_file": file})


@dataclass
class Shop:
    """A backend, a clock, and a worker that does what is due."""

    house: House
    backend: Caller
    clock: ManualClock

    async def order(self, customer_id: str = "anna", **fields: Any) -> str:
        """Order now; answers the order's id."""
        order_id = fresh_id("o")
        await self.backend.record_order(order(order_id, customer_id, self.clock.now(), **fields))
        return order_id

    async def wait(self, **span: float) -> datetime:
        """Let time pass, and the worker do all that has become due."""
        now = self.clock.advance(**span)
        await self.house.worker.drain()
        return now

    async def asked(self, customer_id: str = "anna") -> pb.Invitation:
        """Order, wait, and get the invitation that was sent."""
        await self.order(customer_id)
        await self.wait(hours=48)
        return (await self.invitations(customer_id, survey_id="after-order"))[0]

    async def invitations(self, customer_id: str = "anna", **wanted: Any) -> list[pb.Invitation]:
        """The latest due first."""
        request = pb.ListInvitationsRequest(customer_id=customer_id, **wanted)
        found: pb.ListInvitationsResponse = await self.backend.call(
            self.backend.feedback.ListInvitations, request
        )
        return list(found.invitations)

    async def outcomes(self, customer_id: str = "anna") -> list[tuple[str, str, str]]:
        """Survey, state and reason of each invitation, the latest due first, in the guide's short names."""
        return [short(one) for one in await self.invitations(customer_id)]

    async def submit(self, invitation_id: str, answer: int, **fields: Any) -> pb.RecordedAnswer:
        fields.setdefault("request_id", fresh_id("r"))
        request = pb.SubmitAnswerRequest(invitation_id=invitation_id, answer=answer, **fields)
        found: pb.SubmitAnswerResponse = await self.backend.call(self.backend.feedback.SubmitAnswer, request)
        return found.recorded

    async def record(
        self, survey: str, answer: int, customer_id: str = "anna", **fields: Any
    ) -> pb.RecordedAnswer:
        """Record an answer that was given now, unless `at` says when."""
        fields.setdefault("request_id", fresh_id("r"))
        request = pb.RecordAnswerRequest(
            customer_id=customer_id,
            survey=f"SURVEY_{survey}",
            answer=answer,
            answered_at=stamp(fields.pop("at", self.clock.now())),
            **fields,
        )
        found: pb.RecordAnswerResponse = await self.backend.call(self.backend.feedback.RecordAnswer, request)
        return found.recorded


def short(one: pb.Invitation) -> tuple[str, str, str]:
    state = pb.InvitationState.Name(one.state).removeprefix("INVITATION_STATE_")
    reason = pb.InvitationReason.Name(one.reason).removeprefix("INVITATION_REASON_")
    return one.survey_id, state, reason
