import pytest
from hypothesis import given
from hypothesis import strategies as st

from beacon_gateway.identity.identities import Resolver, eid
from beacon_gateway.identity.key_table import ROTATION_SECONDS, Coverage, KeyUpdate, StaticTag, Stretch
from tests.unit.beacon_gateway.key_updates import DAY_SECONDS, day_of, whole, window_of, windows_of

KEY, OTHER = bytes.fromhex("0102030405060708090A111213141516"), bytes(range(16))
ANNA, BEN = b"anna----", b"ben-----"
NOON = 1_767_225_600.0 + 12 * 3600


@pytest.mark.parametrize(("at_seconds", "expected"), [(0, "A9B76A71C5F89290"), (2000, "4144413E45FEFA58")])
def test_eid_matches_the_published_vectors(at_seconds: int, expected: str) -> None:
    assert eid(KEY, at_seconds).hex().upper() == expected


@given(st.integers(0, 2**32 - 1))
def test_an_identifier_lasts_exactly_one_rotation(at_seconds: int) -> None:
    starts = at_seconds // ROTATION_SECONDS * ROTATION_SECONDS
    assert eid(KEY, at_seconds) == eid(KEY, starts)
    assert eid(KEY, at_seconds) != eid(KEY, (starts + ROTATION_SECONDS) % 2**32)


def resolver(windows: int = 44, at_seconds: float = NOON) -> Resolver:
    made = Resolver()
    made.take(whole("v-1", {KEY: ANNA, OTHER: BEN}, at_seconds, windows), at_seconds)
    return made


@pytest.mark.parametrize("late_seconds", [-ROTATION_SECONDS, 0, ROTATION_SECONDS])
def test_a_tag_whose_clock_is_off_by_one_rotation_is_known(late_seconds: int) -> None:
    assert resolver().pseudonyms[eid(KEY, int(NOON) - late_seconds)] == ANNA


def test_only_identifiers_within_one_rotation_of_now_are_known() -> None:
    known, later = resolver(), NOON + 10 * ROTATION_SECONDS
    assert eid(KEY, int(later)) not in known.pseudonyms
    known.refresh(later)
    assert set(known.pseudonyms.values()) == {ANNA, BEN}
    assert eid(KEY, int(later)) in known.pseudonyms
    assert eid(KEY, int(NOON)) not in known.pseudonyms


def test_a_whole_table_replaces_the_one_before() -> None:
    known = resolver()
    known.take(whole("w-1", {OTHER: BEN}, NOON), NOON)
    assert set(known.pseudonyms.values()) == {BEN}
    assert known.table.version == "w-1"


def test_a_member_who_is_forgotten_is_unknown_at_once_in_every_window() -> None:
    known = resolver()
    known.take(KeyUpdate("v-1", "v-2", forgotten_rows=(0,)), NOON)
    for hours in range(12):
        known.refresh(NOON + hours * 3600)
        assert set(known.pseudonyms.values()) == {BEN}
    assert not known.table.holds(ANNA)


def test_a_member_who_comes_is_known_at_once() -> None:
    known, key = resolver(windows=3), bytes(16)
    names = (Stretch(day_of(NOON), 2, b"clara---"),)
    known.take(KeyUpdate("v-1", "v-2", windows_of(key, NOON, 3, row=2), names), NOON)
    assert known.pseudonyms[eid(key, int(NOON))] == b"clara---"
    assert known.pseudonyms[eid(KEY, int(NOON))] == ANNA


def test_a_fixed_identifier_is_known_at_all_times_and_goes_with_its_row() -> None:
    known, tag = resolver(), b"\x01" + bytes(20)
    update = KeyUpdate(
        "v-1",
        "v-2",
        pseudonyms=(Stretch(day_of(NOON), 2, b"clara---"),),
        tags=(StaticTag(2, tag),),
    )
    known.take(update, NOON)
    assert known.pseudonyms[tag] == b"clara---"
    known.refresh(NOON + 3600)
    assert known.pseudonyms[tag] == b"clara---"
    known.take(KeyUpdate("v-2", "v-3", forgotten_rows=(2,)), NOON)
    assert tag not in known.pseudonyms


def test_when_a_day_ends_the_members_go_on_under_other_names() -> None:
    late = NOON + DAY_SECONDS / 2 - 600
    known = resolver(at_seconds=late)
    tomorrow = day_of(late + 3600)
    known.take(KeyUpdate("v-1", "v-2", pseudonyms=(Stretch(tomorrow, 0, b"anna+++ben+++++?"),)), late)
    assert known.refresh(late + 300) == {}
    assert known.refresh(late + 900) == {ANNA: b"anna+++b", BEN: b"en+++++?"}
    assert known.pseudonyms[eid(KEY, int(late) + 900)] == b"anna+++b"
    assert known.refresh(late + 901) == {}


def test_a_table_says_when_it_is_for_another_time() -> None:
    known = resolver(windows=44)
    hours = 3600
    assert Resolver().coverage(NOON) is Coverage.NONE
    assert known.coverage(NOON) is Coverage.CURRENT
    assert known.coverage(NOON + 11 * hours) is Coverage.CURRENT
    assert known.coverage(NOON - 2 * hours) is Coverage.AHEAD
    assert known.coverage(0.0) is Coverage.AHEAD
    assert known.coverage(NOON + 14 * hours) is Coverage.OVER


def test_a_table_of_the_future_is_kept_for_its_time() -> None:
    known = Resolver()
    known.take(whole("v-1", {KEY: ANNA}, NOON, 44), 0.0)
    assert dict(known.pseudonyms) == {}
    known.refresh(NOON)
    assert known.pseudonyms[eid(KEY, int(NOON))] == ANNA


def test_a_window_begins_where_the_tags_counter_does() -> None:
    assert window_of(NOON).starts_at_seconds % ROTATION_SECONDS == 0
