"""A file of opening balances: which rows can be sent, and why the others cannot."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl
from google.protobuf.timestamp_pb2 import Timestamp
from regulars.loyalty.v1 import loyalty_service_pb2 as loyalty

from services.importing import fields
from services.importing.cleaning import CUSTOMER_ID_CHARS_MAX, Rule, first_broken
from services.importing.errors import BadInputError, MissingColumnError
from services.importing.reading import canonical, columns_of, read_table

REQUIRED: Final = ("customer_id", "points")
OPTIONAL: Final = ("earned_at", "expires_at")
COLUMNS: Final = REQUIRED + OPTIONAL
POINTS_MAX: Final = 10**9  # as loyalty_service.proto says
ROWS_PER_BATCH: Final = 500  # group commits gain little beyond it
KEY_BYTES: Final = 16  # two rows with the same key will not happen
NUL_OR_CONTROL: Final = r"[\x00-\x1f\x7f]"

RULES: Final = (
    Rule("no_customer", "customer_id", "nobody knows whose they are", pl.col("customer_id").is_null()),
    Rule(
        "text_too_long",
        "customer_id",
        "more than 128 characters",
        pl.col("customer_id").str.len_chars() > CUSTOMER_ID_CHARS_MAX,
    ),
    Rule(
        "bad_customer_id",
        "customer_id",
        "contains a control character",
        pl.col("customer_id").str.contains(NUL_OR_CONTROL),
    ),
    Rule("bad_number", "points", "not a number, or beyond ten million million", pl.col("amount").is_null()),
    Rule("points_not_whole", "points", "points are whole", pl.col("amount") != pl.col("amount").round(0)),
    Rule("points_not_positive", "points", "a balance is above 0", pl.col("amount") <= 0),
    Rule("number_too_large", "points", "above 1,000,000,000", pl.col("amount") > POINTS_MAX),
    Rule("bad_time", "earned_at", "not a time; see --time-format", pl.col("earned_at_is_bad")),
    Rule("bad_time", "expires_at", "not a time; see --time-format", pl.col("expires_at_is_bad")),
    Rule(
        "duplicate_row",
        "customer_id",
        "an earlier row has the same customer and times; add them up, or give them different times",
        pl.col("is_repeated"),
    ),
)


@dataclass(frozen=True)
class BalanceWishes:
    """What the caller says about a file of balances."""

    columns: Mapping[str, str] = field(default_factory=dict)
    time_zone: str = "UTC"
    time_format: str | None = None
    separator: str = ","
    encoding: str = "utf-8"


@dataclass(frozen=True)
class BalanceFile:
    """The rows of a file.

    raw: as they were, with `line`. judged: line, customer_id, amount (exact; null when it is no number),
    earned_at, expires_at (UTC or null), rule (null when the row can be sent, else its place in RULES).
    """

    raw: pl.DataFrame
    judged: pl.DataFrame

    @property
    def sendable(self) -> pl.DataFrame:
        return self.judged.filter(pl.col("rule").is_null())


@dataclass(frozen=True)
class Batch:
    """Rows `start` and following of those that can be sent."""

    start: int
    request: loyalty.ImportBalancesRequest


def read_balances(path: Path, wishes: BalanceWishes) -> BalanceFile:
    """Reads and judges the file. Raises BadInputError when it is no table of balances."""
    _check_zone(wishes.time_zone)
    table, _ = read_table(path, wishes.separator, wishes.encoding)
    raw = canonical(path, table, _columns(columns_of(table), wishes.columns))
    understood = _understand(raw, wishes)
    judged = understood.with_columns(rule=first_broken(RULES))
    return BalanceFile(raw, judged.select("line", "customer_id", "amount", *OPTIONAL, "rule"))


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadInputError(f"--time-zone {name} is unknown; give a name such as Europe/London.") from None


def _columns(present: Sequence[str], wished: Mapping[str, str]) -> dict[str, str]:
    wanted = {name: name for name in COLUMNS if name in REQUIRED or name in present} | dict(wished)
    for name, column in wanted.items():
        if column not in present:
            raise MissingColumnError(name, column, tuple(present))
    return wanted


def _understand(raw: pl.DataFrame, wishes: BalanceWishes) -> pl.DataFrame:
    formats = (wishes.time_format,) if wishes.time_format else ()
    understood = raw.select("line").with_columns(
        customer_id=fields.text(raw["customer_id"]), amount=fields.decimal(raw["points"])
    )
    for name in OPTIONAL:
        cells = raw[name] if name in raw.columns else pl.Series(name, [None] * raw.height, dtype=pl.String)
        parsed = fields.times(cells, formats, wishes.time_zone)
        is_bad = parsed.is_null() & fields.text(cells).is_not_null()
        understood = understood.with_columns(parsed.alias(name), is_bad.alias(f"{name}_is_bad"))
    return understood.with_columns(is_repeated=pl.col("line") != _first_line())


def _first_line() -> pl.Expr:
    """The first line with the same customer and times."""
    return pl.col("line").first().over("customer_id", *OPTIONAL)


def batches(rows: pl.DataFrame, import_id: str, actor: str) -> Iterator[Batch]:
    """The rows in batches, in their order."""
    for start in range(0, rows.height, ROWS_PER_BATCH):
        part = rows.slice(start, ROWS_PER_BATCH).iter_rows(named=True)
        messages = [_message(row) for row in part]
        yield Batch(
            start,
            loyalty.ImportBalancesRequest(batch_id=start, import_id=import_id, actor=actor, rows=messages),
        )


def _message(row: Mapping[str, Any]) -> loyalty.OpeningBalance:
    return loyalty.OpeningBalance(
        row_key=row_key(row["customer_id"], row["earned_at"], row["expires_at"]),
        customer_id=row["customer_id"],
        points=int(row["amount"]),
        earned_at=_timestamp(row["earned_at"]),
        expires_at=_timestamp(row["expires_at"]),
    )


def row_key(customer_id: str, earned_at: datetime | None, expires_at: datetime | None) -> str:
    """Names a row by whose it is and its times, so that a mended file sent again credits nothing twice."""
    times = "/".join("" if moment is None else moment.isoformat() for moment in (earned_at, expires_at))
    return hashlib.blake2b(f"{times}/{customer_id}".encode(), digest_size=KEY_BYTES).hexdigest()


def _timestamp(moment: datetime | None) -> Timestamp | None:
    if moment is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp
