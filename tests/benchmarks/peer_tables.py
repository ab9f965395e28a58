"""The peer's ORM classes, over the same tables as the service, so that both sides store the same rows."""

from __future__ import annotations

from sqlalchemy.orm import DeclarativeBase, relationship

from services.storage import tables


class Base(DeclarativeBase):
    metadata = tables.metadata


class Customer(Base):
    __table__ = tables.customers


class Member(Base):
    __table__ = tables.members


class StoredRequest(Base):
    __table__ = tables.requests


class Product(Base):
    __table__ = tables.products


class StoredOrder(Base):
    __table__ = tables.orders


class StoredOrderLine(Base):
    __table__ = tables.order_lines


class StoredCartLine(Base):
    __table__ = tables.cart_lines


class StoredCart(Base):
    __table__ = tables.carts
    lines = relationship(
        StoredCartLine,
        primaryjoin=tables.carts.c.cart_id == tables.cart_lines.c.cart_id,
        foreign_keys=[tables.cart_lines.c.cart_id],
        lazy="selectin",
        viewonly=True,
    )


class StoredLot(Base):
    __table__ = tables.lots


class StoredMovement(Base):
    __table__ = tables.movements


class StoredAward(Base):
    __table__ = tables.awards


class StoredAccount(Base):
    __table__ = tables.accounts


class StoredHold(Base):
    __table__ = tables.holds


class StoredHoldLot(Base):
    __table__ = tables.hold_lots


class StoredRule(Base):
    __table__ = tables.earning_rules


class StoredScore(Base):
    __table__ = tables.scores


class StoredTouch(Base):
    __table__ = tables.touches


class StoredCase(Base):
    __table__ = tables.cases


class StoredExchange(Base):
    __table__ = tables.exchanges


class StoredAnswer(Base):
    __table__ = tables.answers


class StoredVisit(Base):
    __table__ = tables.visits


class StoredReminder(Base):
    __table__ = tables.reminders


class StoredWork(Base):
    __table__ = tables.outbox


class StoredVersion(Base):
    __table__ = tables.score_versions


class StoredReference(Base):
    __table__ = tables.score_references
