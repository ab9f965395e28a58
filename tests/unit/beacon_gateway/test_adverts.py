import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beacon_gateway.identity.adverts import (
    APPLE_COMPANY,
    COMPANY_TAG,
    EDDYSTONE_TAG,
    EDDYSTONE_UUID,
    OWN_UUID,
    PROXIMITY_TAG,
    SERVICE_TAG,
    Advert,
    Frame,
    TagFormat,
    Telemetry,
    formats_of,
    frames_of,
    parse,
)
from tests.fuzz.adverts import COMPANIES, SEEDS, SERVICES, check

PROXIMITY_UUID = bytes(range(16))
EIGHT = bytes.fromhex("a9b76a71c5f89290")
SIX = bytes.fromhex("0a0b0c0d0e0f")
MUTATIONS = 20_000  # two seconds; the long search is `make fuzz-adverts`


def tlm(millivolts: int, temperature: int) -> bytes:
    return struct.pack(">BBHhII", 0x20, 0, millivolts, temperature, 7, 8)


@pytest.mark.parametrize(
    ("manufacturer", "service", "expected"),
    [
        (
            {APPLE_COMPANY: b"\x02\x15" + PROXIMITY_UUID + b"\x00\x01\x00\x02\xc5"},
            {},
            Advert(Frame.IBEACON, PROXIMITY_TAG + PROXIMITY_UUID + b"\x00\x01\x00\x02", -59),
        ),
        (
            {},
            {EDDYSTONE_UUID: b"\x00\xee" + PROXIMITY_UUID + b"\x00\x00"},
            Advert(Frame.EDDYSTONE_UID, EDDYSTONE_TAG + PROXIMITY_UUID, -59),
        ),
        ({}, {EDDYSTONE_UUID: b"\x30\xee" + EIGHT}, Advert(Frame.EDDYSTONE_EID, EIGHT, -59)),
        ({}, {OWN_UUID: b"\x01\xc8" + EIGHT}, Advert(Frame.OWN, EIGHT, -56)),
    ],
)
def test_a_frame_is_read_as_its_specification_says(
    manufacturer: dict[int, bytes], service: dict[str, bytes], expected: Advert
) -> None:
    assert parse(manufacturer, service) == expected


@pytest.mark.parametrize("reserved", [b"", b"\x00", b"\xff"])
def test_the_makers_byte_of_an_altbeacon_is_nothing_to_us_and_may_be_missing(reserved: bytes) -> None:
    body = b"\xbe\xac" + bytes(range(20)) + b"\xc0" + reserved
    assert parse({0x0118: body}, {}) == Advert(Frame.ALTBEACON, PROXIMITY_TAG + bytes(range(20)), -64)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (tlm(2950, 20 * 256 + 128), Telemetry(2950, 20.5)),
        (tlm(2950, -128), Telemetry(2950, -0.5)),
        (tlm(0, -0x8000), Telemetry(None, None)),
        (b"\x20\x01" + bytes(range(16)), Telemetry(None, None, bytes(range(16)))),
    ],
    ids=["warm", "below-zero", "mains-and-no-thermometer", "encrypted"],
)
def test_telemetry_is_read_and_what_a_tag_cannot_know_is_missing(body: bytes, expected: Telemetry) -> None:
    assert parse({}, {EDDYSTONE_UUID: body}) == expected


def test_a_plain_tag_is_read_where_its_format_says() -> None:
    formats = formats_of(
        [
            TagFormat(offset=2, length=6, company=0x0118, measured_power_dbm=-63),
            TagFormat(offset=1, length=6, service="FE9A"),
        ]
    )
    service = "0000fe9a-0000-1000-8000-00805f9b34fb"
    of_company = Advert(Frame.PLAIN, COMPANY_TAG + b"\x01\x18" + SIX, -63)
    of_service = Advert(Frame.PLAIN, SERVICE_TAG + bytes.fromhex(service.replace("-", "")) + SIX, -59)
    assert parse({0x0118: b"\xaa\xbb" + SIX}, {}, formats) == of_company
    assert parse({}, {service: b"\x00" + SIX + b"more"}, formats) == of_service


def test_a_plain_tag_that_is_too_short_or_of_another_maker_is_nothing() -> None:
    formats = formats_of([TagFormat(offset=2, length=6, company=0x0118)])
    assert parse({0x0118: b"\xaa\xbb" + SIX[:5]}, {}, formats) is None
    assert parse({0x0119: b"\xaa\xbb" + SIX}, {}, formats) is None


def test_a_known_frame_wins_over_a_plain_format() -> None:
    formats = formats_of([TagFormat(offset=0, length=6, company=APPLE_COMPANY)])
    body = b"\x02\x15" + PROXIMITY_UUID + b"\x00\x01\x00\x02\xc5"
    said = parse({APPLE_COMPANY: body}, {}, formats)
    assert isinstance(said, Advert)
    assert said.frame is Frame.IBEACON


