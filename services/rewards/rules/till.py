"""The till: the coupons that one batch reserves, redeems and takes back, one by one. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.errors import MemberNotFoundError
from services.points.account import Account
from services.points.holds import MayNotEarnError
from services.points.lots import MAY_EARN, Cause
from services.programme.programme import Programme
from services.rewards.rules.coupon_checks import (
    check_budget,
    check_limits,
    check_open,
    check_owner,
    check_redeemed,
    check_reserved,
)
from services.rewards.rules.coupon_errors import (
    CouponNotFoundError,
    CouponOrderHasItError,
    CouponUseNotFoundError,
)
from services.rewards.rules.coupons import (
    LIVE,
    Coupon,
    Gain,
    Use,
    UseEnd,
    UseState,
    UseWanted,
    gain,
    points_lot,
)


@dataclass(slots=True)
class Till:
    """Coupons, the uses that matter, and the accounts of members among the customers.

    A command that raises changes nothing. lapsed: points that expired or were forfeited, by lot. `changed`
    are the ids of uses to store.
    """

    now: datetime
    programme: Programme
    accounts: Mapping[str, Account]
    coupons: dict[str, Coupon]
    uses: dict[str, Use] = field(default_factory=dict)
    lapsed: Mapping[str, int] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)

    def validate(self, wanted: UseWanted) -> Gain:
        """What redeeming a code would give; raises what that would be refused with."""
        return self._admit(wanted, self._coupon(wanted.code), self._own_reservation(wanted))

    def reserve(self, wanted: UseWanted) -> Use:
        gained = self._admit(wanted, self._coupon(wanted.code), None)
        lapses_at = self.now + wanted.ttl
        return self._keep(None, self._use(wanted, UseState.RESERVED, gained, lapses_at))

    def redeem(self, wanted: UseWanted) -> Use:
        """Redeem a code, from the customer's own reservation of it if there is one, or a reservation."""
        before = self._own_reservation(wanted) if wanted.code else self._reservation(wanted)
        coupon = self._coupon(before.code if before else wanted.code)
        self._check_order(wanted, coupon)
        gained = self._admit(wanted, coupon, before)
        after = self._redeemed(wanted, gained, before)
        if after.points:
            lot = points_lot(after, self.programme, self.now)
            self.accounts[after.customer_id].credit(lot, self._cause(after))
        return self._keep(before, after)

    def release(self, asked: UseEnd) -> Use:
        use = self._find(asked.customer_id, asked.use_id)
        check_reserved(use)
        return self._keep(use, replace(use, state=UseState.RELEASED, resolved_at=self.now))

    def roll_back(self, asked: UseEnd) -> Use:
        use = self._find(asked.customer_id, asked.use_id)
        check_redeemed(use)
        self._take_back_points(use)
        return self._keep(use, replace(use, state=UseState.ROLLED_BACK, resolved_at=self.now))

    def _coupon(self, code: str) -> Coupon:
        coupon = self.coupons.get(code)
        if coupon is None:
            raise CouponNotFoundError(field="code")
        return coupon

    def _find(self, customer_id: str, use_id: str) -> Use:
        use = self.uses.get(use_id)
        if use is None or use.customer_id != customer_id:
            raise CouponUseNotFoundError(field="use_id")
        return use.at(self.now)

    def _reservation(self, wanted: UseWanted) -> Use:
        use = self._find(wanted.customer_id, wanted.use_id)
        check_reserved(use)
        return use

    def _own(self, customer_id: str, code: str) -> list[Use]:
        """The customer's live uses of a code."""
        found = (
            use.at(self.now)
            for use in self.uses.values()
            if use.code == code and use.customer_id == customer_id
        )
        return [use for use in found if use.state in LIVE]

    def _own_reservation(self, wanted: UseWanted) -> Use | None:
        own = self._own(wanted.customer_id, wanted.code)
        return next((use for use in own if use.state is UseState.RESERVED), None)

    def _check_order(self, wanted: UseWanted, coupon: Coupon) -> None:
        """An order is one customer's: who used the code for it before does not matter."""
        order = (coupon.code, wanted.source, wanted.order_id)
        for use in self.uses.values():
            if use.state is UseState.REDEEMED and (use.code, use.source, use.order_id) == order:
                raise CouponOrderHasItError(field="order_id", use_id=use.use_id)

    def _admit(self, wanted: UseWanted, coupon: Coupon, before: Use | None) -> Gain:
        """What the use gives. A reservation has passed all checks but those of its price."""
        check_owner(coupon, wanted.customer_id)
        if before is None:
            check_open(coupon, self.now)
            own = self._own(wanted.customer_id, coupon.code)
            check_limits(coupon, own, self.now, self.programme.zone)
        gained = gain(coupon.terms, wanted.order_total_minor, self.programme)
        check_budget(coupon, gained.charged_minor - (before.charged_minor if before else 0))
        if gained.points:
            self._check_may_earn(wanted.customer_id)
        return gained

    def _check_may_earn(self, customer_id: str) -> None:
        account = self.accounts.get(customer_id)
        if account is None:
            raise MemberNotFoundError(field="customer_id")
        if account.state not in MAY_EARN:
            raise MayNotEarnError(field="customer_id", state=account.state)

    def _redeemed(self, wanted: UseWanted, gained: Gain, before: Use | None) -> Use:
        if before is None:
            made = self._use(wanted, UseState.REDEEMED, gained, None)
            return replace(made, resolved_at=self.now)
        return replace(
            before,
            state=UseState.REDEEMED,
            source=wanted.source,
            order_id=wanted.order_id,
            discount_minor=gained.discount_minor,
            charged_minor=gained.charged_minor,
            resolved_at=self.now,
        )

    def _use(self, wanted: UseWanted, state: UseState, gained: Gain, lapses_at: datetime | None) -> Use:
        return Use(
            use_id=wanted.use_id,
            code=wanted.code,
            customer_id=wanted.customer_id,
            state=state,
            source=wanted.source,
            order_id=wanted.order_id,
            discount_minor=gained.discount_minor,
            points=gained.points,
            sku=gained.sku,
            charged_minor=gained.charged_minor,
            used_at=self.now,
            lapses_at=lapses_at,
            resolved_at=None,
        )

    def _take_back_points(self, use: Use) -> None:
        account = self.accounts.get(use.customer_id)
        if account is not None and use.points:  # what lapsed by itself is not taken a second time
            left = use.points - self.lapsed.get(use.lot_id, 0)
            account.take_back({use.lot_id: left}, self._cause(use))

    def _keep(self, before: Use | None, after: Use) -> Use:
        self.coupons[after.code] = self.coupons[after.code].counting(before, after)
        self.uses[after.use_id] = after
        self.changed.add(after.use_id)
        return after

    def _cause(self, use: Use) -> Cause:
        return Cause(self.now, f"coupon use {use.use_id}")
