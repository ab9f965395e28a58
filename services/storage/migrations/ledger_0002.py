"""Carries the points of schema 0001 over into the double-entry ledger of schema 0002.

In 0001 a movement was a signed number on a lot, or on no lot at all where it made or paid debt; whether a
lot was pending, active or expired was only reckoned when it was read. In 0002 every movement goes from one
account to another, and time moves points too. So each lot with points left begins as PENDING, and every
account is due at once: the sweep activates and expires what is due, as it does for any idle account.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from json import dumps
from typing import Any, Final

from sqlalchemy import Connection, text

CHUNK: Final = 5_000  # rows held in memory at once
LONG_AGO: Final = 0  # 1970: due before anything else

Line = tuple[int, int, int, int]  # line, worth, quantity, returned quantity

PLAIN_FILLS: Final = (
    "UPDATE members SET changed_at = enrolled_at",
    "UPDATE orders SET points_paid_minor = 0, replaces = ''",
    "UPDATE order_lines SET category = '', gift_card = FALSE",
    # Answers of 0001 do not say whom they speak of, so that nobody could erase them, and their fingerprints
    # are of another make. What is sent again across the upgrade meets the keys of orders and members.
    "DELETE FROM requests",
)
NOTHING_MOVED: Final = (  # an order below one unit of money earned a lot and a movement of 0 points
    "DELETE FROM movements WHERE points = 0",
    "DELETE FROM lots WHERE points = 0",
)
DOUBLE_ENTRY: Final = (
    # A paid debt was two movements, one on the lot and one on none: the first becomes both.
    "DELETE FROM movements WHERE cause = 'debt paid' AND lot_id = ''",
    """
    UPDATE movements SET
        debit = CASE WHEN kind = 'EARN' THEN 'PROGRAMME' WHEN lot_id = '' THEN 'DEBT' ELSE 'PENDING' END,
        credit = CASE WHEN kind = 'EARN' THEN 'PENDING' WHEN cause = 'debt paid' THEN 'DEBT'
            ELSE 'PROGRAMME' END,
        points = abs(points),
        lot_id = CASE WHEN lot_id = '' THEN '' ELSE lot_id || '/base' END,
        reference = cause,
        actor = '',
        reason = '',
        effective_at = recorded_at
    """,
)
LOTS: Final = """
    UPDATE lots SET
        lot_id = lot_id || '/base',
        origin = 'EARN',
        blocked_points = 0,
        state = CASE WHEN remaining_points = 0 THEN 'REVERSED' ELSE 'PENDING' END
    """


def carry_over(connection: Connection) -> None:
    """Fill the new columns and tables from the old rows."""
    for statement in (*PLAIN_FILLS, *NOTHING_MOVED):
        connection.execute(text(statement))
    reversed_points = _reversed_points(connection)
    _make_awards(connection, reversed_points)
    _open_accounts(connection, reversed_points)
    for statement in (*DOUBLE_ENTRY, LOTS):
        connection.execute(text(statement))


def _reversed_points(connection: Connection) -> dict[str, int]:
    """Points that returns took back, by the lot that the returned order had earned."""
    found = connection.execute(
        text(
            "SELECT substr(cause, 11), -SUM(points) FROM movements"  # behind "return of "
            " WHERE kind = 'REVERSE_EARN' AND cause LIKE 'return of %' GROUP BY cause"
        )
    )
    return {lot_id: int(points) for lot_id, points in found}


# --- awards: which order line earned how much of a lot ---


def _make_awards(connection: Connection, reversed_points: dict[str, int]) -> None:
    for lots, lines in _lots_with_lines(connection):
        rows = [row for lot in lots for row in _awards(lot, lines[lot.lot_id], reversed_points)]
        connection.execute(
            text(
                "INSERT INTO awards (order_id, source, line, lot_id, points, gone_points)"
                " VALUES (:order_id, :source, :line, :lot_id, :points, :gone_points)"
            ),
            rows,
        )


def _lots_with_lines(connection: Connection) -> Iterator[tuple[Sequence[Any], dict[str, list[Line]]]]:
    """Lots in chunks, with the lines of their orders by lot id."""
    columns = "lot_id, source, order_id, points"
    for lots, bounds in _chunks(connection, "lots", "lot_id", columns):
        lines: dict[str, list[Line]] = {lot.lot_id: [] for lot in lots}
        found = connection.execute(
            text(
                "SELECT lots.lot_id, line, quantity * unit_price_minor, quantity, returned_quantity"
                " FROM lots JOIN order_lines USING (source, order_id)"
                " WHERE lot_id > :after AND lot_id <= :last ORDER BY lot_id, line"
            ),
            bounds,
        )
        for lot_id, *line in found:
            lines[lot_id].append((line[0], line[1], line[2], line[3]))
        yield lots, lines


def _awards(lot: Any, lines: Sequence[Line], reversed_points: dict[str, int]) -> list[dict[str, Any]]:
    points = _shares(lot.points, [worth for _, worth, _, _ in lines])
    gone = _gone(reversed_points.get(lot.lot_id, 0), points, lines)
    return [
        {
            "order_id": lot.order_id,
            "source": lot.source,
            "line": line[0],
            "lot_id": f"{lot.lot_id}/base",
            "points": points[place],
            "gone_points": gone[place],
        }
        for place, line in enumerate(lines)
    ]


def _shares(points: int, weights: Sequence[int]) -> list[int]:
    """The points allotted by largest remainder; the first line wins a tie."""
    whole = sum(weights)
    shares = [points * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: -(points * weights[place] % whole))
    for place in by_remainder[: points - sum(shares)]:
        shares[place] += 1
    return shares


def _gone(reversed_points: int, points: Sequence[int], lines: Sequence[Line]) -> list[int]:
    """What has left each line; together exactly what the returns took back.

    0001 rounded once per order, so a line may differ by a point from what it would lose by itself.
    """
    gone = [of * back // quantity for of, (_, _, quantity, back) in zip(points, lines, strict=True)]
    missing = reversed_points - sum(gone)
    for place in sorted(range(len(lines)), key=lambda place: -lines[place][3]):
        step = max(min(missing, points[place] - gone[place]), -gone[place])
        gone[place] += step
        missing -= step
    return gone


# --- accounts ---


def _open_accounts(connection: Connection, reversed_points: dict[str, int]) -> None:
    """One account for each member, with all that is left as pending.

    The tier is left empty: it follows at the first touch from the points per year. No programme is known
    here, so the years are those of UTC and the metric is points, which is the default.
    """
    columns = (
        "customer_id, COALESCE((SELECT points FROM debts WHERE debts.customer_id = members.customer_id), 0)"
    )
    for members, bounds in _chunks(connection, "members", "customer_id", columns):
        pending: dict[str, int] = {}
        qualifying: dict[str, dict[str, int]] = {}
        for customer_id, lot_id, earned_at, points, remaining in _lots_of(connection, bounds):
            pending[customer_id] = pending.get(customer_id, 0) + remaining
            earned = qualifying.setdefault(customer_id, {})
            year = _year(earned_at)
            earned[year] = earned.get(year, 0) + points - reversed_points.get(lot_id, 0)
        connection.execute(
            text(
                "INSERT INTO accounts (customer_id, pending_points, active_points, blocked_points,"
                " debt_points, qualifying, tier, due_at)"
                " VALUES (:customer_id, :pending, 0, 0, :debt, :qualifying, '', :due_at)"
            ),
            [
                {
                    "customer_id": customer_id,
                    "pending": pending.get(customer_id, 0),
                    "debt": debt,
                    "qualifying": dumps(qualifying.get(customer_id, {})),
                    "due_at": LONG_AGO,
                }
                for customer_id, debt in members
            ],
        )


def _lots_of(connection: Connection, bounds: dict[str, str]) -> Iterator[tuple[str, str, int, int, int]]:
    for row in connection.execute(
        text(
            "SELECT customer_id, lot_id, earned_at, points, remaining_points FROM lots"
            " WHERE customer_id > :after AND customer_id <= :last"
        ),
        bounds,
    ):
        yield row[0], row[1], row[2], row[3], row[4]


def _year(microseconds: int) -> str:
    """The first day of the year that the moment lies in."""
    year = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)).year
    return f"{year}-01-01"


def _chunks(
    connection: Connection, table: str, key: str, columns: str
) -> Iterator[tuple[Sequence[Any], dict[str, str]]]:
    """Rows in the order of their key, whose first column it is, with the keys between which they lie."""
    statement = f"SELECT {columns} FROM {table} WHERE {key} > :after ORDER BY {key} LIMIT {CHUNK}"  # noqa: S608  (constants)
    page = text(statement)
    after = ""
    while rows := connection.execute(page, {"after": after}).all():
        last = rows[-1][0]
        yield rows, {"after": after, "last": last}
        after = last


# --- the ledger is append-only ---

_FIXED: Final = ("movement_id", "kind", "points", "debit", "credit", "effective_at", "recorded_at")


def protect_movements(connection: Connection) -> None:
    """Let the database itself refuse to delete a movement or to change what it moved.

    Erasing a person may still change whose it is and what it refers to. On SQLite a migration that rebuilds
    `movements` must call this again: its triggers go with the old table.
    """
    make = _postgresql_triggers if connection.dialect.name == "postgresql" else _sqlite_triggers
    for statement in make():
        connection.exec_driver_sql(statement)


def _sqlite_triggers() -> Iterator[str]:
    refuse = "BEGIN SELECT RAISE(ABORT, 'movements are append-only'); END"
    yield f"CREATE TRIGGER movements_stay BEFORE DELETE ON movements {refuse}"
    yield f"CREATE TRIGGER movements_are_final BEFORE UPDATE OF {', '.join(_FIXED)} ON movements {refuse}"


def _postgresql_triggers() -> Iterator[str]:
    before, after = (", ".join(f"{row}.{name}" for name in _FIXED) for row in ("OLD", "NEW"))
    yield (
        "CREATE FUNCTION refuse_to_change_movements() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'movements are append-only' USING ERRCODE = 'integrity_constraint_violation';"
        " END $$"
    )
    refuse = "EXECUTE FUNCTION refuse_to_change_movements()"
    yield f"CREATE TRIGGER movements_stay BEFORE DELETE ON movements FOR EACH ROW {refuse}"
    yield (
        "CREATE TRIGGER movements_are_final BEFORE UPDATE ON movements FOR EACH ROW"
        f" WHEN (({before}) IS DISTINCT FROM ({after})) {refuse}"
    )
