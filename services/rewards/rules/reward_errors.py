"""What may be wrong with a reward, and what to do."""

from __future__ import annotations

from services.errors import NotFoundError, WrongStateError


class RewardNotFoundError(NotFoundError):
    """There is no reward with this id; list the catalogue."""

    reason = "REWARD_NOT_FOUND"


class RewardChangedError(WrongStateError):
    """The reward was changed since it was read; read it again, then set it."""

    reason = "REWARD_CHANGED"


class RewardRetiredError(WrongStateError):
    """The reward was taken out of the catalogue; offer another one."""

    reason = "REWARD_RETIRED"


class RewardNotYetError(WrongStateError):
    """The reward is not on offer yet; try again when `valid_from` has come."""

    reason = "REWARD_NOT_YET"


class RewardOverError(WrongStateError):
    """The reward is no longer on offer; offer another one."""

    reason = "REWARD_OVER"


class RewardTierError(WrongStateError):
    """The reward is for members of other tiers; offer another one."""

    reason = "REWARD_TIER"


class RewardOutOfStockError(WrongStateError):
    """No piece of the reward is left; raise its stock or offer another one."""

    reason = "REWARD_OUT_OF_STOCK"


class RewardLimitReachedError(WrongStateError):
    """The member had this reward as often as one member may."""

    reason = "REWARD_LIMIT_REACHED"


class MemberRewardNotFoundError(NotFoundError):
    """This customer has no reward with this id; list the customer's rewards."""

    reason = "MEMBER_REWARD_NOT_FOUND"


class RewardExpiredError(WrongStateError):
    """The reward was not redeemed in time, and its points are free; issue it again."""

    reason = "REWARD_EXPIRED"


class RewardResolvedError(WrongStateError):
    """The reward was redeemed, returned or cancelled already; that happens once."""

    reason = "REWARD_RESOLVED"


class RewardNotRedeemedError(WrongStateError):
    """Only a redeemed reward can be returned; cancel one that was not redeemed."""

    reason = "REWARD_NOT_REDEEMED"
