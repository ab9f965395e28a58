"""SQL of what one customer has not finished: each list through an index, 20 of it at most."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from services.storage.tables import cart_lines, carts, member_rewards
from services.unfinished.matters import LIST_MAX, Cart, CartLine, OpenReward

_CUSTOMER: Any = bindparam("customer")
_CART_COLUMNS: Final = tuple(name for name in Cart.__dataclass_fields__ if name != "lines")
_CARTS = (
    select(*(carts.c[name] for name in _CART_COLUMNS))
    .where(carts.c.customer_id == _CUSTOMER, carts.c.state.in_(("OPEN", "ABANDONED")))
    .order_by(carts.c.changed_at.desc(), carts.c.cart_id)
    .limit(LIST_MAX)
    .subquery()
)
_CART_LINES = (
    select(_CARTS, *(cart_lines.c[name] for name in CartLine.__dataclass_fields__))
    .join_from(_CARTS, cart_lines, cart_lines.c.cart_id == _CARTS.c.cart_id)
    .order_by(_CARTS.c.changed_at.desc(), _CARTS.c.cart_id, cart_lines.c.line)
)
_REWARDS = (
    select(*(member_rewards.c[name] for name in OpenReward.__dataclass_fields__))
    .where(member_rewards.c.customer_id == _CUSTOMER)
    .where(member_rewards.c.state == "ISSUED", member_rewards.c.expires_at > bindparam("now"))
    .order_by(member_rewards.c.expires_at, member_rewards.c.member_reward_id)
    .limit(LIST_MAX)
)


def find_open_carts(connection: Connection, customer_id: str) -> tuple[Cart, ...]:
    """The customer's carts that wait, the last changed first."""
    found: dict[tuple[Any, ...], list[CartLine]] = {}
    own = len(_CART_COLUMNS)
    for row in connection.execute(_CART_LINES, {"customer": customer_id}):
        found.setdefault(tuple(row[:own]), []).append(CartLine(*row[own:]))
    return tuple(
        Cart(**dict(zip(_CART_COLUMNS, head, strict=True)), lines=tuple(lines))
        for head, lines in found.items()
    )


def find_open_rewards(connection: Connection, customer_id: str, now: datetime) -> tuple[OpenReward, ...]:
    """The customer's rewards that can be redeemed at `now`, the soonest to expire first."""
    rows = connection.execute(_REWARDS, {"customer": customer_id, "now": now})
    return tuple(OpenReward(*row) for row in rows)
