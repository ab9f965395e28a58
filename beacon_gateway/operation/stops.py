"""Where the installer stood, and when, on a calibration walk: TOML, by hand or by `record --stops`.

began_at = 1795354000.1   # Unix time from which the times count; left out, the recording's own beginning
entrances = ["door"]      # the zones that one comes in by, for a map of the store

[[stops]]                 # a step or two beside a receiver, the tag worn as customers wear theirs
receiver = "hci0"         # may be left out where there is one
gateway = "harbour-door"  # whose receiver it is, when several gateways record one walk
from = "0:20"             # as a stopwatch shows it, or in seconds
to = "0:35"
metres = 1.5

[[stops]]                 # anywhere in a zone
zone = "shoes"
from = "1:20"
to = "1:30"

[[outside]]               # a stand before the door or a window
from = "1:50"
to = "2:00"

[[pavement]]              # along the front outside, there and back
from = "2:10"
to = "4:00"
"""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from beacon_gateway.operation.recordings import Recording

STOP_METRES: Final = 1.5  # a hand's breadth more or less changes less than furniture does


class StopsError(ValueError):
    """A file of stops that says something else; the text says what."""


def _seconds(said: object) -> object:
    """Seconds of "1:05" or 65."""
    if not isinstance(said, str):
        return said
    minutes, _, seconds = said.rpartition(":")
    return int(minutes or 0) * 60 + float(seconds)


Moment = Annotated[float, BeforeValidator(_seconds)]


class Stretch(BaseModel):
    """A part of the walk, in seconds since it began."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    from_seconds: Moment = Field(alias="from")
    to_seconds: Moment = Field(alias="to")

    def holds(self, at_seconds: float) -> bool:
        return self.from_seconds <= at_seconds <= self.to_seconds

    def later(self, seconds: float) -> Self:
        times = {"from_seconds": self.from_seconds + seconds, "to_seconds": self.to_seconds + seconds}
        return self.model_copy(update=times)

    @model_validator(mode="after")
    def _goes_on(self) -> Self:
        if self.to_seconds <= self.from_seconds:
            raise ValueError("`to` must be later than `from`")
        return self


class Stop(Stretch):
    """A stand beside a receiver, or anywhere in a zone."""

    receiver: str = ""
    gateway: str = ""
    zone: str = ""
    metres: float = Field(default=STOP_METRES, ge=0.3, le=10)

    @model_validator(mode="after")
    def _is_one_place(self) -> Self:
        if self.zone and (self.receiver or self.gateway):
            raise ValueError("name a receiver or a zone, not both")
        return self


class Walk(BaseModel):
    """All of it. began_at: Unix time from which the times count; None: each recording's own beginning."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    began_at: float | None = None
    entrances: tuple[str, ...] = ()
    stops: tuple[Stop, ...] = ()
    outside: tuple[Stretch, ...] = ()
    pavement: tuple[Stretch, ...] = ()


def read_stops(path: Path) -> Walk:
    """Raises StopsError, OSError."""
    try:
        return Walk(**tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise StopsError("\n".join(_explain(path, fault) for fault in error.errors())) from error
    except (ValueError, TypeError) as error:
        raise StopsError(f"{path}: {error}") from error


def beside(recording: Recording, walk: Walk) -> Walk:
    """The walk by the recording's time, with its stops beside the recording's receivers, each by its name.

    Raises StopsError.
    """
    late_seconds = 0.0 if walk.began_at is None else walk.began_at - recording.began_at_seconds
    mine = [one for one in walk.stops if not one.zone and one.gateway in ("", recording.gateway)]
    if not mine:
        raise StopsError(f"no stop is beside a receiver of this recording ({_known(recording)})")
    stops = [one.later(late_seconds).model_copy(update={"receiver": _named(one, recording)}) for one in mine]
    return Walk(
        stops=tuple(stops),
        outside=tuple(one.later(late_seconds) for one in walk.outside),
        pavement=tuple(one.later(late_seconds) for one in walk.pavement),
    )


def _named(stop: Stop, recording: Recording) -> str:
    """The name of the receiver beside which the stop was."""
    if stop.receiver in recording.receivers:
        return stop.receiver
    if not stop.receiver and len(recording.receivers) == 1:
        return next(iter(recording.receivers))
    raise StopsError(f"stops: name a receiver, not {stop.receiver!r}; the recording has {_known(recording)}")


def _known(recording: Recording) -> str:
    return ", ".join(f"{name} ({zone})" for name, zone in recording.receivers.items())


def _explain(path: Path, fault: Any) -> str:
    field = ".".join(str(step + 1) if isinstance(step, int) else step for step in fault["loc"])
    return f"{path}: {field or 'stops'}: {fault['msg'].removeprefix('Value error, ')}"


def text_of(walk: Walk) -> str:
    """The file as `read_stops` reads it."""
    lines = [] if walk.began_at is None else [f"began_at = {walk.began_at:.3f}"]
    if walk.entrances:
        lines.append(f"entrances = [{', '.join(map(_value, walk.entrances))}]")
    for kind in ("stops", "outside", "pavement"):
        for one in getattr(walk, kind):
            said = one.model_dump(by_alias=True, exclude_defaults=True)
            lines += ["", f"[[{kind}]]", *(f"{name} = {_value(what)}" for name, what in said.items())]
    return "\n".join(lines).lstrip() + "\n"


def _value(what: object) -> str:
    if isinstance(what, float):
        return f"{what:.1f}"
    return '"' + str(what).replace("\\", "\\\\").replace('"', '\\"') + '"'
