"""Gateways and visits."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, Date, Float, Index

from services.storage.columns import key, moment, number, table, text

gateways = table(
    "gateways",
    key("gateway", 64),
    text("store", 64),
    text("version", 32),
    text("session", 32),  # of its connections the one that counts: the latest
    moment("last_contact_at"),
    Column("health", JSON),  # as it says it itself; nothing of any person
    Column("config", JSON),  # what it is told to do differently
    number("dropped"),
    moment("dropped_at", nullable=True),
    Index(None, "store", "gateway"),
)

gateway_epochs = table(  # how far each run of a gateway is stored
    "gateway_epochs",
    key("gateway", 64),
    key("epoch", 64),
    number("acked_seq"),
    moment("stored_at"),
    clustered=True,
)

presence_events = table(
    "presence_events",
    key("gateway", 64),
    key("epoch", 64),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    text("kind", 8),
    text("customer_id"),
    text("zone", 64),
    moment("observed_at"),
    Column("degraded", Boolean, nullable=False),
    text("store", 64),
    Column("dwell_seconds", Float, nullable=False),
    Column("spoofable", Boolean, nullable=False, default=False),  # said of a device that anybody can copy
    Column("rssi_dbm", Float),  # how well the member was heard; empty when the gateway did not say
    Index(None, "customer_id", "observed_at"),
    Index(None, "observed_at"),  # old ones are forgotten
    clustered=True,
)

store_maps = table(  # how every place of a store is heard, of a calibration walk
    "store_maps",
    key("store", 64),
    moment("made_at"),
    Column("map", JSON, nullable=False),
)

presence_states = table(  # how well each member is heard now, which decides the zone; kept for an hour
    "presence_states",
    key("customer_id"),
    key("store", 64),
    moment("heard_at"),
    Column("listening", JSON, nullable=False),
    Index(None, "heard_at"),
)

presence_pseudonyms = table(  # what gateways know members by, for one day; forgotten with the consent
    "presence_pseudonyms",
    key("pseudonym", 16),
    text("customer_id"),
    Column("day", Date, nullable=False),
    Index(None, "customer_id"),
    Index(None, "day"),
    clustered=True,
)

visits = table(
    "visits",
    key("visit_id", 64),
    text("customer_id"),
    text("store", 64),
    text("zone", 64),
    text("state", 16),
    moment("entered_at"),
    moment("last_seen_at"),
    moment("exited_at", nullable=True),
    moment("amended_at", nullable=True),
    Column("spoofable", Boolean, nullable=False, default=False),
    Column("doubtful", Boolean, nullable=False, default=False),  # the member was elsewhere at that time
    Column("exit_presumed", Boolean, nullable=False, default=False),  # its gateway fell silent
    Index(None, "customer_id", "store", "state"),
    Index(None, "customer_id", "entered_at"),
    Index(None, "entered_at", "visit_id"),
    Index(None, "state", "store"),
)
