"""The commands that an episode is made of: each knows what it asks of the product and of the model."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from services.activity.rules.exchanges import Exchange
from services.activity.rules.orders import Order, OrderLine
from services.activity.rules.returns import Return, ReturnLine
from services.activity.use_cases.exchanges import record_exchanges
from services.activity.use_cases.orders import record_orders
from services.activity.use_cases.returns import record_returns
from services.earning.rules.versions import NewDraft, RuleChange
from services.earning.use_cases.editing import create_rules, publish_rules, retire_rules
from services.loyalty.use_cases.time import Due, sweep_accounts
from services.membership.rules.members import Enrolment, MemberState
from services.membership.use_cases.members import enrol_members
from services.storage.unit import AnyUseCase
from tests.ledger.people_model import People
from tests.ledger.programmes import earning_rule

Asked = tuple[AnyUseCase, Any]


@dataclass(frozen=True, kw_only=True)
class Command(ABC):
    """Something asked of the ledger. The request id makes it one of its kind; empty: it may come again."""

    request_id: str = ""

    @abstractmethod
    def asked(self) -> Asked:
        """What the product is asked."""

    @abstractmethod
    def play(self, model: People) -> None:
        """Raises Refused."""

    @abstractmethod
    def touched(self) -> tuple[str, ...]:
        """The members whose accounts it may change."""

    def meant(self, model: People) -> Command:
        """The command with the ids of those who are meant, since customers were merged."""
        del model
        return self


@dataclass(frozen=True, kw_only=True)
class OfMember(Command):
    member: str

    def touched(self) -> tuple[str, ...]:
        return (self.member,)

    def meant(self, model: People) -> Command:
        return replace(self, member=model.who(self.member))


@dataclass(frozen=True, kw_only=True)
class Enrol(OfMember):
    since: datetime | None = None
    pending: bool = False  # to be confirmed

    def asked(self) -> Asked:
        state = MemberState.PENDING if self.pending else MemberState.ACTIVE
        return enrol_members, Enrolment(self.member, (), self.since, state)

    def play(self, model: People) -> None:
        model.enrol(self.member, self.since, "PENDING" if self.pending else "ACTIVE")


Line = tuple[str, int, int, str, bool]  # sku, quantity, unit price, category, whether it is a gift card


@dataclass(frozen=True, kw_only=True)
class PlaceOrder(OfMember):
    order_id: str
    placed_at: datetime
    lines: tuple[Line, ...]
    paid_minor: int = 0  # of the total, with points

    def asked(self) -> Asked:
        order = Order(
            "default",
            self.order_id,
            self.member,
            self.placed_at,
            "WEB",
            "GBP",
            order_lines(self.lines),
            self.paid_minor,
        )
        return record_orders, order

    def play(self, model: People) -> None:
        model.order(
            {
                "id": self.order_id,
                "customer": self.member,
                "at": self.placed_at,
                "lines": self.lines,
                "paid": self.paid_minor,
            }
        )


@dataclass(frozen=True, kw_only=True)
class BringBack(OfMember):
    return_id: str
    returned_at: datetime
    order_id: str
    goods: tuple[tuple[str, int], ...]

    def asked(self) -> Asked:
        lines = tuple(ReturnLine(*line) for line in self.goods)
        return record_returns, Return(
            "default", self.return_id, self.order_id, self.member, self.returned_at, lines
        )

    def play(self, model: People) -> None:
        model.bring_back(
            {
                "id": self.return_id,
                "order": self.order_id,
                "customer": self.member,
                "at": self.returned_at,
                "goods": self.goods,
            }
        )


@dataclass(frozen=True, kw_only=True)
class Swap(OfMember):
    exchange_id: str
    order_id: str
    goods: tuple[tuple[str, int], ...]
    new_order_id: str
    swapped_at: datetime
    lines: tuple[Line, ...]
    paid_minor: int = 0

    def asked(self) -> Asked:
        exchange = Exchange(
            source="default",
            exchange_id=self.exchange_id,
            customer_id=self.member,
            exchanged_at=self.swapped_at,
            channel="STORE",
            order_id=self.order_id,
            returned=tuple(ReturnLine(*line) for line in self.goods),
            new_order_id=self.new_order_id,
            taken=order_lines(self.lines),
            currency="GBP",
            points_paid_minor=self.paid_minor,
        )
        return record_exchanges, exchange

    def play(self, model: People) -> None:
        new = {
            "id": self.new_order_id,
            "customer": self.member,
            "at": self.swapped_at,
            "lines": self.lines,
            "paid": self.paid_minor,
        }
        model.exchange(
            {
                "id": self.exchange_id,
                "order": self.order_id,
                "customer": self.member,
                "at": self.swapped_at,
                "goods": self.goods,
                "new": new,
            }
        )


def order_lines(lines: Iterable[Line]) -> tuple[OrderLine, ...]:
    return tuple(
        OrderLine(sku, quantity, price, category=category, gift_card=gift)
        for sku, quantity, price, category, gift in lines
    )


@dataclass(frozen=True, kw_only=True)
class OfTheTeam(Command):
    """What the team does with one of its earning rules."""

    rule_id: str

    def touched(self) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True, kw_only=True)
class DraftRule(OfTheTeam):
    content: tuple[tuple[str, Any], ...]

    def asked(self) -> Asked:
        return create_rules, NewDraft(earning_rule(dict(self.content)), None, "tess")

    def play(self, model: People) -> None:
        model.rules.draft(dict(self.content))


@dataclass(frozen=True, kw_only=True)
class PublishRule(OfTheTeam):
    def asked(self) -> Asked:
        return publish_rules, RuleChange(self.rule_id, actor="tess")

    def play(self, model: People) -> None:
        model.rules.publish(self.rule_id, model.now)


@dataclass(frozen=True, kw_only=True)
class RetireRule(OfTheTeam):
    def asked(self) -> Asked:
        return retire_rules, RuleChange(self.rule_id, actor="tess")

    def play(self, model: People) -> None:
        model.rules.retire(self.rule_id, model.now)


@dataclass(frozen=True, kw_only=True)
class Sweep(OfMember):
    """The sweep comes by, early or late: it must make no difference."""

    def asked(self) -> Asked:
        return sweep_accounts, Due(self.member)

    def play(self, model: People) -> None:
        pass


@dataclass(frozen=True)
class Step:
    """What reaches the writer together, after so much time has passed."""

    after: timedelta
    commands: tuple[Command, ...]
