"""A CSV or Parquet file as a table of lines that still hold what the file says."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl
from polars.exceptions import PolarsError

from services.importing.errors import BadInputError
from services.importing.mapping import Layout, Wishes, lay_out

PARQUET_MAGIC: Final = b"PAR1"
SNIFFED_BYTES: Final = 4096  # a spreadsheet or an archive shows a zero byte within the first of its blocks
CELL_CHARS_MAX: Final = 1 << 20  # as much as one message to the server may hold


@dataclass(frozen=True)
class SourceFile:
    """The lines of a file.

    lines: one row per line of the file, `line` (where it begins, from 1) and the canonical columns that the
    file has, unchanged. content: the whole file, as it was read.
    """

    lines: pl.DataFrame
    layout: Layout
    content: bytes


def read_source(path: Path, wishes: Wishes) -> SourceFile:
    """Reads the file. Raises BadInputError when it is no table of orders."""
    table, content = read_table(path, wishes.separator, wishes.encoding)
    layout = lay_out(columns_of(table), wishes)
    return SourceFile(canonical(path, table, layout.columns), layout, content)


_LINE: Final = "line of the file"  # no column is likely to be called so


def read_table(path: Path, separator: str, encoding: str) -> tuple[pl.DataFrame, bytes]:
    """The file as a table that still says what it said, and its content. Raises BadInputError."""
    content = _content(path)
    is_parquet = content.startswith(PARQUET_MAGIC)
    table = _parquet(path, content) if is_parquet else _csv(path, content, separator, encoding)
    if table.is_empty():
        raise BadInputError(f"{path} has no lines.")
    return table, content


def columns_of(table: pl.DataFrame) -> list[str]:
    """The file's own columns."""
    return [name for name in table.columns if name != _LINE]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise BadInputError(f"There is no file {path}.") from None
    except OSError as error:
        raise BadInputError(f"{path} cannot be read: {error.strerror}.") from None


def _parquet(path: Path, content: bytes) -> pl.DataFrame:
    try:
        return pl.read_parquet(io.BytesIO(content)).with_row_index(_LINE, offset=1)
    except PolarsError:
        raise BadInputError(f"{path} begins like Parquet but is cut off or damaged.") from None


def _csv(path: Path, content: bytes, wish: str, encoding: str) -> pl.DataFrame:
    if not content.strip():
        raise BadInputError(f"{path} is empty.")
    if b"\0" in content[:SNIFFED_BYTES]:
        raise BadInputError(f"{path} is neither CSV nor Parquet. Save a spreadsheet as CSV first.")
    text = _utf8(path, content, encoding)
    separator = _separator(wish)
    try:
        table = pl.read_csv(io.BytesIO(text), infer_schema=False, separator=separator)
    except PolarsError:
        raise BadInputError(_what_is_wrong(path, text, separator)) from None
    return table.insert_column(0, _line_numbers(text, table.height, separator))


def _utf8(path: Path, content: bytes, encoding: str) -> bytes:
    try:
        return content.decode(encoding).encode()
    except LookupError:
        raise BadInputError(f"--encoding {encoding} is unknown; give a name such as latin-1.") from None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadInputError(
            f"{path}, line {line}: this is not {encoding} text. "
            "Name the file's encoding, such as --encoding latin-1."
        ) from None


def _separator(wish: str) -> str:
    separator = "\t" if wish == r"\t" else wish
    if len(separator.encode()) != 1:
        raise BadInputError(rf"--separator takes one character, such as ';' or '\t', not {wish!r}.")
    return separator


def _line_numbers(text: bytes, rows: int, separator: str) -> pl.Series:
    breaks = text.count(b"\n") + (not text.endswith(b"\n"))
    if breaks == rows + 1:
        return pl.int_range(2, rows + 2, dtype=pl.Int64, eager=True).alias(_LINE)
    starts = [start for start, _ in _rows(text, separator)][1:]
    return pl.Series(_LINE, starts, dtype=pl.Int64)


def _rows(text: bytes, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line it begins on; a row with a line break in a cell covers several."""
    csv.field_size_limit(CELL_CHARS_MAX)
    reader = csv.reader(io.StringIO(text.decode("utf-8-sig"), newline=""), delimiter=separator)
    start = 1
    for row in reader:
        yield start, row
        start = reader.line_num + 1


def _what_is_wrong(path: Path, text: bytes, separator: str) -> str:
    rows = _rows(text, separator)
    try:
        _, header = next(rows)
        for line, row in rows:
            if len(row) > len(header):
                return f"{path}, line {line}: {len(row)} cells, but the header names {len(header)} columns."
    except csv.Error as error:
        return f"{path} is not CSV: {error}."
    return f"{path} is neither CSV nor Parquet; perhaps a quotation mark is not closed."


def canonical(path: Path, table: pl.DataFrame, columns: Mapping[str, str]) -> pl.DataFrame:
    """`line` and the columns under their canonical names. Raises BadInputError for lists and structures."""
    for name, column in columns.items():
        if table.schema[column].is_nested():
            raise BadInputError(f"{path}, column {column!r}: {name} cannot be a list or a structure.")
    return table.select(
        pl.col(_LINE).cast(pl.Int64).alias("line"),
        *(pl.col(column).alias(name) for name, column in columns.items()),
    )
