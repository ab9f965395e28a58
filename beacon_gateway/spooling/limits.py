"""How much a spool keeps, and how it fares."""

from dataclasses import dataclass
from typing import Final

from beacon_gateway.spooling.shelf import Drops

BYTES_MAX: Final = 200_000_000  # weeks of a busy store, small beside an SD card
BYTES_IN_MEMORY_MAX: Final = 8_000_000  # some 60,000 events; the whole gateway has 80 MB
DAYS_MAX: Final = 7.0  # the server forgets what gateways call a member soon after


@dataclass(frozen=True, slots=True)
class SpoolLimits:
    """How much is kept, and for how long."""

    bytes_max: int = BYTES_MAX
    bytes_in_memory_max: int = BYTES_IN_MEMORY_MAX
    days_max: float = DAYS_MAX


LIMITS: Final = SpoolLimits()


@dataclass(frozen=True, slots=True)
class SpoolReport:
    """How the spool fares.

    error: why the disk refuses, empty when it does not; what waits in memory then does not survive a restart.
    set_aside: broken files, ever.
    """

    waiting: int
    drops: Drops
    error: str
    set_aside: int
    bytes_used: int

    @property
    def dropped(self) -> int:
        return self.drops.total()
