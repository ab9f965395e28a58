import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from regulars.options.v1 import scope_pb2 as _scope_pb2
from regulars.types.v1 import money_pb2 as _money_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RewardState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REWARD_STATE_UNSPECIFIED: _ClassVar[RewardState]
    REWARD_STATE_AVAILABLE: _ClassVar[RewardState]
    REWARD_STATE_RETIRED: _ClassVar[RewardState]

class RewardObstacle(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REWARD_OBSTACLE_UNSPECIFIED: _ClassVar[RewardObstacle]
    REWARD_OBSTACLE_NOT_YET: _ClassVar[RewardObstacle]
    REWARD_OBSTACLE_OVER: _ClassVar[RewardObstacle]
    REWARD_OBSTACLE_TIER: _ClassVar[RewardObstacle]
    REWARD_OBSTACLE_STOCK: _ClassVar[RewardObstacle]
    REWARD_OBSTACLE_LIMIT: _ClassVar[RewardObstacle]
    REWARD_OBSTACLE_MEMBER_STATE: _ClassVar[RewardObstacle]
    REWARD_OBSTACLE_POINTS_MISSING: _ClassVar[RewardObstacle]

class MemberRewardState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MEMBER_REWARD_STATE_UNSPECIFIED: _ClassVar[MemberRewardState]
    MEMBER_REWARD_STATE_ISSUED: _ClassVar[MemberRewardState]
    MEMBER_REWARD_STATE_REDEEMED: _ClassVar[MemberRewardState]
    MEMBER_REWARD_STATE_RETURNED: _ClassVar[MemberRewardState]
    MEMBER_REWARD_STATE_CANCELLED: _ClassVar[MemberRewardState]
    MEMBER_REWARD_STATE_EXPIRED: _ClassVar[MemberRewardState]

class LimitPeriod(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LIMIT_PERIOD_UNSPECIFIED: _ClassVar[LimitPeriod]
    LIMIT_PERIOD_DAY: _ClassVar[LimitPeriod]
    LIMIT_PERIOD_MONTH: _ClassVar[LimitPeriod]
    LIMIT_PERIOD_YEAR: _ClassVar[LimitPeriod]
    LIMIT_PERIOD_EVER: _ClassVar[LimitPeriod]

class CouponState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COUPON_STATE_UNSPECIFIED: _ClassVar[CouponState]
    COUPON_STATE_AVAILABLE: _ClassVar[CouponState]
    COUPON_STATE_USED_UP: _ClassVar[CouponState]
    COUPON_STATE_EXPIRED: _ClassVar[CouponState]
    COUPON_STATE_RETIRED: _ClassVar[CouponState]
    COUPON_STATE_RESERVED: _ClassVar[CouponState]

class CouponUseState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COUPON_USE_STATE_UNSPECIFIED: _ClassVar[CouponUseState]
    COUPON_USE_STATE_RESERVED: _ClassVar[CouponUseState]
    COUPON_USE_STATE_REDEEMED: _ClassVar[CouponUseState]
    COUPON_USE_STATE_ROLLED_BACK: _ClassVar[CouponUseState]
    COUPON_USE_STATE_RELEASED: _ClassVar[CouponUseState]
    COUPON_USE_STATE_LAPSED: _ClassVar[CouponUseState]

class ReferralState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REFERRAL_STATE_UNSPECIFIED: _ClassVar[ReferralState]
    REFERRAL_STATE_ACCEPTED: _ClassVar[ReferralState]
    REFERRAL_STATE_QUALIFYING: _ClassVar[ReferralState]
    REFERRAL_STATE_PAID: _ClassVar[ReferralState]
    REFERRAL_STATE_VOID: _ClassVar[ReferralState]

class ReferralVoidReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REFERRAL_VOID_REASON_UNSPECIFIED: _ClassVar[ReferralVoidReason]
    REFERRAL_VOID_REASON_EXPIRED: _ClassVar[ReferralVoidReason]
    REFERRAL_VOID_REASON_LIMIT: _ClassVar[ReferralVoidReason]
    REFERRAL_VOID_REASON_SELF: _ClassVar[ReferralVoidReason]
    REFERRAL_VOID_REASON_NOT_NEW: _ClassVar[ReferralVoidReason]
    REFERRAL_VOID_REASON_REFERRER_STATE: _ClassVar[ReferralVoidReason]
REWARD_STATE_UNSPECIFIED: RewardState
REWARD_STATE_AVAILABLE: RewardState
REWARD_STATE_RETIRED: RewardState
REWARD_OBSTACLE_UNSPECIFIED: RewardObstacle
REWARD_OBSTACLE_NOT_YET: RewardObstacle
REWARD_OBSTACLE_OVER: RewardObstacle
REWARD_OBSTACLE_TIER: RewardObstacle
REWARD_OBSTACLE_STOCK: RewardObstacle
REWARD_OBSTACLE_LIMIT: RewardObstacle
REWARD_OBSTACLE_MEMBER_STATE: RewardObstacle
REWARD_OBSTACLE_POINTS_MISSING: RewardObstacle
MEMBER_REWARD_STATE_UNSPECIFIED: MemberRewardState
MEMBER_REWARD_STATE_ISSUED: MemberRewardState
MEMBER_REWARD_STATE_REDEEMED: MemberRewardState
MEMBER_REWARD_STATE_RETURNED: MemberRewardState
MEMBER_REWARD_STATE_CANCELLED: MemberRewardState
MEMBER_REWARD_STATE_EXPIRED: MemberRewardState
LIMIT_PERIOD_UNSPECIFIED: LimitPeriod
LIMIT_PERIOD_DAY: LimitPeriod
LIMIT_PERIOD_MONTH: LimitPeriod
LIMIT_PERIOD_YEAR: LimitPeriod
LIMIT_PERIOD_EVER: LimitPeriod
COUPON_STATE_UNSPECIFIED: CouponState
COUPON_STATE_AVAILABLE: CouponState
COUPON_STATE_USED_UP: CouponState
COUPON_STATE_EXPIRED: CouponState
COUPON_STATE_RETIRED: CouponState
COUPON_STATE_RESERVED: CouponState
COUPON_USE_STATE_UNSPECIFIED: CouponUseState
COUPON_USE_STATE_RESERVED: CouponUseState
COUPON_USE_STATE_REDEEMED: CouponUseState
COUPON_USE_STATE_ROLLED_BACK: CouponUseState
COUPON_USE_STATE_RELEASED: CouponUseState
COUPON_USE_STATE_LAPSED: CouponUseState
REFERRAL_STATE_UNSPECIFIED: ReferralState
REFERRAL_STATE_ACCEPTED: ReferralState
REFERRAL_STATE_QUALIFYING: ReferralState
REFERRAL_STATE_PAID: ReferralState
REFERRAL_STATE_VOID: ReferralState
REFERRAL_VOID_REASON_UNSPECIFIED: ReferralVoidReason
REFERRAL_VOID_REASON_EXPIRED: ReferralVoidReason
REFERRAL_VOID_REASON_LIMIT: ReferralVoidReason
REFERRAL_VOID_REASON_SELF: ReferralVoidReason
REFERRAL_VOID_REASON_NOT_NEW: ReferralVoidReason
REFERRAL_VOID_REASON_REFERRER_STATE: ReferralVoidReason

class Reward(_message.Message):
    __slots__ = ("reward_id", "title", "points", "stock", "issued", "per_member_max", "tiers", "valid_from", "valid_until", "redeem_days", "state", "etag", "changed_at")
    REWARD_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    STOCK_FIELD_NUMBER: _ClassVar[int]
    ISSUED_FIELD_NUMBER: _ClassVar[int]
    PER_MEMBER_MAX_FIELD_NUMBER: _ClassVar[int]
    TIERS_FIELD_NUMBER: _ClassVar[int]
    VALID_FROM_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    REDEEM_DAYS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CHANGED_AT_FIELD_NUMBER: _ClassVar[int]
    reward_id: str
    title: str
    points: int
    stock: int
    issued: int
    per_member_max: int
    tiers: _containers.RepeatedScalarFieldContainer[str]
    valid_from: _timestamp_pb2.Timestamp
    valid_until: _timestamp_pb2.Timestamp
    redeem_days: int
    state: RewardState
    etag: str
    changed_at: _timestamp_pb2.Timestamp
    def __init__(self, reward_id: _Optional[str] = ..., title: _Optional[str] = ..., points: _Optional[int] = ..., stock: _Optional[int] = ..., issued: _Optional[int] = ..., per_member_max: _Optional[int] = ..., tiers: _Optional[_Iterable[str]] = ..., valid_from: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., valid_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., redeem_days: _Optional[int] = ..., state: _Optional[_Union[RewardState, str]] = ..., etag: _Optional[str] = ..., changed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RewardOffer(_message.Message):
    __slots__ = ("reward", "available", "obstacle", "points_missing")
    REWARD_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    OBSTACLE_FIELD_NUMBER: _ClassVar[int]
    POINTS_MISSING_FIELD_NUMBER: _ClassVar[int]
    reward: Reward
    available: bool
    obstacle: RewardObstacle
    points_missing: int
    def __init__(self, reward: _Optional[_Union[Reward, _Mapping]] = ..., available: _Optional[bool] = ..., obstacle: _Optional[_Union[RewardObstacle, str]] = ..., points_missing: _Optional[int] = ...) -> None: ...

class MemberReward(_message.Message):
    __slots__ = ("member_reward_id", "customer_id", "reward_id", "title", "points", "state", "issued_at", "expires_at", "resolved_at")
    MEMBER_REWARD_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    REWARD_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ISSUED_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    RESOLVED_AT_FIELD_NUMBER: _ClassVar[int]
    member_reward_id: str
    customer_id: str
    reward_id: str
    title: str
    points: int
    state: MemberRewardState
    issued_at: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    resolved_at: _timestamp_pb2.Timestamp
    def __init__(self, member_reward_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., reward_id: _Optional[str] = ..., title: _Optional[str] = ..., points: _Optional[int] = ..., state: _Optional[_Union[MemberRewardState, str]] = ..., issued_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., resolved_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SetRewardRequest(_message.Message):
    __slots__ = ("request_id", "reward")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REWARD_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    reward: Reward
    def __init__(self, request_id: _Optional[str] = ..., reward: _Optional[_Union[Reward, _Mapping]] = ...) -> None: ...

class SetRewardResponse(_message.Message):
    __slots__ = ("reward",)
    REWARD_FIELD_NUMBER: _ClassVar[int]
    reward: Reward
    def __init__(self, reward: _Optional[_Union[Reward, _Mapping]] = ...) -> None: ...

class RetireRewardRequest(_message.Message):
    __slots__ = ("request_id", "reward_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REWARD_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    reward_id: str
    def __init__(self, request_id: _Optional[str] = ..., reward_id: _Optional[str] = ...) -> None: ...

class RetireRewardResponse(_message.Message):
    __slots__ = ("reward",)
    REWARD_FIELD_NUMBER: _ClassVar[int]
    reward: Reward
    def __init__(self, reward: _Optional[_Union[Reward, _Mapping]] = ...) -> None: ...

class GetRewardRequest(_message.Message):
    __slots__ = ("reward_id",)
    REWARD_ID_FIELD_NUMBER: _ClassVar[int]
    reward_id: str
    def __init__(self, reward_id: _Optional[str] = ...) -> None: ...

class GetRewardResponse(_message.Message):
    __slots__ = ("reward",)
    REWARD_FIELD_NUMBER: _ClassVar[int]
    reward: Reward
    def __init__(self, reward: _Optional[_Union[Reward, _Mapping]] = ...) -> None: ...

class ListRewardsRequest(_message.Message):
    __slots__ = ("customer_id", "page_size", "page_token")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    page_size: int
    page_token: str
    def __init__(self, customer_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListRewardsResponse(_message.Message):
    __slots__ = ("offers", "next_page_token")
    OFFERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    offers: _containers.RepeatedCompositeFieldContainer[RewardOffer]
    next_page_token: str
    def __init__(self, offers: _Optional[_Iterable[_Union[RewardOffer, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class IssueRewardRequest(_message.Message):
    __slots__ = ("request_id", "customer_id", "reward_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    REWARD_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    customer_id: str
    reward_id: str
    def __init__(self, request_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., reward_id: _Optional[str] = ...) -> None: ...

class IssueRewardResponse(_message.Message):
    __slots__ = ("member_reward",)
    MEMBER_REWARD_FIELD_NUMBER: _ClassVar[int]
    member_reward: MemberReward
    def __init__(self, member_reward: _Optional[_Union[MemberReward, _Mapping]] = ...) -> None: ...

class RedeemRewardRequest(_message.Message):
    __slots__ = ("request_id", "customer_id", "member_reward_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_REWARD_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    customer_id: str
    member_reward_id: str
    def __init__(self, request_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., member_reward_id: _Optional[str] = ...) -> None: ...

class RedeemRewardResponse(_message.Message):
    __slots__ = ("member_reward",)
    MEMBER_REWARD_FIELD_NUMBER: _ClassVar[int]
    member_reward: MemberReward
    def __init__(self, member_reward: _Optional[_Union[MemberReward, _Mapping]] = ...) -> None: ...

class ReturnRewardRequest(_message.Message):
    __slots__ = ("request_id", "customer_id", "member_reward_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_REWARD_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    customer_id: str
    member_reward_id: str
    def __init__(self, request_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., member_reward_id: _Optional[str] = ...) -> None: ...

class ReturnRewardResponse(_message.Message):
    __slots__ = ("member_reward",)
    MEMBER_REWARD_FIELD_NUMBER: _ClassVar[int]
    member_reward: MemberReward
    def __init__(self, member_reward: _Optional[_Union[MemberReward, _Mapping]] = ...) -> None: ...

class CancelRewardRequest(_message.Message):
    __slots__ = ("request_id", "customer_id", "member_reward_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_REWARD_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    customer_id: str
    member_reward_id: str
    def __init__(self, request_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., member_reward_id: _Optional[str] = ...) -> None: ...

class CancelRewardResponse(_message.Message):
    __slots__ = ("member_reward",)
    MEMBER_REWARD_FIELD_NUMBER: _ClassVar[int]
    member_reward: MemberReward
    def __init__(self, member_reward: _Optional[_Union[MemberReward, _Mapping]] = ...) -> None: ...

class ListMemberRewardsRequest(_message.Message):
    __slots__ = ("customer_id", "page_size", "page_token")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    page_size: int
    page_token: str
    def __init__(self, customer_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListMemberRewardsResponse(_message.Message):
    __slots__ = ("member_rewards", "next_page_token")
    MEMBER_REWARDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    member_rewards: _containers.RepeatedCompositeFieldContainer[MemberReward]
    next_page_token: str
    def __init__(self, member_rewards: _Optional[_Iterable[_Union[MemberReward, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class FreeItem(_message.Message):
    __slots__ = ("sku", "worth")
    SKU_FIELD_NUMBER: _ClassVar[int]
    WORTH_FIELD_NUMBER: _ClassVar[int]
    sku: str
    worth: _money_pb2.Money
    def __init__(self, sku: _Optional[str] = ..., worth: _Optional[_Union[_money_pb2.Money, _Mapping]] = ...) -> None: ...

class CouponTerms(_message.Message):
    __slots__ = ("campaign", "title", "percent", "amount", "points", "item", "customer_id", "uses_max", "per_customer_max", "per_customer_period", "budget", "valid_from", "valid_until")
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    PERCENT_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    ITEM_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    USES_MAX_FIELD_NUMBER: _ClassVar[int]
    PER_CUSTOMER_MAX_FIELD_NUMBER: _ClassVar[int]
    PER_CUSTOMER_PERIOD_FIELD_NUMBER: _ClassVar[int]
    BUDGET_FIELD_NUMBER: _ClassVar[int]
    VALID_FROM_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    campaign: str
    title: str
    percent: int
    amount: _money_pb2.Money
    points: int
    item: FreeItem
    customer_id: str
    uses_max: int
    per_customer_max: int
    per_customer_period: LimitPeriod
    budget: _money_pb2.Money
    valid_from: _timestamp_pb2.Timestamp
    valid_until: _timestamp_pb2.Timestamp
    def __init__(self, campaign: _Optional[str] = ..., title: _Optional[str] = ..., percent: _Optional[int] = ..., amount: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., points: _Optional[int] = ..., item: _Optional[_Union[FreeItem, _Mapping]] = ..., customer_id: _Optional[str] = ..., uses_max: _Optional[int] = ..., per_customer_max: _Optional[int] = ..., per_customer_period: _Optional[_Union[LimitPeriod, str]] = ..., budget: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., valid_from: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., valid_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Coupon(_message.Message):
    __slots__ = ("code", "terms", "state", "uses", "charged", "created_at")
    CODE_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    USES_FIELD_NUMBER: _ClassVar[int]
    CHARGED_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    code: str
    terms: CouponTerms
    state: CouponState
    uses: int
    charged: _money_pb2.Money
    created_at: _timestamp_pb2.Timestamp
    def __init__(self, code: _Optional[str] = ..., terms: _Optional[_Union[CouponTerms, _Mapping]] = ..., state: _Optional[_Union[CouponState, str]] = ..., uses: _Optional[int] = ..., charged: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CouponUse(_message.Message):
    __slots__ = ("use_id", "code", "customer_id", "state", "source", "order_id", "discount", "points", "sku", "used_at", "lapses_at", "resolved_at")
    USE_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    SKU_FIELD_NUMBER: _ClassVar[int]
    USED_AT_FIELD_NUMBER: _ClassVar[int]
    LAPSES_AT_FIELD_NUMBER: _ClassVar[int]
    RESOLVED_AT_FIELD_NUMBER: _ClassVar[int]
    use_id: str
    code: str
    customer_id: str
    state: CouponUseState
    source: str
    order_id: str
    discount: _money_pb2.Money
    points: int
    sku: str
    used_at: _timestamp_pb2.Timestamp
    lapses_at: _timestamp_pb2.Timestamp
    resolved_at: _timestamp_pb2.Timestamp
    def __init__(self, use_id: _Optional[str] = ..., code: _Optional[str] = ..., customer_id: _Optional[str] = ..., state: _Optional[_Union[CouponUseState, str]] = ..., source: _Optional[str] = ..., order_id: _Optional[str] = ..., discount: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., points: _Optional[int] = ..., sku: _Optional[str] = ..., used_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., lapses_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., resolved_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CreateCouponsRequest(_message.Message):
    __slots__ = ("request_id", "terms", "code", "count")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    terms: CouponTerms
    code: str
    count: int
    def __init__(self, request_id: _Optional[str] = ..., terms: _Optional[_Union[CouponTerms, _Mapping]] = ..., code: _Optional[str] = ..., count: _Optional[int] = ...) -> None: ...

class CreateCouponsResponse(_message.Message):
    __slots__ = ("codes",)
    CODES_FIELD_NUMBER: _ClassVar[int]
    codes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, codes: _Optional[_Iterable[str]] = ...) -> None: ...

class GetCouponRequest(_message.Message):
    __slots__ = ("code",)
    CODE_FIELD_NUMBER: _ClassVar[int]
    code: str
    def __init__(self, code: _Optional[str] = ...) -> None: ...

class GetCouponResponse(_message.Message):
    __slots__ = ("coupon",)
    COUPON_FIELD_NUMBER: _ClassVar[int]
    coupon: Coupon
    def __init__(self, coupon: _Optional[_Union[Coupon, _Mapping]] = ...) -> None: ...

class ListCouponsRequest(_message.Message):
    __slots__ = ("campaign", "page_size", "page_token")
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    campaign: str
    page_size: int
    page_token: str
    def __init__(self, campaign: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListCouponsResponse(_message.Message):
    __slots__ = ("coupons", "next_page_token")
    COUPONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    coupons: _containers.RepeatedCompositeFieldContainer[Coupon]
    next_page_token: str
    def __init__(self, coupons: _Optional[_Iterable[_Union[Coupon, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RetireCouponRequest(_message.Message):
    __slots__ = ("request_id", "code")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    code: str
    def __init__(self, request_id: _Optional[str] = ..., code: _Optional[str] = ...) -> None: ...

class RetireCouponResponse(_message.Message):
    __slots__ = ("coupon",)
    COUPON_FIELD_NUMBER: _ClassVar[int]
    coupon: Coupon
    def __init__(self, coupon: _Optional[_Union[Coupon, _Mapping]] = ...) -> None: ...

class ValidateCouponRequest(_message.Message):
    __slots__ = ("customer_id", "code", "order_total")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    ORDER_TOTAL_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    code: str
    order_total: _money_pb2.Money
    def __init__(self, customer_id: _Optional[str] = ..., code: _Optional[str] = ..., order_total: _Optional[_Union[_money_pb2.Money, _Mapping]] = ...) -> None: ...

class ValidateCouponResponse(_message.Message):
    __slots__ = ("valid", "reason", "message", "discount", "points", "sku")
    VALID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    SKU_FIELD_NUMBER: _ClassVar[int]
    valid: bool
    reason: str
    message: str
    discount: _money_pb2.Money
    points: int
    sku: str
    def __init__(self, valid: _Optional[bool] = ..., reason: _Optional[str] = ..., message: _Optional[str] = ..., discount: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., points: _Optional[int] = ..., sku: _Optional[str] = ...) -> None: ...

class ReserveCouponRequest(_message.Message):
    __slots__ = ("request_id", "customer_id", "code", "order_total", "ttl")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    ORDER_TOTAL_FIELD_NUMBER: _ClassVar[int]
    TTL_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    customer_id: str
    code: str
    order_total: _money_pb2.Money
    ttl: _duration_pb2.Duration
    def __init__(self, request_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., code: _Optional[str] = ..., order_total: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., ttl: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class ReserveCouponResponse(_message.Message):
    __slots__ = ("use",)
    USE_FIELD_NUMBER: _ClassVar[int]
    use: CouponUse
    def __init__(self, use: _Optional[_Union[CouponUse, _Mapping]] = ...) -> None: ...

class RedeemCouponRequest(_message.Message):
    __slots__ = ("request_id", "customer_id", "code", "use_id", "order_id", "source", "order_total")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    USE_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ORDER_TOTAL_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    customer_id: str
    code: str
    use_id: str
    order_id: str
    source: str
    order_total: _money_pb2.Money
    def __init__(self, request_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., code: _Optional[str] = ..., use_id: _Optional[str] = ..., order_id: _Optional[str] = ..., source: _Optional[str] = ..., order_total: _Optional[_Union[_money_pb2.Money, _Mapping]] = ...) -> None: ...

class RedeemCouponResponse(_message.Message):
    __slots__ = ("use",)
    USE_FIELD_NUMBER: _ClassVar[int]
    use: CouponUse
    def __init__(self, use: _Optional[_Union[CouponUse, _Mapping]] = ...) -> None: ...

class ReleaseCouponRequest(_message.Message):
    __slots__ = ("request_id", "customer_id", "use_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    USE_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    customer_id: str
    use_id: str
    def __init__(self, request_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., use_id: _Optional[str] = ...) -> None: ...

class ReleaseCouponResponse(_message.Message):
    __slots__ = ("use",)
    USE_FIELD_NUMBER: _ClassVar[int]
    use: CouponUse
    def __init__(self, use: _Optional[_Union[CouponUse, _Mapping]] = ...) -> None: ...

class RollBackCouponRequest(_message.Message):
    __slots__ = ("request_id", "customer_id", "use_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    USE_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    customer_id: str
    use_id: str
    def __init__(self, request_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., use_id: _Optional[str] = ...) -> None: ...

class RollBackCouponResponse(_message.Message):
    __slots__ = ("use",)
    USE_FIELD_NUMBER: _ClassVar[int]
    use: CouponUse
    def __init__(self, use: _Optional[_Union[CouponUse, _Mapping]] = ...) -> None: ...

class GetReferralCodeRequest(_message.Message):
    __slots__ = ("customer_id",)
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    def __init__(self, customer_id: _Optional[str] = ...) -> None: ...

class GetReferralCodeResponse(_message.Message):
    __slots__ = ("code",)
    CODE_FIELD_NUMBER: _ClassVar[int]
    code: str
    def __init__(self, code: _Optional[str] = ...) -> None: ...

class Referral(_message.Message):
    __slots__ = ("referral_id", "referrer_customer_id", "friend_customer_id", "code", "state", "void_reason", "source", "order_id", "accepted_at", "expires_at", "pays_at", "resolved_at")
    REFERRAL_ID_FIELD_NUMBER: _ClassVar[int]
    REFERRER_CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    FRIEND_CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    VOID_REASON_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    PAYS_AT_FIELD_NUMBER: _ClassVar[int]
    RESOLVED_AT_FIELD_NUMBER: _ClassVar[int]
    referral_id: str
    referrer_customer_id: str
    friend_customer_id: str
    code: str
    state: ReferralState
    void_reason: ReferralVoidReason
    source: str
    order_id: str
    accepted_at: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    pays_at: _timestamp_pb2.Timestamp
    resolved_at: _timestamp_pb2.Timestamp
    def __init__(self, referral_id: _Optional[str] = ..., referrer_customer_id: _Optional[str] = ..., friend_customer_id: _Optional[str] = ..., code: _Optional[str] = ..., state: _Optional[_Union[ReferralState, str]] = ..., void_reason: _Optional[_Union[ReferralVoidReason, str]] = ..., source: _Optional[str] = ..., order_id: _Optional[str] = ..., accepted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., pays_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., resolved_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class AcceptReferralRequest(_message.Message):
    __slots__ = ("request_id", "customer_id", "code")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    customer_id: str
    code: str
    def __init__(self, request_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., code: _Optional[str] = ...) -> None: ...

class AcceptReferralResponse(_message.Message):
    __slots__ = ("referral",)
    REFERRAL_FIELD_NUMBER: _ClassVar[int]
    referral: Referral
    def __init__(self, referral: _Optional[_Union[Referral, _Mapping]] = ...) -> None: ...

class ListReferralsRequest(_message.Message):
    __slots__ = ("customer_id", "page_size", "page_token")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    page_size: int
    page_token: str
    def __init__(self, customer_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListReferralsResponse(_message.Message):
    __slots__ = ("referrals", "next_page_token")
    REFERRALS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    referrals: _containers.RepeatedCompositeFieldContainer[Referral]
    next_page_token: str
    def __init__(self, referrals: _Optional[_Iterable[_Union[Referral, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
