"""What a running gateway says of itself to `regulars-gateway status`: a small file, counts only.

It belongs in memory (/run), not on an SD card. Nobody is named in it.
"""

import asyncio
import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import structlog

WRITE_SECONDS: Final = 5.0
STALE_SECONDS: Final = 30.0  # six writes missed: whoever wrote it is gone, or stands still
DAY_SECONDS: Final = 86_400

log = structlog.get_logger()

Facts = Mapping[str, Any]


class StatusError(Exception):
    """There is no status; the text says why."""


class StatusFile:
    """Writes the newest facts every few seconds."""

    def __init__(self, path: Path, describe: Callable[[], Facts]) -> None:
        self._path = path
        self._describe = describe

    async def run(self) -> None:
        """Writes until cancelled, then takes the file away. A folder that is not there is not made."""
        try:
            while True:
                self.write()
                await asyncio.sleep(WRITE_SECONDS)
        except OSError as error:
            log.info("status.off", reason=error.strerror, path=str(self._path))
        finally:
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)

    def write(self) -> None:
        """Raises OSError."""
        made = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        facts = {"pid": os.getpid(), "written_at_seconds": time.time(), **self._describe()}
        made.write_text(json.dumps(facts), encoding="utf-8")
        made.replace(self._path)


def read(path: Path, now_seconds: float) -> Facts:
    """The facts of a gateway that runs now. Raises StatusError."""
    try:
        facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        age_seconds = now_seconds - facts["written_at_seconds"]
    except FileNotFoundError as error:
        raise StatusError(f"the gateway is not running (there is no {path})") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StatusError(f"{path} cannot be read: {error}") from error
    if not is_alive(facts["pid"]):
        raise StatusError(f"the gateway is not running: it was killed (pid {facts['pid']} is gone)")
    if abs(age_seconds) > STALE_SECONDS:
        raise StatusError(f"the gateway has said nothing for {age_seconds:.0f} s: it was killed, or it hangs")
    return facts


def is_alive(pid: int) -> bool:
    """Whether there is such a process, ours or another's."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def lines(facts: Facts, now_seconds: float) -> Iterator[str]:
    """The facts as an operator reads them."""
    yield f"{facts['gateway']} in {facts['store']}: running, version {facts['version']}, pid {facts['pid']}"
    state = "connected" if facts["connected"] else "not connected; events wait in the spool"
    yield f"server       {facts['server']}: {state}"
    if facts["reason"]:
        yield f"             {facts['reason']}"
    yield f"spool        {facts['spooled']} events wait, {facts['dropped']} were ever dropped"
    if facts["spool_error"]:
        yield f"             the disk refuses ({facts['spool_error']}): what waits is lost with a restart"
    yield f"members      {facts['members_present']} present"
    for radio in facts["radios"]:
        yield f"radio        {radio_line(radio)}"
    yield f"clock        {round(facts['clock_offset_seconds'], 1) + 0.0:+.1f} s to the server's"
    if facts["certificate_ends_at_seconds"] is not None:
        yield f"certificate  {left_of((facts['certificate_ends_at_seconds'] - now_seconds) / DAY_SECONDS)}"


def left_of(days: float) -> str:
    return f"{days:.0f} days left" if days > 0 else f"expired {-days:.0f} days ago: enrol anew"


def radio_line(radio: Facts) -> str:
    hears = "deaf" if radio["deaf"] else "hears less than it could" if radio["degraded"] else "hears"
    last = f"{radio['adverts']} adverts, the last {radio['silent_seconds']:.0f} s ago"
    return f"{radio['receiver']} {hears}: {last}"
