"""What became of every row of a file of balances, and of every point."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Final

NOTHING: Final = Decimal(0)


@dataclass(frozen=True)
class Sum:
    """Rows and their points. Of rows whose points are no number only the rows are counted."""

    rows: int = 0
    points: Decimal = NOTHING

    def plus(self, other: "Sum") -> "Sum":
        return Sum(self.rows + other.rows, self.points + other.points)

    def minus(self, other: "Sum") -> "Sum":
        return Sum(self.rows - other.rows, self.points - other.points)


def total(sums: Iterable[Sum]) -> Sum:
    found = Sum()
    for one in sums:
        found = found.plus(one)
    return found


@dataclass
class Tally:
    """What the server has answered so far.

    uncertain: of `already_there` those in batches whose first answer may have been lost, so that this very
    run may have credited them.
    """

    credited: Sum = field(default_factory=Sum)
    already_there: Sum = field(default_factory=Sum)
    uncertain: Sum = field(default_factory=Sum)
    enrolled: Sum = field(default_factory=Sum)


@dataclass(frozen=True)
class BalanceReport:
    """The account of an import.

    in_file = credited + already_there + the sum of rejected (by reason; those of the server are upper-case).
    in_ledger: what the server's ledger holds of this import_id, with all earlier files; None in a dry run.
    file_difference, ledger_difference: what does not add up; nothing in every import that went well.
    credited: in a dry run what would be sent. enrolled: customers who became members, and the points that
    rules for enrolments gave them, which are in no other sum.
    """

    import_id: str
    in_file: Sum
    credited: Sum
    already_there: Sum
    rejected: dict[str, Sum]
    in_ledger: Sum | None
    file_difference: Sum
    ledger_difference: Sum
    enrolled: Sum
    rejects_file: Path | None = None
    dry_run: bool = False
    seconds: float = 0.0

    @property
    def adds_up(self) -> bool:
        return self.file_difference == self.ledger_difference == Sum()


def reconcile(tally: Tally, credited_by_ledger: Sum) -> tuple[Sum, Sum, Sum]:
    """Credited, already there, and what the ledger has beyond that.

    Batches whose answer was lost are sent again and answered as already there: what the ledger has gained
    beyond the answers comes from them, and from nowhere else.
    """
    lost = credited_by_ledger.minus(tally.credited)
    if 0 <= lost.rows <= tally.uncertain.rows and NOTHING <= lost.points <= tally.uncertain.points:
        return credited_by_ledger, tally.already_there.minus(lost), Sum()
    return tally.credited, tally.already_there, lost


def by_reason(reasons: Iterable[tuple[str, Decimal | None]]) -> dict[str, Sum]:
    """Rows and points for each reason, the commonest first."""
    rows, points = Counter[str](), dict[str, Decimal]()
    for reason, amount in reasons:
        rows[reason] += 1
        points[reason] = points.get(reason, NOTHING) + (amount or NOTHING)
    return {reason: Sum(count, points[reason]) for reason, count in rows.most_common()}
