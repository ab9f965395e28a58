from pathlib import Path
from typing import Any

import pytest

from beacon_gateway.settings import SettingsError, load

NEEDED: dict[str, Any] = {"server": "127.0.0.1:7000", "gateway": "g", "store": "s", "spool": Path("spool.db")}


def test_options_win_over_environment_and_environment_over_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text('key = "from-file"\nadapter = "hci1"\nstore = "from-file"\nzones = ["from-file"]\n')
    monkeypatch.setenv("REGULARS_GATEWAY_ADAPTER", "hci2")
    monkeypatch.setenv("REGULARS_GATEWAY_STORE", "from-environment")
    settings = load(file, NEEDED | {"store": "from-options"})
    assert settings.key is not None
    assert settings.key.get_secret_value() == "from-file"
    assert (settings.adapter, settings.store, settings.zones) == ("hci2", "from-options", ("from-file",))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"server": "nowhere"}, "server"),
        ({"adapter": "bluetooth"}, "adapter"),
        ({"radio": "simulated"}, "scene"),
        ({"zones": ("a", "b")}, "zone"),
        ({"zone_rules": {"door": {"enter_rssi_dbm": -90}}}, "zone_rules.door"),
        ({"colour": "red"}, "colour"),
        ({"servr": "shop:1"}, "did you mean server"),
        ({"adapter": "bluetooth"}, "write hci0"),
        ({"zones": ("door",), "zone_rules": {"dor": {}}}, "no receiver covers the zone 'dor'"),
        ({"metrics": "influx"}, "write none, console or otlp"),
        ({"spool_days_max": 8}, "spool_days_max"),
    ],
)
def test_a_setting_that_does_not_fit_is_named(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(SettingsError, match=field):
        load(None, NEEDED | {"key": "k"} | changes)


def test_the_key_is_never_shown() -> None:
    settings = load(None, NEEDED | {"key": "rk_secret"})
    assert "rk_secret" not in repr(settings)
    with pytest.raises(SettingsError) as refused:
        load(None, NEEDED | {"key": "rk_secret", "adapter": "?"})
    assert "rk_secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("server", "plaintext", "expected"),
    [
        ("127.0.0.1:1", None, True),
        ("[::1]:1", None, True),
        ("localhost:1", None, True),
        ("shop.example:443", None, False),
        ("192.0.2.7:443", None, False),
        ("192.0.2.7:443", True, True),
        ("127.0.0.1:1", False, False),
    ],
)
def test_only_this_machine_is_spoken_to_without_tls(
    server: str, plaintext: bool | None, expected: bool
) -> None:
    assert (
        load(None, NEEDED | {"key": "k", "server": server, "plaintext": plaintext}).is_plaintext() is expected
    )


def test_a_broken_file_is_named_with_the_place(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text("server = \n")
    with pytest.raises(SettingsError, match=r"gateway\.toml.*line 1"):
        load(file, NEEDED)


def test_lists_and_tables_in_the_environment_are_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGULARS_GATEWAY_ZONES", '["door"]')
    monkeypatch.setenv("REGULARS_GATEWAY_ZONE_RULES", '{"door": {"enter_rssi_dbm": -70}}')
    assert load(None, NEEDED).zone_rules["door"].enter_rssi_dbm == -70
