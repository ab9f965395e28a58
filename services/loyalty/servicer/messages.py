"""Values of the ledger as messages."""

from __future__ import annotations

from regulars.loyalty.v1 import loyalty_service_pb2 as pb
from regulars.loyalty.v1 import points_pb2
from regulars.types.v1.money_pb2 import Money

from services.loyalty.rules.liability import Flow, Liability, value_minor
from services.loyalty.rules.statements import TierWarning, Written
from services.points.holds import Hold
from services.points.lots import Balance, Kind, Lot
from services.points.tiers import Ranked
from services.programme.programme import Programme
from services.rpc.wire import stamp


def balance_message(customer_id: str, balance: Balance) -> pb.Balance:
    return pb.Balance(
        customer_id=customer_id,
        pending_points=balance.pending_points,
        active_points=balance.active_points,
        blocked_points=balance.blocked_points,
        debt_points=balance.debt_points,
        as_of=stamp(balance.as_of),
    )


def hold_message(hold: Hold) -> points_pb2.Hold:
    return points_pb2.Hold(
        hold_id=hold.hold_id,
        customer_id=hold.customer_id,
        points=hold.points,
        state=f"HOLD_STATE_{hold.state}",
        captured_points=hold.captured_points,
        restored_points=hold.restored_points,
        source=hold.source,
        order_id=hold.order_id,
        purpose=hold.purpose,
        held_at=stamp(hold.held_at),
        lapses_at=stamp(hold.lapses_at),
        resolved_at=stamp(hold.resolved_at),
    )


def movement_message(one: Written) -> points_pb2.Movement:
    moved = one.movement
    return points_pb2.Movement(
        movement_id=one.movement_id,
        customer_id=moved.customer_id,
        kind=f"MOVEMENT_KIND_{moved.kind}",
        points=moved.points,
        from_account=f"POINTS_ACCOUNT_{moved.debit}",
        to_account=f"POINTS_ACCOUNT_{moved.credit}",
        lot_id=moved.lot_id,
        reference=moved.reference,
        actor=moved.actor,
        reason=moved.reason,
        effective_at=stamp(moved.effective_at),
        recorded_at=stamp(one.recorded_at),
    )


def lot_message(lot: Lot) -> points_pb2.Lot:
    return points_pb2.Lot(
        lot_id=lot.lot_id,
        customer_id=lot.customer_id,
        origin=f"MOVEMENT_KIND_{lot.origin}",
        points=lot.points,
        remaining_points=lot.remaining_points,
        blocked_points=lot.blocked_points,
        state=f"LOT_STATE_{lot.state}",
        source=lot.source,
        order_id=lot.order_id,
        rule=lot.rule,
        earned_at=stamp(lot.earned_at),
        activates_at=stamp(lot.activates_at),
        expires_at=stamp(lot.expires_at),
    )


def liability_message(found: Liability, programme: Programme) -> points_pb2.Liability:
    owed = found.outstanding
    value = value_minor(owed.points, programme.points.hundred_points_minor)
    return points_pb2.Liability(
        as_of=stamp(found.as_of),
        pending_points=owed.pending_points,
        active_points=owed.active_points,
        blocked_points=owed.blocked_points,
        debt_points=owed.debt_points,
        value=Money(amount_minor=value, currency=programme.currency),
        expiries=[
            points_pb2.ExpiringPoints(month=month, points=points)
            for month, points in sorted(owed.by_month.items())
        ],
        flows=[flow_message(flow) for flow in found.flows],
        breakage_rate=found.breakage_rate,
        ended_points=found.ended_points,
    )


def flow_message(flow: Flow) -> points_pb2.PointsFlow:
    return points_pb2.PointsFlow(
        month=flow.month,
        earned_points=flow.gained(Kind.EARN),
        adjusted_points=flow.gained(Kind.ADJUST),
        spent_points=flow.lost(Kind.SPEND),
        restored_points=flow.gained(Kind.RESTORE_SPEND),
        expired_points=flow.lost(Kind.EXPIRE),
        forfeited_points=flow.lost(Kind.FORFEIT),
        reversed_points=flow.lost(Kind.REVERSE_EARN),
    )


def standing_message(customer_id: str, one: Ranked, programme: Programme) -> points_pb2.TierStanding:
    found = one.standing
    return points_pb2.TierStanding(
        customer_id=customer_id,
        tier=found.tier,
        metric=f"TIER_METRIC_{programme.tiers.metric.upper()}",
        qualifying=found.qualifying,
        next_tier=found.next_tier,
        points_to_next=found.points_to_next,
        points_to_stay=found.points_to_stay,
        projected_tier=found.projected_tier,
        evaluates_at=stamp(found.evaluates_at),
        tier_since=stamp(one.tier_since),
    )


def warning_message(one: TierWarning) -> points_pb2.TierWarning:
    return points_pb2.TierWarning(
        customer_id=one.customer_id,
        tier=one.tier,
        projected_tier=one.projected_tier,
        points_to_stay=one.to_stay,
        evaluates_at=stamp(one.evaluates_at),
        days_ahead=one.days_ahead,
        raised_at=stamp(one.raised_at),
    )
