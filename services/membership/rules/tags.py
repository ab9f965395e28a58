"""Fixed identifiers of members' own tags, spelled as gateways read them off the air. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from services.errors import WrongStateError

# The first byte says whose numbering it is; the gateways' parser says the same.
PROXIMITY: Final = b"\x01"
EDDYSTONE: Final = b"\x02"
COMPANY: Final = b"\x03"
SERVICE: Final = b"\x04"


class TagTakenError(WrongStateError):
    """This tag is another customer's; revoke it there first, or take another."""

    reason = "TAG_TAKEN"


def proximity_tag(uuid: bytes, major: int, minor: int) -> bytes:
    """An iBeacon or AltBeacon. uuid: 16 bytes."""
    return PROXIMITY + uuid + major.to_bytes(2, "big") + minor.to_bytes(2, "big")


def eddystone_tag(namespace: bytes, instance: bytes) -> bytes:
    """Eddystone-UID: 10 and 6 bytes."""
    return EDDYSTONE + namespace + instance


def company_tag(company: int, identifier: bytes) -> bytes:
    """A maker's own identifier in manufacturer data."""
    return COMPANY + company.to_bytes(2, "big") + identifier


def service_tag(service: bytes, identifier: bytes) -> bytes:
    """A maker's own identifier in service data. service: its UUID, 16 bytes."""
    return SERVICE + service + identifier


def taken_by_another(tag: bytes, customer_id: str, owners: Mapping[bytes, str]) -> TagTakenError | None:
    """The refusal when somebody else has the tag: two people would be one."""
    owner = owners.get(tag, customer_id)
    if owner == customer_id:
        return None
    return TagTakenError(field="tag", customer_id=customer_id, other_customer_id=owner)
