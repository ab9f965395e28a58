"""What to do about a radio that hears nothing: a ladder from the mildest remedy to the strongest.

Pure: time is an argument, and nothing is done here; `repairs` does it.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields, replace
from enum import Enum, IntEnum
from typing import Final

BACKOFF_SECONDS_MIN: Final = 0.5
BACKOFF_SECONDS_MAX: Final = 12.0  # a cause that ends without a word is noticed within 15 s
ANNOUNCED_SECONDS_MAX: Final = 30.0  # BlueZ tells when it or the adapter is back
BUSY_PAUSE_SECONDS: Final = 1.0


class Trouble(Enum):
    """Why a scan does not run, or hears nothing."""

    NO_DAEMON = "bluetoothd is not there"
    NO_ADAPTER = "the adapter is not there"
    OFF = "the adapter is switched off"
    BUSY = "BlueZ says that an operation is in progress"
    HUNG = "BlueZ does not answer in time"
    REFUSED = "BlueZ refuses"
    SILENT = "the scan runs and hears nothing"


class Rung(IntEnum):
    """The remedies, mildest first."""

    RESTART_SCAN = 0
    POWER_CYCLE = 1
    RESTART_BLUETOOTH = 2
    USB_RESET = 3
    EXIT = 4


class RadioError(Exception):
    """A scan failed, or fell silent."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


# Remedies that disturb every adapter of the machine: not while another one hears.
SHARED_RUNGS: Final = frozenset({Rung.RESTART_BLUETOOTH, Rung.EXIT})

_ALL: Final = frozenset(Rung)
_HELPS: Final = {
    Trouble.NO_DAEMON: frozenset({Rung.RESTART_BLUETOOTH}),
    Trouble.NO_ADAPTER: frozenset({Rung.RESTART_BLUETOOTH, Rung.USB_RESET}),
    Trouble.OFF: _ALL,
    Trouble.BUSY: _ALL,
    Trouble.HUNG: _ALL,
    Trouble.REFUSED: _ALL,
    Trouble.SILENT: _ALL - {Rung.EXIT},  # after all the others it is the store that is empty
}
_ANNOUNCED: Final = frozenset({Trouble.NO_DAEMON, Trouble.NO_ADAPTER})
_NOT_WEDGED: Final = _ANNOUNCED | {Trouble.SILENT}  # whatever else follows on one of these is a new story


@dataclass(frozen=True, slots=True)
class Patience:
    """How long each thing may take, and each remedy to show its effect, in seconds; none is negative."""

    start: float = 12.0  # bluetoothd answers in milliseconds, or is wedged; the next try is to be within 15 s
    stop: float = 5.0
    silence: float = 30.0  # of a scan, in a store full of phones
    monitor: float = 60.0  # one that BlueZ takes back sooner will be taken back again
    monitor_rest: float = 300.0  # until it is asked for again; the scan alone hears nearly as much
    empty_silence: float = 300.0  # once two scans have heard nothing: then it is night
    look: float = 1.0  # between two looks at a scan; without a monitor, how often it is refreshed
    settle: float = 0.5  # BlueZ announces a change before it has finished it
    doubt: float = 5.0  # a shorter silence says that members left, a longer one that we may be deaf
    sound: float = 60.0  # a scan that heard for so long was well again
    restart: float = 10.0  # mere restarts of the scan before the adapter is switched off and on
    busy: float = 12.0  # a new bluetoothd answers InProgress for 9.5 s
    power_cycle: float = 20.0
    bluetooth: float = 30.0  # a new bluetoothd needs half of it
    usb: float = 30.0  # the kernel finds the adapter anew, then bluetoothd does
    rest: float = 600.0  # when all was tried: restarts only, then once more from the start
    empty_rest: float = 3600.0  # the same for silence

    def __post_init__(self) -> None:
        for one in fields(self):
            if not getattr(self, one.name) >= 0:
                raise ValueError(f"{one.name} must not be negative")


@dataclass(frozen=True, slots=True)
class Climb:
    """How far up the ladder a radio is.

    rung: the last remedy beyond a restart, or RESTART_SCAN.
    at_seconds: when it was taken, or when the trouble began.
    trouble: the latest; None on the ground. failures: scans that failed since the remedy.
    hung: BlueZ has left a call of ours open, so that what it is busy with may be us.
    """

    rung: Rung = Rung.RESTART_SCAN
    at_seconds: float = 0.0
    trouble: Trouble | None = None
    failures: int = 0
    hung: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """What to do now, and how long to wait at most before the next scan."""

    rung: Rung
    pause_seconds: float


def forgive(climb: Climb, heard_seconds: float, patience: Patience) -> Climb:
    """The bottom of the ladder for a radio that has heard for long enough, else where it was."""
    return Climb() if heard_seconds >= patience.sound else climb


def next_step(
    climb: Climb, trouble: Trouble, now_seconds: float, usable: AbstractSet[Rung], patience: Patience
) -> tuple[Climb, Step]:
    """What follows on a scan that failed or fell silent.

    usable: the remedies that are permitted here and now; a restart of the scan always is.
    """
    if climb.trouble is None or (climb.trouble in _NOT_WEDGED and trouble not in _NOT_WEDGED):
        climb = Climb(at_seconds=now_seconds)
    hung = climb.hung or trouble is Trouble.HUNG
    climb = replace(climb, trouble=trouble, failures=climb.failures + 1, hung=hung)
    rung = _due(climb, now_seconds, _HELPS[trouble] & usable, patience)
    if rung is Rung.RESTART_SCAN:
        return climb, Step(rung, _pause_seconds(climb))
    return Climb(rung, now_seconds, trouble), Step(rung, BACKOFF_SECONDS_MIN)


def _due(climb: Climb, now_seconds: float, remedies: AbstractSet[Rung], patience: Patience) -> Rung:
    """The next remedy once the last one has had its time; at the top a rest, then the first one anew."""
    beyond = sorted(remedies - {Rung.RESTART_SCAN})
    stronger = [rung for rung in beyond if rung > climb.rung]
    wait_seconds = _patience_seconds(climb, patience) if stronger else _rest_seconds(climb, patience)
    if not beyond or now_seconds - climb.at_seconds < wait_seconds:
        return Rung.RESTART_SCAN
    return (stronger or beyond)[0]


def _patience_seconds(climb: Climb, patience: Patience) -> float:
    if climb.rung is Rung.RESTART_SCAN and climb.trouble is Trouble.BUSY and not climb.hung:
        return patience.busy
    return {
        Rung.RESTART_SCAN: patience.restart,
        Rung.POWER_CYCLE: patience.power_cycle,
        Rung.RESTART_BLUETOOTH: patience.bluetooth,
    }.get(climb.rung, patience.usb)


def _rest_seconds(climb: Climb, patience: Patience) -> float:
    return patience.empty_rest if climb.trouble is Trouble.SILENT else patience.rest


def _pause_seconds(climb: Climb) -> float:
    """Doubles with each failure, up to what the kind of trouble allows."""
    if climb.trouble is Trouble.BUSY:
        return BUSY_PAUSE_SECONDS
    longest = ANNOUNCED_SECONDS_MAX if climb.trouble in _ANNOUNCED else BACKOFF_SECONDS_MAX
    return min(longest, BACKOFF_SECONDS_MIN * 2.0 ** min(climb.failures - 1, 10))
