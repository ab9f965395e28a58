"""What makes a request one of its kind."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequestKey:
    """Names a request, with the digest of all that it asked for."""

    request_id: str
    fingerprint: bytes
