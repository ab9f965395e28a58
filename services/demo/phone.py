"""A pretended push provider: it takes the signed webhooks that the retailer's own backend would take."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def phone_app(secret: str, on_message: Callable[[dict[str, Any]], None]) -> Starlette:
    """Accept each message once, if its signature is right; `on_message` gets the CloudEvent's data."""
    webhook, seen = Webhook(secret), set[str]()

    async def receive(request: Request) -> Response:
        body = await request.body()
        try:
            webhook.verify(body, dict(request.headers))
        except WebhookVerificationError:
            return Response(status_code=401)
        event = json.loads(body)
        if event["id"] not in seen:
            seen.add(event["id"])
            on_message(event["data"])
        return Response(status_code=204)

    return Starlette(routes=[Route("/reminders", receive, methods=["POST"])])
