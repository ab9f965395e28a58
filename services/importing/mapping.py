"""How a file writes orders: which column holds what, and what holds for every line."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.importing.errors import BadInputError, MissingColumnError

REQUIRED: Final = ("customer_id", "order_id", "ordered_at", "sku", "quantity", "unit_price")
OPTIONAL: Final = ("title", "channel", "currency", "source")
CANONICAL: Final = REQUIRED + OPTIONAL

DEFAULT_CHANNEL: Final = "web"  # an import mostly brings a web shop's history
DEFAULT_TIME_ZONE: Final = "UTC"


@dataclass(frozen=True)
class Wishes:
    """What the caller says about a file; None leaves it to the preset or the default.

    columns: canonical name -> column of the file. non_product: regular expressions that match whole stock
    codes, in any case. separator and encoding concern CSV only.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    channel: str = DEFAULT_CHANNEL
    currency: str | None = None
    source: str = ""
    time_zone: str = DEFAULT_TIME_ZONE
    time_format: str | None = None
    non_product: tuple[str, ...] | None = None
    cancellation_prefix: str | None = None
    separator: str = ","
    encoding: str = "utf-8"


@dataclass(frozen=True)
class Layout:
    """How to read every line of one file. `columns` holds only columns that the file has."""

    columns: Mapping[str, str]
    channel: str
    currency: str | None
    source: str
    time_zone: str
    time_formats: tuple[str, ...]
    non_product: tuple[str, ...]
    cancellation_prefix: str


@dataclass(frozen=True)
class Preset:
    """A file that is known by its column names."""

    columns: Mapping[str, str]
    currency: str
    cancellation_prefix: str
    time_formats: tuple[str, ...]
    non_product: Mapping[str, str]  # stock code -> why it is no product


# PADS (cushion pads) and DCGS... (sold through another site) look like codes of services but are goods.
ONLINE_RETAIL_NON_PRODUCT: Final = {
    "POST": "postage",
    "DOT": "postage of the Dotcom shop",
    "C2": "carriage",
    "M": "an amount typed in by hand; also written m",
    "D": "a discount on the whole invoice",
    "S": "samples, given and not sold",
    "B": "an adjustment of bad debt",
    "BANK CHARGES": "fees of the bank",
    "AMAZONFEE": "fees of the marketplace",
    "CRUK": "commission paid to a charity",
    "gift_.*": "gift vouchers: a means of payment, spent on goods later",
}
ONLINE_RETAIL: Final = (
    Preset(
        columns={
            "customer_id": "customer_id",
            "order_id": "invoice_no",
            "ordered_at": "invoice_date",
            "sku": "stock_code",
            "quantity": "quantity",
            "unit_price": "unit_price_gbp",
            "title": "description",
        },
        currency="GBP",
        cancellation_prefix="C",
        time_formats=(),
        non_product=ONLINE_RETAIL_NON_PRODUCT,
    ),
    Preset(
        columns={
            "customer_id": "CustomerID",
            "order_id": "InvoiceNo",
            "ordered_at": "InvoiceDate",
            "sku": "StockCode",
            "quantity": "Quantity",
            "unit_price": "UnitPrice",
            "title": "Description",
        },
        currency="GBP",
        cancellation_prefix="C",
        time_formats=("%m/%d/%Y %H:%M",),  # as the CSV copies of the original spreadsheet write it
        non_product=ONLINE_RETAIL_NON_PRODUCT,
    ),
)
NOTHING_KNOWN: Final = Preset({}, currency="", cancellation_prefix="", time_formats=(), non_product={})


def parse_pairs(pairs: Sequence[str], names: Sequence[str] = CANONICAL) -> dict[str, str]:
    """`customer_id=Buyer` and its like as a mapping. Raises BadInputError for another shape or name."""
    columns = {}
    for pair in pairs:
        canonical, _, column = pair.partition("=")
        if canonical not in names or not column:
            raise BadInputError(f"--map {pair} is not NAME=COLUMN with a NAME of: {', '.join(names)}.")
        columns[canonical] = column
    return columns


def lay_out(present: Sequence[str], wishes: Wishes) -> Layout:
    """The layout of a file with the columns `present`, from a preset if one fits, then the caller's wishes.

    Raises MissingColumnError when an order cannot be built, BadInputError for a wish that makes no sense.
    """
    preset = _preset_for(present)
    layout = Layout(
        columns=_columns(present, preset, wishes),
        channel=wishes.channel.lower(),
        currency=wishes.currency or preset.currency or None,
        source=wishes.source,
        time_zone=wishes.time_zone,
        time_formats=(wishes.time_format,) if wishes.time_format else preset.time_formats,
        non_product=tuple(preset.non_product) if wishes.non_product is None else wishes.non_product,
        cancellation_prefix=_first(wishes.cancellation_prefix, preset.cancellation_prefix),
    )
    _check(layout)
    return layout


def _preset_for(present: Sequence[str]) -> Preset:
    fitting = (preset for preset in ONLINE_RETAIL if set(preset.columns.values()) <= set(present))
    return next(fitting, NOTHING_KNOWN)


def _columns(present: Sequence[str], preset: Preset, wishes: Wishes) -> dict[str, str]:
    wanted = {name: name for name in REQUIRED}
    wanted |= {name: name for name in OPTIONAL if name in present}
    wanted |= preset.columns
    wanted |= wishes.columns
    for canonical, column in wanted.items():
        if column not in present:
            raise MissingColumnError(canonical, column, tuple(present))
    return wanted


def _first(wish: str | None, default: str) -> str:
    return default if wish is None else wish


def _check(layout: Layout) -> None:
    if layout.currency is None and "currency" not in layout.columns:
        raise BadInputError("The file names no currency. Give it with --currency, such as --currency EUR.")
    if layout.currency is not None and not re.fullmatch("[A-Z]{3}", layout.currency):
        raise BadInputError(f"--currency {layout.currency} is no ISO 4217 code, such as EUR.")
    if len(layout.source) > 32:
        raise BadInputError("--source takes at most 32 characters.")
    try:
        ZoneInfo(layout.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadInputError(
            f"--time-zone {layout.time_zone} is unknown; give a name such as Europe/London."
        ) from None
