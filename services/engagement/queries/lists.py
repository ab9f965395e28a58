"""SQL of lists of customers: filtered and sorted by any field, over all who have a score."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    String,
    Table,
    and_,
    bindparam,
    case,
    exists,
    func,
    select,
)

from services.engagement.rules.fields import FIELDS, OMNICHANNEL_MIN
from services.engagement.rules.lists import Wanted
from services.filtering.ordering import Sort
from services.filtering.tree import Value
from services.storage.filtering import SortKey, rows_after, where
from services.storage.tables import (
    accounts,
    churn_predictions,
    customer_personas,
    members,
    prediction_runs,
    scores,
)

Row = tuple[Any, ...]

_LOWEST: Final = bindparam("lowest_tier", type_=String())
_OTHER_NAMES: Final[dict[str, ColumnElement[Any]]] = {
    "score": case((scores.c.coverage > 0, scores.c.score)),  # without evidence there is none
    **{name: func.nullif(scores.c[name], 0) for name in ("recency", "frequency", "monetary")},  # a PROSPECT
    "omnichannel": scores.c.channels >= OMNICHANNEL_MIN,
    "recency_days": scores.c.last_order_at,
    "member_state": members.c.state,
    "enrolled_at": members.c.enrolled_at,
    "member_days": members.c.enrolled_at,
    "tier": case((members.c.state.is_not(None), func.coalesce(func.nullif(accounts.c.tier, ""), _LOWEST))),
    "churn_probability": churn_predictions.c.probability,
    "churn_band": churn_predictions.c.band,
    "value_at_risk_minor": churn_predictions.c.expected_loss_minor,
    "persona": customer_personas.c.persona,
}
COLUMNS: Final = {name: _OTHER_NAMES[name] if name in _OTHER_NAMES else scores.c[name] for name in FIELDS}
_SOURCES: Final[dict[str, tuple[Table, ...]]] = {
    **dict.fromkeys(("member_state", "enrolled_at", "member_days"), (members,)),
    "tier": (members, accounts),
    **dict.fromkeys(("churn_probability", "churn_band", "value_at_risk_minor"), (churn_predictions,)),
    "persona": (customer_personas,),
}
_CHURN_IS_READY: Final = exists().where(  # else no number is shown
    prediction_runs.c.subject == "churn", prediction_runs.c.readiness != "NOT_READY"
)
# The column that is indexed: whoever has no score is stored with 0, and so comes last.
_BEST_SCORE_FIRST: Final = scores.c.score
_NEVER_NULL: Final = frozenset(
    name for name, column in COLUMNS.items() if isinstance(column, Column) and not column.nullable
) - frozenset(_SOURCES)


def list_rows(
    connection: Connection,
    columns: Sequence[ColumnElement[Any]],
    wanted: Wanted,
    after: Sequence[Any] | None,
    limit: int,
) -> list[tuple[Row, Row]]:
    """The customers wanted, in order, after the one at the position `after`.

    Each as (its values of `columns`, its position).
    """
    keys = [_key(sort) for sort in wanted.all_sorts]
    positions = (key.column.label(f"position_{place}") for place, key in enumerate(keys))
    query = _of(wanted, *columns, *positions)
    if after is not None:
        query = query.where(rows_after(keys, after))
    query = query.order_by(*(clause for key in keys for clause in key.clauses)).limit(limit)
    width = len(columns)
    return [(tuple(row[:width]), tuple(row[width:])) for row in connection.execute(query, _names(wanted))]


def _key(sort: Sort) -> SortKey:
    name, kind = sort.field.name, sort.field.kind
    if name == "score" and sort.descending:
        return SortKey(_BEST_SCORE_FIRST, kind, sort.descending, nullable=False)
    return SortKey(COLUMNS[name], kind, sort.descending, name not in _NEVER_NULL)


def count_rows(connection: Connection, wanted: Wanted) -> tuple[int, int]:
    """How many customers are wanted, and how many have a score at all."""
    found = connection.execute(_of(wanted, func.count()), _names(wanted)).scalar_one()
    return found, connection.execute(select(func.count()).select_from(scores)).scalar_one()


def _names(wanted: Wanted) -> dict[str, str]:
    return {"lowest_tier": wanted.lowest_tier}


def _of(wanted: Wanted, *columns: ColumnElement[Any]) -> Select[Any]:
    return select(*columns).select_from(_joined(wanted.fields)).where(where(wanted.tree, COLUMNS, wanted.now))


def _joined(fields: Iterable[str]) -> FromClause:
    """Scores, with what is known of the same customers in other tables as far as the fields need it."""
    needed = {table.name: table for name in fields for table in _SOURCES.get(name, ())}
    found: FromClause = scores
    for _, table in sorted(needed.items()):
        same = table.c.customer_id == scores.c.customer_id
        on = and_(same, _CHURN_IS_READY) if table is churn_predictions else same
        found = found.outerjoin(table, on)
    return found


_VALUES: Final = (
    select(scores.c.as_of, *(COLUMNS[name].label(name) for name in FIELDS))
    .select_from(_joined(FIELDS))
    .where(scores.c.customer_id == bindparam("of_customer"))
)


def find_values(
    connection: Connection, customer_id: str, lowest_tier: str
) -> tuple[dict[str, Value | None], datetime] | None:
    """All fields of one customer, and when the score was computed; None for one without a score."""
    names = {"of_customer": customer_id, "lowest_tier": lowest_tier}
    row = connection.execute(_VALUES, names).mappings().first()
    if row is None:
        return None
    values = dict(row)
    return values, values.pop("as_of")
