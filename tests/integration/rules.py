"""A team that edits earning rules."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from regulars.earning.v1 import earning_service_pb2 as pb

from tests.integration.shop import Caller, fresh_id, stamp


async def draft(team: Caller, definition: str) -> pb.Rule:
    request = pb.CreateRuleRequest(request_id=fresh_id("r"), definition=definition, actor="mia")
    answer: pb.CreateRuleResponse = await team.call(team.earning.CreateRule, request)
    return answer.rule


async def publish(team: Caller, rule_id: str, since: datetime | None = None, **fields: Any) -> pb.Rule:
    request = pb.PublishRuleRequest(
        request_id=fresh_id("r"),
        rule_id=rule_id,
        actor="mia",
        effective_from=stamp(since) if since else None,
        **fields,
    )
    answer: pb.PublishRuleResponse = await team.call(team.earning.PublishRule, request)
    return answer.rule


async def in_force(team: Caller, definition: str) -> pb.Rule:
    """The rule of a definition, drafted and published."""
    return await publish(team, (await draft(team, definition)).rule_id)
