"""Members and consents as values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.errors import WrongStateError
from services.membership.rules.identifiers import Identifier
from services.membership.rules.profile import NOTHING_KNOWN, Profile

ROTATION_EXPONENT: Final = (
    10  # an identifier lives 1,024 s: too short to follow a person, long enough for a visit
)
SERIAL_BITS: Final = 62  # what a database counts, with room; no two of a billion keys share one
IDENTITY_KEY_BYTES: Final = 16  # AES-128, as Eddystone-EID asks


class AlreadyEnrolledError(WrongStateError):
    """This customer is a member already."""

    reason = "ALREADY_ENROLLED"


class ConsentMissingError(WrongStateError):
    """The member did not consent to it; ask, and record the answer with SetConsents first."""

    reason = "CONSENT_MISSING"


class MemberState(StrEnum):
    PENDING = "PENDING"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    CLOSED = "CLOSED"
    ERASED = "ERASED"
    MERGED = "MERGED"


class ConsentKind(StrEnum):
    PRESENCE = "PRESENCE"
    EMAIL = "EMAIL"
    SMS = "SMS"
    PUSH = "PUSH"
    IN_APP = "IN_APP"
    PROFILING = "PROFILING"
    SURVEY = "SURVEY"


class DeviceKind(StrEnum):
    """How the device by which a member is noticed makes itself known."""

    ROTATING = "ROTATING"
    STATIC = "STATIC"


@dataclass(frozen=True, slots=True)
class Consent:
    kind: ConsentKind
    granted: bool
    source: str
    text_version: str
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Member:
    customer_id: str
    state: MemberState
    enrolled_at: datetime
    consents: tuple[Consent, ...] = ()
    device: DeviceKind | None = None

    @property
    def granted(self) -> frozenset[str]:
        return frozenset(consent.kind.value for consent in self.consents if consent.granted)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Who is to become a member, with all that is known from the start."""

    customer_id: str
    consents: tuple[Consent, ...]
    enrolled_at: datetime | None  # None: now
    state: MemberState = MemberState.ACTIVE
    profile: Profile = NOTHING_KNOWN
    identifiers: tuple[Identifier, ...] = ()


@dataclass(frozen=True, slots=True)
class ConsentChange:
    customer_id: str
    consents: tuple[Consent, ...]


@dataclass(frozen=True, slots=True)
class PresenceDevice:
    """Whose device is to be noticed, and what would be drawn at random for it.

    identity_key: the device's key; of a fixed tag, what its daily pseudonyms are made of, told to nobody.
    serial: names this key among all that ever were. tag: the fixed identifier; empty when it rotates.
    """

    customer_id: str
    identity_key: bytes
    serial: int
    tag: bytes = b""


@dataclass(frozen=True, slots=True)
class Revocation:
    """Whose device is to be forgotten."""

    customer_id: str


@dataclass(frozen=True, slots=True)
class PresenceKey:
    """The key that a member's device carries, as hex digits; empty for a fixed tag."""

    identity_key_hex: str


def latest(consents: Iterable[Consent]) -> tuple[Consent, ...]:
    """The last decision of each kind, in the order of the kinds."""
    last = {consent.kind: consent for consent in consents}
    return tuple(last[kind] for kind in ConsentKind if kind in last)


def already_enrolled(state: MemberState) -> AlreadyEnrolledError:
    """The refusal of a second enrolment. A membership that was closed stays closed."""
    over = "This membership was closed for good; who comes back is enrolled under a new customer_id."
    message = over if state is MemberState.CLOSED else ""
    return AlreadyEnrolledError(message, field="customer_id", state=state)


def joined_at(enrolment: Enrolment, now: datetime) -> datetime:
    """When the membership begins. Shops tell whole seconds: what is ordered within that one earns."""
    return enrolment.enrolled_at or now.replace(microsecond=0)
