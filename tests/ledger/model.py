"""What the ledger should do, written from the guide's terms alone: slow, obvious, and in plain dictionaries.

Nothing here knows the product's code. Time is played moment by moment: whatever falls due before a command
happens before it, in the order in which it falls due.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

MAY_EARN = {"PENDING", "ACTIVE"}
MAY_SPEND = {"ACTIVE"}
RESTORE_GRACE = timedelta(days=30)
FORFEIT = timedelta(days=30)
HOLD = timedelta(minutes=30)

Row = dict[str, Any]


class Refused(Exception):  # noqa: N818  (an answer, not a failure)
    """A command that may not be; its text is the reason."""


class Points:
    """Members, lots, holds and what moves between them."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.members: dict[str, Row] = {}
        self.lots: dict[str, Row] = {}
        self.holds: dict[str, Row] = {}

    # --- what there is ---

    def lots_of(self, member: str) -> list[Row]:
        return [lot for lot in self.lots.values() if lot["owner"] == member]

    def balance(self, member: str) -> tuple[int, int, int, int]:
        """(pending, active, blocked, debt)."""
        own = self.lots_of(member)
        return (
            sum(lot["pending"] for lot in own),
            sum(lot["active"] for lot in own),
            sum(lot["blocked"] for lot in own),
            self.members[member]["debt"],
        )

    def free_lots(self, member: str) -> dict[str, tuple[int, int, int]]:
        """(pending, active, blocked) of the lots that hold something, by lot id."""
        found = {
            lot_id: (lot["pending"], lot["active"], lot["blocked"])
            for lot_id, lot in self.lots.items()
            if lot["owner"] == member
        }
        return {lot_id: held for lot_id, held in found.items() if any(held)}

    def member(self, member: str) -> Row:
        if member not in self.members:
            raise Refused("MEMBER_NOT_FOUND")
        return self.members[member]

    def earned(self, member: str) -> dict[str, int]:
        """What counts for the tier, by the first day of each year."""
        return {year: points for year, points in self.members[member]["qualifying"].items() if points}

    # --- what time does ---

    def advance(self, to: datetime) -> None:
        """Let everything happen that falls due until then, one thing after the other."""
        while True:
            due = [event for event in self.events() if event[0] <= to]
            if not due:
                break
            _, rank, key = min(due)
            self.happen(rank, key)
        self.now = to

    def events(self) -> Iterable[tuple[datetime, int, str]]:
        for lot_id, lot in self.lots.items():
            if lot["pending"]:
                yield lot["activates_at"], 0, lot_id
            if lot["active"]:
                yield lot["expires_at"], 2, lot_id
        for hold_id, hold in self.holds.items():
            if hold["state"] == "HELD" and hold["lapses_at"] is not None:
                yield hold["lapses_at"], 1, hold_id
        for member_id, member in self.members.items():
            if member["forfeits_at"] is not None and any(lot["active"] for lot in self.lots_of(member_id)):
                yield member["forfeits_at"], 3, member_id

    def happen(self, rank: int, key: str) -> None:
        if rank == 0:
            lot = self.lots[key]
            lot["pending"], lot["active"] = 0, lot["active"] + lot["pending"]
        elif rank == 1:
            self.unblock(self.holds[key], "LAPSED")
        elif rank == 2:
            self.lose(self.lots[key])
        else:
            for lot in self.lots_of(key):
                self.lose(lot)

    def lose(self, lot: Row) -> None:
        """Points lapse: they expire, or are forfeited."""
        lot["lapsed"] += lot["pending"] + lot["active"]
        lot["pending"] = lot["active"] = 0

    # --- points come ---

    def add_lot(
        self,
        lot_id: str,
        owner: str,
        points: int,
        activates_at: datetime,
        expires_at: datetime,
        earned_at: datetime | None = None,
    ) -> None:
        pending = activates_at > self.now
        self.lots[lot_id] = {
            "owner": owner,
            "points": points,
            "pending": points if pending else 0,
            "active": 0 if pending else points,
            "blocked": 0,
            "lapsed": 0,
            "activates_at": activates_at,
            "expires_at": expires_at,
            "earned_at": earned_at or self.now,
        }
        self.settle(owner)
        self.advance(self.now)

    def settle(self, member_id: str) -> None:
        """What is owed is paid from whatever there is, soonest expiry first."""
        member = self.members[member_id]
        for lot_id in self.spend_order(member_id):
            member["debt"] -= self.take(lot_id, member["debt"])

    def take(self, lot_id: str, points: int) -> int:
        """Take up to so many points out of a lot; returns how many it were."""
        lot = self.lots[lot_id]
        side = "pending" if lot["pending"] else "active"
        taken = min(points, lot[side])
        lot[side] -= taken
        return int(taken)

    def spend_order(self, member: str, side: str = "") -> list[str]:
        """Lots with something in them: soonest expiry, then oldest activation, then lot id."""
        own = {lot_id: lot for lot_id, lot in self.lots.items() if lot["owner"] == member}
        held = {
            lot_id: lot
            for lot_id, lot in own.items()
            if (lot[side] if side else lot["pending"] + lot["active"])
        }
        return sorted(
            held, key=lambda lot_id: (held[lot_id]["expires_at"], held[lot_id]["activates_at"], lot_id)
        )

    # --- points go ---

    def pick(self, member: str, points: int) -> list[tuple[str, int]]:
        """Which lots pay so many points."""
        if points > self.balance(member)[1]:
            raise Refused("INSUFFICIENT_POINTS")
        parts = []
        for lot_id in self.spend_order(member, "active"):
            taken = min(points, self.lots[lot_id]["active"])
            points -= taken
            if taken:
                parts.append((lot_id, taken))
        return parts

    def may_spend(self, member: str) -> None:
        if self.member(member)["state"] not in MAY_SPEND:
            raise Refused("MAY_NOT_SPEND")

    def block(
        self, hold_id: str, member: str, points: int, order: str = "", lapses_at: datetime | None = None
    ) -> None:
        self.may_spend(member)
        parts = self.pick(member, points)
        for lot_id, taken in parts:
            self.lots[lot_id]["active"] -= taken
            self.lots[lot_id]["blocked"] += taken
        self.holds[hold_id] = {
            "owner": member,
            "state": "HELD",
            "points": points,
            "order": order,
            "at": self.now,
            "lapses_at": lapses_at,
            "parts": [{"lot": lot_id, "held": taken, "spent": 0, "back": 0} for lot_id, taken in parts],
        }

    def unblock(self, hold: Row, state: str, spent: int = 0) -> None:
        """End a hold: so many points are spent, in the order they were taken, and the rest is free again."""
        if hold["state"] != "HELD":
            raise Refused("HOLD_RESOLVED")
        if spent > hold["points"]:
            raise Refused("CAPTURE_EXCEEDS_HOLD")
        for part in hold["parts"]:
            part["spent"] = min(spent, part["held"])
            spent -= part["spent"]
            lot = self.lots[part["lot"]]
            lot["blocked"] -= part["held"]
            lot["active"] += part["held"] - part["spent"]
        hold["state"] = state
        self.settle(hold["owner"])

    def give_back(self, hold: Row, points: int) -> None:
        """Spent points come back to the same lots, the last taken first; lapsed lots get 30 days' grace."""
        for part in reversed(hold["parts"]):
            back = min(points, part["spent"] - part["back"])
            points -= back
            part["back"] += back
            lot = self.lots[part["lot"]]
            if back and lot["expires_at"] <= self.now:
                lot["expires_at"] = self.now + RESTORE_GRACE
            lot["active"] += back
        self.settle(hold["owner"])

    def take_back(self, member_id: str, lost: dict[str, int]) -> dict[str, int]:
        """Earned points go, from the lot that each came with.

        What a lot cannot pay is taken from the other lots named, pending before active, then from all others,
        then it is owed. Returns what was taken from which lot, and as debt (under no name).
        """
        missing = 0
        found: dict[str, int] = {}
        for lot_id, points in lost.items():
            found[lot_id] = self.take(lot_id, points)
            missing += points - found[lot_id]
        kin = [lot_id for side in ("pending", "active") for lot_id in lost if self.lots[lot_id][side]]
        others = [lot_id for lot_id in self.spend_order(member_id) if lot_id not in lost]
        for lot_id in (*kin, *others):
            taken = self.take(lot_id, missing)
            found[lot_id] = found.get(lot_id, 0) + taken
            missing -= taken
        self.members[member_id]["debt"] += missing
        return {**found, "": missing}
