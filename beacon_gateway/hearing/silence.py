"""What a radio's silence means. Pure: time is an argument.

Silence is not absence: a deaf radio must not throw anyone out. It counts as absence when it is short, or when
a second scan, on an adapter that was switched off and on, hears nothing either and no other adapter does.
"""

from dataclasses import dataclass
from typing import Final

from beacon_gateway.hearing.recovery import Patience

QUIET_SCANS_MIN: Final = 2  # in a row; after the second the adapter is switched off and on


@dataclass(slots=True)
class Silence:
    """How long one adapter has heard nothing. Times are the gateway's monotonic clock, in seconds."""

    patience: Patience
    scanning: bool = False
    started_at_seconds: float = 0.0
    heard_at_seconds: float = float("-inf")
    quiet_scans: int = 0

    def start(self, at_seconds: float) -> None:
        """A scan has begun."""
        self.scanning, self.started_at_seconds = True, at_seconds

    def hear(self, at_seconds: float) -> None:
        """An advert came, of anyone."""
        self.heard_at_seconds, self.quiet_scans = at_seconds, 0

    def stop(self) -> None:
        """The scan is over, for whatever reason."""
        self.scanning = False

    def give_up(self) -> None:
        """The scan was silent for too long."""
        self.quiet_scans += 1

    def seconds(self, now_seconds: float) -> float:
        """Since the last advert of this scan, or since its start."""
        return now_seconds - max(self.heard_at_seconds, self.started_at_seconds)

    def heard_seconds(self) -> float:
        """For how long this scan has heard adverts; 0 when it has heard none."""
        return max(0.0, self.heard_at_seconds - self.started_at_seconds)

    def hears(self, now_seconds: float) -> bool:
        """An advert came within the time in which silence is not yet doubtful."""
        return self.scanning and now_seconds - self.heard_at_seconds <= self.patience.doubt

    def proven(self, *, others_hear: bool) -> bool:
        """The silence is the store's: two scans have heard nothing, and nobody else hears anything."""
        return self.quiet_scans >= QUIET_SCANS_MIN and not others_hear

    def limit_seconds(self, *, others_hear: bool) -> float:
        """After how long a silence the scan is started anew."""
        longest = max(self.patience.silence, self.patience.empty_silence)
        return longest if self.proven(others_hear=others_hear) else self.patience.silence

    def deaf(self, now_seconds: float, *, others_hear: bool) -> bool:
        """True while the silence says nothing about who is there: before the first advert of a scan too."""
        if not self.scanning:
            return True
        doubtful = self.heard_at_seconds < self.started_at_seconds or not self.hears(now_seconds)
        return doubtful and not self.proven(others_hear=others_hear)
