from pathlib import Path

import polars as pl
import pytest

from services.importing.errors import BadInputError
from services.importing.mapping import Wishes
from services.importing.reading import read_source

EUR = Wishes(currency="EUR")
HEADER = "customer_id,order_id,ordered_at,sku,quantity,unit_price"
LINE = "c1,o1,2024-01-01,s1,1,2.50"


def read(tmp_path: Path, content: str | bytes, wishes: Wishes = EUR) -> pl.DataFrame:
    file = tmp_path / "orders.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_source(file, wishes).lines


def test_lines_are_numbered_as_an_editor_shows_them(tmp_path: Path) -> None:
    assert read(tmp_path, f"{HEADER}\n{LINE}\n{LINE}\n")["line"].to_list() == [2, 3]


def test_a_cell_with_line_breaks_moves_the_numbers_of_later_lines(tmp_path: Path) -> None:
    lines = read(tmp_path, f'{HEADER},title\n{LINE},"two\nlines"\n\n{LINE},Tea\n')
    assert lines["line"].to_list() == [2, 4, 5]


def test_a_last_line_without_a_line_break_counts(tmp_path: Path) -> None:
    assert read(tmp_path, f"{HEADER}\r\n{LINE}\r\n{LINE}")["line"].to_list() == [2, 3]


def test_a_byte_order_mark_is_not_part_of_the_first_name(tmp_path: Path) -> None:
    assert read(tmp_path, f"\ufeff{HEADER}\n{LINE}\n")["customer_id"].to_list() == ["c1"]


def test_identifiers_keep_their_zeros(tmp_path: Path) -> None:
    assert read(tmp_path, f"{HEADER}\n007,0001,2024-01-01,00042,1,2.50\n")["sku"].to_list() == ["00042"]


def test_another_separator_and_encoding_can_be_named(tmp_path: Path) -> None:
    content = f"{HEADER},title\n{LINE},Café\n".replace(",", ";").encode("latin-1")
    lines = read(tmp_path, content, Wishes(currency="EUR", separator=";", encoding="latin-1"))
    assert lines["title"].to_list() == ["Café"]


def test_rows_of_parquet_are_numbered_from_one(tmp_path: Path) -> None:
    pl.DataFrame({name: ["1", "2"] for name in HEADER.split(",")}).write_parquet(tmp_path / "orders.parquet")
    assert read_source(tmp_path / "orders.parquet", EUR).lines["line"].to_list() == [1, 2]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (f"{HEADER}\n", "has no lines"),
        (f"{HEADER}\n{LINE}\n{LINE},7,8\n", "line 3: 8 cells, but the header names 6 columns"),
        (f'{HEADER}\n"{LINE}\n', "quotation mark"),
        (f"{HEADER}\n{LINE}\nc1,caf\u00e9\n".encode("latin-1"), "line 3: this is not utf-8.*--encoding"),
        (b"PK\x03\x04\x00\x00", "neither CSV nor Parquet"),
        (b"PAR1 and no more", "cut off or damaged"),
    ],
)
def test_a_file_that_is_no_table_is_told_in_words(tmp_path: Path, content: bytes | str, words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        read(tmp_path, content)


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        (Wishes(currency="EUR", separator=";;"), "--separator"),
        (Wishes(currency="EUR", encoding="klingon"), "--encoding klingon"),
    ],
)
def test_an_impossible_way_to_read_is_told_in_words(tmp_path: Path, wishes: Wishes, words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        read(tmp_path, f"{HEADER}\n{LINE}\n", wishes)


def test_a_missing_file_and_a_folder_are_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="There is no file"):
        read_source(tmp_path / "nothing.csv", EUR)
    with pytest.raises(BadInputError, match="cannot be read"):
        read_source(tmp_path, EUR)


def test_a_column_of_lists_is_refused(tmp_path: Path) -> None:
    table = {name: ["1"] for name in HEADER.split(",")} | {"sku": [["a", "b"]]}
    pl.DataFrame(table).write_parquet(tmp_path / "orders.parquet")
    with pytest.raises(BadInputError, match="column 'sku'"):
        read_source(tmp_path / "orders.parquet", EUR)
