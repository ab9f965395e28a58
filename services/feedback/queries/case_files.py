"""Everything about one case, read at one moment."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from services.feedback.queries.cases import find_cases, find_changes, find_notes
from services.feedback.queries.make_goods import find_make_goods
from services.feedback.rules.case_steps import Change, Note
from services.feedback.rules.cases import Case
from services.feedback.rules.make_goods import MakeGood


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case with the latest of its life, of what was said, and of what was given, the oldest first."""

    case: Case
    changes: tuple[Change, ...]
    notes: tuple[Note, ...]
    make_goods: tuple[MakeGood, ...]


def find_file(connection: Connection, case_id: str) -> CaseFile | None:
    case = find_cases(connection, [case_id]).get(case_id)
    if case is None:
        return None
    return CaseFile(
        case,
        tuple(find_changes(connection, case_id)),
        tuple(find_notes(connection, case_id)),
        tuple(find_make_goods(connection, case_id)),
    )
