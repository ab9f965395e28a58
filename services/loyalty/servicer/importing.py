"""Members bring the points that they had elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Final

from regulars.loyalty.v1 import loyalty_service_pb2 as pb

from services.errors import InvalidError, RegularsError
from services.loyalty.queries.imports import sum_import
from services.loyalty.rules.adjusting import Opened, OpeningBalance
from services.loyalty.servicer.base import Context, Part
from services.loyalty.use_cases.importing import import_balances
from services.rpc.validation import first_problem, validate
from services.rpc.wire import moment

ROWS_MAX: Final = 1000  # a batch is one transaction, and other callers wait behind it


class BatchTooLargeError(InvalidError):
    """rows: a batch holds at most 1,000; send more batches."""

    reason = "BATCH_TOO_LARGE"


class Importing(Part):
    async def ImportBalances(
        self, requests: AsyncIterator[pb.ImportBalancesRequest], context: Context
    ) -> AsyncIterator[pb.ImportBalancesResponse]:
        del context
        async for request in requests:
            yield await self._take_over(request)

    async def _take_over(self, request: pb.ImportBalancesRequest) -> pb.ImportBalancesResponse:
        check_head(request)
        batch = Batch()
        rows = dict(batch.legible(request))
        answers = await self._database.write_all(import_balances, list(rows.values()))
        for index, answer in zip(rows, answers, strict=True):
            batch.count(index, answer)
        return batch.response(request.batch_id)

    async def GetImport(self, request: pb.GetImportRequest, context: Context) -> pb.GetImportResponse:
        del context
        found = await self._database.fetch(sum_import, request.import_id)
        return pb.GetImportResponse(rows=found.rows, points=found.points)


def check_head(request: pb.ImportBalancesRequest) -> None:
    """Refuse a batch that is wrong as a whole; its rows are looked at one by one. Raises InvalidError."""
    if len(request.rows) > ROWS_MAX:
        raise BatchTooLargeError(field="rows")
    validate(
        pb.ImportBalancesRequest(batch_id=request.batch_id, import_id=request.import_id, actor=request.actor)
    )


@dataclass(slots=True)
class Batch:
    """What became of the rows of a batch so far."""

    counts: dict[bool, int] = field(default_factory=lambda: {False: 0, True: 0})  # by duplicate
    points: dict[bool, int] = field(default_factory=lambda: {False: 0, True: 0})
    refused: dict[int, RegularsError] = field(default_factory=dict)

    def legible(self, request: pb.ImportBalancesRequest) -> Iterator[tuple[int, OpeningBalance]]:
        """The rows that keep the rules, with their positions; those that break one are noted."""
        for index, row in enumerate(request.rows):
            try:
                if problem := first_problem(row):
                    raise problem
                yield index, opening_of(request, row)
            except InvalidError as error:
                self.refused[index] = error

    def count(self, index: int, answer: Opened | RegularsError) -> None:
        if isinstance(answer, RegularsError):
            self.refused[index] = answer
            return
        self.counts[answer.duplicate] += 1
        self.points[answer.duplicate] += answer.points

    def response(self, batch_id: int) -> pb.ImportBalancesResponse:
        return pb.ImportBalancesResponse(
            batch_id=batch_id,
            inserted=self.counts[False],
            duplicates=self.counts[True],
            credited_points=self.points[False],
            duplicate_points=self.points[True],
            rejected=[
                pb.ImportRejection(index=index, reason=error.reason, field=error.field, message=error.message)
                for index, error in sorted(self.refused.items())
            ],
        )


def opening_of(request: pb.ImportBalancesRequest, row: pb.OpeningBalance) -> OpeningBalance:
    return OpeningBalance(
        customer_id=row.customer_id,
        import_id=request.import_id,
        row_key=row.row_key,
        points=row.points,
        actor=request.actor,
        earned_at=moment(row.earned_at) if row.HasField("earned_at") else None,
        expires_at=moment(row.expires_at) if row.HasField("expires_at") else None,
    )
