"""Whether a monitor is worth asking for: BlueZ may take one back that it had accepted. Pure."""

from dataclasses import dataclass

from beacon_gateway.hearing.recovery import Patience


@dataclass(slots=True)
class MonitorRecord:
    """What became of one adapter's monitors. Times are the gateway's monotonic clock, in seconds."""

    patience: Patience
    lost: int = 0
    began_at_seconds: float = float("-inf")
    rests_until_seconds: float = float("-inf")

    def begin(self, at_seconds: float) -> None:
        """BlueZ has accepted one."""
        self.began_at_seconds = at_seconds

    def lose(self, at_seconds: float) -> None:
        """BlueZ has taken it back; one that it took back at once is not asked for again for a while."""
        self.lost += 1
        if at_seconds - self.began_at_seconds < self.patience.monitor:
            self.rests_until_seconds = at_seconds + self.patience.monitor_rest

    def rests(self, now_seconds: float) -> bool:
        return now_seconds < self.rests_until_seconds
