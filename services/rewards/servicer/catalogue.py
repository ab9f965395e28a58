"""The catalogue of rewards."""

from __future__ import annotations

from regulars.rewards.v1 import rewards_service_pb2 as pb

from services.rewards.queries.rewards import find_rewards
from services.rewards.rules.reward_errors import RewardNotFoundError
from services.rewards.rules.rewards import Retirement, RewardChange
from services.rewards.servicer.base import Context, Part
from services.rewards.servicer.messages import offer_message, reward_message, reward_of
from services.rewards.use_cases.rewards import list_offers, retire_rewards, set_rewards
from services.rpc.wire import page_position, page_size, page_token, request_key


class Catalogue(Part):
    async def SetReward(self, request: pb.SetRewardRequest, context: Context) -> pb.SetRewardResponse:
        del context
        wanted = RewardChange(reward_of(request.reward, self._database.clock.now()), request.reward.etag)
        reward = await self._database.write(set_rewards, wanted, request_key(request))
        return pb.SetRewardResponse(reward=reward_message(reward))

    async def RetireReward(
        self, request: pb.RetireRewardRequest, context: Context
    ) -> pb.RetireRewardResponse:
        del context
        retired = Retirement(request.reward_id)
        reward = await self._database.write(retire_rewards, retired, request_key(request))
        return pb.RetireRewardResponse(reward=reward_message(reward))

    async def GetReward(self, request: pb.GetRewardRequest, context: Context) -> pb.GetRewardResponse:
        del context
        now = self._database.clock.now()
        found = await self._database.fetch(find_rewards, [request.reward_id], now)
        if request.reward_id not in found:
            raise RewardNotFoundError(field="reward_id")
        return pb.GetRewardResponse(reward=reward_message(found[request.reward_id]))

    async def ListRewards(self, request: pb.ListRewardsRequest, context: Context) -> pb.ListRewardsResponse:
        del context
        size = page_size(request.page_size)
        (after,) = page_position(request.page_token, (str,)) or ("",)
        now, programme = self._database.clock.now(), self._database.programme
        page = (after, size + 1)
        customer_id = self._database.survivor(request.customer_id)
        found = await self._database.fetch(list_offers, page, customer_id, now, programme)
        last = (found[size - 1].reward.reward_id,) if len(found) > size else None
        return pb.ListRewardsResponse(
            offers=[offer_message(one) for one in found[:size]], next_page_token=page_token(last)
        )
