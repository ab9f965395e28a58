"""The senders at the edge: a webhook of the retailer's backend, and the staff's console."""

from __future__ import annotations

import ipaddress
import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import httpx
import structlog
from standardwebhooks import Webhook

from services.clock import Clock
from services.settings import SettingsError

TIMEOUT_SECONDS: Final = 10.0

log = structlog.get_logger()


class DeliveryError(Exception):
    """The message did not get through; it is tried again."""


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to tell the retailer's backend. The id is the key against doubling."""

    message_id: str
    source: str  # the part of Regulars that speaks, such as /regulars/reminders
    type: str  # what it tells, with its version, such as regulars.reminder.sent.v1
    subject: str  # the customer
    time: str  # ISO 8601
    content: Mapping[str, Any]

    def cloud_event(self) -> dict[str, Any]:
        """The message as a CloudEvent 1.0 in its JSON form."""
        return {
            "specversion": "1.0",
            "id": self.message_id,
            "source": self.source,
            "type": self.type,
            "subject": self.subject,
            "time": self.time,
            "datacontenttype": "application/json",
            "data": dict(self.content),
        }


class Sender(Protocol):
    """Hands a message over; raises DeliveryError."""

    async def send(self, message: Message) -> None: ...


class ConsoleSender:
    """The console shows everything that was sent; there is nothing to push."""

    async def send(self, message: Message) -> None:
        log.info("message_shown", type=message.type, message_id=message.message_id)


class WebhookSender:
    """Posts CloudEvents, signed as Standard Webhooks, to one address of the operator's choice.

    Delivery is at least once: `webhook-id` is the message's id, so that the receiver can drop a repeat.
    """

    def __init__(self, url: str, secret: str, clock: Clock) -> None:
        """`clock` dates each attempt; the receiver refuses an old one, so it is the clock of the world."""
        self._url = checked_url(url)
        self._clock = clock
        self._signer = Webhook(secret)
        self._client = httpx.AsyncClient(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False)

    async def send(self, message: Message) -> None:
        body = json.dumps(message.cloud_event())
        now = self._clock.now()
        headers = {
            "content-type": "application/cloudevents+json",
            "webhook-id": message.message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer.sign(message.message_id, now, body),
        }
        try:
            response = await self._client.post(self._url, content=body, headers=headers)
        except httpx.HTTPError as error:
            raise DeliveryError(f"webhook: {type(error).__name__}") from error
        if not response.is_success:
            raise DeliveryError(f"webhook: answered {response.status_code}")

    async def close(self) -> None:
        await self._client.aclose()


def checked_url(url: str) -> str:
    """The address itself; raises SettingsError for plain HTTP off loopback and for private networks."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SettingsError(f"webhook_url: {url!r} is no http(s) address")
    addresses = {ipaddress.ip_address(info[4][0]) for info in _resolved(parts.hostname)}
    if all(address.is_loopback for address in addresses):
        return url
    if parts.scheme != "https" or any(not address.is_global for address in addresses):
        raise SettingsError("webhook_url: must be https and must not lead into a private network")
    return url


def _resolved(host: str) -> list[Any]:
    try:
        return socket.getaddrinfo(host, None)
    except OSError as error:
        raise SettingsError(f"webhook_url: {host} does not resolve") from error
