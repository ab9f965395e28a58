"""Profiles change field by field, and only to what can be true."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import InvalidError
from services.membership.rules.profile import (
    PROFILE_FIELDS,
    Profile,
    changed,
    changes_of,
    checked,
    profile_of,
)

TODAY = date(2026, 3, 10)
ANNA = Profile("Anna", "Anna@example.com", "+447700900123", "1990-02-28", "en-GB", "Europe/London")
PROFILES = st.builds(Profile, *(st.sampled_from(["", "a", "b"]) for _ in PROFILE_FIELDS))


@given(PROFILES, PROFILES, st.sets(st.sampled_from(PROFILE_FIELDS), min_size=1))
def test_a_mask_changes_its_fields_and_no_other(before: Profile, wanted: Profile, mask: set[str]) -> None:
    after = changed(before, changes_of(wanted, sorted(mask)))
    for name in PROFILE_FIELDS:
        assert getattr(after, name) == getattr(wanted if name in mask else before, name)


@given(PROFILES, PROFILES)
def test_without_a_mask_what_is_said_changes_and_what_is_not_stays(before: Profile, wanted: Profile) -> None:
    assert changed(before, changes_of(wanted, [])).known == {**before.known, **wanted.known}


def test_a_profile_survives_its_storage_and_fields_of_another_version() -> None:
    assert profile_of(ANNA.known) == ANNA
    assert profile_of({**ANNA.known, "shoe_size": "38"}) == ANNA


def test_a_true_profile_is_normalised() -> None:
    written = Profile(" Anna ", " Anna@example.com ", "07700 900123", "1990-02-28", "en-GB", "Europe/London")
    assert checked(written, TODAY, "GB") == ANNA


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("birthday", "1990-02-30"),
        ("birthday", "1899-12-31"),
        ("birthday", "2026-03-11"),
        ("time_zone", "Europe/Atlantis"),
        ("time_zone", "../etc/passwd"),
        ("email", "nobody"),
        ("phone", "12"),
    ],
)
def test_what_cannot_be_true_is_refused_by_its_field(field: str, value: str) -> None:
    with pytest.raises(InvalidError) as caught:
        checked(Profile(**{field: value}), TODAY, "GB")
    assert caught.value.field == f"profile.{field}"


def test_a_mask_names_fields_of_a_profile() -> None:
    with pytest.raises(InvalidError, match="salary"):
        changes_of(ANNA, ["name", "salary"])
