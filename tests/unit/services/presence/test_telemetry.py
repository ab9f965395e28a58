"""Encrypted telemetry against the vectors of its cipher, and against a tag that is written here."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

from services.presence.rules.identifiers import WINDOW
from services.presence.rules.telemetry import Telemetry, eax_opened, opened

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
KEY = bytes.fromhex("0102030405060708090A111213141516")


@pytest.mark.parametrize(
    ("message", "key", "nonce", "header", "sealed"),
    [
        (
            "",
            "233952DEE4D5ED5F9B9C6D6FF80FF478",
            "62EC67F9C3A4A407FCB2A8C49031A8B3",
            "6BFB914FD07EAE6B",
            "E037830E8389F27B025A2D6527E79D01",
        ),
        (
            "F7FB",
            "91945D3F4DCBEE0BF45EF52255F095A4",
            "BECAF043B0A23D843194BA972C66DEBD",
            "FA3BFD4806EB53FA",
            "19DD5C4C9331049D0BDAB0277408F67967E5",
        ),
        (
            "1A47CB4933",
            "01F74AD64077F2E704C0F60ADA3DD523",
            "70C3DB4F0D26368400A10ED05D2BFF5E",
            "234A3463C1264AC6",
            "D851D5BAE03A59F238A23E39199DC9266626C40F80",
        ),
    ],
)
def test_the_cipher_opens_its_published_vectors(
    message: str, key: str, nonce: str, header: str, sealed: str
) -> None:
    raw = bytes.fromhex(sealed)
    body, check = raw[:-16], raw[-16:]
    parts = (bytes.fromhex(key), bytes.fromhex(nonce), body)
    assert eax_opened(*parts, check, bytes.fromhex(header)) == bytes.fromhex(message)
    assert eax_opened(*parts, check[:2], bytes.fromhex(header)) == bytes.fromhex(message)
    assert eax_opened(*parts, bytes(16), bytes.fromhex(header)) is None


def sealed_by_a_tag(at: datetime, battery_mv: int, temperature: int, salt: bytes = b"\x12\x34") -> bytes:
    """As a beacon does it: the counter without its low bits and the salt are the nonce."""

    def omac(part: int, message: bytes) -> bytes:
        code = CMAC(algorithms.AES(KEY))
        code.update(bytes(15) + bytes([part]) + message)
        return code.finalize()

    counter = int(at.timestamp()) >> 10 << 10
    start = omac(0, struct.pack(">I", counter) + salt)
    plain = struct.pack(">HhII", battery_mv, temperature, 7, 8)
    body = Cipher(algorithms.AES(KEY), modes.CTR(start)).encryptor().update(plain)
    check = bytes(a ^ b ^ c for a, b, c in zip(start, omac(1, b""), omac(2, body), strict=True))
    return body + salt + check[:2]


@pytest.mark.parametrize("late", [timedelta(), WINDOW, -WINDOW], ids=["in-time", "fast", "slow"])
def test_a_tags_own_key_opens_what_it_sealed(late: timedelta) -> None:
    sealed = sealed_by_a_tag(NOON + late, 2345, 21 * 256 + 64)
    assert opened(KEY, sealed, NOON) == Telemetry(2345, 21.25)


def test_what_a_tag_does_not_know_is_missing() -> None:
    assert opened(KEY, sealed_by_a_tag(NOON, 0, -0x8000), NOON) == Telemetry(None, None)


@pytest.mark.parametrize(
    ("key", "at", "cut"),
    [(bytes(16), NOON, 16), (KEY, NOON + 5 * WINDOW, 16), (KEY, NOON, 15)],
    ids=["another-key", "another-time", "too-short"],
)
def test_nothing_else_opens_it(key: bytes, at: datetime, cut: int) -> None:
    assert opened(key, sealed_by_a_tag(NOON, 2345, 0)[:cut], at) is None
