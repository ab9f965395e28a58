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
    _released: tuple[float, int] | None = None

    def begin(self, at_seconds: float) -> None:
        """BlueZ has accepted one."""
        self.began_at_seconds = at_seconds

    def refuse(self, at_seconds: float) -> None:
        """BlueZ did not accept one: it is not allowed to, or was busy with something else."""
        self.rests_until_seconds = at_seconds + self.patience.monitor_rest

    def release(self, at_seconds: float, changes: int) -> None:
        """BlueZ has taken it back. changes: how often bluetoothd or the adapter had come or gone by then."""
        self._released = at_seconds, changes

    def forgive(self) -> None:
        """Whatever was released went with the bus."""
        self._released = None

    def lost_another(self, changes: int) -> bool:
        """True, once, for a monitor that was taken back on its own: what goes with its adapter is not.

        One that was taken back soon after it had been accepted is not asked for again for a while.
        """
        released, self._released = self._released, None
        if released is None or released[1] != changes:
            return False
        self.lost += 1
        if released[0] - self.began_at_seconds < self.patience.monitor:
            self.rests_until_seconds = released[0] + self.patience.monitor_rest
        return True

    def rests(self, now_seconds: float) -> bool:
        return now_seconds < self.rests_until_seconds
