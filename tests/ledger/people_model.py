"""What merging should do: two customers turn out to be one person, and perhaps to be two after all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from tests.ledger.friends_model import Friends
from tests.ledger.model import Refused, Row

LIVING = {"PENDING", "ACTIVE", "SUSPENDED"}
UNDO = timedelta(days=30)
NOBODY = "nobody"
NO_MEMBER: Row = {"state": "", "debt": 0, "enrolled_at": datetime.max.replace(tzinfo=UTC)}


class People(Friends):
    """A club that may find out who is who."""

    def __init__(
        self, now: datetime, rules: Iterable[Row], rewards: Iterable[Row], coupons: Iterable[Row]
    ) -> None:
        super().__init__(now, rules, rewards, coupons)
        self.merges: dict[str, Row] = {}
        self.erased: set[str] = set()
        self.mingled: set[str] = set()  # who ever took part in a merge

    def who(self, customer: str) -> str:
        """Whom an id means: the survivor of its merge, and of the survivor's."""
        if customer in self.erased:
            raise Refused("CUSTOMER_ERASED")
        return next((one for one in self.members if customer in self.person(one)), customer)

    def person(self, survivor: str) -> set[str]:
        """The customer and all who were merged into this one; nobody for one who was merged."""
        standing = [merge for merge in self.merges.values() if merge["stands"]]
        if any(merge["merged"] == survivor for merge in standing):
            return set()
        found = {survivor}
        while more := {one["merged"] for one in standing if one["survivor"] in found} - found:
            found |= more
        return found

    # --- merging ---

    def merge(self, merge_id: str, survivor_id: str, merged_id: str) -> None:
        self.may_merge(survivor_id, merged_id)
        self.mingled |= {survivor_id, merged_id}
        survivor, merged = self.members[survivor_id], self.members.get(merged_id, NO_MEMBER)
        kept = self.merges[merge_id] = {
            "survivor": survivor_id,
            "merged": merged_id,
            "at": self.now,
            "stands": True,
            "before": (survivor["enrolled_at"], merged["state"]),
            "debt": merged["debt"],
            "lots": {lot_id for lot_id, lot in self.lots.items() if lot["owner"] == merged_id},
            "holds": {hold_id for hold_id, hold in self.holds.items() if hold["owner"] == merged_id},
            "orders": {order_id for order_id, one in self.orders.items() if one["customer"] == merged_id},
            "nameless": {one for one, back in self.nameless.items() if back["customer"] == merged_id},
            "swaps": {one for one, swap in self.exchanges.items() if swap["customer"] == merged_id},
            "rewards": {one for one, held in self.held.items() if held["owner"] == merged_id},
            "uses": {one for one, use in self.uses.items() if use["owner"] == merged_id},
            "friends": {one for one, row in self.referrals.items() if row["friend"] == merged_id},
            "brought": {one for one, row in self.referrals.items() if row["referrer"] == merged_id},
            "codes": {code for code, row in self.codes.items() if row["owner"] == merged_id},
            "given": {rule: self.rules.given.pop((rule, who)) for rule, who in self.limits(merged_id)},
        }
        self.hand(kept, survivor_id)
        survivor["debt"] += merged["debt"]
        survivor["enrolled_at"] = min(survivor["enrolled_at"], merged["enrolled_at"])
        if merged is not NO_MEMBER:
            merged.update(state="MERGED", debt=0)
        self.add_limits(survivor_id, kept["given"], 1)
        before = {lot_id: self.free(lot_id) for lot_id in self.lots}
        self.settle(survivor_id)
        kept["payments"] = {
            lot_id: free - self.free(lot_id) for lot_id, free in before.items() if free > self.free(lot_id)
        }

    def may_merge(self, survivor_id: str, merged_id: str) -> None:
        if survivor_id == merged_id:
            raise Refused("SAME_CUSTOMER")
        for one in (survivor_id, merged_id):
            if self.who(one) != one:
                raise Refused("ALREADY_MERGED")
            if not self.is_known(one):
                raise Refused("CUSTOMER_NOT_FOUND")
        if survivor_id not in self.members:
            raise Refused("SURVIVOR_NOT_MEMBER")
        for one in (survivor_id, merged_id):
            if one in self.members and self.members[one]["state"] not in LIVING:
                raise Refused("MEMBER_STATE_FORBIDS")

    def is_known(self, customer: str) -> bool:
        bought_or_returned = (*self.orders.values(), *self.returns.values())
        return customer in {*self.members, *self.met} or any(
            one["customer"] == customer for one in bought_or_returned
        )

    def free(self, lot_id: str) -> int:
        return int(self.lots[lot_id]["pending"] + self.lots[lot_id]["active"])

    def limits(self, member: str) -> list[tuple[str, str]]:
        return [key for key in self.rules.given if key[1] == member]

    def add_limits(self, member: str, given: Row, sign: int) -> None:
        for rule, often in given.items():
            self.rules.given[rule, member] = self.rules.given.get((rule, member), 0) + sign * often

    def hand(self, rows: Row, to: str) -> None:
        """Let the rows of a merge belong to one of the two."""
        for name, field, table in (
            ("lots", "owner", self.lots),
            ("holds", "owner", self.holds),
            ("orders", "customer", self.orders),
            ("nameless", "customer", self.nameless),
            ("swaps", "customer", self.exchanges),
            ("rewards", "owner", self.held),
            ("uses", "owner", self.uses),
            ("friends", "friend", self.referrals),
            ("brought", "referrer", self.referrals),
            ("codes", "owner", self.codes),
        ):
            for key in rows[name]:
                table[key][field] = to
        for key in rows["orders"]:
            self.orders[key]["content"]["customer"] = to
        for event in self.happened:
            if any(order_id in rows["orders"] for order_id, _ in event["taken"]):
                event["customer"] = to

    # --- and back ---

    def unmerge(self, merge_id: str) -> None:
        """The same rows go back, with what remains in them; what was spent meanwhile stays spent."""
        kept = self.merges.get(merge_id)
        if kept is None:
            raise Refused("MERGE_NOT_FOUND")
        if not kept["stands"]:
            raise Refused("MERGE_UNDONE")
        if self.now - kept["at"] > UNDO:
            raise Refused("MERGE_TOO_OLD")
        if self.who(kept["survivor"]) != kept["survivor"]:
            raise Refused("MERGE_NESTED")
        if kept["merged"] in self.members:
            self.follow_goods(kept)
            self.part_holds(kept)
            self.owe_again(kept)
        self.hand(kept, kept["merged"])
        self.add_limits(kept["survivor"], kept["given"], -1)
        self.add_limits(kept["merged"], kept["given"], 1)
        kept["stands"] = False
        if kept["merged"] in self.members:
            self.part_members(kept)

    def part_members(self, kept: Row) -> None:
        survivor, merged = self.members[kept["survivor"]], self.members[kept["merged"]]
        merged["debt"] = min(kept["debt"], survivor["debt"])
        survivor["debt"] -= merged["debt"]
        survivor["enrolled_at"], merged["state"] = kept["before"]
        for one in (kept["survivor"], kept["merged"]):
            self.advance(self.now)
            self.settle(one)

    def follow_goods(self, kept: Row) -> None:
        """What moved goods were exchanged for since goes back with them, and the lots that these earned."""
        for swap_id, swap in self.exchanges.items():
            if swap["order"] in kept["orders"] and swap["customer"] == kept["survivor"]:
                kept["swaps"].add(swap_id)
                kept["orders"].add(swap["new"]["id"])
        for lot_id, lot in self.lots.items():
            order_id = lot_id.split("/")[1]
            if (
                lot_id.startswith("default/")
                and order_id in kept["orders"]
                and lot["owner"] == kept["survivor"]
            ):
                kept["lots"].add(lot_id)

    def part_holds(self, kept: Row) -> None:
        """Every hold made since is cut so that it names one member's lots only; live ones must not be cut."""
        since = {
            hold_id: hold
            for hold_id, hold in self.holds.items()
            if hold["owner"] == kept["survivor"] and hold["at"] >= kept["at"] and hold_id not in kept["holds"]
        }
        parted = {hold_id: hold for hold_id, hold in since.items() if self.theirs(hold, kept)}
        if any(hold["state"] == "HELD" for hold in parted.values()):
            raise Refused("POINTS_HELD")
        for hold_id, hold in parted.items():
            theirs = self.theirs(hold, kept)
            if len(theirs) < len(hold["parts"]):
                ours = [part for part in hold["parts"] if part not in theirs]
                self.holds[f"part/{hold_id}"] = self.part_of(hold, theirs)
                self.holds[hold_id] = self.part_of(hold, ours)
                hold_id = f"part/{hold_id}"  # noqa: PLW2901  (that is the one which goes)
            kept["holds"].add(hold_id)

    def theirs(self, hold: Row, kept: Row) -> list[Row]:
        return [part for part in hold["parts"] if part["lot"] in kept["lots"]]

    def part_of(self, hold: Row, parts: Iterable[Row]) -> Row:
        kept = list(parts)
        return {**hold, "parts": kept, "points": sum(part["held"] for part in kept)}

    def owe_again(self, kept: Row) -> None:
        """What one paid for the other because of the merge goes back to the lots that paid."""
        for lot_id, points in kept["payments"].items():
            lot = self.lots[lot_id]
            lot["pending" if lot["activates_at"] > self.now else "active"] += points
            self.members[kept["survivor"]]["debt"] += points

    # --- erasing ---

    def erase(self, customer: str) -> None:
        """Nothing of the person is left but what was counted for everybody."""
        if customer in self.erased:
            return
        survivor = self.who(customer)
        if not self.is_known(survivor):
            raise Refused("CUSTOMER_NOT_FOUND")
        person = self.person(survivor)
        self.give_up(person)
        self.forget_referrals(person)
        tables = (self.lots, self.holds, self.orders, self.returns, self.nameless, self.exchanges, self.codes)
        for table in tables:
            for key in [key for key, row in table.items() if owner_of(row) in person]:
                del table[key]
        self.happened = [event for event in self.happened if event["customer"] not in person]
        self.merges = {
            merge_id: merge
            for merge_id, merge in self.merges.items()
            if not {merge["survivor"], merge["merged"]} & person
        }
        self.rules.given = {key: given for key, given in self.rules.given.items() if key[1] not in person}
        for one in person:
            self.members.pop(one, None)
        self.erased |= person

    def give_up(self, person: set[str]) -> None:
        """Rewards and coupons that wait are free again; what was used stays used, by nobody."""
        for held in self.held.values():
            if held["owner"] in person and self.state_of(held) == "ISSUED":
                held["state"] = "CANCELLED"
        for use in self.uses.values():
            if use["owner"] in person and use["state"] == "RESERVED":
                use["state"] = "RELEASED"
        self.held = unnamed(self.held, person)
        self.uses = unnamed(self.uses, person)

    def forget_referrals(self, person: set[str]) -> None:
        for referral in self.referrals.values():
            for side in ("friend", "referrer"):
                if referral[side] in person:
                    referral[side] = NOBODY


def owner_of(row: Row) -> str:
    return str(row["owner"] if "owner" in row else row["customer"])


def unnamed(table: dict[str, Row], person: set[str]) -> dict[str, Row]:
    """The rows, those of the person under names that lead nowhere: their owners, their orders, their own."""
    return {
        f"{NOBODY}/{key}" if row["owner"] in person else key: (
            {**row, "owner": NOBODY, "order": NOBODY} if row["owner"] in person else row
        )
        for key, row in table.items()
    }
