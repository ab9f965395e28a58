"""What gateways show that they are ours: the authority that certifies them, tokens and certificates."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, String

from services.storage.columns import key, moment, table, text

gateway_authorities = table(
    "gateway_authorities",
    key("name", 16),
    Column("certificate", String(4000), nullable=False),
    Column("sealed_key", LargeBinary, nullable=False),
    moment("made_at"),
    moment("takes_over_at"),  # from then on it certifies; the one before ends with what it has certified
)

gateway_tokens = table(
    "gateway_tokens",
    key("token_id", 16),
    Column("secret_sha256", LargeBinary, nullable=False),
    text("gateway", 64),
    text("store", 64),
    moment("made_at"),
    moment("expires_at"),
    moment("used_at", nullable=True),
    Column("key_sha256", LargeBinary),  # whose answer may have been lost: of the key that it was used for
)

gateway_certificates = table(
    "gateway_certificates",
    key("serial", 40),
    text("gateway", 64),
    text("store", 64),
    moment("issued_at"),
    moment("expires_at"),
    moment("revoked_at", nullable=True),
    Index(None, "gateway"),
)
