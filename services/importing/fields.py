"""What a cell means: text, whole numbers, money and times, for a whole column at once.

Each function answers null where the cell says nothing that can be understood.
"""

from typing import Final

import polars as pl

DECIMALS: Final = pl.Decimal(38, 16)  # 16 decimals hold every float's shortest spelling of a price
WHOLE_MAX: Final = 10**13  # times 10^3 for the finest currency, still inside DECIMALS
MINOR_DIGITS_USUAL: Final = 2
# ISO 4217: the currencies whose minor unit is not a hundredth.
WHOLE_CURRENCIES: Final = (
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF",
    "XOF", "XPF",
)  # fmt: skip
THOUSANDTH_CURRENCIES: Final = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
MINOR_DIGITS: Final = dict.fromkeys(WHOLE_CURRENCIES, 0) | dict.fromkeys(THOUSANDTH_CURRENCIES, 3)
ISO_TIMES: Final = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%d")
ISO_TIME_WITH_OFFSET: Final = "%+"


def text(cells: pl.Series) -> pl.Series:
    """The cells without white space around them; empty ones are null, a float of 17850.0 is `17850`."""
    spelled = cells.cast(pl.String)
    if cells.dtype.is_float():
        spelled = spelled.str.strip_suffix(".0")
    trimmed = spelled.str.strip_chars()
    return trimmed.set(trimmed == "", None)


def decimal(cells: pl.Series) -> pl.Series:
    """The cells as exact decimals of at most WHOLE_MAX; a float counts as its shortest spelling."""
    number = text(cells).cast(DECIMALS, strict=False)
    return number.set(number.abs() > WHOLE_MAX, None)


def whole(cells: pl.Series) -> pl.Series:
    """The cells as whole numbers; 6.0 is one, 6.5 is none."""
    if cells.dtype.is_integer():
        return cells.cast(pl.Int64, strict=False)
    number = decimal(cells)
    return number.set(number != number.round(0), None).cast(pl.Int64)


def minor_units(prices: pl.Series, currencies: pl.Series) -> pl.Series:
    """Exact prices in minor units of their currencies, halves rounded to even."""
    minor = pl.Series(prices.name, [None] * len(prices), dtype=pl.Int64)
    for currency in currencies.drop_nulls().unique():
        factor = 10 ** MINOR_DIGITS.get(currency, MINOR_DIGITS_USUAL)
        rounded = (prices * factor).round(0, mode="half_to_even").cast(pl.Int64)
        minor = rounded.zip_with(currencies == currency, minor)
    return minor


def times(cells: pl.Series, formats: tuple[str, ...], time_zone: str) -> pl.Series:
    """The cells as UTC times; one without an offset is the local time of `time_zone`.

    formats: how times are written besides ISO 8601. A local time that a clock change repeats is the first
    of the two; one that it skips is null.
    """
    if cells.dtype.is_temporal() and cells.dtype != pl.Time:
        return _utc(cells.cast(pl.Datetime("us", getattr(cells.dtype, "time_zone", None))), time_zone)
    written = text(cells)
    iso = written.str.replace("T", " ", literal=True)
    attempts = [(written, parse) for parse in formats]
    attempts += [(iso, parse) for parse in (*ISO_TIMES, ISO_TIME_WITH_OFFSET)]
    found = pl.Series(cells.name, [None] * len(cells), dtype=pl.Datetime("us", "UTC"))
    for spelled, parse in attempts:
        found = _fill(found, spelled, parse, time_zone)
    return found


def _fill(found: pl.Series, written: pl.Series, parse: str, time_zone: str) -> pl.Series:
    missing = found.is_null() & written.is_not_null()
    if not missing.any():
        return found
    parsed = written.set(~missing, None).str.to_datetime(parse, strict=False, time_unit="us")
    return found.zip_with(found.is_not_null(), _utc(parsed, time_zone))


def _utc(moments: pl.Series, time_zone: str) -> pl.Series:
    if getattr(moments.dtype, "time_zone", None) is None:
        moments = moments.dt.replace_time_zone(time_zone, ambiguous="earliest", non_existent="null")
    return moments.dt.convert_time_zone("UTC")
