"""What is done about due work, by topic, and through whom messages leave."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from services.activity.use_cases.carts import CART_IDLE_TOPIC, age_carts
from services.clock import SystemClock
from services.delivery import ConsoleSender, Message, Sender, WebhookSender
from services.engagement.use_cases import personas
from services.engagement.use_cases.rescoring import RESCORE_TOPIC, rescore_everybody
from services.feedback.delivery import invitation_message
from services.feedback.use_cases import invitations
from services.loyalty.use_cases.time import SWEEP_TOPIC, sweep
from services.presence.use_cases import sweeping as presence_time
from services.reminders.delivery import reminder_message
from services.reminders.use_cases import DELIVER_TOPIC, SEND_TOPIC, send_reminders
from services.rewards.use_cases import time as rewards_time
from services.settings import Settings
from services.storage.database import Database
from services.storage.outbox import Claimed
from services.storage.rewriting import REWRITE_TOPIC, rewrite
from services.storage.unit import UseCase
from services.worker import Ended, Handler, end_work


def senders(settings: Settings) -> dict[str, Sender]:
    found: dict[str, Sender] = {"console": ConsoleSender()}
    if settings.webhook_url:
        found["webhook"] = WebhookSender(settings.webhook_url, settings.webhook_secret, SystemClock())
    return found


def handlers(database: Database, channels: Mapping[str, Sender]) -> dict[str, Handler]:
    def chosen(payload: Mapping[str, Any]) -> Sender:
        return channels[payload["channel"]]

    def to_backend(_payload: Mapping[str, Any]) -> Sender:
        return channels.get("webhook", channels["console"])

    async def sweep_points(work: Claimed) -> None:
        await sweep(database, work)

    async def sweep_rewards(work: Claimed) -> None:
        await rewards_time.sweep(database, work)

    async def rescore(work: Claimed) -> None:
        await rescore_everybody(database, work)

    async def build_personas(_work: Claimed) -> None:
        await personas.build_on_time(database)

    async def rewrite_file(work: Claimed) -> None:
        await asyncio.to_thread(rewrite, database.engine)
        await database.write(end_work, Ended(work, ""))

    return {
        REWRITE_TOPIC: rewrite_file,
        CART_IDLE_TOPIC: deciding(database, age_carts),
        SEND_TOPIC: deciding(database, send_reminders),
        DELIVER_TOPIC: delivering(database, chosen, reminder_message),
        invitations.SEND_TOPIC: deciding(database, invitations.send_invitations),
        invitations.FOLLOW_UP_TOPIC: deciding(database, invitations.follow_up_invitations),
        invitations.EXPIRE_TOPIC: deciding(database, invitations.expire_invitations),
        invitations.DELIVER_TOPIC: delivering(database, to_backend, invitation_message),
        RESCORE_TOPIC: rescore,
        SWEEP_TOPIC: sweep_points,
        rewards_time.SWEEP_TOPIC: sweep_rewards,
        presence_time.SWEEP_TOPIC: partial(presence_time.sweep, database),
        personas.TOPIC: build_personas,
    }


def deciding(database: Database, use_case: UseCase[Claimed, None]) -> Handler:
    """Work that is done and ended in one transaction."""

    async def decide(work: Claimed) -> None:
        await database.write(use_case, work)

    return decide


def delivering(
    database: Database,
    sender_of: Callable[[Mapping[str, Any]], Sender],
    message_of: Callable[[Mapping[str, Any]], Message],
) -> Handler:
    """Work that hands a message over, and is ended when it was taken."""

    async def deliver(work: Claimed) -> None:
        await sender_of(work.payload).send(message_of(work.payload))
        await database.write(end_work, Ended(work, ""))

    return deliver
