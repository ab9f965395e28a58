"""Leads an installer through a calibration walk while the radio is recorded, and notes when each stop was."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

from beacon_gateway.operation.recordings import Recorder
from beacon_gateway.operation.stops import STOP_METRES, Stop, StopsError, Stretch, Walk, text_of
from beacon_gateway.tracking.room import Receiver

STOP_SECONDS: Final = 15.0  # thirty adverts of a tag at 2 Hz
SIDES: Final = ("in front of it", "to its left", "behind it", "to its right")
SPOT: Final = "Spots for the map, about four in each zone, near its corners. Type the next one's zone, or s"
LEFT_OUT: Final = "s"
WELCOME: Final = (
    "Wear the tag as your customers do. Enter goes on; s and Enter leaves a step out, or ends what is asked"
    " again and again."
)

Ask = Callable[[str], Awaitable[str]]  # says something, and returns the line that is typed
Say = Callable[[str], None]


class Guide:
    """Asks for one stop after the other. now: seconds of the recording."""

    def __init__(
        self, ask: Ask, say: Say, now: Callable[[], float], stop_seconds: float = STOP_SECONDS
    ) -> None:
        self._ask = ask
        self._say = say
        self._now = now
        self._stop_seconds = stop_seconds
        self._stops: list[Stop] = []

    async def lead(self, receivers: Iterable[Receiver], began_at: Callable[[], float]) -> str:
        """All of the walk; answers the file of stops. began_at: Unix time of the recording's beginning."""
        self._say(WELCOME)
        for receiver in receivers:
            await self._stand_around(f"{receiver.name} ({receiver.zone})", receiver=receiver.name)
        while name := await self._typed("Another gateway that records this walk: type its name, or s"):
            await self._stand_around(name, gateway=name)
        entrance = await self._typed("For a map of the store, the zone that one comes in by: type it, or s")
        if entrance:
            await self._stand("just inside the door", zone=entrance)
        while zone := await self._typed(SPOT):
            await self._stand("there", zone=zone)
        outside = await self._stand_outside()
        pavement = await self._walk_outside()
        entrances = (entrance,) if entrance else ()
        stops = tuple(self._stops)
        return text_of(
            Walk(began_at=began_at(), entrances=entrances, stops=stops, outside=outside, pavement=pavement)
        )

    async def _stand_around(self, what: str, **place: str) -> None:
        for side in SIDES:
            await self._stand(f"{what}: {STOP_METRES:g} m {side}", **place)

    async def _stand(self, where: str, **place: str) -> None:
        if (stretch := await self._stretch(where)) is not None:
            self._stops.append(Stop.model_validate({**stretch, **place}))

    async def _stand_outside(self) -> tuple[Stretch, ...]:
        found = []
        while (stretch := await self._stretch("outside before the door or a window")) is not None:
            found.append(Stretch.model_validate(stretch))
        return tuple(found)

    async def _stretch(self, where: str) -> dict[str, Any] | None:
        """From when to when somebody stood there; None when that was left out."""
        if await self._typed(f"Stand {where}, then Enter", otherwise="here") != "here":
            return None
        begun = self._now()
        self._say(f"stay for {self._stop_seconds:.0f} s, and turn around once")
        await asyncio.sleep(self._stop_seconds)
        return {"from": begun, "to": self._now()}

    async def _walk_outside(self) -> tuple[Stretch, ...]:
        asked = "Walk along the front, as close as people pass, there and back: Enter as you begin"
        if await self._typed(asked, otherwise="begun") != "begun":
            return ()
        begun = self._now()
        await self._ask("Enter when you are back")
        return (Stretch.model_validate({"from": begun, "to": self._now()}),)

    async def _typed(self, asked: str, otherwise: str = "") -> str:
        """What was typed; empty when the step was left out."""
        typed = (await self._ask(asked)).strip()
        return "" if typed.lower() == LEFT_OUT else typed or otherwise


async def led(recorder: Recorder, receivers: Iterable[Receiver], say: Say) -> str:
    """The file of stops of a walk that is being recorded, as the terminal answers."""
    return await Guide(ask_terminal, say, recorder.seconds).lead(receivers, recorder.began_at_seconds)


async def ask_terminal(asked: str) -> str:
    """Asks whoever types on the terminal. Raises StopsError when the terminal is closed."""
    try:
        return await asyncio.to_thread(input, f"{asked}: ")
    except EOFError as error:
        raise StopsError("the terminal was closed in the middle of the walk: begin anew") from error
