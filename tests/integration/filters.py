"""Fields of every kind, rows that have values or none, and filters over them, for Hypothesis."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from services.filtering.tree import Field, Kind, Value

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
FIELDS = {
    one.name: one
    for one in (
        Field("orders", Kind.NUMBER, "orders"),
        Field("rate", Kind.NUMBER, "rate", "per year"),
        Field("tier", Kind.TEXT, "tier"),
        Field("segment", Kind.ENUM, "segment", values=("NEW", "LOYAL", "DORMANT")),
        Field("member", Kind.BOOL, "member"),
        Field("enrolled_at", Kind.MOMENT, "enrolled"),
        Field("recency_days", Kind.AGE, "days since the last order", "days"),
    )
}
# Close to what the conditions compare with, so that the edges are met.
NUMBERS = st.one_of(st.integers(-2, 3), st.sampled_from([0.5, -1.5, 2**53 - 1, 2**53 + 1, 0.1 + 0.2, 0.3]))
WORDS = st.sampled_from(["GOLD", "gold", "", "%", "_", "\\", "a'b", 'a"b', "é", "e\u0301", "😀", "AND", "LD"])
MOMENTS = st.builds(
    lambda days, microseconds: NOW - timedelta(days=days, microseconds=microseconds),
    st.sampled_from([0, 1, 30, -1, 400]),
    st.sampled_from([0, 0, 1, -1, 500_000]),
)
OF_KIND: dict[Kind, st.SearchStrategy[Value]] = {
    Kind.NUMBER: NUMBERS,
    Kind.TEXT: WORDS,
    Kind.ENUM: st.sampled_from(["NEW", "LOYAL", "DORMANT"]),
    Kind.BOOL: st.booleans(),
    Kind.MOMENT: MOMENTS,
    Kind.AGE: MOMENTS,
}
ROWS: st.SearchStrategy[dict[str, Value | None]] = st.fixed_dictionaries(
    {
        name: st.one_of(st.none(), st.integers(-2, 3) if name == "orders" else OF_KIND[field.kind])
        for name, field in FIELDS.items()
    }
)


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def moment_text(moment: datetime) -> str:
    return f'"{moment:%Y-%m-%dT%H:%M:%S.%f}Z"'


def compared(name: str, operators: list[str], values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(" ".join, st.tuples(st.just(name), st.sampled_from(operators), values))


EQUALITY, ORDER = ["=", "!="], ["<", "<=", ">", ">="]
NUMBER_TEXTS = st.sampled_from(["-1", "0", "1", "2", "0.5", "-1.5", "0.3", "9007199254740991"])
CONDITIONS = st.one_of(
    compared("orders", EQUALITY + ORDER, NUMBER_TEXTS),
    compared("rate", EQUALITY + ORDER, NUMBER_TEXTS),
    compared("tier", [*EQUALITY, ":"], WORDS.map(quoted)),
    compared("segment", EQUALITY, st.sampled_from(["NEW", "LOYAL", '"DORMANT"'])),
    compared("member", EQUALITY, st.sampled_from(["true", "FALSE"])),
    compared("enrolled_at", EQUALITY + ORDER, MOMENTS.map(moment_text)),
    compared("recency_days", ORDER, st.sampled_from(["0", "1", "30", "0.5", "400", "36500"])),
    st.sampled_from(sorted(FIELDS)).map(lambda name: f"{name}:*"),
)
FILTERS: st.SearchStrategy[str] = st.recursive(
    CONDITIONS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({' AND '.join(parts)})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({' OR '.join(parts)})"),
        inner.map(lambda part: f"NOT {part}"),
        inner.map(lambda part: f"-({part})"),
    ),
    max_leaves=8,
)
