"""What a club should do beside its orders: memberships that move on, rewards, and coupons for points."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from tests.ledger.ledger_model import EXPIRY_MONTHS, end_of_month
from tests.ledger.model import FORFEIT, HOLD, MAY_EARN, Refused, Row
from tests.ledger.nameless_model import Nameless
from tests.ledger.shop_model import PENDING_DAYS

STEPS = {  # (state, step) -> state
    ("PENDING", "CONFIRM"): "ACTIVE",
    ("ACTIVE", "CONFIRM"): "ACTIVE",
    ("ACTIVE", "SUSPEND"): "SUSPENDED",
    ("SUSPENDED", "REINSTATE"): "ACTIVE",
    ("PENDING", "CLOSE"): "CLOSED",
    ("ACTIVE", "CLOSE"): "CLOSED",
    ("SUSPENDED", "CLOSE"): "CLOSED",
}


class Club(Nameless):
    """A shop with rewards and coupons, whose members come and go."""

    def __init__(
        self, now: datetime, rules: Iterable[Row], rewards: Iterable[Row], coupons: Iterable[Row]
    ) -> None:
        super().__init__(now, rules)
        self.rewards = {reward["id"]: reward for reward in rewards}  # id, points, stock, limit, days
        self.held: dict[str, Row] = {}  # rewards in members' hands
        self.coupons = {coupon["code"]: coupon for coupon in coupons}  # code, points, uses, limit
        self.uses: dict[str, Row] = {}

    # --- memberships ---

    def step(self, member_id: str, step: str) -> None:
        member = self.member(member_id)
        after = STEPS.get((member["state"], step))
        if after is None:
            raise Refused("MEMBER_STATE_FORBIDS")
        member["state"] = after
        if step == "CLOSE":
            self.close(member_id)

    def close(self, member_id: str) -> None:
        """Pending points are void at once, active ones after 30 days; rewards that wait are given up."""
        for lot in self.lots_of(member_id):
            if lot["pending"]:
                self.lose(lot)
        self.members[member_id]["forfeits_at"] = self.now + FORFEIT
        for held_id, held in self.held.items():
            if held["owner"] == member_id and self.state_of(held) == "ISSUED":
                self.cancel(held_id, member_id)

    def elapse(self, after: timedelta) -> None:
        """Let time pass, or put the clock back: what has lapsed by then stays lapsed."""
        if after < timedelta(0):
            self.note_lapses()
        self.advance(self.now + after)

    def note_lapses(self) -> None:
        for held in self.held.values():
            held["state"] = self.state_of(held)
        for use in self.uses.values():
            use["state"] = self.use_state(use)

    # --- rewards ---

    def state_of(self, held: Row) -> str:
        """A reward that was not redeemed in time has expired."""
        over = held["state"] == "ISSUED" and held["expires_at"] <= self.now
        return "EXPIRED" if over else str(held["state"])

    def out(self, reward_id: str, member: str | None = None) -> int:
        """How many pieces are in somebody's hands or used up."""
        return sum(
            self.state_of(held) in {"ISSUED", "REDEEMED"}
            for held in self.held.values()
            if held["reward"] == reward_id and member in {None, held["owner"]}
        )

    def issue(self, held_id: str, member: str, reward_id: str) -> None:
        self.member(member)
        if reward_id not in self.rewards:
            raise Refused("REWARD_NOT_FOUND")
        reward = self.rewards[reward_id]
        if self.out(reward_id) >= reward["stock"]:
            raise Refused("REWARD_OUT_OF_STOCK")
        if self.out(reward_id, member) >= reward["limit"]:
            raise Refused("REWARD_LIMIT_REACHED")
        expires_at = self.now + timedelta(days=reward["days"])
        self.block(f"reward/{held_id}", member, reward["points"], lapses_at=expires_at)
        self.held[held_id] = {
            "owner": member,
            "reward": reward_id,
            "state": "ISSUED",
            "expires_at": expires_at,
        }

    def own_reward(self, held_id: str, member: str) -> Row:
        held = self.held.get(held_id)
        if held is None or held["owner"] != member:
            raise Refused("MEMBER_REWARD_NOT_FOUND")
        return held

    def reward_hold(self, held_id: str, member: str) -> Row:
        """The hold that keeps a reward's points; an undone merge may have given it away."""
        hold = self.holds[f"reward/{held_id}"]
        if hold["owner"] != member:
            raise Refused("HOLD_NOT_FOUND")
        return hold

    def waiting_reward(self, held_id: str, member: str) -> Row:
        held = self.own_reward(held_id, member)
        if self.state_of(held) == "EXPIRED":
            raise Refused("REWARD_EXPIRED")
        if held["state"] != "ISSUED":
            raise Refused("REWARD_RESOLVED")
        return held

    def redeem(self, held_id: str, member: str) -> None:
        held = self.waiting_reward(held_id, member)
        self.may_spend(member)
        hold = self.reward_hold(held_id, member)
        self.unblock(hold, "CAPTURED", hold["points"])
        held["state"] = "REDEEMED"

    def cancel(self, held_id: str, member: str) -> None:
        held = self.waiting_reward(held_id, member)
        self.unblock(self.reward_hold(held_id, member), "RELEASED")
        held["state"] = "CANCELLED"

    def return_reward(self, held_id: str, member: str) -> None:
        held = self.own_reward(held_id, member)
        if self.state_of(held) != "REDEEMED":
            raise Refused("REWARD_NOT_REDEEMED")
        hold = self.reward_hold(held_id, member)
        self.give_back(hold, hold["points"])
        held["state"] = "RETURNED"

    # --- coupons for points ---

    def live_uses(self, code: str, customer: str | None = None) -> list[Row]:
        """Uses that count: redeemed, or reserved and not lapsed."""
        return [
            use
            for use in self.uses.values()
            if use["code"] == code
            and customer in {None, use["owner"]}
            and self.use_state(use) in {"RESERVED", "REDEEMED"}
        ]

    def use_state(self, use: Row) -> str:
        over = use["state"] == "RESERVED" and use["lapses_at"] <= self.now
        return "LAPSED" if over else str(use["state"])

    def admit(self, code: str, customer: str, *, reserved: bool) -> None:
        """Whether a customer may use a code now; a reservation has its use already."""
        coupon = self.coupons[code]
        if not reserved:
            if len(self.live_uses(code, customer)) >= coupon["limit"]:
                own = self.live_uses(code, customer)
                waiting = any(use["state"] == "RESERVED" for use in own)
                raise Refused("COUPON_RESERVED" if waiting else "COUPON_LIMIT_REACHED")
            if len(self.live_uses(code)) >= coupon["uses"]:
                waiting = any(use["state"] == "RESERVED" for use in self.live_uses(code))
                raise Refused("COUPON_RESERVED" if waiting else "COUPON_USED_UP")
        if self.member(customer)["state"] not in MAY_EARN:
            raise Refused("MAY_NOT_EARN")

    def reserve_coupon(self, use_id: str, customer: str, code: str) -> None:
        if code not in self.coupons:
            raise Refused("COUPON_NOT_FOUND")
        self.admit(code, customer, reserved=False)
        self.uses[use_id] = {
            "owner": customer,
            "code": code,
            "state": "RESERVED",
            "order": "",
            "lapses_at": self.now + HOLD,
        }

    def redeem_coupon(self, use_id: str, customer: str, code: str, order: str) -> None:
        """Redeem a code, from the customer's own reservation where there is one."""
        if code not in self.coupons:
            raise Refused("COUPON_NOT_FOUND")
        if any(use["order"] == order for use in self.live_uses(code)):  # whoever used it
            raise Refused("COUPON_ORDER_HAS_IT")
        own = self.live_uses(code, customer)
        reserved = [use for use in own if use["state"] == "RESERVED"]
        self.admit(code, customer, reserved=bool(reserved))
        if reserved:
            use = reserved[0]
            use_id = next(name for name, one in self.uses.items() if one is use)
        else:
            use = self.uses[use_id] = {"owner": customer, "code": code, "lapses_at": None}
        use.update(state="REDEEMED", order=order)
        self.add_lot(
            f"coupon/{use_id}",
            customer,
            self.coupons[code]["points"],
            self.now + timedelta(days=PENDING_DAYS),
            end_of_month(self.now, EXPIRY_MONTHS),
        )

    def own_use(self, use_id: str, customer: str) -> Row:
        use = self.uses.get(use_id)
        if use is None or use["owner"] != customer:
            raise Refused("COUPON_USE_NOT_FOUND")
        return use

    def release_coupon(self, use_id: str, customer: str) -> None:
        use = self.own_use(use_id, customer)
        if self.use_state(use) != "RESERVED":
            raise Refused("COUPON_USE_RESOLVED")
        use["state"] = "RELEASED"

    def roll_back_coupon(self, use_id: str, customer: str) -> None:
        """The points go as they came; those that lapsed by themselves are gone already."""
        use = self.own_use(use_id, customer)
        if use["state"] != "REDEEMED":
            raise Refused("COUPON_USE_NOT_REDEEMED")
        use["state"] = "ROLLED_BACK"
        lot = self.lots[f"coupon/{use_id}"]
        lapsed = min(lot["points"], lot["lapsed"])
        lot["lapsed"] -= lapsed
        self.take_back(customer, {f"coupon/{use_id}": lot["points"] - lapsed})
