"""The life of a membership as a table of steps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.membership.rules.life import LIVING, StateChange, Step, Transition, ended_consents, taken
from services.membership.rules.members import Consent, ConsentKind, Member, MemberState
from tests.integration.shop import NOON

STATES = st.sampled_from(list(MemberState))
STEPS = st.lists(st.sampled_from(list(Step)), max_size=12)


@given(STATES, st.sampled_from(list(Step)))
def test_a_step_keeps_who_asked_and_why_or_is_refused_with_the_state(state: MemberState, step: Step) -> None:
    found = taken(Transition("anna", step, "tina", "asked"), state)
    if isinstance(found, StateChange):
        assert (found.before, found.actor, found.reason) == (state, "tina", "asked")
    else:
        assert found.facts["state"] == state


@given(STEPS)
def test_no_way_leads_back_from_an_ended_membership(steps: list[Step]) -> None:
    state = MemberState.PENDING
    ended = False
    for step in steps:
        found = taken(Transition("anna", step), state)
        if isinstance(found, StateChange):
            assert not ended
            state = found.after
        ended = state not in LIVING


@given(STEPS)
def test_nobody_becomes_active_without_having_been_confirmed(steps: list[Step]) -> None:
    state, confirmed = MemberState.PENDING, False
    for step in steps:
        found = taken(Transition("anna", step), state)
        if isinstance(found, StateChange):
            confirmed |= step is Step.CONFIRM
            state = found.after
        assert state is not MemberState.ACTIVE or confirmed


def test_closing_ends_what_is_granted_and_repeats_no_refusal() -> None:
    granted = Consent(ConsentKind.EMAIL, granted=True, source="web", text_version="7")
    refused = Consent(ConsentKind.SMS, granted=False, source="web", text_version="7")
    member = Member("anna", MemberState.ACTIVE, NOON, (granted, refused))
    assert ended_consents(member) == (
        Consent(ConsentKind.EMAIL, granted=False, source="membership closed", text_version="7"),
    )
