"""The operator's commands, typed as an operator types them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

REGULARS = Path(sys.executable).with_name("regulars")
CUSTOMERS = 1_500  # enough for the models' gate, little enough for a test


def regulars(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(REGULARS), *arguments, "--data-dir", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)


def test_a_key_is_made_listed_and_revoked(tmp_path: Path) -> None:
    made = regulars(tmp_path, "keys", "create", "--name", "web-shop", "--scope", "backend")
    assert made.stdout.startswith("rk_")
    key_id = made.stdout.split("_")[1]
    assert f"{key_id}  live" in regulars(tmp_path, "keys", "list").stdout
    assert regulars(tmp_path, "keys", "revoke", key_id).returncode == 0
    listed = regulars(tmp_path, "keys", "list").stdout
    assert f"{key_id}  revoked" in listed
    assert made.stdout.strip() not in listed


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("keys", "create", "--name", "x", "--scope", "cook"), "cook"),
        (("keys", "revoke", "00000000"), "00000000"),
        (("score",), "regulars train"),
        (("serve", "--port", "70000"), "port"),
        (("migrate", "--database-url", "nonsense"), "URL"),
    ],
)
def test_a_mistake_is_said_in_one_line(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    done = regulars(tmp_path, *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_seeded_shop_is_trained_on_and_scored(tmp_path: Path) -> None:
    assert regulars(tmp_path, "seed", "--customers", str(CUSTOMERS)).returncode == 0
    trained = regulars(tmp_path, "train", "--json", "--threads", "1")
    report = json.loads(trained.stdout)
    assert report["churn"]["readiness"] in {"READY", "BASELINE"}
    assert set(report["churn"]["baselines"]) >= {"recency", "rfm_logistic"}
    scored = regulars(tmp_path, "score", "--threads", "1")
    assert scored.stdout.startswith(f"{CUSTOMERS:,} scores")
    assert "stability" in regulars(tmp_path, "personas").stdout
    again = regulars(tmp_path, "seed", "--customers", "10")
    assert again.returncode == 2
    assert "Traceback" not in again.stderr


def test_an_empty_shop_is_told_what_is_missing(tmp_path: Path) -> None:
    for command, said in (("train", "not ready"), ("personas", "no personas among 0 buyers")):
        done = regulars(tmp_path, command)
        assert done.returncode == 0
        assert said in done.stdout
