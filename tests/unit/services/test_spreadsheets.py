"""CSV that a spreadsheet takes for what it is."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.spreadsheets import csv_line


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_that_begins_a_formula_is_made_harmless(start: str) -> None:
    (cells,) = csv.reader(io.StringIO(csv_line([f"{start}HYPERLINK(1)"]), newline=""))
    assert cells == [f"'{start}HYPERLINK(1)"]


def test_numbers_stay_numbers_and_nothing_stays_empty() -> None:
    assert csv_line([-1.5, 0, None, True, -3]) == "-1.5,0,,true,-3\r\n"


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"])).filter(lambda text: "\0" not in text), min_size=1
    )
)
def test_any_text_comes_back_but_for_its_apostrophe(texts: list[str]) -> None:
    (cells,) = csv.reader(io.StringIO(csv_line(["first", *texts]), newline=""))
    assert [cell.removeprefix("'") for cell in cells[1:]] == [text.removeprefix("'") for text in texts]
