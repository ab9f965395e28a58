"""Erasing and exporting as values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Erasure:
    """Who is to be erased, under any of the person's ids."""

    person_id: str

    @property
    def customer_id(self) -> str:
        """Which writer takes it. Derived, so that nothing is refused or kept under the id."""
        return self.person_id
