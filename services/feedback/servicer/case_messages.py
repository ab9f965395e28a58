"""Values of cases and their messages."""

from __future__ import annotations

from datetime import datetime

from regulars.feedback.v1 import cases_service_pb2 as pb
from regulars.types.v1.money_pb2 import Money

from services.feedback.rules.case_steps import Change, Note
from services.feedback.rules.cases import Case, CaseCause, PrivateChannel
from services.feedback.rules.make_goods import MakeGood
from services.rpc.wire import short_name, stamp


def private_channel_of(number: int) -> PrivateChannel:
    if not number:
        return PrivateChannel.UNKNOWN
    return PrivateChannel(short_name(pb.PrivateChannel, number, "PRIVATE_CHANNEL_"))


def case_message(case: Case, now: datetime) -> pb.Case:
    is_complaint = case.cause is CaseCause.COMPLAINT
    return pb.Case(
        case_id=case.case_id,
        customer_id=case.customer_id,
        survey=f"SURVEY_{'UNSPECIFIED' if is_complaint else case.cause}",
        answer=case.answer,
        state=f"CASE_STATE_{case.state}",
        overdue=case.is_overdue(now),
        opened_at=stamp(case.opened_at),
        due_at=stamp(case.due_at),
        resolved_at=stamp(case.resolved_at),
        resolved_by=case.resolved_by,
        resolution=case.resolution,
        cause=f"CASE_CAUSE_{case.cause}",
        opened_by=case.opened_by,
        channel=f"CHANNEL_{case.channel or 'UNSPECIFIED'}",
        theme=case.theme,
        order_id=case.order_id,
        source=case.source,
        text=case.text,
        private_channel=_channel_name(case.private_channel),
        assignee=case.assignee,
        respond_by=stamp(case.respond_by),
        responded_at=stamp(case.responded_at),
        first_resolved_at=stamp(case.first_resolved_at),
        waiting_since=stamp(case.waiting_since),
        reopenings=case.reopenings,
    )


def change_message(one: Change) -> pb.CaseChange:
    return pb.CaseChange(
        changed_at=stamp(one.changed_at),
        actor=one.actor,
        action=f"CASE_ACTION_{one.action}",
        before=f"CASE_STATE_{one.before or 'UNSPECIFIED'}",
        after=f"CASE_STATE_{one.after}",
        detail=one.detail,
    )


def note_message(one: Note) -> pb.CaseNote:
    return pb.CaseNote(
        noted_at=stamp(one.noted_at),
        actor=one.actor,
        private_channel=_channel_name(one.private_channel),
        from_customer=one.from_customer,
        text=one.text,
    )


def make_good_message(one: MakeGood, currency: str) -> pb.MakeGood:
    return pb.MakeGood(
        make_good_id=one.make_good_id,
        case_id=one.case_id,
        kind=f"MAKE_GOOD_KIND_{one.kind}",
        points=one.points,
        cost=Money(amount_minor=one.cost_minor, currency=currency),
        coupon_code=one.code,
        actor=one.actor,
        reason=one.reason,
        given_at=stamp(one.given_at),
    )


def _channel_name(channel: PrivateChannel) -> str:
    return f"PRIVATE_CHANNEL_{channel or 'UNSPECIFIED'}"
