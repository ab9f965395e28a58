"""The file of rejected lines: where each stands, why it was rejected, and what it said."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from services.importing.cleaning import RULES, Rule
from services.importing.errors import BadInputError
from services.importing.records import Records
from services.spreadsheets import FORMULA_START

VERDICT: Final = ("line", "reason", "field", "message")
VALUES: Final = (
    "order_id",
    "customer_id",
    "ordered_at",
    "sku",
    "quantity",
    "unit_price",
    "title",
    "points",
    "earned_at",
    "expires_at",
)  # what a file says that people look at to mend it


@dataclass(frozen=True)
class Refusal:
    """A record that the server refused, with its words; `record` counts from 0 over the whole import."""

    record: int
    reason: str
    field: str
    message: str


def rejected_lines(judged: pl.DataFrame, rules: Sequence[Rule] = RULES) -> pl.DataFrame:
    """The lines that were never sent, in the columns VERDICT; `rule` is a place in `rules`."""
    reasons = pl.DataFrame(
        [(place, rule.reason, rule.field, rule.message) for place, rule in enumerate(rules)],
        schema={"rule": pl.Int8, "reason": pl.String, "field": pl.String, "message": pl.String},
        orient="row",
    )
    rejected = judged.select("line", "rule").drop_nulls("rule")
    return rejected.join(reasons, on="rule", maintain_order="left").select(VERDICT)


def refused_lines(records: Records, refusals: Sequence[Refusal]) -> pl.DataFrame:
    """The lines of the records that the server refused, in the columns VERDICT."""
    told = pl.DataFrame(
        [(refusal.record, refusal.reason, refusal.field, refusal.message) for refusal in refusals],
        schema={"record": pl.UInt32, "reason": pl.String, "field": pl.String, "message": pl.String},
        orient="row",
    )
    return records.lines.join(told, on="record").select(VERDICT)


def write_rejects(file: Path, raw: pl.DataFrame, verdicts: pl.DataFrame) -> None:
    """Writes the lines as CSV, in the order of the source file. Raises BadInputError when that fails."""
    values = [name for name in VALUES if name in raw.columns]
    table = verdicts.join(raw.select("line", *values), on="line").sort("line")
    try:
        table.select("line", _harmless([*VERDICT[1:], *values])).write_csv(file)
    except OSError as error:
        raise BadInputError(f"The rejected lines cannot be written to {file}: {error.strerror}.") from None


def _harmless(names: list[str]) -> pl.Expr:
    return pl.col(names).cast(pl.String).str.replace(f"^({FORMULA_START})", "'$1")
