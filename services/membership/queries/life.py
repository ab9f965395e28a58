"""All SQL about where memberships stand."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, insert, update

from services.membership.rules.life import StateChange
from services.storage.tables import member_changes, members
from services.storage.unit import UnitOfWork

_MOVE_ON = (
    update(members)
    .where(members.c.customer_id == bindparam("of_id"))
    .values(state=bindparam("into"), changed_at=bindparam("at"))
)


def store_changes(unit: UnitOfWork, changes: Sequence[StateChange]) -> None:
    """Set the states, and keep who changed them and why."""
    if not changes:
        return
    unit.connection.execute(
        _MOVE_ON, [{"of_id": one.customer_id, "into": one.after, "at": unit.now} for one in changes]
    )
    rows = [
        {
            "customer_id": one.customer_id,
            "from_state": one.before,
            "to_state": one.after,
            "actor": one.actor,
            "reason": one.reason,
            "changed_at": unit.now,
        }
        for one in changes
    ]
    unit.connection.execute(insert(member_changes), rows)
