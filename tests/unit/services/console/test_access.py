from urllib.parse import parse_qs, urlsplit

import pytest

from services.console.access import (
    FAILURE_SECONDS,
    FAILURES_MAX,
    SESSION_SECONDS,
    SESSIONS_MAX,
    Access,
    TooManyTriesError,
    WrongLinkError,
)


class Watch:
    """A monotonic clock that is moved by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def access(watch: Watch) -> Access:
    return Access(watch)


def token_of(access: Access) -> str:
    return parse_qs(urlsplit(access.link("http://127.0.0.1:8080/")).query)["token"][0]


def fail(access: Access, address: str, times: int) -> None:
    for _ in range(times):
        with pytest.raises(WrongLinkError):
            access.sign_in("wrong", address)


def test_the_link_stands_under_the_address_it_is_made_for() -> None:
    assert Access().link("http://127.0.0.1:8080/").startswith("http://127.0.0.1:8080/sign-in?token=")


def test_each_start_of_the_server_has_a_token_of_its_own() -> None:
    assert token_of(Access()) != token_of(Access())


def test_the_right_token_opens_a_session_for_half_a_day(access: Access, watch: Watch) -> None:
    session = access.sign_in(token_of(access), "here")
    watch.seconds = SESSION_SECONDS - 1
    assert access.knows(session)
    watch.seconds = SESSION_SECONDS + 1
    assert not access.knows(session)


def test_a_made_up_session_is_unknown(access: Access) -> None:
    access.sign_in(token_of(access), "here")
    assert not access.knows("made-up")
    assert not access.knows("")


def test_an_address_that_guesses_has_to_wait_even_with_the_right_token(access: Access, watch: Watch) -> None:
    fail(access, "there", FAILURES_MAX)
    with pytest.raises(TooManyTriesError):
        access.sign_in(token_of(access), "there")
    watch.seconds = FAILURE_SECONDS + 1
    assert access.knows(access.sign_in(token_of(access), "there"))


def test_one_address_that_guesses_keeps_no_other_out(access: Access) -> None:
    fail(access, "there", FAILURES_MAX)
    assert access.knows(access.sign_in(token_of(access), "here"))


def test_a_wrong_token_in_another_alphabet_is_just_wrong(access: Access) -> None:
    with pytest.raises(WrongLinkError):
        access.sign_in("töken", "here")


def test_sessions_are_bounded_and_the_oldest_gives_way(access: Access) -> None:
    first = access.sign_in(token_of(access), "here")
    others = [access.sign_in(token_of(access), "here") for _ in range(SESSIONS_MAX)]
    assert not access.knows(first)
    assert all(access.knows(other) for other in others)
