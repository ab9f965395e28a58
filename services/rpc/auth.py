"""API keys: `rk_<id>_<secret>`, kept as SHA-256, scoped, with an end."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from regulars.options.v1 import scope_pb2

from services.errors import DeniedError, UnauthenticatedError
from services.rpc.certificates import GatewayCertificate, Revocations

KEY_PREFIX: Final = "rk"
HEADER: Final = "authorization"
ADMIN: Final = "admin"
ANYONE: Final = "anyone"  # of methods that need no key; no key carries it
SCOPES: Final = ("backend", "gateway", "team", ADMIN)


class KeyMissingError(UnauthenticatedError):
    """Send the metadata `authorization: Bearer rk_...` with an API key, or show a gateway's certificate."""

    reason = "KEY_MISSING"


class KeyInvalidError(UnauthenticatedError):
    """This API key is not known, or it was revoked, or it has expired."""

    reason = "KEY_INVALID"


class ScopeMissingError(DeniedError):
    """This API key or certificate does not carry the scope that the method needs."""

    reason = "SCOPE_MISSING"


class Caller(Protocol):
    """Who calls, by whatever was shown: what limits count by, and what it may do."""

    @property
    def key_id(self) -> str: ...

    @property
    def scopes(self) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What the server keeps of a key."""

    key_id: str
    name: str
    secret_sha256: bytes
    scopes: frozenset[str]
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key and its text, which is shown once."""

    key: ApiKey
    text: str


def make_key(name: str, scopes: Sequence[str], expires_at: datetime | None = None) -> NewKey:
    key_id, secret = secrets.token_hex(4), secrets.token_urlsafe(24).replace("_", "-")
    key = ApiKey(key_id, name, digest(secret), frozenset(scopes), expires_at)
    return NewKey(key, f"{KEY_PREFIX}_{key_id}_{secret}")


def digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


class Keyring:
    """The live keys, replaced as a whole when they change, and the certificates that count no more."""

    def __init__(self, keys: Sequence[ApiKey] = ()) -> None:
        self.replace(keys)
        self.revocations = Revocations()

    def replace(self, keys: Sequence[ApiKey]) -> None:
        self._keys: Mapping[str, ApiKey] = {key.key_id: key for key in keys}
        self._seen: dict[str, ApiKey] = {}  # headers found right, until the keys change

    def admit(self, shown: str | GatewayCertificate, now: datetime) -> Caller:
        """Who shows this `authorization` header, or this certificate; raises UnauthenticatedError."""
        if isinstance(shown, str):
            return self.authenticate(shown, now)
        self.revocations.check(shown, now)
        return shown

    def authenticate(self, authorization: str, now: datetime) -> ApiKey:
        """The key of an `authorization` header; raises UnauthenticatedError."""
        key = self._seen.get(authorization)
        if key is None:
            key = self._seen[authorization] = self._verified(authorization)
        if key.expires_at is not None and key.expires_at <= now:
            raise KeyInvalidError
        return key

    def _verified(self, authorization: str) -> ApiKey:
        scheme, _, text = authorization.partition(" ")
        parts = text.split("_", 2)
        if scheme.lower() != "bearer" or len(parts) != 3 or parts[0] != KEY_PREFIX:
            raise KeyMissingError
        key = self._keys.get(parts[1])
        if key is None or not hmac.compare_digest(key.secret_sha256, digest(parts[2])):
            raise KeyInvalidError
        return key


def header_of(metadata: Iterable[tuple[str, str | bytes]]) -> str:
    for name, value in metadata:
        if name == HEADER and isinstance(value, str):
            return value
    return ""


def allow(caller: Caller, scopes: frozenset[str]) -> None:
    if not scopes & caller.scopes and ADMIN not in caller.scopes:
        raise ScopeMissingError(needs=" or ".join(sorted(scopes)))


def scopes_of(service: ServiceDescriptor) -> dict[str, frozenset[str]]:
    """Full method name -> the scopes that may call it. Raises ValueError for a method that states none."""
    return {f"/{service.full_name}/{method.name}": scopes_of_method(method) for method in service.methods}


def scopes_of_method(method: MethodDescriptor) -> frozenset[str]:
    options: Any = method.GetOptions()
    scopes: Sequence[scope_pb2.Scope] = options.Extensions[scope_pb2.scopes]
    if not scopes:
        raise ValueError(f"{method.full_name} states no scope: add option (regulars.options.v1.scopes)")
    return frozenset(scope_pb2.Scope.Name(scope).removeprefix("SCOPE_").lower() for scope in scopes)
