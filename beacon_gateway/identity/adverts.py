"""Advert bytes -> `Advert` or `Telemetry`. Pure; hostile bytes give None, never an exception.

Each frame's length is checked before any byte of it is read. Sources of the layouts: Apple's proximity beacon
specification, AltBeacon 1.0, Eddystone (UID, TLM, EID).
"""

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias
from uuid import UUID

EDDYSTONE_UUID: Final = "0000feaa-0000-1000-8000-00805f9b34fb"
OWN_UUID: Final = "5d9d1c2e-7c0a-4f5e-9b61-3a1f0c8e2d74"  # drawn at random for the frame of our own app
APPLE_COMPANY: Final = 0x004C
MEASURED_POWER_DBM: Final = -59  # at 1 m: what a tag is taken to have when it does not say
EDDYSTONE_LOSS_DB: Final = 41  # Eddystone states the power at 0 m; the first metre costs 41 dB

_PROXIMITY: Final = struct.Struct(">2s20sb")  # iBeacon and AltBeacon differ in their first two bytes only
PROXIMITY_BYTES: Final = 23  # a constant: most adverts of strangers end at this check, so it must be cheap
_EDDYSTONE_UID: Final = struct.Struct(">xb16s")
_EDDYSTONE_EID: Final = struct.Struct(">xb8s")
_EDDYSTONE_TLM: Final = struct.Struct(">xxHhII")
_SEALED_TLM_BYTES: Final = 18  # type, version, 12 encrypted bytes, salt, integrity check
_OWN: Final = struct.Struct(">Bb8s")
_NO_TEMPERATURE: Final = -0x8000  # what TLM says when a tag has no thermometer

# The first byte of a fixed identifier says whose numbering it is from; the server's table has the same bytes.
PROXIMITY_TAG: Final = b"\x01"  # then UUID, major, minor: the same tag often sends iBeacon and AltBeacon
EDDYSTONE_TAG: Final = b"\x02"  # then namespace, instance
COMPANY_TAG: Final = b"\x03"  # then the company, 2 bytes, and the maker's own identifier
SERVICE_TAG: Final = b"\x04"  # then the service's UUID, 16 bytes, and the maker's own identifier
PLAIN_BYTES: Final = range(6, 21)  # a shorter identifier meets strangers' bytes by chance, or is guessed
FRAME_BYTES_MAX: Final = 255  # of an extended advert
_BLUETOOTH_BASE: Final = "0000{:0>4}-0000-1000-8000-00805f9b34fb"


class Frame(Enum):
    IBEACON = "ibeacon"
    ALTBEACON = "altbeacon"
    EDDYSTONE_UID = "eddystone-uid"
    EDDYSTONE_EID = "eddystone-eid"
    OWN = "own"
    PLAIN = "plain"


class Advert(NamedTuple):
    """Who a tag says it is.

    identifier: 8 bytes when it rotates (EID, own); longer when it is fixed, and begins with its numbering.
    measured_power_dbm: signal strength at 1 m.
    """

    frame: Frame
    identifier: bytes
    measured_power_dbm: int


class Telemetry(NamedTuple):
    """How a tag fares; it does not say which tag: an `Advert` of the same sender does.

    sealed: 16 bytes that only the owner of the tag's key can read; then the rest is None.
    """

    battery_mv: int | None
    temperature_c: float | None
    sealed: bytes = b""


@dataclass(frozen=True, slots=True)
class TagFormat:
    """Where a maker's plain adverts carry the identifier: in the company's or in a service's bytes.

    service: UUID, of 4 or 32 hex digits. Raises ValueError when the parts do not fit together.
    """

    offset: int
    length: int
    company: int | None = None
    service: str = ""
    measured_power_dbm: int = MEASURED_POWER_DBM

    def __post_init__(self) -> None:
        if (self.company is None) == (self.service == ""):
            raise ValueError("a tag format needs either company or service")
        if self.company is not None and not 0 <= self.company <= 0xFFFF:
            raise ValueError("company must be a 16-bit number")
        if self.length not in PLAIN_BYTES:
            raise ValueError(f"length must be {PLAIN_BYTES.start} to {PLAIN_BYTES.stop - 1} bytes")
        if not 0 <= self.offset <= FRAME_BYTES_MAX - self.length:
            raise ValueError("offset must lie within an advert")
        if not -127 <= self.measured_power_dbm <= 20:
            raise ValueError("measured_power_dbm must be -127 to 20")
        self.prefix  # noqa: B018 - a service that is no UUID is refused here

    @property
    def key(self) -> int | str:
        """By what the radio files the frame: company, or lower-case 128-bit UUID."""
        if self.company is not None:
            return self.company
        return str(self._service_uuid)

    @property
    def prefix(self) -> bytes:
        """What every identifier of this format begins with."""
        if self.company is not None:
            return COMPANY_TAG + self.company.to_bytes(2, "big")
        return SERVICE_TAG + self._service_uuid.bytes

    @property
    def _service_uuid(self) -> UUID:
        return UUID(_BLUETOOTH_BASE.format(self.service) if len(self.service) <= 4 else self.service)


class _Cut(NamedTuple):
    """A `TagFormat`, ready for use."""

    start: int
    end: int
    prefix: bytes
    measured_power_dbm: int


