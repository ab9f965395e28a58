"""Where trained models live: a folder per version, every file vouched for, nothing executable inside."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

from models import card, features
from models.boosting import FeatureMismatchError
from models.churn import ChurnModel
from models.due_dates import GapPrior
from models.readiness import Readiness, Verdict
from models.repurchase import RepurchaseModel
from models.training import Trained

FORMAT: Final = 1  # of the folder; another one is refused
CURRENT: Final = "current"
MANIFEST: Final = "MANIFEST"
DIGEST_CHARS: Final = 12  # of the manifest's sha256, in the version: tells any two trainings apart


class RegistryError(RuntimeError):
    """The registry cannot give this version."""


class UnknownVersionError(RegistryError):
    """There is no such version, or none was saved yet."""


class TamperedError(RegistryError):
    """A file of the version is not the one that was saved."""


def save(trained: Trained, root: Path) -> str:
    """Writes the version aside, renames it into place, points `current` at it; returns the version.

    Saving the same training again gives the same version.
    """
    root.mkdir(parents=True, exist_ok=True)
    files = _files(trained)
    manifest = _manifest(files)
    version = f"{trained.as_of.astimezone(UTC):%Y%m%dT%H%M%SZ}-{_digest(manifest)[:DIGEST_CHARS]}"
    if not (root / version).exists():
        _place(root, version, files | {MANIFEST: manifest})
    point_to(root, version)
    return version


def point_to(root: Path, version: str) -> None:
    """Makes the version the one that `load` gives by default."""
    aside = root / f".{CURRENT}-{version}"
    aside.write_text(version + "\n", encoding="utf-8")
    aside.replace(root / CURRENT)


def current(root: Path) -> str:
    """Raises UnknownVersionError when nothing was saved yet."""
    try:
        return (root / CURRENT).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise UnknownVersionError("no version was saved yet") from None


def load(root: Path, version: str | None = None) -> Trained:
    """The version, else the current one; it forecasts exactly as what was saved.

    Raises UnknownVersionError, TamperedError, and FeatureMismatchError for a model of other features.
    """
    chosen = version or current(root)
    files = _verified(root / Path(chosen).name, chosen)
    meta = json.loads(files["model.json"])
    if meta["format"] != FORMAT or meta["features"]["hash"] != features.definition_hash():
        raise FeatureMismatchError(f"version {chosen} was trained on another definition of the features")
    return replace(_trained(meta, files), version=chosen)


def _place(root: Path, version: str, files: Mapping[str, str]) -> None:
    aside = Path(mkdtemp(prefix=".new-", dir=root))
    try:
        for name, text in files.items():
            (aside / name).write_bytes(text.encode())
        aside.rename(root / version)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _files(trained: Trained) -> dict[str, str]:
    files = {
        "model.json": _json(_meta(trained)),
        "report.json": _json(trained.report),
        "card.md": card.written(trained.as_of, trained.report),
    }
    if trained.churn:
        files["churn.txt"] = trained.churn.booster.model_to_string()
    if trained.repurchase:
        files["repurchase.txt"] = trained.repurchase.booster.model_to_string()
    return files


def _meta(trained: Trained) -> dict[str, Any]:
    columns = {"churn": features.CHURN_FEATURES, "repurchase": features.PAIR_FEATURES}
    return {
        "format": FORMAT,
        "as_of": trained.as_of.isoformat(),
        "features": {"hash": features.definition_hash(), **columns},
        "churn_verdict": asdict(trained.churn_verdict),
        "churn": trained.churn.to_json() if trained.churn else None,
        "repurchase_verdict": asdict(trained.repurchase_verdict),
        "repurchase": trained.repurchase.to_json() if trained.repurchase else None,
        "gap_prior": asdict(trained.gap_prior) if trained.gap_prior else None,
    }


def _trained(meta: Mapping[str, Any], files: Mapping[str, str]) -> Trained:
    churn, repurchase, gap_prior = meta["churn"], meta["repurchase"], meta["gap_prior"]
    return Trained(
        as_of=datetime.fromisoformat(meta["as_of"]),
        churn_verdict=_verdict(meta["churn_verdict"]),
        churn=ChurnModel.from_json(churn, files["churn.txt"]) if churn else None,
        repurchase_verdict=_verdict(meta["repurchase_verdict"]),
        repurchase=RepurchaseModel.from_json(repurchase, files["repurchase.txt"]) if repurchase else None,
        gap_prior=GapPrior(**gap_prior) if gap_prior else None,
        report=json.loads(files["report.json"]),
    )


def _verdict(stored: Mapping[str, Any]) -> Verdict:
    return Verdict(Readiness(stored["readiness"]), tuple(stored["reasons"]))


def _json(value: object) -> str:
    return json.dumps(value, indent=1) + "\n"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _manifest(files: Mapping[str, str]) -> str:
    return "".join(f"{_digest(files[name])}  {name}\n" for name in sorted(files))


def _verified(folder: Path, version: str) -> dict[str, str]:
    """The version's files, once the manifest vouches for each and the version's name for the manifest."""
    if not folder.is_dir():
        raise UnknownVersionError(f"no version {version}")
    files = {path.name: path.read_bytes().decode() for path in sorted(folder.iterdir())}
    manifest = files.pop(MANIFEST, "")
    if not version.endswith(f"-{_digest(manifest)[:DIGEST_CHARS]}") or _manifest(files) != manifest:
        raise TamperedError(f"version {version} does not match its manifest")
    return files
