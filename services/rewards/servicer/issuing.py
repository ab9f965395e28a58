"""Rewards in the hands of members."""

from __future__ import annotations

import secrets

from regulars.rewards.v1 import rewards_service_pb2 as pb

from services.rewards.queries.rewards import list_member_rewards
from services.rewards.rules.rewards import Resolution, RewardWanted
from services.rewards.servicer.base import ID_BYTES, Context, Part
from services.rewards.servicer.messages import member_reward_message
from services.rewards.use_cases.issuing import (
    cancel_rewards,
    issue_rewards,
    redeem_rewards,
    return_rewards,
)
from services.rpc.wire import moment_position, page_size, page_token, position_of, request_key


class Issuing(Part):
    async def IssueReward(self, request: pb.IssueRewardRequest, context: Context) -> pb.IssueRewardResponse:
        del context
        wanted = RewardWanted(request.customer_id, request.reward_id, secrets.token_hex(ID_BYTES))
        held = await self._database.write(issue_rewards, wanted, request_key(request))
        return pb.IssueRewardResponse(member_reward=member_reward_message(held))

    async def RedeemReward(
        self, request: pb.RedeemRewardRequest, context: Context
    ) -> pb.RedeemRewardResponse:
        del context
        asked = Resolution(request.customer_id, request.member_reward_id)
        held = await self._database.write(redeem_rewards, asked, request_key(request))
        return pb.RedeemRewardResponse(member_reward=member_reward_message(held))

    async def ReturnReward(
        self, request: pb.ReturnRewardRequest, context: Context
    ) -> pb.ReturnRewardResponse:
        del context
        asked = Resolution(request.customer_id, request.member_reward_id)
        held = await self._database.write(return_rewards, asked, request_key(request))
        return pb.ReturnRewardResponse(member_reward=member_reward_message(held))

    async def CancelReward(
        self, request: pb.CancelRewardRequest, context: Context
    ) -> pb.CancelRewardResponse:
        del context
        asked = Resolution(request.customer_id, request.member_reward_id)
        held = await self._database.write(cancel_rewards, asked, request_key(request))
        return pb.CancelRewardResponse(member_reward=member_reward_message(held))

    async def ListMemberRewards(
        self, request: pb.ListMemberRewardsRequest, context: Context
    ) -> pb.ListMemberRewardsResponse:
        del context
        customer_id = self._database.survivor(request.customer_id)
        size, before = page_size(request.page_size), moment_position(request.page_token)
        found = await self._database.fetch(list_member_rewards, customer_id, before, size + 1)
        page, now = found[:size], self._database.clock.now()
        last = position_of(page[-1].issued_at, page[-1].member_reward_id) if len(found) > size else None
        return pb.ListMemberRewardsResponse(
            member_rewards=[member_reward_message(one.at(now)) for one in page],
            next_page_token=page_token(last),
        )
