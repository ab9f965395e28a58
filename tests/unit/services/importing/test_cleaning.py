from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.importing.cleaning import RULES, judge
from services.importing.errors import BadInputError
from services.importing.mapping import Wishes
from services.importing.reading import read_source

WISHES = Wishes(currency="GBP", cancellation_prefix="C", non_product=("POST", "gift_.*"))
GOOD = {
    "customer_id": "c1",
    "order_id": "o1",
    "ordered_at": "2024-01-01 10:00",
    "sku": "s1",
    "quantity": "1",
    "unit_price": "2.50",
    "channel": "app",
    "currency": "EUR",
    "source": "shop",
}


Line = dict[str, Any]
Judge = Callable[..., list[Line]]


@pytest.fixture
def judged(csv_of: Callable[..., Path]) -> Judge:
    """Judges lines that are good but for what is given."""

    def judge_lines(*changes: dict[str, str], wishes: Wishes = WISHES) -> list[Line]:
        lines = (",".join((GOOD | change).values()) for change in changes)
        return list(judge(read_source(csv_of(*lines, header=",".join(GOOD)), wishes)).iter_rows(named=True))

    return judge_lines


def verdict(line: Line) -> tuple[str, str] | None:
    return None if line["rule"] is None else (RULES[line["rule"]].reason, RULES[line["rule"]].field)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, None),
        ({"order_id": ""}, ("no_order_id", "order_id")),
        ({"customer_id": " "}, ("no_customer", "customer_id")),
        ({"sku": ""}, ("no_sku", "sku")),
        ({"sku": "POST"}, ("non_product", "sku")),
        ({"sku": "post"}, ("non_product", "sku")),
        ({"sku": "gift_0001_20"}, ("non_product", "sku")),
        ({"sku": "POSTCARD"}, None),
        ({"ordered_at": "31/31/2024"}, ("bad_time", "ordered_at")),
        ({"ordered_at": ""}, ("bad_time", "ordered_at")),
        ({"quantity": "two"}, ("bad_number", "quantity")),
        ({"quantity": "1.5"}, ("bad_number", "quantity")),
        ({"unit_price": "free"}, ("bad_number", "unit_price")),
        ({"unit_price": "0"}, ("price_not_positive", "unit_price")),
        ({"unit_price": "-1"}, ("price_not_positive", "unit_price")),
        ({"unit_price": "0.001"}, None),
        ({"quantity": "0"}, ("quantity_not_positive", "quantity")),
        ({"quantity": "-2"}, ("quantity_not_positive", "quantity")),
        ({"quantity": "1000001"}, ("number_too_large", "quantity")),
        ({"unit_price": "10000000000.01"}, ("number_too_large", "unit_price")),
        ({"currency": "€"}, ("bad_currency", "currency")),
        ({"currency": "", "channel": ""}, None),
        ({"channel": "fax"}, ("bad_channel", "channel")),
        ({"order_id": "o" * 65}, ("text_too_long", "order_id")),
        ({"sku": "s" * 65}, ("text_too_long", "sku")),
        ({"source": "s" * 33}, ("text_too_long", "source")),
        ({"customer_id": "c" * 129}, ("text_too_long", "customer_id")),
        ({"customer_id": "c\x071"}, ("bad_customer_id", "customer_id")),
        ({"order_id": "C1", "quantity": "-2"}, None),
        ({"order_id": "C1", "quantity": "0"}, ("quantity_not_positive", "quantity")),
        ({"customer_id": "", "sku": "POST", "unit_price": "0"}, ("no_customer", "customer_id")),
    ],
)
def test_a_line_is_rejected_for_the_first_rule_that_it_breaks(
    judged: Judge, change: dict[str, str], expected: tuple[str, str] | None
) -> None:
    assert verdict(judged(change)[0]) == expected


def test_a_cancellation_returns_as_many_as_its_quantity_says_without_the_sign(judged: Judge) -> None:
    line = judged({"order_id": "C1", "quantity": "-2"})[0]
    assert (line["is_return"], line["quantity"]) == (True, 2)


def test_an_empty_cell_takes_the_default_of_its_column(judged: Judge) -> None:
    line = judged({"channel": "", "currency": "", "source": ""}, wishes=Wishes(currency="SEK", source="se"))[
        0
    ]
    assert (line["channel"], line["currency"], line["source"]) == (1, "SEK", "se")


@pytest.mark.parametrize("change", [{"customer_id": "c2"}, {"currency": "SEK"}, {"channel": "web"}])
def test_a_line_that_contradicts_its_order_is_rejected_alone(judged: Judge, change: dict[str, str]) -> None:
    assert [verdict(line) for line in judged({}, change, {})] == [None, ("other_order", "order_id"), None]


def test_the_same_order_id_of_another_source_is_another_order(judged: Judge) -> None:
    assert [verdict(line) for line in judged({}, {"source": "b", "customer_id": "c2"})] == [None, None]


def test_an_order_of_more_lines_than_the_server_takes_is_rejected_whole(judged: Judge) -> None:
    lines = judged(*([{}] * 1001), {"order_id": "o2"})
    assert {verdict(line) for line in lines[:-1]} == {("order_too_large", "order_id")}
    assert verdict(lines[-1]) is None


def test_rejected_lines_do_not_count_towards_the_size_of_an_order(judged: Judge) -> None:
    lines = judged(*([{}] * 1000), {"sku": "POST"})
    assert [verdict(line) for line in lines] == [None] * 1000 + [("non_product", "sku")]


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        (Wishes(currency="GBP", channel="fax"), "--channel fax"),
        (Wishes(currency="GBP", non_product=("(",)), "--non-product"),
        (Wishes(currency="GBP", time_format="%Y-%m-%d %p"), "--time-format"),
    ],
)
def test_an_option_that_makes_no_sense_is_told(judged: Judge, wishes: Wishes, words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        judged({}, wishes=wishes)
