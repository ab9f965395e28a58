"""The ledger as a state machine: Hypothesis picks what is asked and when, and makes short what disagrees."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from hypothesis import note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.ledger.authors import Author
from tests.ledger.episodes import alike, begin, compare
from tests.ledger.operations import Command
from tests.ledger.product import Product

CHANCE = st.randoms(use_true_random=False)  # what is drawn from it, Hypothesis chooses and makes simpler
BITS = 6  # drawn at a time: of more than 127 values Hypothesis prefers the extremes


class Even(Random):
    """Chance that Hypothesis deals, with no favourites among what an author may choose.

    Dealt as Hypothesis likes it, members are erased so often that hardly anybody gets to spend.
    """

    def __init__(self, dealer: Random) -> None:
        super().__init__()
        self._dealer = dealer

    def getrandbits(self, bits: int, /) -> int:
        dealt = 0
        for done in range(0, bits, BITS):
            size = min(BITS, bits - done)
            dealt = dealt << size | self._dealer.getrandbits(size)
        return dealt

    def random(self) -> float:
        return self.getrandbits(2 * BITS) / (1 << 2 * BITS)


class LedgerMachine(RuleBasedStateMachine):
    """One episode, in which the product must answer, and leave every account, as the author's model does."""

    def __init__(self, product: Product) -> None:
        super().__init__()
        self.product = product
        self.author = Author(0)
        self.asked = 0
        self.agrees = True
        begin(product)

    @initialize()
    def enrol_some(self) -> None:
        self.ask(timedelta(0), self.author.newcomers())

    @rule(chance=CHANCE, most=st.sampled_from((1,) * 10 + (2,) * 3 + (4,)))
    def ask_together(self, chance: Random, most: int) -> None:
        """Let time pass, then let so many commands arrive together; repeated ones are among them."""
        self.author.random = Even(chance)
        after = self.author.pause()
        self.author.model.elapse(after)
        self.product.elapse(after)
        self.ask(after, self.author.commands(most))

    def ask(self, after: timedelta, commands: Sequence[Command]) -> None:
        note(f"+{after}: {commands}")
        self.agrees = False
        compare(self.product, self.author.model, commands)
        self.agrees = True
        self.asked += len(commands)

    def teardown(self) -> None:
        if self.agrees:  # else there is something to tell already
            alike("violations", self.product.violations(), [])


def explore(product: Product, most: settings) -> int:
    """Play episodes, as many and as long as the settings say. Returns how many commands were asked.

    Raises what the shortest episode found raises where the two disagree.
    """
    asked = 0

    class Episode(LedgerMachine):
        def __init__(self) -> None:
            super().__init__(product)

        def teardown(self) -> None:
            nonlocal asked
            asked += self.asked
            super().teardown()

    run_state_machine_as_test(Episode, settings=most)
    return asked
