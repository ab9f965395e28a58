"""Which lines can be sent, and why the others cannot.

A line is rejected for the first rule of `RULES` that it breaks, so that every line counts once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import polars as pl
from polars.exceptions import PolarsError
from regulars.types.v1 import channel_pb2

from services.importing import fields
from services.importing.errors import BadInputError
from services.importing.mapping import Layout
from services.importing.reading import SourceFile

ID_CHARS_MAX: Final = (
    64  # of order ids and SKUs; this and the next five are the limits of activity_service.proto
)
CUSTOMER_ID_CHARS_MAX: Final = 128
SOURCE_CHARS_MAX: Final = 32
QUANTITY_MAX: Final = 1_000_000
UNIT_PRICE_MINOR_MAX: Final = 1_000_000_000_000
LINES_PER_ORDER_MAX: Final = 1000
TITLE_CHARS_MAX: Final = 200  # a longer title is cut; it is only for people to read
ORDER_BYTES_MAX: Final = 900 * 1024  # of a message's 1 MiB, less what surrounds the order
LINE_BYTES_BESIDES_TEXT: Final = 32  # tags, lengths and two numbers

CHANNELS: Final = {
    name.removeprefix("CHANNEL_").lower(): number for name, number in channel_pb2.Channel.items() if number
}
ORDER_KEY: Final = ("source", "order_id")
ONE_PER_ORDER: Final = ("customer_id", "channel", "currency")


@dataclass(frozen=True)
class Rule:
    """A reason to reject a line: the field at fault, what to tell people, and when it applies."""

    reason: str
    field: str
    message: str
    broken: pl.Expr


def _longer(name: str, chars_max: int) -> pl.Expr:
    return pl.col(name).str.len_chars() > chars_max


LINE_RULES: Final = (
    Rule("no_order_id", "order_id", "the line belongs to no order", pl.col("order_id").is_null()),
    Rule("no_customer", "customer_id", "nobody knows who bought it", pl.col("customer_id").is_null()),
    Rule("no_sku", "sku", "the line names no product", pl.col("sku").is_null()),
    Rule("non_product", "sku", "a fee, a discount or a voucher is no product", pl.col("non_product")),
    Rule("bad_time", "ordered_at", "not a time; see --time-format", pl.col("placed_at").is_null()),
    Rule("bad_number", "quantity", "not a whole number", pl.col("quantity").is_null()),
    Rule("bad_number", "unit_price", "not a number", pl.col("unit_price").is_null()),
    Rule("price_not_positive", "unit_price", "nothing was paid", pl.col("unit_price") <= 0),
    Rule("quantity_not_positive", "quantity", "an order buys at least one", pl.col("quantity") <= 0),
    Rule("number_too_large", "quantity", "above 1,000,000", pl.col("quantity") > QUANTITY_MAX),
    Rule("bad_currency", "currency", "no ISO 4217 code", pl.col("is_currency").not_()),
    Rule("number_too_large", "unit_price", "too dear", pl.col("unit_price_minor") > UNIT_PRICE_MINOR_MAX),
    Rule("bad_channel", "channel", f"not one of {', '.join(CHANNELS)}", pl.col("channel").is_null()),
    Rule("text_too_long", "order_id", "more than 64 characters", _longer("order_id", ID_CHARS_MAX)),
    Rule("text_too_long", "sku", "more than 64 characters", _longer("sku", ID_CHARS_MAX)),
    Rule("text_too_long", "source", "more than 32 characters", _longer("source", SOURCE_CHARS_MAX)),
    Rule(
        "text_too_long",
        "customer_id",
        "more than 128 characters",
        _longer("customer_id", CUSTOMER_ID_CHARS_MAX),
    ),
    Rule(
        "bad_customer_id",
        "customer_id",
        "contains a control character",
        pl.col("customer_id").str.contains(r"[\x00-\x1f\x7f]"),
    ),
)
ORDER_RULES: Final = (
    Rule(
        "other_order",
        "order_id",
        "an earlier line of this order has another customer, channel or currency",
        pl.any_horizontal(pl.col(name) != pl.col(f"{name}_of_order") for name in ONE_PER_ORDER),
    ),
    Rule(
        "order_too_large",
        "order_id",
        "the order has more than 1,000 lines or 900 KiB",
        (pl.col("lines_of_order") > LINES_PER_ORDER_MAX) | (pl.col("bytes_of_order") > ORDER_BYTES_MAX),
    ),
)
RULES: Final = LINE_RULES + ORDER_RULES


def judge(source: SourceFile) -> pl.DataFrame:
    """Every line of the file, understood, with `rule`: null when it can be sent, else its place in `RULES`.

    Columns: line, source, order_id, is_return, customer_id, placed_at, channel, currency, sku, quantity (of a
    return too: how many, above 0), unit_price, unit_price_minor, title, rule.
    Raises BadInputError when the layout asks for something that does not exist.
    """
    _check(source.layout)
    lines = _understand(source.lines, source.layout)
    lines = lines.with_columns(rule=first_broken(LINE_RULES, offset=0)).drop("non_product", "is_currency")
    kept = _with_order_facts(lines.filter(pl.col("rule").is_null()))
    second = kept.select("line", order_rule=first_broken(ORDER_RULES, offset=len(LINE_RULES)))
    judged = lines.join(second, on="line", how="left", maintain_order="left")
    return judged.with_columns(rule=pl.coalesce("rule", "order_rule")).drop("order_rule")


def _check(layout: Layout) -> None:
    if layout.channel not in CHANNELS:
        raise BadInputError(f"--channel {layout.channel} is not one of: {', '.join(CHANNELS)}.")
    for pattern in layout.non_product:
        with _told_as(f"--non-product {pattern} is no regular expression."):
            pl.Series([""]).str.contains(pattern)
    for parse in layout.time_formats:
        with _told_as(f"--time-format {parse} is no format of times, such as '%d.%m.%Y %H:%M'."):
            pl.Series(["2011"]).str.to_datetime(parse, strict=False)


@contextmanager
def _told_as(words: str) -> Iterator[None]:
    try:
        yield
    except PolarsError:
        raise BadInputError(words) from None


def _understand(raw: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    size = raw.height
    currency = _column(raw, "currency", layout.currency).str.to_uppercase()
    price = fields.decimal(raw["unit_price"])
    channel = _column(raw, "channel", layout.channel).str.to_lowercase()
    understood = pl.DataFrame(
        {
            "line": raw["line"],
            "source": _column(raw, "source", layout.source),
            "order_id": fields.text(raw["order_id"]),
            "customer_id": fields.text(raw["customer_id"]),
            "placed_at": fields.times(raw["ordered_at"], layout.time_formats, layout.time_zone),
            "channel": channel.replace_strict(CHANNELS, default=None, return_dtype=pl.Int32),
            "currency": currency,
            "sku": fields.text(raw["sku"]),
            "quantity": fields.whole(raw["quantity"]),
            "unit_price": price,
            "unit_price_minor": fields.minor_units(price, currency),
            "title": fields.text(raw["title"]) if "title" in raw.columns else pl.repeat("", size, eager=True),
        }
    )
    return understood.with_columns(*_conclusions(layout)).with_columns(
        quantity=pl.when("is_return").then(pl.col("quantity").abs()).otherwise("quantity")
    )


def _column(raw: pl.DataFrame, name: str, default: str | None) -> pl.Series:
    """The column with the default in its empty cells, or the default alone."""
    if name not in raw.columns:
        return pl.repeat(default, raw.height, dtype=pl.String, eager=True)
    cells = fields.text(raw[name])
    return cells if default is None else cells.fill_null(default)


def _conclusions(layout: Layout) -> tuple[pl.Expr, ...]:
    prefix = layout.cancellation_prefix
    codes = "|".join(f"(?:{pattern})" for pattern in layout.non_product)
    sku = pl.col("sku")
    return (
        (pl.col("order_id").str.starts_with(prefix) if prefix else pl.lit(value=False)).alias("is_return"),
        (sku.str.contains(f"^(?i:{codes})$") if codes else pl.lit(value=False)).alias("non_product"),
        pl.col("currency").str.contains("^[A-Z]{3}$").fill_null(value=False).alias("is_currency"),
        pl.col("title").fill_null("").str.slice(0, TITLE_CHARS_MAX),
    )


def first_broken(rules: tuple[Rule, ...], offset: int = 0) -> pl.Expr:
    """The place of the first rule that a line breaks, counted from `offset`; null when it keeps them all."""
    verdicts = (
        pl.when(rule.broken).then(pl.lit(place, dtype=pl.Int8)) for place, rule in enumerate(rules, offset)
    )
    return pl.coalesce(*verdicts)


def _with_order_facts(kept: pl.DataFrame) -> pl.DataFrame:
    spelled_bytes = pl.col("sku").str.len_bytes() + pl.col("title").str.len_bytes()
    facts = kept.group_by(ORDER_KEY, maintain_order=True).agg(
        pl.col(ONE_PER_ORDER).first().name.suffix("_of_order"),
        lines_of_order=pl.len(),
        bytes_of_order=(spelled_bytes + LINE_BYTES_BESIDES_TEXT).sum(),
    )
    return kept.join(facts, on=ORDER_KEY, how="left", maintain_order="left")
