"""What a user would write to re-score everybody at night: SQL on DuckDB, from and into the same SQLite file.

DuckDB cannot read SQLite by itself (that is an extension which is not on the package index), so the rows go
over Python and Parquet. The experience level is left out.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import duckdb
import polars as pl

from services.engagement.reference import SEGMENTS
from services.engagement.rules.scores import microseconds
from services.engagement.rules.versions import KINDS, LESS_IS_BETTER, Version

YEAR, QUARTER = timedelta(days=365), timedelta(days=90)
DAY_US: Final = 86_400_000_000

READ: Final = {
    "orders": """SELECT customer_id, channel, placed_at, total_minor - refunded_minor AS net FROM orders
                 WHERE placed_at > :year AND placed_at <= :now""",
    "touches": """SELECT customer_id, kind, channel, subject, session_id, pages, outbound, proxied
                  FROM touches WHERE occurred_at > :quarter AND occurred_at <= :now""",
    "visits": "SELECT customer_id FROM visits WHERE entered_at > :quarter AND entered_at <= :now",
    "answers": """SELECT customer_id, survey, polarity, answer, answered_at FROM answers
                  WHERE answered_at > :year AND answered_at <= :now""",
    "customers": "SELECT customer_id FROM customers",
}
AGGREGATES: Final = f"""
CREATE TABLE bought AS
SELECT customer_id, count(*) AS orders, sum(net)::BIGINT AS net_minor, max(placed_at) AS last_order_at,
       median(gap) / {DAY_US} AS gap_days_median
FROM (SELECT *, placed_at - lag(placed_at) OVER (PARTITION BY customer_id ORDER BY placed_at) AS gap
      FROM orders WHERE net > 0)
GROUP BY 1;
CREATE TABLE came AS
SELECT customer_id, count(DISTINCT channel) AS channels, count(*) AS contacts
FROM (SELECT customer_id, channel FROM orders WHERE placed_at > $quarter
      UNION ALL
      SELECT customer_id, if(kind = 'NEWSLETTER_CLICKED', 'EMAIL', channel) FROM touches
      WHERE outbound = 0 AND kind NOT IN ('NEWSLETTER_SENT', 'NEWSLETTER_OPENED', 'RECOMMENDATION_SHOWN')
      UNION ALL SELECT customer_id, 'STORE' FROM visits)
GROUP BY 1;
CREATE TABLE visited AS
SELECT customer_id, count(*) AS sessions, sum(pages)::BIGINT AS pages
FROM (SELECT customer_id, greatest(max(pages), count(*) FILTER (kind = 'PAGE_VIEW')) AS pages FROM touches
      WHERE kind IN ('SESSION', 'PAGE_VIEW') AND session_id <> '' GROUP BY customer_id, session_id)
WHERE pages > 0 GROUP BY 1;
CREATE TABLE mailed AS
SELECT customer_id, count(*) AS newsletters, count(*) FILTER (opened) AS opened
FROM (SELECT customer_id, bool_or(kind = 'NEWSLETTER_SENT') AS sent,
             bool_or(kind = 'NEWSLETTER_OPENED' AND proxied = 0) AS opened
      FROM touches WHERE kind IN ('NEWSLETTER_SENT', 'NEWSLETTER_OPENED') GROUP BY customer_id, subject)
WHERE sent GROUP BY 1;
CREATE TABLE told AS
SELECT customer_id, count(*) AS answers,
       arg_max(answer, (answered_at, answer)) FILTER (survey = 'NPS') AS nps,
       sum(CASE survey WHEN 'NPS' THEN 6 * answer WHEN 'CSAT' THEN 15 * (answer - 1)
           ELSE 10 * if(polarity = 'EFFORT', 7 - answer, answer - 1) END)::BIGINT AS mood_sixtieths
FROM answers GROUP BY 1;
CREATE TABLE figures AS
SELECT customer_id, coalesce(orders, 0) AS orders, coalesce(net_minor, 0) AS net_minor, last_order_at,
       gap_days_median, coalesce(channels, 0) AS channels, coalesce(contacts, 0) AS contacts,
       coalesce(sessions, 0) AS sessions, coalesce(pages, 0) AS pages,
       coalesce(newsletters, 0) AS newsletters, coalesce(opened, 0) AS opened,
       coalesce(answers, 0) AS answers, coalesce(mood_sixtieths, 0) AS mood_sixtieths, nps,
       net_minor / orders AS aov_minor, (orders - 1) / orders AS repeat_rate,
       coalesce(orders, 0)::DOUBLE AS orders_per_year, pages / sessions AS pages_per_session,
       opened / newsletters AS open_rate, mood_sixtieths / (60 * answers) AS sentiment,
       ($now - last_order_at) / {DAY_US} AS recency_days, channels::DOUBLE AS channel_count
