from collections.abc import Set as AbstractSet

import pytest

from beacon_gateway.tracking.events import PresenceEvent, PresenceKind
from beacon_gateway.tracking.room import Receiver, ZoneRule
from beacon_gateway.tracking.tracker import Tracker

ANNA = b"anna0000"
DOOR, SHOES = "r-door", "r-shoes"
POWER = -59


class Story:
    """A tracker with two zones, told second by second what each receiver reads, twice a second."""

    def __init__(self, rules: dict[str, ZoneRule] | None = None) -> None:
        self.tracker = Tracker([Receiver(DOOR, "door"), Receiver(SHOES, "shoes")], rules or {})
        self.now = 0.0
        self.events: list[PresenceEvent] = []

    def goes_on(self, seconds: int, *, deaf: AbstractSet[str] = frozenset(), **rssi_dbm: int) -> "Story":
        names = {"door": DOOR, "shoes": SHOES}
        for _ in range(seconds):
            for half in (0.5, 1.0):
                for zone, rssi in rssi_dbm.items():
                    self.tracker.hear(ANNA, names[zone], rssi, POWER, self.now + half)
            self.now += 1.0
            self.events += self.tracker.tick(self.now, deaf=deaf)
        return self

    def told(self) -> list[tuple[str, str, float]]:
        return [(event.kind.value, event.zone, event.at_seconds) for event in self.events]

    def kinds(self) -> list[PresenceKind]:
        return [event.kind for event in self.events]


def test_who_is_strong_for_two_seconds_has_entered() -> None:
    assert Story().goes_on(3, door=-60).told() == [("ENTER", "door", 1.0)]


def test_who_passes_by_has_not_entered() -> None:
    assert Story().goes_on(2, door=-70).goes_on(30, door=-90).told() == []


def test_a_stranger_to_the_threshold_never_enters() -> None:
    assert Story().goes_on(60, door=-80).told() == []


def test_a_challenger_must_be_stronger_for_two_seconds() -> None:
    story = Story().goes_on(5, door=-60, shoes=-75)
    story.goes_on(20, door=-60, shoes=-58)
    assert PresenceKind.MOVE not in story.kinds()
    story.goes_on(10, door=-70, shoes=-55)
    assert [event.zone for event in story.events if event.kind is PresenceKind.MOVE] == ["shoes"]


def test_a_challenger_for_a_moment_moves_nobody() -> None:
    story = Story().goes_on(10, door=-60, shoes=-80)
    story.goes_on(1, door=-60, shoes=-45).goes_on(20, door=-60, shoes=-100)
    assert PresenceKind.MOVE not in story.kinds()


def test_a_move_is_dated_to_the_begin_of_the_lead() -> None:
    story = Story().goes_on(10, door=-60, shoes=-90).goes_on(1, door=-90, shoes=-60)
    story.goes_on(10, door=-90, shoes=-60)
    (move,) = [event for event in story.events if event.kind is PresenceKind.MOVE]
    assert move.at_seconds in {11.0, 12.0}


def test_a_move_is_never_dated_before_what_was_said() -> None:
    story = Story().goes_on(10, door=-60, shoes=-90).goes_on(60, door=-90, shoes=-60)
    times = [event.at_seconds for event in story.events]
    assert PresenceKind.MOVE in story.kinds()
    assert times == sorted(times)


def test_a_lead_among_the_faint_moves_nobody() -> None:
    everywhere = {zone: ZoneRule(enter_rssi_dbm=-95, exit_rssi_dbm=-110) for zone in ("door", "shoes")}
    story = Story(everywhere).goes_on(5, door=-80, shoes=-100).goes_on(30, door=-92, shoes=-84)
    assert PresenceKind.MOVE not in story.kinds()


def test_deep_fades_do_not_hide_who_is_near() -> None:
    story = Story().goes_on(5, door=-66)
    for half in range(11, 61):
        story.tracker.hear(ANNA, DOOR, -66, POWER, half / 2)
        story.tracker.hear(ANNA, SHOES, -88 if half % 4 == 1 else -58, POWER, half / 2)
        story.events += story.tracker.tick(half / 2) if half % 2 == 0 else []
    assert [event.zone for event in story.events if event.kind is PresenceKind.MOVE] == ["shoes"]


def test_a_receiver_that_hears_no_more_loses_to_one_that_does() -> None:
    story = Story().goes_on(10, door=-55).goes_on(25, shoes=-65)
    assert [event.zone for event in story.events if event.kind is PresenceKind.MOVE] == ["shoes"]


def test_fading_is_smoothed() -> None:
    tracker = Tracker([Receiver(DOOR, "door")], {})
    for half in range(1, 41):
        tracker.hear(ANNA, DOOR, -50 if half % 2 else -70, POWER, half / 2)
    tracker.tick(20.0)
    (event,) = tracker.tick(22.0)
    assert event.evidence.smoothed_rssi_dbm == pytest.approx(-60, abs=5)


def test_dwell_comes_at_20_and_60_seconds_and_then_each_minute() -> None:
    story = Story().goes_on(190, door=-60)
    dwells = [event.dwell_seconds for event in story.events if event.kind is PresenceKind.DWELL]
    assert dwells == [20.0, 60.0, 120.0, 180.0]


def test_exit_is_back_dated_to_the_last_good_sample() -> None:
    story = Story().goes_on(30, door=-60).goes_on(60)
    assert story.told()[-1] == ("EXIT", "door", 30.0)
    assert story.events[-1].dwell_seconds == 29.0


def test_silence_is_no_stay() -> None:
    story = Story().goes_on(50, door=-60).goes_on(60)
    dwells = [event.dwell_seconds for event in story.events if event.kind is PresenceKind.DWELL]
    assert dwells == [20.0]


