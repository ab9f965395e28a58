"""What members' tags say of themselves: battery and temperature. Pure; nothing of it is ever on disk.

Telemetry does not say whose it is. It belongs to whoever announced an identifier from the same address a
moment ago; so the addresses of members' tags, and of nobody else's, are kept for seconds.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from beacon_gateway.identity.adverts import Telemetry

TIE_SECONDS: Final = 5.0  # ten adverts at 2 Hz; an address that announces nothing for longer may be anybody's
READINGS_MAX: Final = 200  # of one report: the wire's limit


@dataclass(frozen=True, slots=True)
class TagReading:
    """What a member's tag said last; `at_seconds` is the gateway's monotonic clock."""

    pseudonym: bytes
    telemetry: Telemetry
    at_seconds: float


class Tags:
    """The latest reading of each member who is near. Times are the gateway's monotonic clock, in seconds."""

    def __init__(self) -> None:
        self._whose: dict[str, tuple[bytes, float]] = {}
        self._readings: dict[bytes, TagReading] = {}

    def met(self, sender: str, pseudonym: bytes, at_seconds: float) -> None:
        """A member's tag announced itself from this address."""
        self._whose[sender] = (pseudonym, at_seconds)

    def told(self, sender: str, telemetry: Telemetry, at_seconds: float) -> None:
        """Somebody's tag told how it fares; of a stranger's nothing is kept."""
        pseudonym, met_at_seconds = self._whose.get(sender, (b"", 0.0))
        if pseudonym and at_seconds - met_at_seconds <= TIE_SECONDS:
            self._readings[pseudonym] = TagReading(pseudonym, telemetry, at_seconds)

    def tick(self, now_seconds: float) -> None:
        """Forgets the addresses that have announced nothing for `TIE_SECONDS`."""
        if any(now_seconds - at_seconds > TIE_SECONDS for _, at_seconds in self._whose.values()):
            self._whose = {
                sender: tie for sender, tie in self._whose.items() if now_seconds - tie[1] <= TIE_SECONDS
            }

    def forget_unless(self, keep: Callable[[bytes], bool]) -> None:
        self._whose = {sender: tie for sender, tie in self._whose.items() if keep(tie[0])}
        self._readings = {name: reading for name, reading in self._readings.items() if keep(name)}

    def rename(self, names: Mapping[bytes, bytes]) -> None:
        """Goes on under the pseudonyms of another day."""
        self._whose = {sender: (names.get(name, name), at) for sender, (name, at) in self._whose.items()}
        self._readings = {
            names.get(name, name): TagReading(names.get(name, name), one.telemetry, one.at_seconds)
            for name, one in self._readings.items()
        }

    def take(self) -> Sequence[TagReading]:
        """Hands the readings over, at most `READINGS_MAX`, and forgets them."""
        readings = list(self._readings.values())[:READINGS_MAX]
        for one in readings:
            del self._readings[one.pseudonym]
        return readings
