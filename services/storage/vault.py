"""The vault: what is personal is stored encrypted, and found by keyed digests.

Everything hangs on the master key. Each sealed record has a data key of its own, which the master key wraps;
digests are made with keys derived from it, so that nobody can try out e-mail addresses against a stolen copy.
"""

from __future__ import annotations

import hmac
import json
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES: Final = 32  # AES-256
NONCE_BYTES: Final = 12  # what GCM is defined for; random, which one key may bear 2^32 times
WRAPPED_BYTES: Final = NONCE_BYTES + KEY_BYTES + 16  # nonce, key, tag
KEY_ID_LETTERS: Final = 16
FINGERPRINT_BYTES: Final = 16  # nobody gains by finding two requests alike; only chance must not

TOKEN_BYTES: Final = 16  # as many as a random UUID has, and none of them is drawn twice


class SealBrokenError(Exception):
    """A sealed record was changed, belongs to somebody else, or was sealed under another master key."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """An encrypted record and its data key, wrapped with the master key."""

    data_key: bytes
    sealed: bytes


@dataclass(frozen=True)
class Vault:
    """Seals and opens personal records. `master_key`: 32 random bytes."""

    master_key: bytes = field(repr=False)

    @cached_property
    def key_id(self) -> str:
        """Names the master key without telling it."""
        return self._derived("key id").hex()[:KEY_ID_LETTERS]

    @cached_property
    def proof(self) -> bytes:
        """What only this master key can make."""
        return self._derived("proof")

    def seal(self, record: Any, owner: str) -> Sealed:
        """Encrypt a record, as JSON, under a new data key; it opens for the same `owner` only."""
        data_key = secrets.token_bytes(KEY_BYTES)
        text = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
        bound = owner.encode()
        wrapped = _encrypted(self._wrapping, data_key, bound)
        return Sealed(wrapped, _encrypted(_cipher(data_key), text, bound))

    def open(self, found: Sealed, owner: str) -> Any:
        """The record; raises SealBrokenError."""
        data_key = _decrypted(self._wrapping, found.data_key, owner.encode())
        return json.loads(_decrypted(_cipher(data_key), found.sealed, owner.encode()))

    def seal_whole(self, record: Any, owner: str) -> bytes:
        """Like `seal`, in one piece."""
        found = self.seal(record, owner)
        return found.data_key + found.sealed

    def open_whole(self, blob: bytes, owner: str) -> Any:
        """Like `open`, of what `seal_whole` made."""
        return self.open(Sealed(blob[:WRAPPED_BYTES], blob[WRAPPED_BYTES:]), owner)

    def identifier_digest(self, kind: str, value: str) -> str:
        """The blind index of an e-mail address, phone or card number: 64 hex digits."""
        return hmac.digest(self._identifier_key, f"{kind}|{value}".encode(), "sha256").hex()

    def customer_digest(self, customer_id: str) -> str:
        """What stands for a customer id that nobody may read any more: 64 hex digits."""
        return hmac.digest(self._customer_key, customer_id.encode(), "sha256").hex()

    def fingerprint(self, digest: bytes) -> bytes:
        """The digest of a request as it is stored: nobody can try out what the request may have said."""
        return hmac.digest(self._request_key, digest, "sha256")[:FINGERPRINT_BYTES]

    def token(self, purpose: str, value: str) -> bytes:
        """Always the same random-looking bytes for a value, which nobody without the key can foretell."""
        return hmac.digest(self._token_key, f"{purpose}|{value}".encode(), "sha256")[:TOKEN_BYTES]

    @cached_property
    def _token_key(self) -> bytes:
        return self._derived("tokens")

    @cached_property
    def _request_key(self) -> bytes:
        return self._derived("requests")

    @cached_property
    def _identifier_key(self) -> bytes:
        return self._derived("identifiers")

    @cached_property
    def _customer_key(self) -> bytes:
        return self._derived("customers")

    @cached_property
    def _wrapping(self) -> AESGCM:
        return _cipher(self._derived("data keys"))

    def _derived(self, purpose: str) -> bytes:
        """One block of HKDF-Expand with SHA-256 (RFC 5869); of a random key there is nothing to extract."""
        return hmac.digest(self.master_key, f"regulars {purpose}".encode() + b"\x01", "sha256")


def _cipher(key: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # 8 MB that few processes need

    return AESGCM(key)


def _encrypted(cipher: AESGCM, text: bytes, bound: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, text, bound)


def _decrypted(cipher: AESGCM, blob: bytes, bound: bytes) -> bytes:
    from cryptography.exceptions import InvalidTag

    try:
        return cipher.decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], bound)
    except (InvalidTag, ValueError) as error:
        raise SealBrokenError from error
