"""How a batch is answered: item by item."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from services.errors import RegularsError

Item = TypeVar("Item")
Answer = TypeVar("Answer")


def each(items: Iterable[Item], command: Callable[[Item], Answer]) -> list[Answer | RegularsError]:
    """The answer to each item, in order; one that is refused answers its error and spoils no other."""
    answers: list[Answer | RegularsError] = []
    for item in items:
        try:
            answers.append(command(item))
        except RegularsError as error:
            answers.append(error)
    return answers
