from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.importing.fields import decimal, minor_units, text, times, whole


def minor(price: object, currency: str) -> int | None:
    units: int | None = minor_units(decimal(pl.Series([price])), pl.Series([currency]))[0]
    return units


@pytest.mark.parametrize(
    ("price", "currency", "units"),
    [
        ("2.55", "GBP", 255),
        ("2.665", "GBP", 266),
        ("2.675", "GBP", 268),
        ("0.001", "GBP", 0),
        ("120", "JPY", 120),
        ("120.5", "JPY", 120),
        ("121.5", "JPY", 122),
        ("1.2345", "KWD", 1234),
        ("-0.125", "EUR", -12),
    ],
)
def test_a_price_becomes_minor_units_of_its_currency_with_halves_to_even(
    price: Decimal | str | float | None, currency: str, units: int
) -> None:
    assert minor(price, currency) == units


@pytest.mark.parametrize(
    ("price", "units"), [(2.675, 268), (1.1, 110), (16.67, 1667), (1e-7, 0), (38970.0, 3897000)]
)
def test_a_float_price_counts_as_it_is_spelled(price: Decimal | str | float | None, units: int) -> None:
    assert minor(price, "GBP") == units


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4), st.sampled_from(["GBP", "JPY", "KWD"]))
def test_rounding_agrees_with_exact_decimal_arithmetic(
    price: Decimal | str | float | None, currency: str
) -> None:
    digits = {"GBP": 2, "JPY": 0, "KWD": 3}[currency]
    exact = int((price * 10**digits).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
    assert minor(str(price), currency) == exact


@pytest.mark.parametrize("price", ["", "free", "2,55", "£2", "nan", "inf", "1e300", None])
def test_a_price_that_is_no_number_is_null(price: Decimal | str | float | None) -> None:
    assert decimal(pl.Series([price], dtype=pl.String)).to_list() == [None]


def test_each_line_is_rounded_for_its_own_currency() -> None:
    prices = decimal(pl.Series(["1.5", "1.5", "1.5", "1.5"]))
    currencies = pl.Series(["GBP", "JPY", None, "BHD"])
    assert minor_units(prices, currencies).to_list() == [150, 2, None, 1500]


def test_text_loses_the_space_around_it_and_is_null_when_nothing_is_left() -> None:
    assert text(pl.Series([" a b ", "  ", "", None])).to_list() == ["a b", None, None, None]


def test_a_whole_float_identifier_is_spelled_without_a_fraction() -> None:
    assert text(pl.Series([17850.0, None])).to_list() == ["17850", None]


@pytest.mark.parametrize(("cell", "number"), [("6", 6), ("-6", -6), ("6.0", 6), ("6.5", None), ("six", None)])
def test_a_quantity_is_a_whole_number(cell: str, number: int | None) -> None:
    assert whole(pl.Series([cell])).to_list() == [number]


def moment(cell: str, *formats: str, time_zone: str = "UTC") -> datetime | None:
    found: datetime | None = times(pl.Series([cell]), formats, time_zone)[0]
    return found


@pytest.mark.parametrize(
    "cell",
    [
        "2010-12-01 08:26",
        "2010-12-01T08:26:00",
        "2010-12-01 08:26:00.000",
        "2010-12-01T08:26:00Z",
        "2010-12-01T09:26:00+01:00",
        " 2010-12-01 08:26:00 ",
    ],
)
def test_every_spelling_of_iso_8601_is_the_same_moment(cell: str) -> None:
    assert moment(cell) == datetime(2010, 12, 1, 8, 26, tzinfo=UTC)


def test_a_date_alone_is_its_midnight() -> None:
    assert moment("2010-12-01") == datetime(2010, 12, 1, tzinfo=UTC)


def test_a_time_without_offset_is_local_to_the_time_zone() -> None:
    assert moment("2024-07-01 12:00", time_zone="Europe/London") == datetime(2024, 7, 1, 11, tzinfo=UTC)


def test_a_local_time_that_happens_twice_is_the_first() -> None:
    assert moment("2024-10-27 02:30", time_zone="Europe/Berlin") == datetime(2024, 10, 27, 0, 30, tzinfo=UTC)


def test_a_local_time_that_never_happens_is_null() -> None:
    assert moment("2024-03-31 02:30", time_zone="Europe/Berlin") is None


def test_a_format_of_the_caller_comes_before_iso() -> None:
    assert moment("01.12.2010 08:26", "%d.%m.%Y %H:%M") == datetime(2010, 12, 1, 8, 26, tzinfo=UTC)


@pytest.mark.parametrize("cell", ["", "soon", "2010-02-30", "01.12.2010 08:26", "12/1/2010 8:26"])
def test_a_time_that_cannot_be_understood_is_null(cell: str) -> None:
    assert moment(cell) is None


def test_a_column_of_dates_needs_no_parsing() -> None:
    dates = pl.Series([datetime(2010, 12, 1, 8, 26, tzinfo=None), None])  # noqa: DTZ001 - as Parquet stores it
    assert times(dates, (), "UTC").to_list() == [datetime(2010, 12, 1, 8, 26, tzinfo=UTC), None]
