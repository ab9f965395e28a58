"""Members, who they are, and what they agreed to."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, Index, Integer, LargeBinary, String

from services.storage.columns import RowNumber, key, moment, number, table, text

customers = table("customers", key("customer_id"), moment("first_seen_at"))

members = table(
    "members",
    key("customer_id"),
    text("state", 16),
    moment("enrolled_at"),
    moment("changed_at"),  # when the state last changed
)

member_changes = table(  # append-only: how a membership came to where it stands
    "member_changes",
    Column("change_id", RowNumber, primary_key=True),
    text("customer_id"),
    text("from_state", 16),
    text("to_state", 16),
    text("actor"),  # empty where no person decided
    text("reason", 500),
    moment("changed_at"),
    Index(None, "customer_id", "change_id"),
)

profiles = table(  # what is known of a person, readable with the member's own key only
    "profiles",
    key("customer_id"),
    Column("data_key", LargeBinary, nullable=False),  # wrapped with the master key
    Column("sealed", LargeBinary, nullable=False),  # JSON, encrypted with the data key
    moment("changed_at"),
)

identifiers = table(  # e-mail, phone, card: found by a keyed digest, never by their text
    "identifiers",
    key("kind", 16),
    key("digest", 64),
    text("customer_id"),
    Column("sealed", LargeBinary, nullable=False),
    moment("recorded_at"),
    Index(None, "customer_id"),
)

master_keys = table(  # proof that the master key in use is the one that sealed this database
    "master_keys", key("key_id", 16), Column("proof", LargeBinary, nullable=False), moment("made_at")
)

redirects = table(  # customer ids that mean somebody else now (merged) or nobody (erased)
    "redirects",
    key("customer_digest", 64),
    Column("survivor_id", String(128)),  # null: erased
    moment("since"),
)

merges = table(
    "merges",
    key("merge_id", 64),
    text("survivor_id"),
    text("merged_id"),
    text("actor"),
    text("reason", 500),
    moment("merged_at"),
    moment("undone_at", nullable=True),
    text("undone_by"),  # empty while it stands
    text("undo_reason", 500),
    Column("snapshot", JSON, nullable=False),  # what undoing cannot read off the rows
    Index(None, "survivor_id"),
    Index(None, "merged_id"),
)

merge_rows = table(  # which rows a merge handed over, so that undoing hands back the same ones
    "merge_rows", key("merge_id", 64), key("table_name", 32), key("row_key", 400), clustered=True
)

consents = table(  # append-only: the latest row of a kind is the decision in force
    "consents",
    Column("consent_id", RowNumber, primary_key=True),
    text("customer_id"),
    text("kind", 16),
    Column("granted", Boolean, nullable=False),
    text("source", 64),
    text("text_version", 64),
    moment("recorded_at"),
    Index(None, "customer_id", "kind", "consent_id"),
)

presence_keys = table(
    "presence_keys",
    key("customer_id"),
    Column("identity_key", LargeBinary, nullable=False),
    number("serial"),  # random, anew with each key: a set of keys is told from another by their sum
    Column("tag", String(80)),  # the fixed identifier of a member who chose one, as hex; null: it rotates
    moment("made_at"),  # since when it counts
    moment("paused_at", nullable=True),  # while the member is not ACTIVE, no gateway knows the key
    Index(None, "tag", unique=True),
    Index(None, "paused_at", "serial"),
)

presence_tags = table(  # what members' devices said of themselves last; goes with the key
    "presence_tags",
    key("customer_id"),
    Column("battery_mv", Integer),  # null: unknown
    Column("temperature_c", Float),  # null: unknown
    moment("seen_at"),
    Index(None, "battery_mv"),
)
