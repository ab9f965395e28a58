"""Where a gateway's receivers hear, and from which strength on a zone counts as entered or left. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from beacon_gateway.identity.adverts import MEASURED_POWER_DBM


@dataclass(frozen=True, slots=True)
class ZoneRule:
    """When a zone counts as entered and left, in dBm at a tag of -59 dBm at 1 m.

    enter_hold_seconds: for how long it must be heard so strong; who passes by is near for less.
    """

    enter_rssi_dbm: float = -76.0
    exit_rssi_dbm: float = -84.0
    bias_db: float = 0.0
    enter_hold_seconds: float = 2.0


# A receiver just inside a door hears the pavement nearly as well as the doorway: only who comes right below
# it is in, and who is a little off has left.
DOOR_RULE: Final = ZoneRule(enter_rssi_dbm=-66.0, exit_rssi_dbm=-78.0, enter_hold_seconds=0.0)
# Where the server decides by all gateways who has come in, each says of whomever is about that they are.
NEAR_RULE: Final = ZoneRule(enter_rssi_dbm=-76.0, exit_rssi_dbm=-80.0, enter_hold_seconds=0.0)
# A zone that reaches to the window: the door tells first who comes in.
INNER_RULE: Final = ZoneRule(enter_rssi_dbm=-70.0)


@dataclass(frozen=True, slots=True)
class Receiver:
    """A receiver, the zone that it covers, and by how much it hears stronger than it should."""

    name: str
    zone: str
    offset_db: float = 0.0


@dataclass(frozen=True, slots=True)
class Tuning:
    """What the server tells a gateway to do differently; where it says nothing, the gateway's own holds.

    rssi_offset_db: of all receivers, on top of each one's own.
    tells_news: says HEARD of who is new, since the server knows how each place of the store is heard.
    """

    rssi_offset_db: float = 0.0
    receiver_offsets_db: Mapping[str, float] = field(default_factory=dict)
    zone_rules: Mapping[str, ZoneRule] = field(default_factory=dict)
    tells_news: bool = False


class Room:
    """A gateway's receivers with their zones, offsets and rules. What the server says comes first."""

    def __init__(self, receivers: Iterable[Receiver], rules: Mapping[str, ZoneRule]) -> None:
        self._receivers = tuple(receivers)
        self._rules = dict(rules)
        self.zone_of = {receiver.name: receiver.zone for receiver in self._receivers}
        self.common_offset_db = 0.0
        self.configure({}, {})

    def configure(
        self, offsets_db: Mapping[str, float], rules: Mapping[str, ZoneRule], *, tells_news: bool = False
    ) -> None:
        """Takes the server's offsets by receiver and rules by zone; where it says nothing, ours hold.

        tells_news: the server decides who has come in; then it is told of whomever is near.
        """
        self.tells_news = tells_news
        self._offset_db = {r.name: offsets_db.get(r.name, r.offset_db) for r in self._receivers}
        given = {**self._rules, **rules}
        self.rule_of = {receiver.name: given.get(receiver.zone, ZoneRule()) for receiver in self._receivers}
        if self.tells_news:
            self.rule_of = dict.fromkeys(self.rule_of, NEAR_RULE)

    def normal_rssi_dbm(self, receiver: str, rssi_dbm: int, measured_power_dbm: int) -> float:
        """The strength as a receiver without an offset would hear a tag of -59 dBm at 1 m."""
        offset_db = self._offset_db[receiver] + self.common_offset_db
        return rssi_dbm - offset_db - (measured_power_dbm - MEASURED_POWER_DBM)
