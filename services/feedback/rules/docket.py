"""The docket: all cases that a batch of steps may touch, and what is to be stored after it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from services.feedback.rules.answers import Answer
from services.feedback.rules.case_steps import (
    DETAIL_MAX,
    Action,
    Assignment,
    Change,
    ContactMade,
    Note,
    Reopening,
    Resolution,
    Step,
    assigned,
    changed,
    contacted,
    reopened,
    reopens_until,
    resolved,
)
from services.feedback.rules.cases import (
    Case,
    CaseCause,
    CaseNotFoundError,
    CaseOpenError,
    Complaint,
    case_of_answer,
    case_of_complaint,
    is_about_a_case,
    opens_case,
)
from services.programme.programme import Programme


class Outcome(StrEnum):
    OPENED = "OPENED"
    REOPENED = "REOPENED"
    ADDED = "ADDED"


@dataclass(frozen=True, slots=True)
class TakenIn:
    """The case that a complaint is in, and whether it was opened for it."""

    case: Case
    outcome: Outcome


@dataclass(slots=True)
class Docket:
    """Cases of locked customers. A step that is refused changes nothing.

    granted: what each customer agreed to, of those where it matters.
    """

    now: datetime
    programme: Programme
    cases: dict[str, Case]
    granted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    changes: list[Change] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def hear(self, answer_id: int, answer: Answer) -> None:
        """Take an unhappy answer up: one case per customer and cause is open at a time."""
        if not opens_case(answer, self.now, self.programme):
            return
        asked_again = is_about_a_case(answer, self.programme)
        causes = set(CaseCause) if asked_again else {CaseCause(answer.survey)}
        if any(one.is_open for one in self._of(answer.customer_id, causes)):
            return
        settled = self._settled_lately(answer.customer_id, causes)
        if settled is None:
            granted = self._granted(answer.customer_id)
            self._open(case_of_answer(answer_id, answer, granted, self.now, self.programme))
        else:
            self._reopen(settled, "", f"{answer.survey} {answer.answer}")

    def complain(self, one: Complaint) -> TakenIn:
        """Take a complaint in: into the open case, else the one settled lately, else a new one."""
        causes = {CaseCause.COMPLAINT}
        current = next((case for case in self._of(one.customer_id, causes) if case.is_open), None)
        settled = self._settled_lately(one.customer_id, causes)
        known = current or settled
        if known is None:
            granted = self._granted(one.customer_id)
            case = self._open(case_of_complaint(one, granted, self.now, self.programme), one.actor)
            return TakenIn(case, Outcome.OPENED)
        self.notes.append(Note(known.case_id, self.now, one.actor, one.wished_channel, True, one.text))
        if current is not None:
            return TakenIn(current, Outcome.ADDED)
        return TakenIn(self._reopen(known, one.actor, one.text[:DETAIL_MAX]), Outcome.REOPENED)

    def take(self, step: Step) -> Case:
        """Take a step. Raises CaseNotFoundError, and what the step refuses."""
        before = self.cases.get(step.case_id)
        if before is None:
            raise CaseNotFoundError(field="case_id")
        match step:
            case Assignment():
                return self._keep(
                    before, assigned(before, step, self.now), step, Action.ASSIGNED, step.assignee
                )
            case ContactMade():
                return self._speak(before, step)
            case Resolution():
                return self._keep(before, resolved(before, step, self.now), step, Action.RESOLVED, step.text)
            case Reopening():
                self._check_sole(before)
                return self._reopen(before, step.actor, step.reason)

    def make_good(self, case: Case, actor: str, reason: str) -> None:
        """Note that the customer got something."""
        self._note(case, case, actor, Action.MADE_GOOD, reason)

    def _speak(self, before: Case, step: ContactMade) -> Case:
        after = contacted(before, step, self._granted(before.customer_id), self.now)
        note = Note(before.case_id, self.now, step.actor, step.private_channel, step.from_customer, step.text)
        self.notes.append(note)
        return self._keep(before, after, step, Action.CONTACTED, "")

    def _check_sole(self, case: Case) -> None:
        others = (one for one in self._of(case.customer_id, {case.cause}) if one.case_id != case.case_id)
        current = next((one for one in others if one.is_open), None)
        if current is not None:
            raise CaseOpenError(field="case_id", case_id=current.case_id)

    def _open(self, case: Case, actor: str = "") -> Case:
        self._note(None, case, actor, Action.OPENED, "")
        return self._store(case)

    def _reopen(self, case: Case, actor: str, why: str) -> Case:
        after = reopened(case, self.now, self.programme)
        self._note(case, after, actor, Action.REOPENED, why)
        return self._store(after)

    def _keep(self, before: Case, after: Case, step: Step, action: Action, detail: str) -> Case:
        self._note(before, after, step.actor, action, detail)
        return self._store(after)

    def _note(self, before: Case | None, after: Case, actor: str, action: Action, detail: str) -> None:
        self.changes.append(replace(changed(before, after, actor, action, self.now), detail=detail))

    def _store(self, case: Case) -> Case:
        self.cases[case.case_id] = case
        self.touched.add(case.case_id)
        return case

    def _granted(self, customer_id: str) -> frozenset[str]:
        return self.granted.get(customer_id, frozenset())

    def _of(self, customer_id: str, causes: Iterable[CaseCause]) -> list[Case]:
        wanted = set(causes)
        return [one for one in self.cases.values() if one.customer_id == customer_id and one.cause in wanted]

    def _settled_lately(self, customer_id: str, causes: Iterable[CaseCause]) -> Case | None:
        """The customer's case of these causes that was resolved last, if that is a short time ago."""
        ended = [
            (until, one)
            for one in self._of(customer_id, causes)
            if (until := reopens_until(one, self.programme))
        ]
        until, case = max(ended, key=lambda pair: (pair[0], pair[1].case_id), default=(None, None))
        return case if until is not None and self.now <= until else None
