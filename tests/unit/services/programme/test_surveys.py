"""Surveys and themes of program.toml: what is wrong with them is said with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.programme.programme import Programme
from services.programme.reading import load_programme
from services.programme.surveys import Survey
from services.settings import SettingsError

PROGRAMME = """\
name = "The Tea House"

[[touchpoints]]
name = "tasting"
stage = "DURING"

[[surveys]]
id = "after-order"
kind = "NPS"
question = "Would you recommend us?"
trigger = "ORDER"
follow_up_days = 5
expires_days = 14
touchpoint = "tasting"
actions = { promoter = "INVITE_REFERRAL" }
incentive = { title = "Thank you", benefit = "PERCENT", value = 10 }

[[surveys]]
id = "after-case"
kind = "CES"
polarity = "EASY"
question = "It was easy to get help."
trigger = "CASE_RESOLVED"

[[themes]]
name = "Delivery"
words = ["delivery", "Lieferung"]
"""


def read(folder: Path, text: str) -> Programme:
    file = folder / "program.toml"
    file.write_text(text)
    return load_programme(file)


def test_surveys_and_themes_are_read(tmp_path: Path) -> None:
    programme = read(tmp_path, PROGRAMME)
    first, second = programme.surveys
    assert (first.asks_about, second.asks_about) == ("tasting", "case")
    assert (first.actions.promoter, first.actions.detractor) == ("INVITE_REFERRAL", None)
    assert [theme.words for theme in programme.themes] == [("delivery", "Lieferung")]


def test_a_programme_asks_nothing_unless_it_says_so() -> None:
    assert Programme().surveys == ()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"NPS"', '"NPX"', "line 9: surveys[0].kind: must be 'NPS', 'CSAT' or 'CES'"),
        (
            "promoter =",
            "promotor =",
            "line 15: surveys[0].actions.promotor: unknown field; did you mean promoter",
        ),
        ("promoter =", "easy =", "line 7: surveys[0]: an answer to NPS is never easy"),
        ("value = 10", "value = 101", "line 16: surveys[0].incentive: value is the percent"),
        ("= 5", "= 14", "line 7: surveys[0]: follow_up_days must be fewer than expires_days"),
        (
            '= "tasting"\nact',
            '= "testing"\nact',
            "line 14: surveys[0].touchpoint: no touchpoint is called 'testing'",
        ),
        ('polarity = "EASY"\n', "", "line 18: surveys[1]: say by polarity what a high answer means"),
        ('"after-case"', '"after-order"', "line 18: surveys[1]: another survey has the id 'after-order'"),
        (
            'kind = "NPS"',
            'kind = "NPS"\npolarity = "EASY"',
            "line 7: surveys[0]: polarity is said of CES alone",
        ),
        ('"Lieferung"', '"?"', "line 25: themes[0]: '?' has no letter or digit"),
        (
            "[[themes]]",
            '[[themes]]\nname = "Delivery"\nwords = ["x"]\n[[themes]]',
            "line 28: themes[1]: another",
        ),
    ],
)
def test_what_is_wrong_with_a_survey_is_said_with_its_line(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    assert old in PROGRAMME
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, PROGRAMME.replace(old, new, 1))
    assert str(caught.value).removeprefix(f"{tmp_path}/").startswith(f"program.toml, {told}")


def test_a_survey_asks_about_its_event_unless_it_says_otherwise() -> None:
    survey = Survey(id="s", kind="NPS", question="?", trigger="VISIT")  # type: ignore[arg-type]  # as a file says it
    assert survey.asks_about == "store_visit"
