"""An eavesdropper without keys tries to find out who was there an hour ago, too."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from services.presence.rules.identifiers import announced, encrypt, pseudonym_of, window_start

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PEOPLE = 300
LUCKY_MAX = 8  # by chance one in 300 is guessed right; more than 8 happen once in a million such captures

Link = Callable[[Sequence[bytes], Sequence[bytes]], Mapping[bytes, bytes]]


def keys() -> list[bytes]:
    chance = random.Random(11)
    return [chance.randbytes(16) for _ in range(PEOPLE)]


def captured(at: datetime) -> list[bytes]:
    """What everybody's device announces, by person."""
    (column,) = announced(keys(), [window_start(at)])
    return [column[cut : cut + 8] for cut in range(0, len(column), 8)]


def shuffled(heard: Sequence[bytes]) -> list[bytes]:
    mixed = list(heard)
    random.Random(12).shuffle(mixed)
    return mixed


def rightly_linked(link: Link, first: Sequence[bytes], second: Sequence[bytes]) -> int:
    """Of how many people the eavesdropper finds both captures; the second comes in another order."""
    guessed = link(first, shuffled(second))
    return sum(guessed.get(then) == now for then, now in zip(first, second, strict=True))


def by_equality(first: Sequence[bytes], second: Sequence[bytes]) -> Mapping[bytes, bytes]:
    return {one: one for one in first if one in second}


def by_likeness(first: Sequence[bytes], second: Sequence[bytes]) -> Mapping[bytes, bytes]:
    """The one with most bits in common."""
    numbers = {one: int.from_bytes(one, "big") for one in second}
    return {
        one: min(numbers, key=lambda other: (int.from_bytes(one, "big") ^ numbers[other]).bit_count())
        for one in first
    }


def by_bytes_in_common(first: Sequence[bytes], second: Sequence[bytes]) -> Mapping[bytes, bytes]:
    """The one with most bytes in common, wherever they stand."""
    return {one: max(second, key=lambda other: len({*one} & {*other})) for one in first}


def by_order(first: Sequence[bytes], second: Sequence[bytes]) -> Mapping[bytes, bytes]:
    """As if identifiers kept their rank."""
    return dict(zip(sorted(first), sorted(second), strict=True))


def by_commonest_difference(first: Sequence[bytes], second: Sequence[bytes]) -> Mapping[bytes, bytes]:
    """As if time changed everybody's identifier in the same way."""

    def difference(one: bytes, other: bytes) -> int:
        return int.from_bytes(one, "big") ^ int.from_bytes(other, "big")

    ((commonest, _),) = Counter(difference(one, two) for one in first for two in second).most_common(1)
    return {one: two for one in first for two in second if difference(one, two) == commonest}


def by_derivation(first: Sequence[bytes], second: Sequence[bytes]) -> Mapping[bytes, bytes]:
    """As if the next identifier were made of the last one and the public time."""
    block = bytes(11) + bytes([10]) + int(window_start(NOON + HOUR).timestamp()).to_bytes(4, "big")
    guesses = {encrypt(one * 2, block)[:8]: one for one in first}
    guesses |= {hashlib.sha256(one).digest()[:8]: one for one in first}
    return {guesses[two]: two for two in second if two in guesses}


LINKS = [by_equality, by_likeness, by_bytes_in_common, by_order, by_commonest_difference, by_derivation]


@pytest.mark.parametrize("link", LINKS)
def test_captures_an_hour_apart_cannot_be_linked_without_the_key(link: Link) -> None:
    assert rightly_linked(link, captured(NOON), captured(NOON + HOUR)) <= LUCKY_MAX


@pytest.mark.parametrize("link", LINKS[:-1])
def test_what_gateways_call_members_cannot_be_linked_from_day_to_day(link: Link) -> None:
    today, tomorrow = ([pseudonym_of(key, date(2026, 3, day)) for key in keys()] for day in (10, 11))
    assert rightly_linked(link, today, tomorrow) <= LUCKY_MAX


def test_with_the_keys_all_captures_are_linked() -> None:
    def by_key(first: Sequence[bytes], second: Sequence[bytes]) -> Mapping[bytes, bytes]:
        table = dict(zip(captured(NOON), captured(NOON + HOUR), strict=True))
        return {one: table[one] for one in first if table[one] in second}

    assert rightly_linked(by_key, captured(NOON), captured(NOON + HOUR)) == PEOPLE


@pytest.mark.parametrize("link", [by_equality, by_likeness, by_order, by_commonest_difference])
def test_fixed_identifiers_are_linked_by_anybody(link: Link) -> None:
    """Which is why a fixed tag is the member's own choice, and marked."""
    chance = random.Random(13)
    tags = [chance.randbytes(20) for _ in range(PEOPLE)]
    assert rightly_linked(link, tags, tags) == PEOPLE
