"""What the peer does about a spend of points: the same work as the service, one spend per transaction."""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tests.benchmarks import peer_tables as db


class SpendBody(BaseModel):
    request_id: str = Field(min_length=1, max_length=64)
    customer_id: str = Field(min_length=1, max_length=128)
    points: int = Field(gt=0, le=10**9)


class SpendAnswer(BaseModel):
    hold_id: str
    active_points: int


class CannotSpendError(Exception):
    """No such active member, or too few points."""


async def spend(session: AsyncSession, body: SpendBody) -> SpendAnswer:
    """Take points from the soonest-expiring lots of a member."""
    now = datetime.now(UTC)
    known: Any = await session.get(db.StoredRequest, body.request_id)
    if known is not None:
        return SpendAnswer.model_validate_json(known.answer)
    await session.get(db.Customer, body.customer_id, with_for_update=True)
    member: Any = await session.get(db.Member, body.customer_id)
    account: Any = await session.get(db.StoredAccount, body.customer_id)
    if member is None or member.state != "ACTIVE" or account is None:
        raise CannotSpendError
    lots = await present_lots(session, account, now)
    if account.active_points < body.points:
        raise CannotSpendError
    hold_id = str(uuid.uuid4())
    take(session, account, lots, hold_id, body.points, now)
    answer = SpendAnswer(hold_id=hold_id, active_points=account.active_points)
    session.add(stored_request(body, answer, now))
    return answer


async def present_lots(session: AsyncSession, account: Any, now: datetime) -> list[Any]:
    """The member's open lots in spend order, after what is due was activated or has expired."""
    columns = db.StoredLot.__table__.c
    is_open = select(db.StoredLot).where(
        columns.customer_id == account.customer_id, columns.state.in_(("PENDING", "ACTIVE"))
    )
    lots: list[Any] = list(await session.scalars(is_open))
    for lot in lots:
        if lot.state == "PENDING" and lot.activates_at <= now:
            lot.state = "ACTIVE"
            account.pending_points -= lot.remaining_points
            account.active_points += lot.remaining_points
            session.add(moved(lot, "ACTIVATE", lot.remaining_points, ("PENDING", "ACTIVE"), lot.lot_id, now))
        if lot.state == "ACTIVE" and lot.expires_at <= now and lot.remaining_points:
            account.active_points -= lot.remaining_points
            session.add(moved(lot, "EXPIRE", lot.remaining_points, ("ACTIVE", "PROGRAMME"), lot.lot_id, now))
            lot.state, lot.remaining_points = "EXPIRED", 0
    active = [lot for lot in lots if lot.state == "ACTIVE"]
    return sorted(active, key=lambda lot: (lot.expires_at, lot.activates_at, lot.lot_id))


def take(
    session: AsyncSession, account: Any, lots: list[Any], hold_id: str, points: int, now: datetime
) -> None:
    left = points
    for position, lot in enumerate(lots):
        taken = min(left, lot.remaining_points)
        if not taken:
            break
        left -= taken
        lot.remaining_points -= taken
        if not lot.remaining_points and not lot.blocked_points:
            lot.state = "SPENT"
        session.add(moved(lot, "SPEND", taken, ("ACTIVE", "PROGRAMME"), f"hold {hold_id}", now))
        session.add(
            db.StoredHoldLot(
                hold_id=hold_id,
                position=position,
                lot_id=lot.lot_id,
                points=taken,
                captured_points=taken,
                restored_points=0,
            )
        )
    account.active_points -= points
    session.add(
        db.StoredHold(
            hold_id=hold_id,
            customer_id=account.customer_id,
            points=points,
            captured_points=points,
            restored_points=0,
            state="CAPTURED",
            source="",
            order_id="",
            purpose="",
            held_at=now,
            resolved_at=now,
        )
    )


def moved(
    lot: Any, kind: str, points: int, sides: tuple[str, str], reference: str, now: datetime
) -> db.StoredMovement:
    return db.StoredMovement(
        customer_id=lot.customer_id,
        kind=kind,
        points=points,
        debit=sides[0],
        credit=sides[1],
        lot_id=lot.lot_id,
        reference=reference,
        actor="",
        reason="",
        effective_at=now,
        recorded_at=now,
    )


def stored_request(body: SpendBody, answer: SpendAnswer, now: datetime) -> db.StoredRequest:
    return db.StoredRequest(
        request_id=body.request_id,
        method="spend",
        customer_id=body.customer_id,
        fingerprint=hashlib.sha256(body.model_dump_json().encode()).digest(),
        answer=answer.model_dump_json().encode(),
        created_at=now,
    )
