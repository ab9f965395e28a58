"""Identifiers have one normal form each, however they are written."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import InvalidError
from services.membership.rules.identifiers import Identifier, IdentifierKind, normalised, taken_by_another

NAMES = st.text(
    alphabet=st.characters(categories=["L", "N"], include_characters="._+-"), min_size=1, max_size=20
)
DIGITS = st.text(alphabet="0123456789ABCDEFGHJK", min_size=4, max_size=40)
COUNTRIES = st.sampled_from(["GB", "DE", "FR", "US", "IN", "BR", "JP"])


def normal(kind: str, text: str, country: str = "GB") -> str:
    return normalised(IdentifierKind(kind), text, country).value


@given(NAMES, NAMES)
def test_case_and_spaces_around_do_not_make_another_address(local: str, domain: str) -> None:
    try:
        once = normal("EMAIL", f"{local}@{domain}.example")
    except InvalidError:
        return  # two dots in a row, or a dot at an edge
    assert normal("EMAIL", once) == once
    assert normal("EMAIL", f"  {local.lower()}@{domain.lower()}.EXAMPLE ") == once


def test_composed_and_decomposed_letters_are_one_address() -> None:
    assert normal("EMAIL", "zoe\u0308@example.com") == normal("EMAIL", "zo\u00eb@example.com")


@given(COUNTRIES)
def test_a_phone_number_is_the_same_written_at_home_and_abroad(country: str) -> None:
    example = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    assert example is not None
    written = {
        phonenumbers.format_number(example, form)
        for form in (
            phonenumbers.PhoneNumberFormat.E164,
            phonenumbers.PhoneNumberFormat.INTERNATIONAL,
            phonenumbers.PhoneNumberFormat.NATIONAL,
            phonenumbers.PhoneNumberFormat.RFC3966,
        )
    }
    found = {normal("PHONE", text, country) for text in written}
    assert found == {phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)}


@given(DIGITS, st.data())
def test_separators_and_case_do_not_make_another_card(card: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(card)))
    separator = data.draw(st.sampled_from([" ", "-", "\u2013", "\u00a0"]))
    assert normal("CARD", f"{card[:place]}{separator}{card[place:]}".lower()) == card


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("EMAIL", ""),
        ("EMAIL", "@example.com"),
        ("EMAIL", "anna@"),
        ("EMAIL", "anna@b@c.de"),
        ("EMAIL", "an na@example.com"),
        ("PHONE", ""),
        ("PHONE", "call me"),
        ("PHONE", "+44 1"),
        ("CARD", "123"),
        ("CARD", "12_34"),
        ("CARD", "1" * 41),
    ],
)
def test_what_is_no_identifier_is_refused_by_its_field(kind: str, text: str) -> None:
    with pytest.raises(InvalidError) as caught:
        normalised(IdentifierKind(kind), text, "GB", "identifiers[2].value")
    assert caught.value.field == "identifiers[2].value"
    assert not text or text not in caught.value.message


@given(st.sampled_from(list(IdentifierKind)), st.text(max_size=60), COUNTRIES)
def test_any_text_is_normal_once_normalised_or_refused(kind: IdentifierKind, text: str, country: str) -> None:
    try:
        once = normalised(kind, text, country)
    except InvalidError:
        return
    assert normalised(kind, once.value, country) == once


def test_only_another_owner_takes_an_identifier() -> None:
    card = Identifier(IdentifierKind.CARD, "1234")
    assert taken_by_another(card, "anna", {}) is None
    assert taken_by_another(card, "anna", {card: "anna"}) is None
    refused = taken_by_another(card, "anna", {card: "ben"})
    assert refused is not None
    assert refused.facts == {"customer_id": "anna", "other_customer_id": "ben"}
