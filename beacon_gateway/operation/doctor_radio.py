"""The doctor's look at BlueZ, over D-Bus."""

from collections.abc import Iterator
from typing import Final

from dbus_fast import Message

from beacon_gateway.hearing.bluez import BLUEZ, BluezWatch, BusError
from beacon_gateway.hearing.recovery import RadioError, Trouble
from beacon_gateway.operation.finding import FAULT, HINT, OK, Finding
from beacon_gateway.settings import Settings

MONITOR: Final = "org.bluez.AdvertisementMonitorManager1"  # there only with Experimental=true, or by 5.77 on
FIXES: Final = {
    Trouble.NO_DAEMON: "systemctl enable --now bluetooth",
    Trouble.NO_ADAPTER: "is the adapter plugged in, and named as in bluetoothctl list?",
    Trouble.OFF: "rfkill unblock bluetooth; bluetoothctl power on",
    Trouble.HUNG: "systemctl restart bluetooth",
    Trouble.REFUSED: "let the gateway's user talk to org.bluez: add it to the group bluetooth",
}


async def examine_radio(settings: Settings) -> list[Finding]:
    adapters = [one.adapter for one in settings.receivers] or [settings.adapter]
    return [finding for adapter in adapters for finding in await _examine(adapter)]


async def _examine(adapter: str) -> list[Finding]:
    try:
        async with BluezWatch(adapter) as watch:
            name = await watch.find()
            return list(_hearing(name, await _offers(watch, name)))
    except OSError:
        fix = "apt install dbus bluez; systemctl enable --now bluetooth"
        return [Finding("bluetooth", FAULT, "there is no system bus", fix)]
    except RadioError as error:
        return [Finding("bluetooth", FAULT, f"{adapter}: {error.trouble.value}", FIXES[error.trouble])]
    except BusError as error:
        return [Finding("bluetooth", FAULT, f"{adapter}: {error.name}", FIXES[Trouble.REFUSED])]


def _hearing(name: str, offers: frozenset[str]) -> Iterator[Finding]:
    yield Finding("bluetooth", OK, f"{name} is there and on")
    if MONITOR in offers:
        yield Finding("monitor", OK, "BlueZ reports every advert")
    else:
        fix = "write Experimental = true under [General] of /etc/bluetooth/main.conf; restart bluetooth"
        yield Finding("monitor", HINT, f"{name} hears a little less than it could", fix)


async def _offers(watch: BluezWatch, name: str) -> frozenset[str]:
    """The interfaces that BlueZ offers for an adapter."""
    ask = Message(
        destination=BLUEZ,
        path="/",
        interface="org.freedesktop.DBus.ObjectManager",
        member="GetManagedObjects",
    )
    reply = await watch.ask(ask)
    return frozenset(reply.body[0].get(f"/org/bluez/{name}", {}))
