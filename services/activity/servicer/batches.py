"""Batches of a stream: every record gets its own answer, and one that is refused spoils no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from google.protobuf.message import Message
from regulars.activity.v1 import activity_service_pb2 as pb

from services.activity.rules.exchanges import ExchangeRecorded
from services.activity.rules.returns import ReturnRecorded
from services.errors import InvalidError, MomentOutOfRangeError, RegularsError
from services.rpc.validation import first_problem, located
from services.storage.database import Database
from services.storage.unit import UseCase

BATCH_RECORDS_MAX: Final = 1000  # as the .proto says; a larger batch would keep other writers waiting


class BatchTooLargeError(InvalidError):
    """This batch has more than 1000 records; the first 1000 were looked at. Send the others in another."""

    reason = "BATCH_TOO_LARGE"


@dataclass(slots=True)
class Batch:
    """What became of the records of a batch so far."""

    inserted: int = 0
    duplicates: int = 0
    unmatched_units: int = 0
    waiting: int = 0
    refused: dict[int, pb.Rejection] = field(default_factory=dict)

    def numbered(self, records: Iterable[Message], within: str = "") -> Iterable[tuple[int, Any]]:
        """The records with their positions, without those that are too many or break a rule of the .proto.

        within: what the records' fields are called inside of, such as `event.`.
        """
        for index, record in enumerate(records):
            problem = BatchTooLargeError() if index >= BATCH_RECORDS_MAX else first_problem(record)
            if problem is None:
                yield index, record
            else:
                self.refuse(index, problem, within)

    def parsed(
        self, index: int, message: Any, parse: Callable[[Any], Any], within: str
    ) -> Iterable[tuple[int, Any]]:
        """The position and the value of a record; nothing when it has none, which is noted."""
        try:
            yield index, parse(message)
        except MomentOutOfRangeError as problem:
            self.refuse(index, located(problem, message), within)

    async def write(
        self,
        database: Database,
        use_case: UseCase[Any, Any],
        numbered: Sequence[tuple[int, Any]],
        within: str = "",
    ) -> None:
        """Store values together and count what became of each."""
        answers = await database.write_all(use_case, [value for _, value in numbered])
        for (index, _), answer in zip(numbered, answers, strict=True):
            if isinstance(answer, RegularsError):
                self.refuse(index, answer, within)
            else:
                self.count(answer)

    def count(self, answer: Any) -> None:
        """answer: what a use case says, which tells whether the record is a duplicate."""
        duplicate = answer if isinstance(answer, bool) else answer.duplicate
        self.duplicates += duplicate
        self.inserted += not duplicate
        if isinstance(answer, ReturnRecorded | ExchangeRecorded):
            self.waiting += answer.waits
        if isinstance(answer, ReturnRecorded):  # of a repeat too: the answer before may have been lost
            self.unmatched_units += answer.unmatched_units

    def refuse(self, index: int, error: RegularsError, within: str = "") -> None:
        begins = bool(error.field) and error.message.startswith(error.field)
        self.refused[index] = pb.Rejection(
            index=index,
            reason=error.reason,
            field=f"{within}{error.field}" if error.field else "",
            message=f"{within}{error.message}" if begins else error.message,
        )

    def rejections(self) -> list[pb.Rejection]:
        return [self.refused[index] for index in sorted(self.refused)]
