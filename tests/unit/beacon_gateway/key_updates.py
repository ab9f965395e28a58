"""Key tables as a server would send them."""

from collections.abc import Mapping

from beacon_gateway.identity.identities import eid
from beacon_gateway.identity.key_table import ROTATION_SECONDS, KeyUpdate, Span, Stretch

DAY_SECONDS = 86_400


def day_of(at_seconds: float) -> Span:
    starts = at_seconds // DAY_SECONDS * DAY_SECONDS
    return Span(starts, starts + DAY_SECONDS)


def window_of(at_seconds: float) -> Span:
    starts = at_seconds // ROTATION_SECONDS * ROTATION_SECONDS
    return Span(starts, starts + ROTATION_SECONDS)


def windows_of(key: bytes | None, at_seconds: float, count: int, row: int = 0) -> tuple[Stretch, ...]:
    """What one row announces from the window before `at_seconds` on; nobody's row announces nothing."""
    spans = [window_of(at_seconds + number * ROTATION_SECONDS) for number in range(-1, count - 1)]
    return tuple(Stretch(span, row, eid(key, int(span[0])) if key else bytes(8)) for span in spans)


def whole(version: str, members: Mapping[bytes, bytes], at_seconds: float, windows: int = 3) -> KeyUpdate:
    """A table of members, identity key -> pseudonym (the same on each day), for some windows."""
    rows = enumerate(members.items())
    days = sorted({day_of(at_seconds + number * ROTATION_SECONDS) for number in range(-1, windows)})
    cells = b"".join(members.values())
    return KeyUpdate(
        "",
        version,
        tuple(one for row, (key, _) in rows for one in windows_of(key, at_seconds, windows, row)),
        tuple(Stretch(day, 0, cells) for day in days if cells),
    )
