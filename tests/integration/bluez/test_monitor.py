"""A monitor that BlueZ takes back after it had accepted it: nothing else would tell, and most adverts go."""

from dataclasses import replace

from structlog.testing import capture_logs

from beacon_gateway.hearing.recovery import Patience
from tests.integration.bluez.listening import Listening, bluez, until

TAG = "C0:00:00:00:00:01"
QUICK = Patience(start=0.3, stop=0.3, look=0.1, settle=0.05, restart=0.1)
LASTING = replace(QUICK, monitor=0.0)  # whatever was accepted was accepted for long enough
BRIEF = replace(QUICK, monitor=60.0, monitor_rest=0.6)


async def test_a_monitor_that_is_released_is_registered_again_and_counted(bus: str) -> None:
    with capture_logs() as logs:
        async with bluez(bus) as daemon, Listening(patience=LASTING) as ears:
            await until(lambda: daemon.first.hears_all)
            daemon.release_monitors()
            assert not daemon.first.hears_all
            await until(lambda: daemon.first.hears_all)
            for rssi_dbm in (-60, -61, -62):
                daemon.hear(TAG, rssi_dbm, {})
            await until(lambda: ears.strengths() == [-60, -61, -62])
            assert ears.report.monitors_lost == 1
            assert not ears.radio.degraded()
    assert [entry["times"] for entry in logs if entry["event"] == "radio.monitor_lost"] == [1]


async def test_a_monitor_that_is_released_at_once_is_done_without_for_a_while(bus: str) -> None:
    async with bluez(bus) as daemon, Listening(patience=BRIEF) as ears:
        daemon.first.rejects = True
        await until(lambda: ears.report.monitors_lost == 1)
        await until(ears.radio.degraded)
        starts = daemon.first.starts
        await until(lambda: daemon.first.starts >= starts + 3)
        assert daemon.first.offers == 1
        daemon.first.rejects = False
        await until(lambda: daemon.first.hears_all)
        assert not ears.radio.degraded()
        assert ears.report.monitors_lost == 1


async def test_a_monitor_that_was_refused_is_asked_for_again_after_a_while(bus: str) -> None:
    async with bluez(bus, experimental=False) as daemon, Listening(patience=BRIEF) as ears:
        await until(ears.radio.degraded)
        daemon.experimental = True
        await until(lambda: daemon.first.hears_all)
        assert not ears.radio.degraded()


async def test_one_adapters_lost_monitor_does_not_disturb_the_other(bus: str) -> None:
    async with bluez(bus) as daemon:
        second = daemon.plug_in("hci1", "00:00:00:00:00:02")
        async with Listening("hci0", "hci1", patience=LASTING) as ears:
            await until(lambda: daemon.first.hears_all and second.hears_all)
            daemon.release_monitors(second)
            await until(lambda: second.hears_all)
            assert {one.receiver: one.monitors_lost for one in ears.radio.reports()} == {"hci0": 0, "hci1": 1}
            assert (daemon.first.starts, second.starts) == (1, 2)


async def test_a_monitor_that_goes_with_its_adapter_is_not_counted_but_asked_for_again(
    bus: str,
) -> None:
    async with bluez(bus) as daemon, Listening(patience=BRIEF) as ears:
        await until(lambda: daemon.first.hears_all)
        daemon.unplug("hci0")
        await until(ears.radio.deaf_receivers)
        daemon.first = daemon.plug_in("hci0", "00:00:00:00:00:01")
        await until(lambda: daemon.first.hears_all)
        assert daemon.first.offers == 1
        assert ears.report.monitors_lost == 0
        assert not ears.radio.degraded()
