"""Any bytes -> what a radio could hand over, and what must hold of whatever the parser makes of it.

`python -m tests.fuzz.adverts SECONDS` searches with coverage as its guide, where atheris is installed.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from inspect import isfunction
from pathlib import Path
from typing import Final

from beacon_gateway.identity import adverts
from beacon_gateway.identity.adverts import (
    APPLE_COMPANY,
    EDDYSTONE_UUID,
    OWN_UUID,
    Advert,
    Frame,
    TagFormat,
    Telemetry,
    formats_of,
    parse,
)

MAKER: Final = 0x0118
SERVICE: Final = "fe9a"
FORMATS: Final = formats_of(
    [
        TagFormat(offset=2, length=6, company=MAKER, measured_power_dbm=-63),
        TagFormat(offset=0, length=20, service=SERVICE),
    ]
)
COMPANIES: Final = (APPLE_COMPANY, MAKER, 0xFFFF)
SERVICES: Final = (EDDYSTONE_UUID, OWN_UUID, f"0000{SERVICE}-0000-1000-8000-00805f9b34fb", "other")
ROTATING: Final = (Frame.EDDYSTONE_EID, Frame.OWN)
LENGTHS: Final = {Frame.IBEACON: {21}, Frame.ALTBEACON: {21}, Frame.EDDYSTONE_UID: {17}, Frame.PLAIN: {9, 37}}
SEEDS: Final = tuple(
    bytes.fromhex(one)
    for one in (
        "801730ee" + "a9b76a71c5f89290",
        "801400ee" + "00" * 16 + "0000",
        "800e2000" + "0b86140000000007" + "00000008",
        "80122001" + "11" * 16,
        "81" + "0a" + "01c8" + "a9b76a71c5f89290",
        "00170215" + "22" * 20 + "c5",
        "0118beac" + "33" * 20 + "c000",
        "0108aaaa" + "010203040506",
        "8214" + "44" * 20,
    )
)

Frames = tuple[Mapping[int, bytes], Mapping[str, bytes]]


def frames_of(raw: bytes) -> Frames:
    """A chain of fields: one byte says whose, one how long the body says it is, then the body."""
    manufacturer: dict[int, bytes] = {}
    service: dict[str, bytes] = {}
    while len(raw) >= 2:
        whose, length, raw = raw[0], raw[1], raw[2:]
        body, raw = raw[:length], raw[length:]
        if whose & 0x80:
            service[SERVICES[whose % len(SERVICES)]] = body
        else:
            manufacturer[COMPANIES[whose % len(COMPANIES)]] = body
    return manufacturer, service


def check(raw: bytes) -> None:
    """Parses what `raw` stands for; raises AssertionError when the answer is none that may be."""
    manufacturer, service = frames_of(raw)
    said = parse(manufacturer, service, FORMATS)
    bodies = [*manufacturer.values(), *service.values()]
    if isinstance(said, Advert):
        assert len(said.identifier) in LENGTHS.get(said.frame, {8})
        assert any(said.identifier[-6:] in body for body in bodies), "an identifier that nobody sent"
        assert -128 - 41 <= said.measured_power_dbm <= 127
    elif isinstance(said, Telemetry):
        assert said.battery_mv is None or 0 < said.battery_mv <= 0xFFFF
        assert said.temperature_c is None or -128 < said.temperature_c < 128
        assert len(said.sealed) in {0, 16}
    else:
        assert said is None


def main(seconds: int) -> None:
    """Searches for `seconds`; the input that breaks a rule is written to the present folder."""
    import atheris  # type: ignore[import-untyped,unused-ignore]

    for module in (adverts, sys.modules[__name__]):
        for one in vars(module).values():
            if isfunction(one) and one.__module__ == module.__name__:
                atheris.instrument_func(one)
    corpus = Path(".fuzz") / "adverts"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(SEEDS):
        (corpus / f"seed-{number}").write_bytes(seed)
    options = [f"-max_total_time={seconds}", "-max_len=300", "-timeout=5", "-print_final_stats=1"]
    atheris.Setup([sys.argv[0], *options, str(corpus)], check)
    atheris.Fuzz()


if __name__ == "__main__":
    main(int(sys.argv[1]))
