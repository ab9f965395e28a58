"""What has not taken effect, as messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from regulars.activity.v1 import activity_service_pb2 as pb

from services.activity.rules.unsettled import WaitingCounts, WaitingKind, WaitingPlace, WaitingRecord
from services.rpc.wire import BadPageTokenError, moment_position, page_token, position_of, stamp

PLACE_PARTS: Final = 3  # kind, source and id; only the id may hold a '/'


def waiting_message(
    page: Sequence[WaitingRecord], counts: WaitingCounts, *, more: bool
) -> pb.ListWaitingResponse:
    return pb.ListWaitingResponse(
        records=[record_message(one) for one in page],
        next_page_token=page_token(_position(page[-1].place) if more else None),
        total=counts.total,
        refused=counts.refused,
    )


def record_message(one: WaitingRecord) -> pb.WaitingRecord:
    name = "return_id" if one.place.kind == WaitingKind.RETURN else "exchange_id"
    return pb.WaitingRecord(
        **{name: one.place.record_id},
        source=one.place.source,
        customer_id=one.customer_id,
        order_id=one.order_id,
        happened_at=stamp(one.place.happened_at),
        lines=[pb.ReturnLine(sku=line.sku, quantity=line.quantity) for line in one.lines],
        reason=f"WAITING_REASON_{one.reason}",
        refused=one.refused,
    )


def place_of(token: str) -> WaitingPlace | None:
    """Where a page goes on; raises BadPageTokenError."""
    position = moment_position(token)
    if position is None:
        return None
    parts = position[1].split("/", PLACE_PARTS - 1)
    if len(parts) != PLACE_PARTS:
        raise BadPageTokenError(field="page_token")
    return WaitingPlace(position[0], *parts)


def _position(place: WaitingPlace) -> tuple[int, str]:
    return position_of(place.happened_at, f"{place.kind}/{place.source}/{place.record_id}")
