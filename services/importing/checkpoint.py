"""How far an import has come, kept in a small file, so that a second run goes on where the first stopped."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from services.importing.errors import BadInputError
from services.importing.mapping import Layout
from services.importing.rejects import Refusal

DIGEST_CHARS: Final = 16  # 64 bits tell the few imports of one shop apart


@dataclass(frozen=True)
class Tally:
    """What the server has answered so far. acknowledged: records from the first on, refused ones included."""

    acknowledged: int = 0
    duplicates: int = 0
    unmatched_units: int = 0
    refusals: tuple[Refusal, ...] = ()

    def plus(self, other: "Tally") -> "Tally":
        """This tally and what came after it."""
        return Tally(
            self.acknowledged + other.acknowledged,
            self.duplicates + other.duplicates,
            self.unmatched_units + other.unmatched_units,
            self.refusals + other.refusals,
        )


def digest(content: bytes, layout: Layout, address: str) -> str:
    """Names an import: the same file, read in the same way, for the same server."""
    reading = json.dumps({**asdict(layout), "server": address}, sort_keys=True)
    return hashlib.sha256(hashlib.sha256(content).digest() + reading.encode()).hexdigest()[:DIGEST_CHARS]


@dataclass(frozen=True)
class Checkpoint:
    """The file that remembers the tally of one import."""

    file: Path
    digest: str

    def load(self) -> Tally:
        """The tally of an earlier run; an empty one when there was none.

        Raises BadInputError when the file belongs to another import or cannot be understood.
        """
        try:
            stored = json.loads(self.file.read_text())
            belongs, tally = stored["digest"] == self.digest, _tally(stored)
        except FileNotFoundError:
            return Tally()
        except (OSError, ValueError, KeyError, TypeError):
            raise BadInputError(f"{self.file} cannot be understood; --from-start does without it.") from None
        if not belongs:
            raise BadInputError(f"{self.file} is of another import; --from-start does without it.")
        return tally

    def save(self, tally: Tally) -> None:
        """Stores the tally atomically. Raises BadInputError when the file cannot be written."""
        draft = self.file.with_suffix(".draft")
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with draft.open("w") as stream:
                json.dump({"digest": self.digest, **asdict(tally)}, stream)
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(self.file)
        except OSError as error:
            raise BadInputError(f"{self.file} cannot be written: {error.strerror}.") from None

    def forget(self) -> None:
        """Removes the file: the import is complete."""
        self.file.unlink(missing_ok=True)


def _tally(stored: dict[str, Any]) -> Tally:
    return Tally(
        acknowledged=stored["acknowledged"],
        duplicates=stored["duplicates"],
        unmatched_units=stored["unmatched_units"],
        refusals=tuple(Refusal(**refusal) for refusal in stored["refusals"]),
    )
