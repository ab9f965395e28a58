"""A gateway's key and certificate on disk, and their renewal."""

import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from beacon_gateway.access import enrolment
from beacon_gateway.access.channel import Link
from beacon_gateway.access.credentials import (
    Credentials,
    CredentialsError,
    asking_key,
    forget_asking,
    load,
    save,
)
from beacon_gateway.access.enrolment import EnrolmentError, Renewal, learned, read_token

DAY_SECONDS = 86_400
LINK = Link("shop:1", "", plaintext=False)
MINE = Credentials("door", "harbour", 50052, "", "key", "certificate", 0.0, 30.0 * DAY_SECONDS)


def test_what_is_saved_is_loaded_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    os.umask(0)
    save(tmp_path / "c.json", MINE)
    assert load(tmp_path / "c.json") == MINE
    assert stat.S_IMODE((tmp_path / "c.json").stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["c.json"]


def test_a_save_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    save(tmp_path / "c.json", MINE)
    broken: Any = replace(MINE, gateway=object())  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        save(tmp_path / "c.json", broken)
    assert load(tmp_path / "c.json") == MINE
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"gateway": 1}', "\0"])
def test_a_damaged_file_says_what_to_do(tmp_path: Path, text: str) -> None:
    (tmp_path / "c.json").write_text(text)
    with pytest.raises(CredentialsError, match="regulars-gateway enrol"):
        load(tmp_path / "c.json")


def test_whoever_asks_again_with_a_token_asks_with_the_same_key(tmp_path: Path) -> None:
    file = tmp_path / "c.json"
    key = asking_key(file, "rgt_1_secret").private_key
    assert asking_key(file, "rgt_1_secret").private_key == key
    assert asking_key(file, "rgt_2_secret").private_key != key
    assert stat.S_IMODE((tmp_path / "c.json.asked").stat().st_mode) == 0o600
    assert "secret" not in (tmp_path / "c.json.asked").read_text()


@pytest.mark.parametrize("left", ["", "{", "[]", '{"token_sha256": 1}'])
def test_what_is_left_of_a_key_that_asked_is_made_anew(tmp_path: Path, left: str) -> None:
    file = tmp_path / "c.json"
    (tmp_path / "c.json.asked").write_text(left)
    key = asking_key(file, "rgt_1_secret").private_key
    assert asking_key(file, "rgt_1_secret").private_key == key
    forget_asking(file)
    assert asking_key(file, "rgt_1_secret").private_key != key


def test_a_server_that_is_known_by_its_own_authority_tells_of_the_next() -> None:
    assert learned("old", "old and new") == "old and new"
    assert learned("old", "") == "old"  # an older server says nothing
    assert learned("", "theirs") == ""  # the system knows it


def test_it_renews_itself_after_two_thirds_of_its_life() -> None:
    assert MINE.renews_at_seconds == 20 * DAY_SECONDS


class Server:
    """Stands for the call to the server: the next certificate, or why there is none."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.asked = 0

    async def renew(self, _link: Link, current: Credentials) -> Credentials:
        self.asked += 1
        if self.error:
            raise self.error
        return replace(current, certificate="next", ends_at_seconds=50.0 * DAY_SECONDS)


@pytest.mark.parametrize(("day", "asked"), [(19, 0), (21, 1), (29, 1), (31, 0)])
async def test_the_server_is_asked_while_it_still_takes_the_old_certificate(
    tmp_path: Path, day: int, asked: int
) -> None:
    file, server = tmp_path / "c.json", Server()
    save(file, MINE)
    await Renewal(LINK, file, lambda: day * DAY_SECONDS, server.renew).look()
    assert server.asked == asked
    assert load(file).certificate == ("next" if asked else "certificate")


async def test_a_renewal_that_fails_is_tried_again_sooner_and_keeps_what_there_is(
    tmp_path: Path,
) -> None:
    file, server = tmp_path / "c.json", Server(EnrolmentError("away"))
    save(file, MINE)
    renewal = Renewal(LINK, file, lambda: 21.0 * DAY_SECONDS, server.renew)
    assert await renewal.look() == enrolment.RETRY_SECONDS
    assert load(file) == MINE


@pytest.mark.parametrize("text", ["rgt_a_b.!", "rgt_a_b.AAAA", "rgt_a_b.é"])
def test_a_token_that_was_cut_short_is_refused_before_anything_is_sent(text: str) -> None:
    with pytest.raises(EnrolmentError, match="not whole"):
        read_token(text, None)


def test_a_token_without_authority_trusts_the_systems() -> None:
    assert read_token(" rgt_a_b\n", None).authority == ""
