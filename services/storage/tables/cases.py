"""Cases: what is done about the unhappy, and what it costs."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer

from services.storage.columns import RowNumber, key, moment, never_negative, number, table, text

cases = table(
    "cases",
    key("case_id", 64),
    text("customer_id"),
    text("cause", 16),  # NPS, CSAT, CES: the answer that opened it; COMPLAINT
    Column("answer", Integer),  # absent for a complaint
    text("state", 16),
    moment("opened_at"),
    moment("due_at"),  # later by the time that it waited for the customer
    text("opened_by"),  # empty: an answer did
    text("channel", 16),  # that it is about; empty: not known
    text("theme", 64),  # empty: not known
    text("source", 32),
    text("order_id", 64),  # empty: it is about no order
    text("text", 2000),  # what the customer said
    text("wished_channel", 16),  # how the customer asked to be answered; empty: did not
    text("private_channel", 16),  # how the customer is spoken to
    text("assignee"),  # empty: nobody's yet
    moment("respond_by", nullable=True),  # absent where there was no such target yet
    moment("responded_at", nullable=True),
    moment("waiting_since", nullable=True),  # while it waits for the customer
    moment("first_resolved_at", nullable=True),
    Column("resolved_in_time", Boolean),  # the first time
    moment("resolved_at", nullable=True),  # absent while it is open
    text("resolved_by"),  # empty while it is open
    text("resolution", 500),
    moment("reopened_at", nullable=True),  # the first time
    Column("reopenings", Integer, nullable=False),
    Index(None, "customer_id", "state"),
    Index(None, "state", "due_at", "case_id"),
    Index(None, "due_at", "case_id"),
    Index(None, "opened_at"),
)

case_changes = table(  # the life of each case
    "case_changes",
    Column("change_id", RowNumber, primary_key=True),
    text("case_id", 64),
    moment("changed_at"),
    text("actor"),  # empty: an answer did
    text("action", 16),
    text("before", 16),  # empty at its opening
    text("after", 16),
    text("detail", 500),
    Index(None, "case_id", "change_id"),
)

case_notes = table(  # what was said in private
    "case_notes",
    Column("note_id", RowNumber, primary_key=True),
    text("case_id", 64),
    moment("noted_at"),
    text("actor"),
    text("private_channel", 16),  # empty: not known
    Column("from_customer", Boolean, nullable=False),
    text("text", 2000),
    Index(None, "case_id", "note_id"),
)

make_goods = table(  # what customers got
    "make_goods",
    key("make_good_id", 64),
    text("customer_id"),
    text("case_id", 64),
    text("kind", 8),  # POINTS, COUPON, NOTE
    number("points"),  # 0 but for POINTS
    number("cost_minor"),
    text("code", 64),  # of the coupon; else empty
    text("actor"),
    text("reason", 200),
    moment("given_at"),
    Index(None, "customer_id", "given_at"),
    Index(None, "case_id", "given_at"),
)

make_good_months = table(  # what was given in each calendar month; locked by whoever gives
    "make_good_months",
    key("month", 7),  # such as 2026-03, by the programme's clocks
    number("spent_minor"),
    number("gifts"),
    never_negative("spent_minor", "gifts"),
)
