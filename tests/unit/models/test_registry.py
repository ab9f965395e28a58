import json
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from models import registry, scoring, training
from models.boosting import FeatureMismatchError
from models.training import Trained


@pytest.fixture
def version(trained: Trained, tmp_path: Path) -> str:
    return registry.save(trained, tmp_path)


def test_a_reloaded_version_forecasts_bit_for_bit_the_same(
    trained: Trained, shop: pl.DataFrame, as_of: datetime, version: str, tmp_path: Path
) -> None:
    saved, loaded = (
        scoring.score(model, shop, as_of, threads=1) for model in (trained, registry.load(tmp_path))
    )
    assert saved.churn.equals(loaded.churn)
    assert saved.replenishments.equals(loaded.replenishments)
    assert loaded.version == version


def test_a_reloaded_version_saves_to_the_same_bytes(version: str, tmp_path: Path) -> None:
    assert registry.save(registry.load(tmp_path), tmp_path / "copy") == version


def test_saving_the_same_training_twice_gives_one_version(
    trained: Trained, version: str, tmp_path: Path
) -> None:
    assert registry.save(trained, tmp_path) == version
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([version, "current"])


def test_current_can_point_back_to_an_earlier_version(
    trained: Trained, tiny_shop: pl.DataFrame, as_of: datetime, version: str, tmp_path: Path
) -> None:
    newer = registry.save(training.train(tiny_shop, as_of, threads=1), tmp_path)
    assert registry.current(tmp_path) == newer
    registry.point_to(tmp_path, version)
    assert registry.load(tmp_path).churn is not None


def test_a_training_that_was_not_ready_is_kept_with_its_reasons(
    tiny_shop: pl.DataFrame, as_of: datetime, tmp_path: Path
) -> None:
    tiny = training.train(tiny_shop, as_of, threads=1)
    registry.save(tiny, tmp_path)
    assert registry.load(tmp_path).churn_verdict == tiny.churn_verdict


@pytest.mark.parametrize("name", ["churn.txt", "model.json", "report.json", "MANIFEST"])
def test_a_tampered_file_is_refused(version: str, tmp_path: Path, name: str) -> None:
    path = tmp_path / version / name
    path.write_text(path.read_text().replace("0", "1", 1))
    with pytest.raises(registry.TamperedError):
        registry.load(tmp_path)


def test_a_tampered_file_with_a_mended_manifest_is_refused(version: str, tmp_path: Path) -> None:
    folder = tmp_path / version
    (folder / "card.md").write_text("a better story\n")
    files = {path.name: path.read_text() for path in folder.iterdir() if path.name != "MANIFEST"}
    (folder / "MANIFEST").write_text(registry._manifest(files))
    with pytest.raises(registry.TamperedError):
        registry.load(tmp_path)


def test_an_added_file_is_refused(version: str, tmp_path: Path) -> None:
    (tmp_path / version / "extra.txt").write_text("hello")
    with pytest.raises(registry.TamperedError):
        registry.load(tmp_path)


def test_a_model_of_other_features_is_refused(version: str, tmp_path: Path) -> None:
    files = {
        path.name: path.read_text() for path in (tmp_path / version).iterdir() if path.name != "MANIFEST"
    }
    model = json.loads(files["model.json"])
    model["features"]["hash"] = "0" * 64
    files["model.json"] = json.dumps(model)
    manifest = registry._manifest(files)
    other = f"20250101T000000Z-{registry._digest(manifest)[:12]}"
    registry._place(tmp_path, other, files | {"MANIFEST": manifest})
    with pytest.raises(FeatureMismatchError):
        registry.load(tmp_path, other)


@pytest.mark.parametrize("version", ["20200101T000000Z-000000000000", "../elsewhere"])
def test_an_unknown_version_is_named(tmp_path: Path, version: str) -> None:
    with pytest.raises(registry.UnknownVersionError, match=version):
        registry.load(tmp_path, version)


def test_an_empty_registry_says_so(tmp_path: Path) -> None:
    with pytest.raises(registry.UnknownVersionError, match="no version was saved"):
        registry.load(tmp_path)


def test_the_card_tells_readiness_windows_and_limits(version: str, tmp_path: Path) -> None:
    card = (tmp_path / version / "card.md").read_text()
    assert "readiness: READY" in card
    assert "tested from" in card
    assert "## Limits" in card


def test_no_customer_and_no_product_is_stored_in_a_version(
    shop: pl.DataFrame, version: str, tmp_path: Path
) -> None:
    stored = "".join(path.read_text() for path in (tmp_path / version).iterdir())
    assert not any(customer in stored for customer in shop["customer_id"].unique().to_list())
    assert "staple-" not in stored
