"""Checks of orders and their awards: O1, and that returns add up."""

from __future__ import annotations

from typing import Final

from services.verification.checks import Check, rows

_TWICE: Final = """
    SELECT source, order_id, {rule_id} AS rule_id FROM lots
    WHERE order_id <> '' AND origin = 'EARN' GROUP BY source, order_id, {rule_id} HAVING COUNT(*) > 1
"""

ORDERS: Final[tuple[Check, ...]] = (
    rows(
        "O1-earned-once",
        "an order earned once by each rule",
        _TWICE.format(rule_id="substr(rule, 1, instr(rule, '@') - 1)"),
        _TWICE.format(rule_id="split_part(rule, '@', 1)"),
    ),
    rows(
        "O1-orders-of-lots",
        "every lot that an order earned belongs to a stored order of the same customer, until that is erased",
        """
        SELECT lots.lot_id FROM lots
        JOIN members ON members.customer_id = lots.customer_id AND members.state <> 'ERASED'
        LEFT JOIN orders ON orders.source = lots.source AND orders.order_id = lots.order_id
            AND orders.customer_id = lots.customer_id
        WHERE lots.order_id <> '' AND lots.origin = 'EARN' AND orders.order_id IS NULL
        """,
    ),
    rows(
        "O1-awards",
        "what the lines of an order earned by a rule is the lot",
        """
        SELECT lots.lot_id FROM lots LEFT JOIN awards
            ON awards.source = lots.source AND awards.order_id = lots.order_id AND awards.lot_id = lots.lot_id
        WHERE lots.order_id <> '' AND lots.origin = 'EARN'
        GROUP BY lots.lot_id, lots.points HAVING COALESCE(SUM(awards.points), 0) <> lots.points
        """,
    ),
    rows(
        "O1-exchanged",
        "exchanged goods go on with points of a lot, and never with more than are left of it",
        """
        SELECT awards.lot_id FROM awards LEFT JOIN lots ON lots.lot_id = awards.lot_id
        GROUP BY awards.lot_id, lots.points
        HAVING SUM(awards.points - awards.gone_points) > COALESCE(lots.points, -1)
        """,
    ),
    rows(
        "O1-award-bounds",
        "no line gave back more points than it earned",
        "SELECT source, order_id, line FROM awards WHERE gone_points < 0 OR gone_points > points",
    ),
    rows(
        "O1-returned-whole",
        "an order that came back whole keeps no points",
        """
        SELECT awards.source, awards.order_id FROM awards
        JOIN (
            SELECT source, order_id FROM order_lines GROUP BY source, order_id
            HAVING SUM(quantity) = SUM(returned_quantity)
        ) AS whole ON whole.source = awards.source AND whole.order_id = awards.order_id
        WHERE awards.gone_points <> awards.points
        """,
    ),
    rows(
        "O2-refunds",
        "an order's refund is the sum of its returns",
        """
        SELECT source, order_id FROM (
            SELECT source, order_id, refunded_minor AS amount FROM orders
            UNION ALL SELECT source, order_id, -amount_minor FROM return_lines
        ) AS both_sides
        GROUP BY source, order_id HAVING SUM(amount) <> 0
        """,
    ),
    rows(
        "O2-returned-units",
        "an order line's returned units are the sum of its returns, and no more than were bought",
        """
        SELECT source, order_id, line FROM (
            SELECT source, order_id, line, returned_quantity AS units, quantity - returned_quantity AS kept
            FROM order_lines
            UNION ALL SELECT source, order_id, order_line, -quantity, 0 FROM return_lines
        ) AS both_sides
        GROUP BY source, order_id, line HAVING SUM(units) <> 0 OR SUM(kept) < 0
        """,
    ),
    rows(
        "O2-open-units",
        "what came back without an order has a place or waits for one",
        """
        SELECT returns.source, returns.return_id FROM returns
        JOIN (
            SELECT source, return_id, order_id, SUM(quantity) AS units
            FROM open_units GROUP BY source, return_id, order_id
        ) AS open_ones ON open_ones.source = returns.source AND open_ones.return_id = returns.return_id
        LEFT JOIN (
            SELECT source, return_id, SUM(quantity) AS units FROM return_lines GROUP BY source, return_id
        ) AS placed ON placed.source = returns.source AND placed.return_id = returns.return_id
        WHERE returns.unmatched_units <>
            open_ones.units - CASE WHEN open_ones.order_id = '' THEN COALESCE(placed.units, 0) ELSE 0 END
        """,
    ),
)
