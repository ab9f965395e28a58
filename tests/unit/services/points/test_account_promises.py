"""Whatever is done to an account in whatever order, its promises hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.errors import RegularsError
from services.points.account import Account
from services.points.holds import Hold, HoldState
from services.points.lots import Kind
from tests.unit.services.points.accounts import DAY, NOON, cause, check_promises, lot, wanted

EARNED = st.integers(20, 60)
POINTS = st.integers(1, 40)
SPANS = st.sampled_from([timedelta(minutes=1), DAY, 2 * DAY, 14 * DAY])


class Commands(RuleBasedStateMachine):
    """All commands on one account, and the clock."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.account = Account("anna", "ACTIVE")
        self.numbers = 0

    @initialize(lots=st.lists(st.tuples(EARNED, SPANS), min_size=1, max_size=5))
    def begin(self, lots: list[tuple[int, timedelta]]) -> None:
        for points, lives in lots:
            self.credit(points, timedelta(0), lives)

    def _a_hold(self, data: st.DataObject) -> Hold:
        """One that is live rather than not."""
        live = [hold.hold_id for hold in self.account.live_holds()]
        return self.account.holds[data.draw(st.sampled_from(live or sorted(self.account.holds)))]

    def _name(self) -> str:
        self.numbers += 1
        return f"{self.numbers % 3}-{self.numbers}"  # neither in order of time nor of spending

    def _whether(self, allowed: bool, command: Callable[[], object]) -> None:
        """Give a command that is refused exactly when it should be."""
        try:
            command()
        except RegularsError:
            assert not allowed
        else:
            assert allowed

    @rule(points=EARNED, waits=st.sampled_from([timedelta(0), DAY]), lives=SPANS)
    def credit(self, points: int, waits: timedelta, lives: timedelta) -> None:
        begins, ends = self.now + waits, self.now + waits + lives
        self.account.credit(
            lot(self._name(), points, activates_at=begins, expires_at=ends, now=self.now), cause(self.now)
        )

    @rule(points=POINTS)
    def spend(self, points: int) -> None:
        allowed = points <= self.account.active_points
        self._whether(allowed, lambda: self.account.spend(wanted(points, self._name()), cause(self.now)))

    @rule(points=POINTS, lives=SPANS)
    def hold(self, points: int, lives: timedelta) -> None:
        allowed = points <= self.account.active_points
        name, lapses_at = self._name(), self.now + lives
        self._whether(allowed, lambda: self.account.hold(wanted(points, name), lapses_at, cause(self.now)))

    @precondition(lambda self: self.account.holds)
    @rule(data=st.data(), points=POINTS)
    def capture(self, data: st.DataObject, points: int) -> None:
        hold = self._a_hold(data)
        allowed = hold.state is HoldState.HELD and points <= hold.points
        self._whether(allowed, lambda: self.account.capture(hold, points, cause(self.now)))

    @precondition(lambda self: self.account.holds)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        hold = self._a_hold(data)
        self._whether(hold.state is HoldState.HELD, lambda: self.account.release(hold, cause(self.now)))

    @precondition(lambda self: self.account.holds)
    @rule(data=st.data(), part=st.integers(0, 100))
    def restore(self, data: st.DataObject, part: int) -> None:
        hold = self.account.holds[data.draw(st.sampled_from(sorted(self.account.holds)))]
        points = (hold.captured_points - hold.restored_points) * part // 100
        before = hold.restored_points
        assert (
            self.account.restore(hold, points, 30 * DAY, cause(self.now)).restored_points == before + points
        )

    @precondition(lambda self: self.account.lots)
    @rule(data=st.data(), points=POINTS)
    def take_back(self, data: st.DataObject, points: int) -> None:
        name = data.draw(st.sampled_from(sorted(self.account.lots)))
        self.account.take_back({name: points}, cause(self.now))

    @rule(points=POINTS)
    def remove(self, points: int) -> None:
        allowed = points <= self.account.active_points
        self._whether(allowed, lambda: self.account.remove(points, Kind.ADJUST, cause(self.now)))

    @rule(span=SPANS)
    def wait(self, span: timedelta) -> None:
        self.now += span
        self.account.bring_to(self.now)

    @rule(span=SPANS)
    def close(self, span: timedelta) -> None:
        if self.account.forfeits_at is None and self.numbers > 12:
            self.account.forfeits_at = self.now + span

    @invariant()
    def promises_hold(self) -> None:
        check_promises(self.account)

    @invariant()
    def nothing_due_is_left(self) -> None:
        due = self.account.next_due()
        assert due is None or due > self.now

    @invariant()
    def free_points_are_not_expired(self) -> None:
        assert all(one.expires_at > self.now for one in self.account.spendable() if one.remaining_points)


TestCommands = Commands.TestCase
TestCommands.settings = hypothesis_settings(max_examples=200, stateful_step_count=40)