FROM customers LEFT JOIN bought USING (customer_id) LEFT JOIN came USING (customer_id)
LEFT JOIN visited USING (customer_id) LEFT JOIN mailed USING (customer_id) LEFT JOIN told USING (customer_id);
"""
VALUES: Final = dict(
    zip(
        KINDS,
        (
            "aov_minor", "repeat_rate", "nullif(orders_per_year, 0)", "recency_days",
            "channel_count", "pages_per_session", "open_rate", "sentiment",
        ),
        strict=True,
    )
)  # fmt: skip
STORED: Final = """customer_id, as_of, version, score, coverage, orders, net_minor, last_order_at,
gap_days_median, channels, contacts, sessions, pages, newsletters, opened, answers, mood_sixtieths, nps,
recency, frequency, monetary, segment, aov_minor, repeat_rate, orders_per_year, pages_per_session, open_rate,
sentiment, experience_level"""


def rescore(file: Path, folder: Path, version: Version, now: datetime) -> int:
    """Score everybody in a SQLite database anew; returns how many. folder: for files on the way."""
    moments = {
        "now": microseconds(now),
        "year": microseconds(now - YEAR),
        "quarter": microseconds(now - QUARTER),
    }
    with closing(duckdb.connect()) as duck, closing(sqlite3.connect(file)) as sqlite:
        sqlite.execute("PRAGMA synchronous=FULL")
        for name, query in READ.items():
            take_in(sqlite, duck, folder / f"{name}.parquet", query, moments)
        for statement in AGGREGATES.split(";")[:-1]:
            used = {key: value for key, value in moments.items() if f"${key}" in statement}
            duck.execute(statement, used)
        load_version(duck, version)
        rows = duck.execute(scoring(version, moments["now"])).fetchall()
        write(sqlite, rows)
    return len(rows)


def take_in(
    sqlite: sqlite3.Connection,
    duck: duckdb.DuckDBPyConnection,
    parquet: Path,
    query: str,
    moments: dict[str, int],
) -> None:
    """The rows of a query as a table of DuckDB."""
    cursor = sqlite.execute(query, moments)
    names = [column[0] for column in cursor.description]
    rows = cursor.fetchall()
    types = {"channel": pl.String, "kind": pl.String, "subject": pl.String, "session_id": pl.String}
    schema = {name: types.get(name, pl.String if name in TEXTS else pl.Int64) for name in names}
    pl.DataFrame(rows, schema=schema, orient="row").write_parquet(parquet)
    duck.execute(f"CREATE TABLE {parquet.stem} AS SELECT * FROM '{parquet}'")


TEXTS: Final = frozenset({"customer_id", "survey", "polarity"})


def load_version(duck: duckdb.DuckDBPyConnection, version: Version) -> None:
    """The reference as (kind, value, points below it, points up to it), and the segments."""
    duck.execute("CREATE TABLE points (kind VARCHAR, value DOUBLE, below BIGINT, upto BIGINT, total BIGINT)")
    for kind, points in version.reference.points.items():
        rows = [(kind, value, points.index(value), len(points)) for value in dict.fromkeys(points)]
        counts = {value: sum(one == value for one in points) for value in dict.fromkeys(points)}
        duck.executemany(
            "INSERT INTO points VALUES (?, ?, ?, ?, ?)",
            [(kind, value, below, below + counts[value], total) for kind, value, below, total in rows],
        )
    duck.execute("CREATE TABLE segments (r BIGINT, fm BIGINT, name VARCHAR)")
    duck.executemany(
        "INSERT INTO segments VALUES (?, ?, ?)",
        [(r, fm, name) for r, names in SEGMENTS.items() for fm, name in enumerate(names, 1)],
    )


def scoring(version: Version, now: int) -> str:
    joins, ranks = [], []
    for number, kind in enumerate(KINDS):
        value, point = VALUES[kind], f"p{number}"
        joins.append(
            f"ASOF LEFT JOIN (SELECT * FROM points WHERE kind = '{kind}') {point} ON {value} >= {point}.value"
        )
        below = f"if({point}.value = {value}, {point}.below, {point}.upto)"
        rank = f"coalesce(({below} + {point}.upto) / (2 * {point}.total), 0)"
        ranks.append(f"1 - {rank}" if kind in LESS_IS_BETTER else rank)
    weights = [f"if({VALUES[kind]} IS NULL, 0::DOUBLE, {version.weights[kind]}::DOUBLE)" for kind in KINDS]
    points = " + ".join(f"{weight} * ({rank})" for weight, rank in zip(weights, ranks, strict=True))
    known = version.reference.thresholds
    return f"""
    WITH scored AS (
        SELECT figures.*, {now} AS as_of, '{version.name}' AS version, {" + ".join(weights)} AS coverage,
               coalesce(100 * ({points}) / nullif({" + ".join(weights)}, 0), 0) AS score,
               5 - ({_beyond("recency_days", ">", known.recency_days)}) AS r,
               5 - ({_beyond("orders", "<", known.orders)}) AS f,
               5 - ({_beyond("net_minor", "<", known.money_minor)}) AS m, 0 AS experience_level
        FROM figures {" ".join(joins)}),
    ranked AS (
        SELECT scored.*, CASE WHEN orders = 0 THEN 'PROSPECT'
                              WHEN scored.r = 5 AND (f + m + 1) // 2 <= 2 AND orders = 1 THEN 'NEW'
                              ELSE segments.name END AS segment,
               if(orders = 0, 0, scored.r) AS recency, if(orders = 0, 0, f) AS frequency,
               if(orders = 0, 0, m) AS monetary
        FROM scored LEFT JOIN segments ON segments.r = scored.r AND segments.fm = (f + m + 1) // 2)
    SELECT {STORED} FROM ranked"""


def _beyond(column: str, compared: str, limits: tuple[float, ...]) -> str:
    return " + ".join(f"({column} {compared} {limit})::BIGINT" for limit in limits)


def write(sqlite: sqlite3.Connection, rows: list[tuple[Any, ...]]) -> None:
    names = [name.strip() for name in STORED.split(",")]
    changes = ", ".join(f"{name} = excluded.{name}" for name in names[1:])
    with sqlite:
        sqlite.executemany(
            f"INSERT INTO scores ({STORED}) VALUES ({', '.join('?' * len(names))})"
            f" ON CONFLICT (customer_id) DO UPDATE SET {changes}",
            rows,
        )
