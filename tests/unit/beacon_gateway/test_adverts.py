import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beacon_gateway.adverts import APPLE_COMPANY, EDDYSTONE_UUID, OWN_UUID, Advert, Frame, parse

PROXIMITY_UUID = bytes(range(16))
EIGHT = bytes.fromhex("a9b76a71c5f89290")


@pytest.mark.parametrize(
    ("manufacturer", "service", "expected"),
    [
        (
            {APPLE_COMPANY: b"\x02\x15" + PROXIMITY_UUID + b"\x00\x01\x00\x02\xc5"},
            {},
            Advert(Frame.IBEACON, PROXIMITY_UUID + b"\x00\x01\x00\x02", -59),
        ),
        (
            {0x0118: b"\xbe\xac" + bytes(range(20)) + b"\xc0\x00"},
            {},
            Advert(Frame.ALTBEACON, bytes(range(20)), -64),
        ),
        (
            {},
            {EDDYSTONE_UUID: b"\x00\xee" + PROXIMITY_UUID + b"\x00\x00"},
            Advert(Frame.EDDYSTONE_UID, PROXIMITY_UUID, -59),
        ),
        ({}, {EDDYSTONE_UUID: b"\x30\xee" + EIGHT}, Advert(Frame.EDDYSTONE_EID, EIGHT, -59)),
        (
            {},
            {EDDYSTONE_UUID: struct.pack(">BBHhII", 0x20, 0, 2950, 20 * 256, 7, 8)},
            Advert(Frame.EDDYSTONE_TLM, b"", battery_mv=2950),
        ),
        ({}, {EDDYSTONE_UUID: b"\x20\x01" + bytes(16)}, Advert(Frame.EDDYSTONE_TLM, b"")),
        ({}, {OWN_UUID: b"\x01\xc8" + EIGHT}, Advert(Frame.OWN, EIGHT, -56)),
    ],
)
def test_a_frame_is_read_as_its_specification_says(
    manufacturer: dict[int, bytes], service: dict[str, bytes], expected: Advert
) -> None:
    assert parse(manufacturer, service) == expected


@pytest.mark.parametrize(
    ("manufacturer", "service"),
    [
        ({}, {}),
        ({APPLE_COMPANY: b"\x10\x05\x01\x02\x03\x04\x05"}, {}),
        ({APPLE_COMPANY: b"\x02\x15" + bytes(20)}, {}),
        ({0x0118: b"\x02\x15" + bytes(21)}, {}),
        ({}, {EDDYSTONE_UUID: b""}),
        ({}, {EDDYSTONE_UUID: b"\x30\xee" + EIGHT[:7]}),
        ({}, {EDDYSTONE_UUID: b"\x10\xee\x03example"}),
        ({}, {OWN_UUID: b"\x02\xc8" + EIGHT}),
        ({}, {OWN_UUID: b"\x01\xc8" + EIGHT + b"\x00"}),
    ],
)
def test_what_is_no_frame_of_ours_is_nothing(
    manufacturer: dict[int, bytes], service: dict[str, bytes]
) -> None:
    assert parse(manufacturer, service) is None


HEADS = st.sampled_from([b"", b"\x00", b"\x20\x00", b"\x20\x01", b"\x30", b"\x01", b"\x02\x15", b"\xbe\xac"])
HOSTILE = st.builds(lambda head, body: head + body, HEADS, st.binary(max_size=40))


@given(
    st.dictionaries(st.integers(0, 0xFFFF) | st.just(APPLE_COMPANY), HOSTILE, max_size=3),
    st.dictionaries(st.sampled_from([EDDYSTONE_UUID, OWN_UUID, "other"]), HOSTILE, max_size=3),
)
def test_hostile_bytes_never_raise_and_give_bounded_values(
    manufacturer: dict[int, bytes], service: dict[str, bytes]
) -> None:
    advert = parse(manufacturer, service)
    if advert is not None:
        assert len(advert.identifier) in {0, 8, 16, 20}
        assert -128 - 41 <= advert.measured_power_dbm <= 127
