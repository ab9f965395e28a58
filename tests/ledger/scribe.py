"""What every author of episodes has: chance, a model to look at, and names that nobody had before."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from tests.ledger.episodes import new_model

MEMBERS = ("anna", "ben", "cleo", "dina", "emil")
STRANGER = "zoe"  # never enrols


class Scribe:
    """Knows how things stand in the episode that is being written."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.model = new_model()
        self.number = 0

    def name(self, prefix: str) -> str:
        self.number += 1
        return f"{prefix}{self.number}"

    def moment(self) -> datetime:
        """Now, by a clock that never shows the same time twice."""
        self.number += 1
        return self.model.now + timedelta(microseconds=self.number)

    def anyone(self) -> str:
        return self.random.choice((*MEMBERS, *MEMBERS, STRANGER))
