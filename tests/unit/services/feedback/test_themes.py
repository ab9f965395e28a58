"""What comments speak of, in several languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.feedback.rules.answers import SurveyKind
from services.feedback.rules.themes import COMMENTS_MAX, Comment, count_themes, report_themes
from services.programme.themes import Theme, words_of

DELIVERY = Theme(name="Delivery", words=("delivery", "parcel", "Lieferung", "zu spät", "livraison"))
STAFF = Theme(name="Staff", words=("staff", "Verkäuferin"))


def said(text: str, answer: int = 5, kind: SurveyKind = SurveyKind.NPS) -> Comment:
    return Comment(text, kind, answer)


def named(text: str) -> list[str]:
    return [one.name for one in count_themes((DELIVERY, STAFF), [said(text)]) if one.comments]


@pytest.mark.parametrize(
    ("text", "themes"),
    [
        ("The DELIVERY was late!", ["Delivery"]),
        ("kam viel zu spat", ["Delivery"]),
        ("kam viel zu   SPÄT.", ["Delivery"]),
        ("zu früh, nicht spät", []),
        ("la livraison, enfin", ["Delivery"]),
        ("Die Verkäuferin half; delivery soso", ["Delivery", "Staff"]),
        ("staffage and parcels are no whole words", []),
        ("", []),
        ("!?", []),
    ],
)
def test_themes_are_found_by_whole_words_whatever_their_accents(text: str, themes: list[str]) -> None:
    assert named(text) == themes


def test_a_comment_names_a_theme_once_and_its_nps_is_that_of_nps_answers() -> None:
    comments = [
        said("parcel, parcel, delivery", 9),
        said("delivery", 2),
        said("delivery", 10),
        said("parcel", 5, SurveyKind.CSAT),
        said("nothing", 0),
    ]
    (delivery, staff) = count_themes((STAFF, DELIVERY), comments)
    assert (delivery.name, delivery.comments, delivery.share.value) == ("Delivery", 4, 0.8)
    assert (delivery.nps.n, delivery.nps.few) == (3, True)
    assert delivery.nps.value == pytest.approx(100 / 3)
    assert (staff.comments, staff.nps.value, staff.nps.n) == (0, None, 0)


def test_no_more_comments_are_read_than_the_limit() -> None:
    found = report_themes((DELIVERY,), [said("parcel")] * (COMMENTS_MAX + 1))
    assert (found.comments, found.cut, found.counts[0].comments) == (COMMENTS_MAX, True, COMMENTS_MAX)
    assert not report_themes((DELIVERY,), [said("parcel")]).cut


def test_a_theme_of_no_letters_is_refused() -> None:
    with pytest.raises(ValidationError, match="no letter or digit"):
        Theme(name="Marks", words=("...",))


@given(st.text())
def test_words_are_the_same_when_they_are_read_again(text: str) -> None:
    assert words_of(words_of(text)) == words_of(text)
