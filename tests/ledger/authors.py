"""Writes random episodes: looks at a model of its own, so that commands are likely to matter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from tests.ledger.club_author import ClubAuthor
from tests.ledger.episodes import answers
from tests.ledger.friend_author import FriendAuthor
from tests.ledger.operations import Command, Enrol, Step
from tests.ledger.point_author import PointAuthor
from tests.ledger.scribe import MEMBERS
from tests.ledger.shop_author import ShopAuthor

PAUSES = (
    timedelta(0),
    timedelta(seconds=1),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=20),
    timedelta(days=7),
    timedelta(days=14),
    timedelta(days=45),
    timedelta(days=200),
    timedelta(days=800),
    timedelta(seconds=-2),  # a clock that is put right
    timedelta(hours=-1),  # one that somebody has set
)
OFTEN = (30, 20, 12, 12, 10, 6, 4, 3, 2, 1, 2, 1)  # how often each pause comes


class Author(ShopAuthor, PointAuthor, ClubAuthor, FriendAuthor):
    """Makes up one episode."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.asked: list[Command] = []
        self.writers: tuple[tuple[float, Callable[[], Command | None]], ...] = (
            (2, self.sweep),  # first: of what does not matter Hypothesis makes the first there is
            (8, self.order),
            (5, self.back),
            (3, self.swap),
            (5, self.spend),
            (4, self.hold),
            (3, self.capture),
            (2, self.release),
            (2, self.adjust),
            (2, self.transfer),
            (1, self.take_over),
            (1, self.enrol),
            (1, self.move_on),
            (0.7, self.merge),
            (1, self.unmerge),
            (0.3, self.erase),
            (3, self.issue),
            (3, self.resolve),
            (2, self.use_coupon),
            (1, self.end_coupon),
            (1, self.answer_survey),
            (2, self.get_code),
            (3, self.accept),
            (3, self.settle),
            (1, self.draft),
            (1, self.publish),
            (0.3, self.retire),
            (2, self.again),
        )

    def episode(self, length: int) -> list[Step]:
        first = Step(timedelta(0), self.newcomers())
        answers(self.model, first.commands)
        return [first, *(self.step() for _ in range(length))]

    def newcomers(self) -> tuple[Command, ...]:
        return tuple(Enrol(request_id=self.name("r"), member=one) for one in MEMBERS[:2])

    def step(self) -> Step:
        after = self.pause()
        self.model.elapse(after)
        commands = self.commands(self.random.choices((1, 2, 4), (10, 3, 1))[0])
        answers(self.model, commands)
        return Step(after, commands)

    def pause(self) -> timedelta:
        """Some time to go by, or for the clock to be put back."""
        return self.random.choices(PAUSES, OFTEN)[0]

    def commands(self, most: int) -> tuple[Command, ...]:
        """Commands of one moment, not played yet."""
        written = [self.command() for _ in range(most)]
        commands = tuple(command for command in written if command is not None)
        self.asked.extend(command for command in commands if command.request_id)
        return commands

    def command(self) -> Command | None:
        weights, makers = zip(*self.writers, strict=True)
        maker: Callable[[], Command | None] = self.random.choices(makers, weights)[0]
        return maker()

    def again(self) -> Command | None:
        """A request that was made before, or its id for something else."""
        if not self.asked:
            return None
        old = self.random.choice(self.asked[-20:])
        if self.random.random() < 0.8:
            return old
        other = self.order()
        return replace(other, request_id=old.request_id)