Formats: TypeAlias = Mapping[int | str, _Cut]
NO_FORMATS: Final[Formats] = MappingProxyType({})


def formats_of(tags: Iterable[TagFormat]) -> Formats:
    """What `parse` needs to read plain tags. Raises ValueError when two formats read the same bytes."""
    cuts: dict[int | str, _Cut] = {}
    for one in tags:
        if one.key in cuts:
            raise ValueError(f"two tag formats for {one.key}")
        cuts[one.key] = _Cut(one.offset, one.offset + one.length, one.prefix, one.measured_power_dbm)
    return cuts


def parse(
    manufacturer_frames: Mapping[int, bytes],
    service_frames: Mapping[str, bytes],
    formats: Formats = NO_FORMATS,
) -> Advert | Telemetry | None:
    """The first frame that is one of ours to read, or None."""
    if service_frames:
        if (body := service_frames.get(EDDYSTONE_UUID)) is not None:
            return _eddystone(body)
        if (body := service_frames.get(OWN_UUID)) is not None:
            return _own(body)
    for company, body in manufacturer_frames.items():
        if len(body) >= PROXIMITY_BYTES and (advert := _proximity(company, body)) is not None:
            return advert
        if company in formats and (advert := _plain(formats[company], body)) is not None:
            return advert
    return _plain_service(service_frames, formats) if service_frames and formats else None


def frames_of(identifier: bytes, measured_power_dbm: int) -> tuple[dict[int, bytes], dict[str, bytes]]:
    """(manufacturer frames, service frames) that `parse` reads as an advert of this identifier.

    Raises ValueError for one of a maker's own numbering: where it stands in the frame, the maker knows.
    """
    power_at_0m = min(measured_power_dbm + EDDYSTONE_LOSS_DB, 127).to_bytes(1, "big", signed=True)
    if len(identifier) == _EDDYSTONE_EID.size - 2:
        return {}, {EDDYSTONE_UUID: b"\x30" + power_at_0m + identifier}
    if identifier.startswith(EDDYSTONE_TAG) and len(identifier) == _EDDYSTONE_UID.size - 1:
        return {}, {EDDYSTONE_UUID: b"\x00" + power_at_0m + identifier[1:]}
    if identifier.startswith(PROXIMITY_TAG) and len(identifier) == PROXIMITY_BYTES - 2:
        power = measured_power_dbm.to_bytes(1, "big", signed=True)
        return {APPLE_COMPANY: b"\x02\x15" + identifier[1:] + power}, {}
    raise ValueError("an identifier of a maker's own numbering can be read off the air, but not put on it")


def _proximity(company: int, body: bytes) -> Advert | None:
    head, identifier, power_dbm = _PROXIMITY.unpack_from(body)
    if company == APPLE_COMPANY and head == b"\x02\x15" and len(body) == PROXIMITY_BYTES:
        return Advert(Frame.IBEACON, PROXIMITY_TAG + identifier, power_dbm)
    if (
        head == b"\xbe\xac" and len(body) <= PROXIMITY_BYTES + 1
    ):  # the last byte is the maker's, if it is sent
        return Advert(Frame.ALTBEACON, PROXIMITY_TAG + identifier, power_dbm)
    return None


def _eddystone(body: bytes) -> Advert | Telemetry | None:
    if len(body) >= _EDDYSTONE_EID.size and body[0] == 0x30:
        power_dbm, identifier = _EDDYSTONE_EID.unpack_from(body)
        return Advert(Frame.EDDYSTONE_EID, identifier, power_dbm - EDDYSTONE_LOSS_DB)
    if len(body) >= _EDDYSTONE_UID.size and body[0] == 0x00:
        power_dbm, identifier = _EDDYSTONE_UID.unpack_from(body)
        return Advert(Frame.EDDYSTONE_UID, EDDYSTONE_TAG + identifier, power_dbm - EDDYSTONE_LOSS_DB)
    return _telemetry(body)


def _telemetry(body: bytes) -> Telemetry | None:
    if len(body) == _EDDYSTONE_TLM.size and body[:2] == b"\x20\x00":
        millivolts, temperature, _, _ = _EDDYSTONE_TLM.unpack(body)
        celsius = None if temperature == _NO_TEMPERATURE else temperature / 256
        return Telemetry(millivolts or None, celsius)  # 0 mV means mains power
    if len(body) == _SEALED_TLM_BYTES and body[:2] == b"\x20\x01":
        return Telemetry(None, None, body[2:])
    return None


def _own(body: bytes) -> Advert | None:
    if len(body) != _OWN.size:
        return None
    version, power_dbm, identifier = _OWN.unpack(body)
    return Advert(Frame.OWN, identifier, power_dbm) if version == 1 else None


def _plain_service(service_frames: Mapping[str, bytes], formats: Formats) -> Advert | None:
    for service, body in service_frames.items():
        if service in formats and (advert := _plain(formats[service], body)) is not None:
            return advert
    return None


def _plain(cut: _Cut, body: bytes) -> Advert | None:
    if len(body) < cut.end:
        return None
    return Advert(Frame.PLAIN, cut.prefix + body[cut.start : cut.end], cut.measured_power_dbm)
