"""`EarningService`: message -> value -> message."""

from __future__ import annotations

from typing import Any, Final

from grpc.aio import ServicerContext
from regulars.earning.v1 import earning_service_pb2 as pb
from regulars.earning.v1 import earning_service_pb2_grpc as pb_grpc
from regulars.types.v1.channel_pb2 import Channel
from regulars.types.v1.money_pb2 import Money

from services.earning.queries import versions as queries
from services.earning.queries.tried import Trial
from services.earning.rules.reasons import reason_text
from services.earning.rules.trials import NEWCOMER, Replay, RuleReference, Tried
from services.earning.rules.versions import NewDraft, RuleChange, RuleVersion, version_of
from services.earning.use_cases import editing
from services.earning.use_cases.replaying import replay
from services.earning.use_cases.simulating import simulate
from services.points.earning import Outcome
from services.points.occasions import BasketLine, Occasion
from services.programme.programme import Programme
from services.programme.reading import read_rule
from services.rpc.wire import moment, page_position, page_size, page_token, request_key, short_name, stamp
from services.storage.database import Database

DIFFERENCES_DEFAULT: Final = 50

Context = ServicerContext[Any, Any]


class EarningServicer(pb_grpc.EarningServiceServicer):
    """Keeps the earning rules, and tries them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def CreateRule(self, request: pb.CreateRuleRequest, context: Context) -> pb.CreateRuleResponse:
        del context
        draft = draft_of(request.definition, request.actor, self._database.programme)
        made = await self._database.write(editing.create_rules, draft, request_key(request))
        return pb.CreateRuleResponse(rule=rule_message(made))

    async def GetRule(self, request: pb.GetRuleRequest, context: Context) -> pb.GetRuleResponse:
        del context
        versions, given = await self._database.fetch(queries.find_rule, request.rule_id)
        found = version_of(versions, request.version)
        return pb.GetRuleResponse(rule=rule_message(found), budget_given_points=given)

    async def ListRules(self, request: pb.ListRulesRequest, context: Context) -> pb.ListRulesResponse:
        del context
        size = page_size(request.page_size)
        state = short_name(pb.RuleState, request.state, "RULE_STATE_") if request.state else ""
        after = page_position(request.page_token, (str, int)) or ("", 0)
        found = await self._database.fetch(queries.list_versions, state, after, size + 1)
        page = found[:size]
        last = (page[-1].rule_id, page[-1].version) if len(found) > size else None
        return pb.ListRulesResponse(
            rules=[rule_message(one) for one in page], next_page_token=page_token(last)
        )

    async def UpdateDraft(self, request: pb.UpdateDraftRequest, context: Context) -> pb.UpdateDraftResponse:
        del context
        change = RuleChange(
            request.rule_id,
            request.version,
            request.actor,
            request.etag,
            draft=draft_of(request.definition, request.actor, self._database.programme),
        )
        changed = await self._database.write(editing.update_drafts, change, request_key(request))
        return pb.UpdateDraftResponse(rule=rule_message(changed))

    async def DeleteDraft(self, request: pb.DeleteDraftRequest, context: Context) -> pb.DeleteDraftResponse:
        del context
        change = RuleChange(request.rule_id, request.version, etag=request.etag)
        await self._database.write(editing.delete_drafts, change, request_key(request))
        return pb.DeleteDraftResponse()

    async def PublishRule(self, request: pb.PublishRuleRequest, context: Context) -> pb.PublishRuleResponse:
        del context
        change = RuleChange(
            request.rule_id,
            request.version,
            request.actor,
            request.etag,
            effective_from=moment(request.effective_from) if request.HasField("effective_from") else None,
        )
        changed = await self._database.write(editing.publish_rules, change, request_key(request))
        return pb.PublishRuleResponse(rule=rule_message(changed))

    async def RetireRule(self, request: pb.RetireRuleRequest, context: Context) -> pb.RetireRuleResponse:
        del context
        change = RuleChange(request.rule_id, actor=request.actor)
        changed = await self._database.write(editing.retire_rules, change, request_key(request))
        return pb.RetireRuleResponse(rule=rule_message(changed))

    async def SimulateEarn(
        self, request: pb.SimulateEarnRequest, context: Context
    ) -> pb.SimulateEarnResponse:
        del context
        database, now = self._database, self._database.clock.now()
        order = Occasion(
            database.survivor(request.customer_id) if request.customer_id else NEWCOMER,
            "",
            "ORDER",
            moment(request.placed_at) if request.HasField("placed_at") else now,
            short_name(Channel, request.channel, "CHANNEL_"),
            basket_of(request),
            request.points_paid_minor,
        )
        tried = tried_of(request, database.programme)
        trial = Trial(tried, database.programme, database.vault, now)
        outcomes = await database.fetch(simulate, order, trial)
        return pb.SimulateEarnResponse(
            points=sum(one.points for one in outcomes),
            outcomes=[outcome_message(one, tried) for one in outcomes],
        )

    async def ReplayRules(self, request: pb.ReplayRulesRequest, context: Context) -> pb.ReplayRulesResponse:
        del context
        programme = self._database.programme
        tried = tried_of(request, programme)
        assert tried is not None, "the message requires one"
        shown_max = request.members_max or DIFFERENCES_DEFAULT
        return replay_message(await replay(self._database, tried, shown_max), programme)


def draft_of(definition: str, actor: str, programme: Programme) -> NewDraft:
    """The rule of a definition. Raises RuleInvalidError."""
    rule = read_rule(definition, programme)
    return NewDraft(rule, rule.version if "version" in rule.model_fields_set else None, actor)


def tried_of(request: pb.SimulateEarnRequest | pb.ReplayRulesRequest, programme: Programme) -> Tried | None:
    kind = request.WhichOneof("tried")
    if kind == "definition":
        return draft_of(request.definition, "", programme)
    return RuleReference(request.rule.rule_id, request.rule.version) if kind else None


def basket_of(request: pb.SimulateEarnRequest) -> tuple[BasketLine, ...]:
    return tuple(
        BasketLine(place, line.sku, line.category, line.quantity * line.unit_price_minor, not line.gift_card)
        for place, line in enumerate(request.lines)
    )


def rule_message(one: RuleVersion) -> pb.Rule:
    return pb.Rule(
        rule_id=one.rule_id,
        version=one.version,
        state=f"RULE_STATE_{one.state}",
        origin=f"RULE_ORIGIN_{one.origin}",
        definition=one.definition,
        name=one.rule.name,
        effective_from=stamp(one.effective_from),
        effective_until=stamp(one.effective_until),
        actor=one.actor,
        created_at=stamp(one.created_at),
        changed_at=stamp(one.changed_at),
        etag=one.etag,
    )


def outcome_message(one: Outcome, tried: Tried | None) -> pb.RuleOutcome:
    return pb.RuleOutcome(
        rule_id=one.rule.id,
        version=one.rule.version,
        name=one.rule.name,
        tried=tried is not None and tried.rule_id == one.rule.id,
        points=one.points,
        lines=[pb.LinePoints(line=line, points=points) for line, points in one.allotments],
        reason=f"RULE_REASON_{one.why}" if one.why else "RULE_REASON_UNSPECIFIED",
        reason_text=reason_text(one),
    )


def replay_message(found: Replay, programme: Programme) -> pb.ReplayRulesResponse:
    return pb.ReplayRulesResponse(
        orders=found.orders,
        members=found.members,
        members_changed=found.members_changed,
        present_points=found.present_points,
        tried_points=found.tried_points,
        cost=Money(amount_minor=found.cost_minor(programme), currency=programme.currency),
        differences=[
            pb.MemberDifference(
                customer_id=one.customer_id,
                orders=one.orders,
                present_points=one.present_points,
                tried_points=one.tried_points,
            )
            for one in found.shown
        ],
        complete=found.complete,
        since=stamp(found.since),
    )
