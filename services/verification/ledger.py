"""Checks of the ledger: L1 to L4 of the promises, row by row."""

# ruff: noqa: S608  (every statement is made of constants)

from __future__ import annotations

from typing import Final

from services.verification.checks import Check, rows

_SIDES: Final = {"pending": "PENDING", "active": "ACTIVE", "blocked": "BLOCKED", "owed": "DEBT"}


def _flows(key: str) -> str:
    """What has moved in and out of each account, by customer or by lot."""
    sums = ", ".join(
        f"SUM(CASE '{side}' WHEN credit THEN points WHEN debit THEN -points ELSE 0 END) AS {name}"
        for name, side in _SIDES.items()
    )
    return f"SELECT {key}, {sums} FROM movements GROUP BY {key}"


_BALANCES: Final = (
    "SELECT customer_id FROM ("
    + _flows("customer_id")
    + """
        UNION ALL
        SELECT customer_id, -pending_points, -active_points, -blocked_points, debt_points FROM accounts
    ) AS sides
    GROUP BY customer_id
    HAVING SUM(pending) <> 0 OR SUM(active) <> 0 OR SUM(blocked) <> 0 OR SUM(owed) <> 0
    """
)
_LOTS: Final = (
    "SELECT lot_id FROM ("
    + _flows("lot_id")
    + """
        UNION ALL SELECT lot_id,
            CASE WHEN state = 'PENDING' THEN -remaining_points ELSE 0 END,
            CASE WHEN state = 'PENDING' THEN 0 ELSE -remaining_points END,
            -blocked_points, 0
        FROM lots
    ) AS sides
    WHERE lot_id <> ''
    GROUP BY lot_id
    HAVING SUM(pending) <> 0 OR SUM(active) <> 0 OR SUM(blocked) <> 0
    """
)
_CAPTURED: Final = """
    SELECT lot_id FROM (
        SELECT lot_id,
            CASE WHEN kind = 'SPEND' THEN points ELSE 0 END AS captured,
            CASE WHEN kind = 'SPEND' THEN 0 WHEN debit = 'PROGRAMME' THEN points ELSE -points END AS restored
        FROM movements WHERE kind IN ('SPEND', 'RESTORE_SPEND')
        UNION ALL SELECT lot_id, -captured_points, -restored_points FROM hold_lots
    ) AS both_sides
    GROUP BY lot_id HAVING SUM(captured) <> 0 OR SUM(restored) <> 0
"""
_SQLITE_TRIGGERS: Final = """
    SELECT wanted.name FROM (SELECT 'movements_stay' AS name UNION SELECT 'movements_are_final') AS wanted
    LEFT JOIN sqlite_master AS made
        ON made.name = wanted.name AND made.type = 'trigger' AND made.tbl_name = 'movements'
    WHERE made.name IS NULL
"""
_POSTGRESQL_TRIGGERS: Final = """
    SELECT wanted.name FROM (SELECT 'movements_stay' AS name UNION SELECT 'movements_are_final') AS wanted
    LEFT JOIN pg_trigger AS made
        ON made.tgname = wanted.name AND made.tgrelid = 'movements'::regclass AND made.tgenabled IN ('O', 'A')
    WHERE made.tgname IS NULL
"""

