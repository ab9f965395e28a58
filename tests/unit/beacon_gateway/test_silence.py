"""What a radio's silence means."""

from hypothesis import given
from hypothesis import strategies as st

from beacon_gateway.hearing.recovery import Patience
from beacon_gateway.hearing.silence import Silence

PATIENCE = Patience()


def listening(heard_at: float | None = None) -> Silence:
    silence = Silence(PATIENCE)
    silence.start(0.0)
    if heard_at is not None:
        silence.hear(heard_at)
    return silence


def given_up(scans: int) -> Silence:
    """After so many scans in a row that heard nothing, in the next one; it began at 100 s."""
    silence = listening(heard_at=1.0)
    for _ in range(scans):
        silence.give_up()
        silence.stop()
        silence.start(100.0)
    return silence


def test_a_short_silence_is_absence_and_a_long_one_is_doubt() -> None:
    silence = listening(heard_at=10.0)
    assert not silence.deaf(15.0, others_hear=False)
    assert silence.deaf(15.1, others_hear=False)


def test_a_scan_that_has_heard_nothing_yet_proves_nothing() -> None:
    assert listening().deaf(0.1, others_hear=False)


def test_a_second_silent_scan_proves_an_empty_store() -> None:
    assert given_up(1).deaf(101.0, others_hear=False)
    assert not given_up(2).deaf(101.0, others_hear=False)


def test_no_silence_proves_an_empty_store_while_another_adapter_hears() -> None:
    assert given_up(2).deaf(101.0, others_hear=True)
    assert given_up(2).limit_seconds(others_hear=True) == PATIENCE.silence


def test_one_advert_ends_the_proof() -> None:
    silence = given_up(2)
    silence.hear(110.0)
    assert not silence.deaf(111.0, others_hear=False)
    assert silence.deaf(120.0, others_hear=False)


def test_an_empty_store_is_scanned_anew_each_five_minutes() -> None:
    assert given_up(1).limit_seconds(others_hear=False) == 30.0
    assert given_up(2).limit_seconds(others_hear=False) == 300.0


def test_a_scan_is_as_sound_as_the_time_it_heard() -> None:
    silence = listening(heard_at=70.0)
    assert silence.heard_seconds() == 70.0
    silence.start(80.0)
    assert silence.heard_seconds() == 0.0


@given(st.integers(0, 5), st.floats(0, 1e6), st.booleans())
def test_a_radio_that_does_not_scan_is_deaf_whatever_it_has_heard(
    quiet_scans: int, now_seconds: float, others_hear: bool
) -> None:
    silence = given_up(quiet_scans)
    silence.stop()
    assert silence.deaf(now_seconds, others_hear=others_hear)
    assert not silence.hears(now_seconds)
