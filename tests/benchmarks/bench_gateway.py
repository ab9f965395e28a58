"""Microseconds an advert costs the gateway: parse + resolve + track, for a member and for anyone else."""

import time
from collections.abc import Callable
from typing import Final

from beacon_gateway.identity.adverts import APPLE_COMPANY, EDDYSTONE_UUID, Telemetry, parse
from beacon_gateway.identity.identities import Resolver
from beacon_gateway.identity.key_table import ROTATION_SECONDS, KeyUpdate, Span, Stretch
from beacon_gateway.identity.tags import Tags
from beacon_gateway.tracking.room import Receiver
from beacon_gateway.tracking.tracker import Tracker
from tests.benchmarks.verdicts import Sizes, Verdict

MEMBERS: Final = 20_000
DAY_SECONDS: Final = 86_400
NEAR: Final = 300  # members in the store at once
ADVERTS: Final = 100_000
ROUNDS: Final = 5
BUSY_STORE_PER_SECOND: Final = 1000


def resolver(members: int) -> Resolver:
    """A table of `members` over three windows, the one before, now and the next."""
    windows = tuple(
        Stretch(
            Span(number * ROTATION_SECONDS, (number + 1) * ROTATION_SECONDS),
            0,
            b"".join(_identifier(number, member) for member in range(members)),
        )
        for number in range(3)
    )
    names = b"".join(member.to_bytes(8, "big") for member in range(1, members + 1))
    made = Resolver()
    made.take(KeyUpdate("", "v", windows, (Stretch(Span(0, DAY_SECONDS), 0, names),)), ROTATION_SECONDS)
    return made


def _identifier(window: int, member: int) -> bytes:
    return (window + 1 << 48 | member * 2_654_435_761).to_bytes(8, "big")


def member_adverts() -> Callable[[], None]:
    """One pass over adverts of members who are near."""
    pseudonyms, tags = resolver(MEMBERS).pseudonyms, Tags()
    tracker = Tracker([Receiver("r", "door")], {})
    frames = [{EDDYSTONE_UUID: b"\x30\xee" + _identifier(1, member)} for member in range(NEAR)]
    now = 0.0

    def go() -> None:
        nonlocal now
        for _ in range(ADVERTS // NEAR):
            now += 0.5
            for frame in frames:
                advert = parse({}, frame)
                if advert is None or isinstance(advert, Telemetry):
                    continue
                if (pseudonym := pseudonyms.get(advert.identifier)) is not None:
                    tags.met("00:11:22:33:44:55", pseudonym, now)
                    tracker.hear(pseudonym, "r", -60, advert.measured_power_dbm, now)

    return go


def stranger_adverts() -> Callable[[], None]:
    """One pass over adverts of phones, headsets and the like."""
    frames = [{APPLE_COMPANY: b"\x10\x05" + member.to_bytes(5, "big")} for member in range(NEAR)]
    nothing: dict[str, bytes] = {}

    def go() -> None:
        for _ in range(ADVERTS // NEAR):
            for frame in frames:
                parse(frame, nothing)

    return go


def microseconds(go: Callable[[], None]) -> float:
    """Microseconds an advert, best of some rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        go()
        best = min(best, time.perf_counter() - begun)
    return best / (ADVERTS // NEAR * NEAR) * 1e6


def against_load(sizes: Sizes) -> list[Verdict]:
    """One core against a busy store's 1,000 adverts a second, all of members; and each kind by itself."""
    del sizes
    member, stranger = microseconds(member_adverts()), microseconds(stranger_adverts())
    told = {"a member's advert": f"{member:.2f} us", "a stranger's": f"{stranger:.2f} us"}
    load = 1e6 / member / BUSY_STORE_PER_SECOND
    return [
        Verdict("P9", "adverts a second : a busy store's 1,000", 20.0, load, at_least=True, sides=told),
        Verdict("P9", "parse, resolve, track: a member's advert", 3.0, member, False, {}, " us"),
        Verdict("P9", "parse: a stranger's advert", 0.15, stranger, False, {}, " us"),
    ]
