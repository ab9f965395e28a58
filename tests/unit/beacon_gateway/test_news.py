"""What a gateway says of somebody new to a server that decides by all gateways."""

from beacon_gateway.tracking.events import PresenceEvent, PresenceKind
from beacon_gateway.tracking.member import NEW_SECONDS
from beacon_gateway.tracking.room import Receiver
from beacon_gateway.tracking.tracker import Tracker

ANNA = b"anna0000"
POWER = -59


def told(*parts: tuple[int, int], tells_news: bool = True) -> list[PresenceEvent]:
    """What one receiver's tracker says; parts: for how many seconds how strong."""
    tracker = Tracker([Receiver("r-door", "door")], {})
    tracker.configure({}, {}, tells_news=tells_news)
    now, events = 0.0, []
    for seconds, rssi_dbm in parts:
        for _ in range(seconds):
            tracker.hear(ANNA, "r-door", rssi_dbm, POWER, now + 0.5)
            tracker.hear(ANNA, "r-door", rssi_dbm, POWER, now + 1.0)
            now += 1.0
            events += tracker.tick(now)
            tracker.signals(now)
    return events


def heard(events: list[PresenceEvent]) -> list[PresenceEvent]:
    return [event for event in events if event.kind is PresenceKind.HEARD]


def test_a_gateway_that_decides_alone_says_nothing_of_whom_it_merely_hears() -> None:
    assert told((60, -85), tells_news=False) == []


def test_somebody_new_is_told_of_at_once_and_every_five_seconds() -> None:
    assert [event.at_seconds for event in heard(told((16, -85)))] == [1, 6, 11, 16]


def test_who_comes_nearer_is_told_of_sooner() -> None:
    events = heard(told((7, -90), (1, -75)))
    assert [event.at_seconds for event in events] == [1, 6, 8]
    assert events[-1].evidence.smoothed_rssi_dbm > events[0].evidence.smoothed_rssi_dbm


def test_what_is_told_covers_the_time_since_the_first_word() -> None:
    assert [event.dwell_seconds for event in heard(told((11, -85)))] == [0, 5, 10]


def test_who_stays_far_off_is_news_no_more_and_who_then_comes_is_again() -> None:
    stays = heard(told((300, -92)))
    assert stays[-1].at_seconds <= NEW_SECONDS + 1
    comes = heard(told((300, -92), (20, -70)))
    assert comes[-1].at_seconds > 300


def test_who_has_entered_is_news_for_half_a_minute_more() -> None:
    assert 25 <= heard(told((300, -60)))[-1].at_seconds <= 40


def test_whoever_is_near_has_entered_where_the_server_decides() -> None:
    kinds = [event.kind for event in told((5, -75))]
    assert PresenceKind.ENTER in kinds
