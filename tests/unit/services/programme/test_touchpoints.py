"""The registry of touchpoints, and which touches tell that a customer came to us."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.programme.programme import Programme
from services.programme.reading import load_programme
from services.programme.touchpoints import (
    BUILTIN,
    Stage,
    TouchKind,
    Touchpoint,
    initiated_channel,
    name_of,
    registry,
    stage_of,
)
from services.settings import SettingsError


def test_every_kind_has_a_touchpoint_of_its_name() -> None:
    assert {name_of(kind, "") for kind in TouchKind} <= BUILTIN.keys()


def test_what_we_send_or_show_counts_for_no_channel() -> None:
    counted = {kind for kind in TouchKind if initiated_channel(kind, "WEB", outbound=False)}
    assert set(TouchKind) - counted == {
        TouchKind.NEWSLETTER_SENT,
        TouchKind.NEWSLETTER_OPENED,
        TouchKind.RECOMMENDATION_SHOWN,
    }
    assert not any(initiated_channel(kind, "WEB", outbound=True) for kind in TouchKind)


def test_a_click_in_a_newsletter_counts_as_email_wherever_it_leads() -> None:
    assert initiated_channel(TouchKind.NEWSLETTER_CLICKED, "WEB", outbound=False) == "EMAIL"
    assert initiated_channel(TouchKind.CALL, "PHONE", outbound=False) == "PHONE"


def test_the_programme_moves_and_adds_touchpoints(tmp_path: Path) -> None:
    file = tmp_path / "program.toml"
    file.write_text(
        "[[touchpoints]]\nname = 'chat'\nstage = 'AFTER'\n"
        "[[touchpoints]]\nname = 'fitting_room'\nstage = 'DURING'\nchannels = ['STORE']\n"
    )
    known = registry(load_programme(file).touchpoints)
    assert stage_of(known, "chat", "APP") is Stage.AFTER
    assert (stage_of(known, "fitting_room", "STORE"), stage_of(known, "fitting_room", "WEB")) == (
        Stage.DURING,
        None,
    )
    assert known.keys() > BUILTIN.keys()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[touchpoints]]\nname = 'chat'\nstage = 'LATER'\n", "line 3: touchpoints[0].stage"),
        ("[[touchpoints]]\nname = 'Chat'\nstage = 'AFTER'\n", "line 2: touchpoints[0].name: must begin"),
        (
            "[[touchpoints]]\nname = 'a'\nstage = 'AFTER'\n[[touchpoints]]\nname = 'a'\nstage = 'BEFORE'\n",
            "line 4: touchpoints[1]: another touchpoint has the name 'a' already",
        ),
    ],
    ids=["stage", "name", "twice"],
)
def test_a_slip_in_a_touchpoint_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "program.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=r"program\.toml, line") as caught:
        load_programme(file)
    assert told in str(caught.value)


def test_a_programme_without_touchpoints_has_the_built_in_ones() -> None:
    assert registry(Programme().touchpoints) == BUILTIN
    assert registry((Touchpoint(name="chat", stage=Stage.AFTER),))["chat"].stage is Stage.AFTER
