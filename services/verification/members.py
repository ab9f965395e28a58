"""Checks of memberships: who was merged points to one who is there, and of the erased nothing is left."""

# ruff: noqa: S608  (every statement is made of constants)

from __future__ import annotations

from typing import Final

from services.storage.personal import HOLDINGS, Erasing
from services.verification.checks import Check, rows

_LEFT_BEHIND: Final = " UNION ALL ".join(
    f"SELECT '{name}' AS place, {name}.{column} AS customer_id FROM {name}"
    for name, holding in sorted(HOLDINGS.items())
    if holding.erasing is Erasing.DELETE
    for column in holding.customer_columns
)

MEMBERS: Final[tuple[Check, ...]] = (
    rows(
        "merge-standing",
        "a merged member has one merge that stands",
        """
        SELECT members.customer_id FROM members
        LEFT JOIN merges ON merges.merged_id = members.customer_id AND merges.undone_at IS NULL
        WHERE members.state = 'MERGED'
        GROUP BY members.customer_id HAVING COUNT(merges.merge_id) <> 1
        """,
    ),
    rows(
        "merge-state",
        "who was merged is no member of its own",
        """
        SELECT merges.merge_id FROM merges JOIN members ON members.customer_id = merges.merged_id
        WHERE merges.undone_at IS NULL AND members.state <> 'MERGED'
        """,
    ),
    rows(
        "merge-redirects",
        "every merge that stands leads from one id to its survivor",
        """
        SELECT led, merged FROM (
            SELECT (SELECT COUNT(*) FROM redirects WHERE survivor_id IS NOT NULL) AS led,
                (SELECT COUNT(*) FROM merges WHERE undone_at IS NULL) AS merged
        ) AS counted WHERE led <> merged
        """,
    ),
    rows(
        "merge-points",
        "who was merged has no points and owes none",
        """
        SELECT accounts.customer_id FROM accounts
        JOIN members ON members.customer_id = accounts.customer_id AND members.state = 'MERGED'
        WHERE pending_points <> 0 OR active_points <> 0 OR blocked_points <> 0 OR debt_points <> 0
        """,
    ),
    rows(
        "erased-rows",
        "of an erased customer no personal row is left",
        f"""
        SELECT places.place, places.customer_id FROM ({_LEFT_BEHIND}) AS places
        JOIN members ON members.customer_id = places.customer_id AND members.state = 'ERASED'
        """,
    ),
    rows(
        "erased-references",
        "the movements of an erased customer refer to nothing",
        """
        SELECT movements.movement_id FROM movements
        JOIN members ON members.customer_id = movements.customer_id AND members.state = 'ERASED'
        WHERE reference <> '' OR actor <> '' OR reason <> ''
        """,
    ),
)