@pytest.mark.parametrize(
    "wrong",
    [
        {"offset": 0, "length": 6},
        {"offset": 0, "length": 6, "company": 1, "service": "fe9a"},
        {"offset": 0, "length": 5, "company": 1},
        {"offset": -1, "length": 6, "company": 1},
        {"offset": 250, "length": 6, "company": 1},
        {"offset": 0, "length": 6, "company": 0x10000},
        {"offset": 0, "length": 6, "service": "no-uuid"},
        {"offset": 0, "length": 6, "service": "fe9a00"},
        {"offset": 0, "length": 6, "company": 1, "measured_power_dbm": 99},
    ],
)
def test_a_format_that_cannot_be_meant_is_refused(wrong: dict[str, int | str]) -> None:
    with pytest.raises(ValueError, match=r"\w+"):
        TagFormat(**wrong)  # type: ignore[arg-type]


def test_two_formats_of_the_same_bytes_are_refused() -> None:
    short = TagFormat(offset=0, length=6, service="fe9a")
    long = TagFormat(offset=0, length=6, service="0000FE9A-0000-1000-8000-00805F9B34FB")
    with pytest.raises(ValueError, match="two tag formats"):
        formats_of([short, long])


@pytest.mark.parametrize(
    ("manufacturer", "service"),
    [
        ({}, {}),
        ({APPLE_COMPANY: b"\x10\x05\x01\x02\x03\x04\x05"}, {}),
        ({APPLE_COMPANY: b"\x02\x15" + bytes(20)}, {}),
        ({0x0118: b"\x02\x15" + bytes(21)}, {}),
        ({0x0118: b"\xbe\xac" + bytes(23)}, {}),
        ({}, {EDDYSTONE_UUID: b""}),
        ({}, {EDDYSTONE_UUID: b"\x30\xee" + EIGHT[:7]}),
        ({}, {EDDYSTONE_UUID: b"\x10\xee\x03example"}),
        ({}, {EDDYSTONE_UUID: tlm(2950, 0)[:-1]}),
        ({}, {EDDYSTONE_UUID: b"\x20\x01" + bytes(15)}),
        ({}, {EDDYSTONE_UUID: b"\x20\x02" + bytes(16)}),
        ({}, {OWN_UUID: b"\x02\xc8" + EIGHT}),
        ({}, {OWN_UUID: b"\x01\xc8" + EIGHT + b"\x00"}),
    ],
)
def test_what_is_no_frame_of_ours_is_nothing(
    manufacturer: dict[int, bytes], service: dict[str, bytes]
) -> None:
    assert parse(manufacturer, service) is None


HEADS = st.sampled_from([b"", b"\x00", b"\x20\x00", b"\x20\x01", b"\x30", b"\x01", b"\x02\x15", b"\xbe\xac"])
BODIES = st.builds(lambda head, body: head + body, HEADS, st.binary(max_size=40))
WHOSE = st.integers(0, len(COMPANIES) - 1) | st.integers(0x80, 0x80 + len(SERVICES) - 1)
FIELDS = st.builds(lambda whose, body: bytes([whose, len(body)]) + body, WHOSE, BODIES)


@given(st.binary(max_size=300) | st.lists(FIELDS, max_size=4).map(b"".join))
def test_hostile_bytes_never_raise_and_give_bounded_values(raw: bytes) -> None:
    check(raw)


def test_what_tags_send_with_some_bytes_changed_never_raises() -> None:
    chance = random.Random(7)
    for _ in range(MUTATIONS):
        raw = bytearray(b"".join(chance.choices(SEEDS, k=chance.randint(1, 2))))
        for _ in range(chance.randint(1, 4)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        check(bytes(raw[: chance.randint(0, len(raw))]))


def test_the_seeds_of_the_search_reach_every_kind_of_frame() -> None:
    from tests.fuzz.adverts import FORMATS, frames_of

    said = [parse(*frames_of(seed), FORMATS) for seed in SEEDS]
    assert {one.frame for one in said if isinstance(one, Advert)} == set(Frame)
    assert sum(isinstance(one, Telemetry) for one in said) == 2


@given(st.integers(-100, 20), st.binary(min_size=8, max_size=20), st.sampled_from([b"", b"\x01", b"\x02"]))
def test_what_is_put_on_the_air_is_read_as_the_same_advert(
    power_dbm: int, body: bytes, numbering: bytes
) -> None:
    identifier = numbering + body.ljust(20, b"x")[: {b"": 8, b"\x01": 20, b"\x02": 16}[numbering]]
    read = parse(*frames_of(identifier, power_dbm))
    assert isinstance(read, Advert)
    assert (read.identifier, read.measured_power_dbm) == (identifier, power_dbm)


def test_a_makers_own_numbering_cannot_be_put_on_the_air() -> None:
    with pytest.raises(ValueError, match="maker's own numbering"):
        frames_of(b"\x03\x01\x18abcdef", -59)
