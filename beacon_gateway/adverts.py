"""Advert bytes -> `Advert`. Pure; hostile bytes give None, never an exception.

Each frame's length is checked before any byte of it is read. Sources of the layouts: Apple's proximity beacon
specification, AltBeacon 1.0, Eddystone (UID, TLM, EID).
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

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
_OWN: Final = struct.Struct(">Bb8s")


class Frame(Enum):
    IBEACON = "ibeacon"
    ALTBEACON = "altbeacon"
    EDDYSTONE_UID = "eddystone-uid"
    EDDYSTONE_EID = "eddystone-eid"
    EDDYSTONE_TLM = "eddystone-tlm"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Advert:
    """What a tag says.

    identifier: 8 bytes when it rotates (EID, own), 16 (UID) or 20 (iBeacon, AltBeacon) when it is fixed,
    empty for telemetry.
    measured_power_dbm: signal strength at 1 m.
    battery_mv: telemetry only; None when unknown or encrypted.
    """

    frame: Frame
    identifier: bytes
    measured_power_dbm: int = MEASURED_POWER_DBM
    battery_mv: int | None = None


def parse(manufacturer_frames: Mapping[int, bytes], service_frames: Mapping[str, bytes]) -> Advert | None:
    """The first frame that is one of ours to read, or None."""
    if service_frames:
        if (body := service_frames.get(EDDYSTONE_UUID)) is not None:
            return _eddystone(body)
        if (body := service_frames.get(OWN_UUID)) is not None:
            return _own(body)
    for company, body in manufacturer_frames.items():
        if len(body) >= PROXIMITY_BYTES and (advert := _manufacturer(company, body)) is not None:
            return advert
    return None


def _manufacturer(company: int, body: bytes) -> Advert | None:
    head, identifier, power_dbm = _PROXIMITY.unpack_from(body)
    if company == APPLE_COMPANY and head == b"\x02\x15" and len(body) == PROXIMITY_BYTES:
        return Advert(Frame.IBEACON, identifier, power_dbm)
    if head == b"\xbe\xac" and len(body) <= PROXIMITY_BYTES + 1:  # one byte is the maker's own
        return Advert(Frame.ALTBEACON, identifier, power_dbm)
    return None


def _eddystone(body: bytes) -> Advert | None:
    if len(body) >= _EDDYSTONE_EID.size and body[0] == 0x30:
        power_dbm, identifier = _EDDYSTONE_EID.unpack_from(body)
        return Advert(Frame.EDDYSTONE_EID, identifier, power_dbm - EDDYSTONE_LOSS_DB)
    if len(body) >= _EDDYSTONE_UID.size and body[0] == 0x00:
        power_dbm, identifier = _EDDYSTONE_UID.unpack_from(body)
        return Advert(Frame.EDDYSTONE_UID, identifier, power_dbm - EDDYSTONE_LOSS_DB)
    return _telemetry(body)


def _telemetry(body: bytes) -> Advert | None:
    if len(body) == _EDDYSTONE_TLM.size and body[:2] == b"\x20\x00":
        millivolts, _, _, _ = _EDDYSTONE_TLM.unpack(body)
        return Advert(Frame.EDDYSTONE_TLM, b"", battery_mv=millivolts or None)  # 0 means mains power
    if len(body) == 18 and body[:2] == b"\x20\x01":
        return Advert(Frame.EDDYSTONE_TLM, b"")
    return None


def _own(body: bytes) -> Advert | None:
    if len(body) != _OWN.size:
        return None
    version, power_dbm, identifier = _OWN.unpack(body)
    return Advert(Frame.OWN, identifier, power_dbm) if version == 1 else None
