"""What somebody could do to the rows, past the product and past the database's own rules."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Plant:
    """What somebody could do to the rows. `key` finds the row that the check has to name."""

    check_id: str
    key: str
    change: str
    postgresql: str = ""  # where that database needs another statement


ORDER_OF_KEY = "source || ', ' || order_id"
LIVING = "customer_id IN (SELECT customer_id FROM members WHERE state IN ('PENDING', 'ACTIVE', 'SUSPENDED'))"

PLANTS = (
    Plant(
        "L1-not-negative",
        f"SELECT min(customer_id) FROM accounts WHERE {LIVING}",
        "UPDATE accounts SET pending_points = -1 WHERE customer_id = :key",
    ),
    Plant(
        "L1-no-debt-beside-points",
        f"SELECT min(customer_id) FROM accounts WHERE {LIVING}",
        "UPDATE accounts SET active_points = 5, debt_points = 7 WHERE customer_id = :key",
    ),
    Plant(
        "L1-lots-within-bounds",
        "SELECT min(lot_id) FROM lots",
        "UPDATE lots SET remaining_points = points + 1 WHERE lot_id = :key",
    ),
    Plant(
        "L2-balances",
        "SELECT min(customer_id) FROM movements",
        "UPDATE accounts SET active_points = active_points + 1 WHERE customer_id = :key",
    ),
    Plant(
        "L2-lots",
        "SELECT lot_id FROM movements WHERE kind = 'EARN' ORDER BY movement_id LIMIT 1",
        "UPDATE movements SET points = points + 1 WHERE kind = 'EARN' AND lot_id = :key",
    ),
    Plant(
        "L2-lots-of-the-account",
        "SELECT customer_id FROM lots WHERE state = 'ACTIVE' ORDER BY lot_id LIMIT 1",
        "UPDATE lots SET remaining_points = remaining_points + 1 WHERE lot_id ="
        " (SELECT min(lot_id) FROM lots WHERE state = 'ACTIVE' AND customer_id = :key)",
    ),
    Plant(
        "L2-closed-lots",
        "SELECT min(lot_id) FROM lots WHERE state = 'SPENT'",
        "UPDATE lots SET blocked_points = 1 WHERE lot_id = :key",
    ),
    Plant(
        "L2-hold-parts",
        "SELECT min(hold_id) FROM holds",
        "UPDATE holds SET points = points + 1 WHERE hold_id = :key",
    ),
    Plant(
        "L2-hold-bounds",
        "SELECT min(hold_id) FROM hold_lots WHERE captured_points > 0",
        "UPDATE hold_lots SET restored_points = points + 1 WHERE hold_id = :key",
    ),
    Plant(
        "L2-blocked",
        "SELECT min(lot_id) FROM hold_lots WHERE hold_id ="
        " (SELECT min(hold_id) FROM holds WHERE state = 'CAPTURED')",
        "UPDATE lots SET blocked_points = blocked_points + 1 WHERE lot_id = :key",
    ),
    Plant(
        "L2-spent",
        "SELECT min(lot_id) FROM hold_lots WHERE captured_points > 0",
        "UPDATE hold_lots SET captured_points = captured_points - 1 WHERE lot_id = :key AND hold_id ="
        " (SELECT min(hold_id) FROM hold_lots WHERE lot_id = :key AND captured_points > 0)",
    ),
    Plant(
        "L2-one-owner",
        "SELECT min(hold_id) FROM hold_lots",
        "UPDATE holds SET customer_id = 'thief' WHERE hold_id = :key",
    ),
    Plant(
        "L3-credited-once",
        "SELECT min(lot_id) FROM lots",
        "INSERT INTO movements (customer_id, kind, points, debit, credit, lot_id, reference, actor, reason,"
        " effective_at, recorded_at) SELECT customer_id, kind, points, debit, credit, lot_id, reference,"
        " actor, reason, effective_at, recorded_at FROM movements WHERE lot_id = :key"
        " AND debit = 'PROGRAMME' AND kind = (SELECT origin FROM lots WHERE lot_id = :key)",
    ),
    Plant(
        "L3-resolved-once",
        "SELECT min(hold_id) FROM holds WHERE state = 'CAPTURED'",
        "UPDATE holds SET state = 'HELD' WHERE hold_id = :key",
    ),
    Plant(
        "L4-append-only",
        "SELECT 'movements_stay'",
        "DROP TRIGGER IF EXISTS movements_stay",
        "ALTER TABLE movements DISABLE TRIGGER movements_stay",
    ),
    Plant(
        "L4-double-entry",
        "SELECT min(movement_id) FROM movements",
        "UPDATE movements SET debit = credit WHERE movement_id = CAST(:key AS INTEGER)",
    ),
    Plant(
        "O1-earned-once",
        f"SELECT min({ORDER_OF_KEY}) FROM lots WHERE order_id <> ''",
        "INSERT INTO lots SELECT * FROM lots WHERE 1 = 0",  # replaced below: it copies a lot
    ),
    Plant(
        "O1-orders-of-lots",
        f"SELECT min(lot_id) FROM lots WHERE order_id <> '' AND {LIVING}",
        "UPDATE lots SET order_id = 'never placed' WHERE lot_id = :key",
    ),
    Plant(
        "O1-awards",
        "SELECT min(lot_id) FROM lots WHERE order_id <> '' AND origin = 'EARN'",
        "DELETE FROM awards WHERE lot_id = :key",
    ),
    Plant(
        "O1-exchanged",
        "SELECT min(lot_id) FROM awards",
        "UPDATE awards SET points = points + 1000000 WHERE lot_id = :key",
    ),
    Plant(
        "O1-award-bounds",
        f"SELECT min({ORDER_OF_KEY}) FROM awards",
        f"UPDATE awards SET gone_points = points + 1 WHERE {ORDER_OF_KEY} = :key",
    ),
    Plant(
        "O1-returned-whole",
        f"SELECT min({ORDER_OF_KEY}) FROM awards WHERE points > gone_points"
        " AND order_id IN (SELECT order_id FROM orders)",
        f"UPDATE order_lines SET returned_quantity = quantity WHERE {ORDER_OF_KEY} = :key",
    ),
    Plant(
        "O2-refunds",
        f"SELECT min({ORDER_OF_KEY}) FROM orders",
        f"UPDATE orders SET refunded_minor = refunded_minor + 1 WHERE {ORDER_OF_KEY} = :key",
    ),
    Plant(
        "O2-returned-units",
        f"SELECT min({ORDER_OF_KEY}) FROM return_lines",
        f"UPDATE return_lines SET quantity = quantity + 1 WHERE {ORDER_OF_KEY} = :key",
    ),
    Plant(
        "O2-open-units",
        "SELECT min(source || ', ' || return_id) FROM open_units",
        "UPDATE open_units SET quantity = quantity + 1 WHERE source || ', ' || return_id = :key",
    ),
    Plant(
        "tier-periods",
        f"SELECT min(customer_id) FROM accounts WHERE {LIVING}",
        """UPDATE accounts SET qualifying = '{"2020-01-01": 3}' WHERE customer_id = :key""",
    ),
    Plant(
        "tier",
        f"SELECT min(customer_id) FROM accounts WHERE {LIVING}",
        "UPDATE accounts SET tier = 'DIAMOND', due_at = 9000000000000000 WHERE customer_id = :key",
    ),
    Plant(
        "rewards-stock",
        "SELECT min(reward_id) FROM rewards",
        "UPDATE rewards SET issued = issued + 1 WHERE reward_id = :key",
    ),
    Plant(
        "rewards-points",
        f"SELECT min(member_reward_id) FROM member_rewards WHERE {LIVING}",
        "UPDATE holds SET hold_id = 'lost' WHERE hold_id = 'reward/' || CAST(:key AS VARCHAR)",
    ),
    Plant(
        "coupons-uses",
        "SELECT min(code) FROM coupons",
        "UPDATE coupons SET uses = uses + 1 WHERE code = :key",
    ),
    Plant(
        "coupons-limits",
        "SELECT min(code) FROM coupons",
        "UPDATE coupons SET uses_max = 0, uses = 1 WHERE code = :key",
    ),
    Plant(
        "coupons-points",
        f"SELECT min(use_id) FROM coupon_uses WHERE state = 'REDEEMED' AND points > 0 AND {LIVING}",
        "UPDATE coupon_uses SET points = points + 1 WHERE use_id = :key",
    ),
    Plant(
        "merge-standing",
        f"SELECT min(customer_id) FROM members WHERE {LIVING}",
        "UPDATE members SET state = 'MERGED' WHERE customer_id = :key",
    ),
    Plant(
        "merge-state",
        "SELECT 'm1'",
        "INSERT INTO merges (merge_id, survivor_id, merged_id, actor, reason, merged_at, undone_by,"
        " undo_reason, snapshot) SELECT 'm1', 'anna', min(customer_id), 'tess', 'twins', 0, '', '', '{}'"
        f" FROM members WHERE {LIVING}",
    ),
    Plant(
        "merge-redirects",
        "SELECT (SELECT COUNT(*) + 1 FROM redirects WHERE survivor_id IS NOT NULL) || ', ' ||"
        " (SELECT COUNT(*) FROM merges WHERE undone_at IS NULL)",
        "INSERT INTO redirects (customer_digest, survivor_id, since) VALUES ('new', 'anna', 0)",
    ),
    Plant(
        "merge-points",
        f"SELECT min(customer_id) FROM accounts WHERE active_points + pending_points > 0 AND {LIVING}",
        "UPDATE members SET state = 'MERGED' WHERE customer_id = :key",
    ),
    Plant(
        "erased-rows",
        f"SELECT min(customer_id) FROM orders WHERE {LIVING}",
        "UPDATE members SET state = 'ERASED' WHERE customer_id = :key",
    ),
    Plant(
        "erased-references",
        f"SELECT min(movement_id) FROM movements WHERE {LIVING}",
        "UPDATE members SET state = 'ERASED' WHERE customer_id ="
        " (SELECT customer_id FROM movements WHERE movement_id = CAST(:key AS INTEGER))",
    ),
)
