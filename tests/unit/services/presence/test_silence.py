"""When a visit is over although no gateway said so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.presence.rules.gateways import Gateway
from services.presence.rules.silence import holders_of, is_deserted
from services.presence.rules.stays import Word
from services.presence.rules.visits import Visit, VisitState

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
VISIT = Visit("v", "anna", "camden", "door", VisitState.DWELLING, NOON - 5 * MINUTE, NOON)


def gateway(contact_minutes: float, *, deaf: bool = False) -> Gateway:
    """One that was heard of so many minutes after NOON."""
    health = {"radios": [{"receiver": "hci0", "deaf": True} if deaf else {"receiver": "hci0"}]}
    return Gateway("gw-1", "camden", "1", NOON + contact_minutes * MINUTE, health, None, 0, None)


@pytest.mark.parametrize(
    ("minutes", "holders", "expected"),
    [
        (9, [gateway(0)], False),  # ten words are not missing yet
        (10, [gateway(0)], True),  # it died
        (10, [gateway(10)], True),  # it is there, hears, and knows nothing of the member
        (30, [gateway(30, deaf=True)], False),  # it is there and hears nothing
        (30, [gateway(0), gateway(30, deaf=True)], False),  # any of them may say more
        (30, [gateway(15, deaf=True)], True),  # it was deaf, and then it died
        (240, [gateway(240, deaf=True)], True),  # nobody stays so long
        (10, [], True),  # nobody knows of it any more
    ],
)
def test_a_visit_is_over_when_nobody_is_left_to_end_it(
    minutes: float, holders: list[Gateway], expected: bool
) -> None:
    assert is_deserted(VISIT, holders, NOON + minutes * MINUTE) is expected


def test_only_who_has_not_said_exit_last_holds_a_visit() -> None:
    def word(name: str, seq: int, kind: str, minutes: float) -> Word:
        return Word(name, seq, kind, "door", NOON + minutes * MINUTE, 0.0)

    said = [
        word("left", 1, "ENTER", 0),
        word("left", 2, "EXIT", 2),
        word("holds", 2, "DWELL", 1),
        word("holds", 1, "EXIT", 0),
    ]
    assert holders_of(said) == {"holds"}
