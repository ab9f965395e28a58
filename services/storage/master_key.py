"""Where the master key comes from, and the proof that it is the one that sealed this database."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, insert, select

from services.settings import Settings, SettingsError
from services.storage.tables import master_keys
from services.storage.vault import KEY_BYTES, Vault

FILE_NAME: Final = "master.key"
OWNER_ONLY: Final = 0o600


def open_vault(settings: Settings, engine: Engine, now: datetime) -> Vault:
    """The vault of a migrated database; a new database gets its key at the first start.

    Raises SettingsError when the key is missing, malformed, or not the one that sealed this database.
    """
    file = settings.data_dir / FILE_NAME
    if not settings.master_key and not file.exists():
        _make_key(file, is_new=_stored_key_id(engine) is None)
    text = settings.master_key or file.read_text(encoding="ascii", errors="replace")
    where = "REGULARS_MASTER_KEY" if settings.master_key else str(file)
    vault = Vault(_decoded(text, where))
    _prove(vault, engine, now, where)
    return vault


def _make_key(file: Path, *, is_new: bool) -> None:
    """Write a random key that only its owner may read. Another process may do so at the same moment."""
    if not is_new:
        raise SettingsError(
            f"the master key of this database is missing: put it back at {file} or set REGULARS_MASTER_KEY; "
            "without it no profile and no identifier can be read"
        )
    file.parent.mkdir(parents=True, exist_ok=True)
    made = file.with_name(f"{FILE_NAME}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "w") as opened:
        opened.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode() + "\n")
        opened.flush()
        os.fsync(opened.fileno())
    try:
        os.link(made, file)  # whole or not at all, and never over another
    except FileExistsError:
        pass
    finally:
        made.unlink()


def _decoded(text: str, where: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise SettingsError(f"{where}: must hold {KEY_BYTES} bytes in base64 (openssl rand -base64 32)")
    return key


def _stored_key_id(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return connection.execute(select(master_keys.c.key_id)).scalar()


def _prove(vault: Vault, engine: Engine, now: datetime, where: str) -> None:
    """Check the key against the stored proof, or store the proof of the first key."""
    first = select(master_keys.c.key_id, master_keys.c.proof).order_by(master_keys.c.made_at).limit(1)
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":  # two processes may start for the first time at once
            connection.exec_driver_sql("LOCK TABLE master_keys IN EXCLUSIVE MODE")
        found = connection.execute(first).first()
        if found is None:
            row = {"key_id": vault.key_id, "proof": vault.proof, "made_at": now}
            connection.execute(insert(master_keys), row)
            return
    if tuple(found) != (vault.key_id, vault.proof):
        raise SettingsError(
            f"{where}: this is not the master key that sealed this database (its id is {found[0]}); "
            "put the right key back"
        )