def test_a_fading_tag_leaves_after_ten_weak_seconds() -> None:
    story = Story().goes_on(10, door=-60).goes_on(40, door=-92)
    exits = [event for event in story.events if event.kind is PresenceKind.EXIT]
    assert len(exits) == 1
    assert exits[0].at_seconds == pytest.approx(10.0)


def test_an_interrupted_weakness_is_no_exit() -> None:
    story = Story().goes_on(10, door=-60)
    for _ in range(3):
        story.goes_on(10, door=-95).goes_on(6, door=-60)
    assert PresenceKind.EXIT not in story.kinds()


def test_a_deaf_radio_throws_nobody_out_even_when_they_are_slow_to_be_heard_again() -> None:
    story = Story().goes_on(30, door=-60).goes_on(600, deaf={DOOR, SHOES}).goes_on(15).goes_on(30, door=-60)
    assert PresenceKind.EXIT not in story.kinds()


def test_who_left_while_the_radio_was_deaf_leaves_in_doubt() -> None:
    story = Story().goes_on(30, door=-60).goes_on(600, deaf={DOOR, SHOES}).goes_on(60)
    assert story.told()[-1] == ("EXIT", "door", 30.0)
    assert story.events[-1].degraded


def test_a_degraded_radio_marks_its_events() -> None:
    story = Story()
    story.tracker.hear(ANNA, DOOR, -60, POWER, 0.1)
    for second in (1, 2, 3):
        story.tracker.hear(ANNA, DOOR, -60, POWER, second)
        story.events += story.tracker.tick(float(second), degraded=True)
    assert [event.degraded for event in story.events] == [True]


def test_who_is_no_longer_wanted_is_forgotten_without_a_word() -> None:
    story = Story().goes_on(10, door=-60)
    assert story.tracker.present == 1
    story.tracker.forget_unless(lambda _: False)
    assert story.tracker.present == 0
    assert story.goes_on(60).kinds() == [PresenceKind.ENTER]


def test_measured_power_and_offsets_bring_tags_and_receivers_to_one_scale() -> None:
    tracker = Tracker([Receiver(DOOR, "door", offset_db=5.0)], {})
    tracker.calibrate(2.0)
    for half in range(1, 8):
        tracker.hear(ANNA, DOOR, -50, -49, half / 2)
    events = [event for second in (1.0, 2.0, 3.0) for event in tracker.tick(second)]
    assert events[0].evidence.max_rssi_dbm == -50 - 5 - 2 - 10


def test_a_zone_has_its_own_threshold() -> None:
    rules = {"door": ZoneRule(enter_rssi_dbm=-50, exit_rssi_dbm=-60)}
    assert Story(rules).goes_on(20, door=-55).told() == []


def test_events_of_a_member_never_go_back_in_time() -> None:
    told = Story().goes_on(25, door=-60).goes_on(5, shoes=-50).goes_on(70).told()
    times = [at_seconds for _, _, at_seconds in told]
    assert times == sorted(times)


def test_a_member_whom_a_hearing_receiver_hears_moves_though_another_is_deaf() -> None:
    story = Story().goes_on(10, door=-60)
    for _ in range(30):
        story.goes_on(1, deaf={DOOR}, shoes=-65)
    assert PresenceKind.EXIT not in story.kinds()
    assert [event.zone for event in story.events if event.kind is PresenceKind.MOVE] == ["shoes"]


def test_who_only_a_deaf_receiver_would_hear_stays_though_another_hears() -> None:
    story = Story().goes_on(10, door=-60).goes_on(300, deaf={DOOR}).goes_on(5, door=-60)
    assert PresenceKind.EXIT not in story.kinds()
    assert story.tracker.present == 1


def test_a_radio_that_is_deaf_for_an_hour_knows_nobody_any_more() -> None:
    story = Story().goes_on(10, door=-60).goes_on(3700, deaf={DOOR, SHOES})
    assert story.told()[-1] == ("EXIT", "door", 10.0)
    assert story.events[-1].degraded


def test_a_member_goes_on_under_the_name_of_the_next_day() -> None:
    story = Story().goes_on(30, door=-60)
    story.tracker.rename({ANNA: b"tomorrow"})
    story.goes_on(40)
    assert [event.pseudonym for event in story.events] == [ANNA, ANNA, b"tomorrow"]
    assert story.events[-1].dwell_seconds == pytest.approx(29.0)


def test_the_servers_word_on_offsets_and_rules_comes_first_and_can_be_taken_back() -> None:
    story = Story({"door": ZoneRule(enter_rssi_dbm=-50, exit_rssi_dbm=-60)})
    story.tracker.configure({DOOR: 5.0}, {"door": ZoneRule()})
    assert story.goes_on(5, door=-72).told() == []
    assert [kind for kind, _, _ in story.goes_on(5, door=-70).told()] == ["ENTER"]
    story.tracker.configure({}, {})
    assert story.goes_on(30, door=-70).kinds()[-1] is PresenceKind.EXIT


def test_signals_come_every_five_seconds_and_sooner_when_much_has_changed() -> None:
    story = Story()
    shown = []
    for second in range(20):
        story.goes_on(1, door=-60 if second < 12 else -80)
        shown += [(second, signal.zone) for signal in story.tracker.signals(story.now)]
    assert [second for second, _ in shown][:3] == [0, 5, 10]
    assert {second for second, _ in shown} & {12, 13}


def test_no_signal_tells_of_who_is_heard_no_more() -> None:
    story = Story().goes_on(10, door=-60).goes_on(10)
    assert story.tracker.signals(story.now) == []
