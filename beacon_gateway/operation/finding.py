"""What the doctor says of one thing that it has looked at."""

from dataclasses import dataclass
from typing import Final, Literal

Verdict = Literal["ok", "hint", "FAULT"]
OK: Final = "ok"
HINT: Final = "hint"  # it works, though not as well as it could
FAULT: Final = "FAULT"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it stands, and what to do about it."""

    what: str
    verdict: Verdict
    text: str
    fix: str = ""

    def line(self) -> str:
        return f"{self.verdict:6}{self.what:13}{self.text}" + (f"\n      -> {self.fix}" if self.fix else "")
