"""What customers are asked and say."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String

from services.storage.columns import RowNumber, key, moment, table, text

invitations = table(  # one per event and survey
    "invitations",
    key("invitation_id", 64),
    text("customer_id"),
    text("survey_id", 48),
    text("kind", 8),
    text("polarity", 8),  # of CES; else empty
    text("state", 16),
    text("reason", 16),  # empty while there is none
    text("medium", 16),  # by which it is sent; empty until it is chosen
    text("channel", 16),  # where what it asks about took place; empty: not known
    text("touchpoint", 64),  # what it asks about
    text("source", 32),
    text("order_id", 64),  # empty: it is about no order
    moment("caused_at"),  # the event
    moment("due_at"),
    moment("sent_at", nullable=True),
    moment("followed_up_at", nullable=True),
    moment("expires_at", nullable=True),
    moment("ended_at", nullable=True),
    Index(None, "customer_id", "sent_at"),
    Index(None, "sent_at"),
    Index(None, "due_at", "invitation_id"),
)

answers = table(
    "answers",
    Column("answer_id", RowNumber, primary_key=True),
    text("customer_id"),
    text("survey", 8),  # the kind
    Column("answer", Integer, nullable=False),
    moment("answered_at"),
    text("polarity", 8),  # of CES; else empty
    text("survey_id", 48),  # empty: of no survey of the programme
    Column("invitation_id", String(64)),
    Column("answer_key", String(64)),  # the backend's own name for it
    text("comment", 2000),
    text("channel", 16),  # where what it is about took place; empty: not known
    text("touchpoint", 64),
    text("source", 32),
    text("order_id", 64),  # empty: it is about no order
    Index(None, "customer_id", "answered_at"),
    Index(None, "survey", "answered_at"),
    Index(None, "invitation_id", unique=True),
    Index(None, "answer_key"),
)
