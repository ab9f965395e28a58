"""Checks of rewards and coupons: what was counted is what is there."""

# ruff: noqa: S608  (every statement is made of constants)

from __future__ import annotations

from typing import Final

from services.verification.checks import Check, rows

# In which states of its hold a reward may stand: holds and rewards are swept one after the other.
_FITTING: Final = """
    (member_rewards.state = 'ISSUED' AND holds.state IN ('HELD', 'LAPSED'))
    OR (member_rewards.state = 'EXPIRED' AND holds.state IN ('HELD', 'LAPSED'))
    OR (member_rewards.state = 'REDEEMED' AND holds.state = 'CAPTURED' AND holds.restored_points = 0)
    OR (member_rewards.state = 'RETURNED' AND holds.restored_points = holds.captured_points)
    OR (member_rewards.state = 'CANCELLED' AND holds.state = 'RELEASED')
"""

REWARDS: Final[tuple[Check, ...]] = (
    rows(
        "rewards-stock",
        "of each reward as many pieces are out as members have or had redeemed",
        """
        SELECT rewards.reward_id FROM rewards LEFT JOIN member_rewards
            ON member_rewards.reward_id = rewards.reward_id
            AND member_rewards.state IN ('ISSUED', 'REDEEMED')
        GROUP BY rewards.reward_id, rewards.issued
        HAVING COUNT(member_rewards.member_reward_id) <> rewards.issued
        """,
    ),
    rows(
        "rewards-points",
        "the points of a reward are held, spent, given back or free, as the reward is",
        f"""
        SELECT member_rewards.member_reward_id FROM member_rewards
        JOIN members ON members.customer_id = member_rewards.customer_id AND members.state <> 'ERASED'
        LEFT JOIN holds ON holds.hold_id = 'reward/' || member_rewards.member_reward_id
        WHERE holds.hold_id IS NULL OR NOT ({_FITTING})
        """,
    ),
    rows(
        "coupons-uses",
        "a coupon was used as often, and for as much, as its uses say",
        """
        SELECT code FROM (
            SELECT code, uses, reserved, charged_minor FROM coupons
            UNION ALL SELECT code, -1, CASE state WHEN 'RESERVED' THEN -1 ELSE 0 END, -charged_minor
            FROM coupon_uses WHERE state IN ('RESERVED', 'REDEEMED')
        ) AS both_sides
        GROUP BY code HAVING SUM(uses) <> 0 OR SUM(reserved) <> 0 OR SUM(charged_minor) <> 0
        """,
    ),
    rows(
        "coupons-limits",
        "no coupon was used more often than it may be",
        "SELECT code FROM coupons WHERE uses > uses_max OR reserved > uses",
    ),
    rows(
        "coupons-points",
        "the points that a coupon gave came once, and with the use",
        """
        SELECT use_id FROM coupon_uses
        JOIN members ON members.customer_id = coupon_uses.customer_id AND members.state <> 'ERASED'
        LEFT JOIN lots ON lots.lot_id = 'coupon/' || coupon_uses.use_id
        WHERE coupon_uses.points > 0 AND coupon_uses.state IN ('REDEEMED', 'ROLLED_BACK')
            AND (lots.lot_id IS NULL OR lots.points <> coupon_uses.points)
        """,
    ),
)
