"""The consent in force is the last decision of its kind."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from services.membership.rules.members import Consent, ConsentKind, Member, MemberState, latest

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
CONSENTS = st.lists(
    st.builds(Consent, st.sampled_from(ConsentKind), st.booleans(), st.just("form"), st.just("1"))
)


@given(CONSENTS)
def test_the_last_decision_of_each_kind_is_in_force(given_one_by_one: list[Consent]) -> None:
    expected = {one.kind: one.granted for one in given_one_by_one}
    member = Member("anna", MemberState.ACTIVE, NOON, latest(given_one_by_one))
    assert {one.kind: one.granted for one in member.consents} == expected
    assert member.granted == {kind for kind, granted in expected.items() if granted}


@given(CONSENTS)
def test_consents_come_in_the_order_of_their_kinds(given_one_by_one: list[Consent]) -> None:
    kinds = [one.kind for one in latest(given_one_by_one)]
    assert kinds == [kind for kind in ConsentKind if kind in kinds]