LEDGER: Final[tuple[Check, ...]] = (
    rows(
        "L1-not-negative",
        "no balance is below zero",
        "SELECT customer_id FROM accounts WHERE pending_points < 0 OR active_points < 0"
        " OR blocked_points < 0 OR debt_points < 0",
    ),
    rows(
        "L1-no-debt-beside-points",
        "nobody owes points and can spend some at once",
        "SELECT customer_id FROM accounts WHERE active_points > 0 AND debt_points > 0",
    ),
    rows(
        "L1-lots-within-bounds",
        "no lot holds less than nothing or more than it came with",
        "SELECT lot_id FROM lots WHERE remaining_points < 0 OR blocked_points < 0"
        " OR remaining_points + blocked_points > points",
    ),
    rows("L2-balances", "a replay of the movements gives every stored balance", _BALANCES),
    rows("L2-lots", "every lot holds what its movements left in it", _LOTS),
    rows(
        "L2-lots-of-the-account",
        "the lots of a member amount to the balances",
        """
        SELECT customer_id FROM (
            SELECT customer_id,
                CASE WHEN state = 'PENDING' THEN remaining_points ELSE 0 END AS pending,
                CASE WHEN state = 'PENDING' THEN 0 ELSE remaining_points END AS active,
                blocked_points AS blocked
            FROM lots
            UNION ALL SELECT customer_id, -pending_points, -active_points, -blocked_points FROM accounts
        ) AS sides
        GROUP BY customer_id HAVING SUM(pending) <> 0 OR SUM(active) <> 0 OR SUM(blocked) <> 0
        """,
    ),
    rows(
        "L2-closed-lots",
        "a lot that is spent, expired or reversed holds nothing",
        "SELECT lot_id FROM lots WHERE state NOT IN ('PENDING', 'ACTIVE')"
        " AND (remaining_points <> 0 OR blocked_points <> 0)",
    ),
    rows(
        "L2-hold-parts",
        "a hold amounts to what it took from its lots",
        """
        SELECT holds.hold_id FROM holds LEFT JOIN (
            SELECT hold_id, SUM(points) AS points, SUM(captured_points) AS captured,
                SUM(restored_points) AS restored
            FROM hold_lots GROUP BY hold_id
        ) AS parts ON parts.hold_id = holds.hold_id
        WHERE holds.points <> COALESCE(parts.points, 0)
            OR holds.captured_points <> COALESCE(parts.captured, 0)
            OR holds.restored_points <> COALESCE(parts.restored, 0)
        """,
    ),
    rows(
        "L2-hold-bounds",
        "no hold gave back more than it took, or took more than it held",
        "SELECT hold_id, lot_id FROM hold_lots WHERE restored_points < 0"
        " OR restored_points > captured_points OR captured_points > points",
    ),
    rows(
        "L2-blocked",
        "blocked points are those of the live holds",
        """
        SELECT lot_id FROM (
            SELECT lot_id, blocked_points AS blocked FROM lots
            UNION ALL SELECT hold_lots.lot_id, -hold_lots.points
            FROM hold_lots JOIN holds ON holds.hold_id = hold_lots.hold_id WHERE holds.state = 'HELD'
        ) AS both_sides
        GROUP BY lot_id HAVING SUM(blocked) <> 0
        """,
    ),
    rows(
        "L2-spent",
        "what was spent of a lot, and given back to it, is what its holds say",
        _CAPTURED,
    ),
    rows(
        "L2-one-owner",
        "a hold, its lots and their movements belong to one member",
        """
        SELECT holds.hold_id, lots.lot_id FROM holds
        JOIN hold_lots ON hold_lots.hold_id = holds.hold_id
        JOIN lots ON lots.lot_id = hold_lots.lot_id
        WHERE lots.customer_id <> holds.customer_id
        """,
    ),
    rows(
        "L3-credited-once",
        "no lot was credited twice, and each with what it says",
        """
        SELECT lots.lot_id FROM lots LEFT JOIN movements
            ON movements.lot_id = lots.lot_id AND movements.kind = lots.origin
            AND movements.debit = 'PROGRAMME'
        GROUP BY lots.lot_id, lots.points
        HAVING COUNT(movements.movement_id) <> 1 OR SUM(movements.points) <> lots.points
        """,
    ),
    rows(
        "L3-resolved-once",
        "a live hold has taken nothing, a released one too, and only a resolved one says when",
        "SELECT hold_id FROM holds WHERE (state = 'HELD') <> (resolved_at IS NULL)"
        " OR (state <> 'CAPTURED' AND captured_points <> 0)",
    ),
    rows(
        "L4-append-only",
        "the database refuses to change or delete a movement",
        _SQLITE_TRIGGERS,
        _POSTGRESQL_TRIGGERS,
    ),
    rows(
        "L4-double-entry",
        "every movement takes points from one account to another",
        "SELECT movement_id FROM movements WHERE points <= 0 OR debit = credit"
        " OR debit NOT IN ('PENDING', 'ACTIVE', 'BLOCKED', 'DEBT', 'PROGRAMME')"
        " OR credit NOT IN ('PENDING', 'ACTIVE', 'BLOCKED', 'DEBT', 'PROGRAMME')",
    ),
)
