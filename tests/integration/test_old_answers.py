"""Answers and requests of schema 0002 come over whole, and mean what they meant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, select, text

from services.clock import EPOCH
from services.feedback.queries.answers import answer_of_row
from services.feedback.rules.answers import Answer, Polarity, Recorded, SurveyKind
from services.feedback.use_cases.answers import record_answers
from services.storage import migrate
from services.storage.database import make_engine
from services.storage.tables import answers, requests


@pytest.fixture(params=["sqlite", "postgresql"])
def old_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database at schema 0002, with an answer of each kind and the request that told one."""
    if request.param == "sqlite":
        engine = make_engine(f"sqlite:///{tmp_path / 'old.db'}")
        yield filled(engine)
        engine.dispose()
        return
    server: Engine = request.getfixturevalue("postgres")
    admin = server.execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE old_answers"))
    engine = make_engine(server.url.set(database="old_answers").render_as_string(hide_password=False))
    yield filled(engine)
    engine.dispose()
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE old_answers"))


def filled(engine: Engine) -> Engine:
    command.upgrade(migrate.alembic_config(engine), "0002")
    with engine.begin() as connection:
        for kind in SurveyKind:
            columns = "customer_id, survey, answer, answered_at"
            old = text(f"INSERT INTO answers ({columns}) VALUES ('anna', :kind, 3, 0)")
            connection.execute(old, {"kind": kind})
        row = {
            "request_id": "r1",
            "method": "record_answers",
            "customer_id": "anna",
            "fingerprint": b"x",
            "answer": b"null",
            "created_at": EPOCH,
        }
        connection.execute(requests.insert(), row)
    return engine


def test_old_answers_keep_what_they_said_and_effort_was_always_about_ease(old_database: Engine) -> None:
    migrate.upgrade(old_database)
    with old_database.connect() as connection:
        columns = [answers.c[name] for name in Answer.__dataclass_fields__]
        found = [answer_of_row(row) for row in connection.execute(select(*columns)).mappings()]
    assert {one.survey: one.polarity for one in found} == {
        SurveyKind.NPS: Polarity.NONE,
        SurveyKind.CSAT: Polarity.NONE,
        SurveyKind.CES: Polarity.EASY,
    }
    assert {(one.customer_id, one.answer, one.answered_at) for one in found} == {("anna", 3, EPOCH)}


def test_a_request_of_before_can_still_be_repeated(old_database: Engine) -> None:
    migrate.upgrade(old_database)
    with old_database.connect() as connection:
        (answer,) = connection.execute(select(requests.c.answer)).scalars()
    assert record_answers.codec.validate_json(answer) == Recorded()
