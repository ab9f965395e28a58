import pytest

from services.importing.errors import BadInputError, MissingColumnError
from services.importing.mapping import Wishes, lay_out, parse_pairs

CANONICAL = ["customer_id", "order_id", "ordered_at", "sku", "quantity", "unit_price"]
UCI = [
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
]
PARQUET = [
    "invoice_no",
    "stock_code",
    "description",
    "quantity",
    "invoice_date",
    "unit_price_gbp",
    "customer_id",
    "country",
]


@pytest.mark.parametrize("columns", [UCI, PARQUET])
def test_online_retail_is_recognised_by_its_columns(columns: list[str]) -> None:
    layout = lay_out(columns, Wishes())
    assert layout.columns["order_id"] == columns[0]
    assert (layout.currency, layout.cancellation_prefix) == ("GBP", "C")
    assert "POST" in layout.non_product


def test_a_wish_overrules_the_preset() -> None:
    layout = lay_out(
        UCI, Wishes(columns={"title": "Country"}, currency="EUR", non_product=(), cancellation_prefix="")
    )
    assert layout.columns["title"] == "Country"
    assert (layout.currency, layout.non_product, layout.cancellation_prefix) == ("EUR", (), "")


def test_canonical_columns_need_no_map() -> None:
    assert lay_out([*CANONICAL, "channel"], Wishes(currency="EUR")).columns["channel"] == "channel"


def test_a_missing_column_is_named_with_the_map_that_would_help() -> None:
    with pytest.raises(MissingColumnError, match=r"no column 'sku' for sku.*--map sku=COLUMN.*Article"):
        lay_out(["Article", *(name for name in CANONICAL if name != "sku")], Wishes(currency="EUR"))


def test_a_mapped_column_that_is_not_there_is_named() -> None:
    with pytest.raises(MissingColumnError, match="'Artikel'") as missing:
        lay_out(CANONICAL, Wishes(columns={"sku": "Artikel"}, currency="EUR"))
    assert (missing.value.canonical, missing.value.wanted) == ("sku", "Artikel")


@pytest.mark.parametrize("pair", ["sku", "article=Artikel", "sku=", "=x"])
def test_a_map_of_another_shape_is_refused(pair: str) -> None:
    with pytest.raises(BadInputError, match="NAME=COLUMN"):
        parse_pairs([pair])


def test_a_column_name_may_hold_an_equals_sign() -> None:
    assert parse_pairs(["sku=a=b", "title=T"]) == {"sku": "a=b", "title": "T"}


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        (Wishes(), "--currency"),
        (Wishes(currency="euro"), "ISO 4217"),
        (Wishes(currency="EUR", time_zone="Mars/Base"), "--time-zone Mars/Base"),
        (Wishes(currency="EUR", source="x" * 33), "--source"),
    ],
)
def test_a_wish_that_makes_no_sense_is_told(wishes: Wishes, words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        lay_out(CANONICAL, wishes)


def test_a_currency_column_makes_the_option_needless() -> None:
    assert lay_out([*CANONICAL, "currency"], Wishes()).currency is None
