"""Files of opening balances are accounted for to the point, whatever is in them and whatever breaks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import grpc
import pytest
from regulars.loyalty.v1 import loyalty_service_pb2 as pb
from regulars.loyalty.v1 import loyalty_service_pb2_grpc
from sqlalchemy import func, select
from typer.testing import CliRunner

from services.composition import House, create_key, live_keys
from services.importing.balances.report import BalanceReport, Sum, Tally, reconcile
from services.importing.balances.rows import ROWS_PER_BATCH, BalanceWishes
from services.importing.balances.run import BalanceOptions, import_balances
from services.importing.command import app
from services.importing.errors import BadInputError, MissingColumnError, ServerDeniesError, ServerGoneError
from services.importing.sending import Server
from services.settings import Settings
from services.storage.tables import lots, members
from tests.integration.ledger import rows
from tests.integration.points import balance
from tests.integration.shop import NOON, Caller

Write = Callable[..., Path]


@pytest.fixture
def csv_of(tmp_path: Path) -> Write:
    def write(*lines: str, header: str = "customer_id,points,earned_at,expires_at") -> Path:
        file = tmp_path / "balances.csv"
        file.write_text("\n".join([header, *lines, ""]))
        return file

    return write


@pytest.fixture
def server(house: House) -> Server:
    """The address of the house, with a key."""
    new = create_key(house.database, "import", ("backend",))
    house.keyring.replace(live_keys(house.database))
    return Server(f"127.0.0.1:{house.rpc.port}", new.text)


def sums(report: BalanceReport) -> tuple[int, int, int]:
    """Points in the file, credited, there already."""
    return int(report.in_file.points), int(report.credited.points), int(report.already_there.points)


async def test_a_file_is_accounted_for_to_the_point(
    house: House, backend: Caller, server: Server, csv_of: Write, tmp_path: Path
) -> None:
    for name in ("anna", "ben"):
        await backend.enrol(name)
    file = csv_of(
        "anna,120,2026-01-05,",
        "anna,80,2026-02-05,2026-12-31",
        "ben,1e2,,",
        "ben,100,,",
        "ben,50,,",
        "cleo,70,,",
        "anna,12.5,,",
        "anna,-5,2026-01-01,",
        "anna,0,2026-01-02,",
        "anna,1000000001,2026-01-03,",
        "anna,many,2026-01-04,",
        ",9,,",
        "anna,9,yesterday,",
        "anna,9,2020-01-01,",
    )
    rejects = tmp_path / "rejects.csv"
    report = await import_balances(BalanceOptions(file, server, "mia", rejects_file=rejects))
    assert report.adds_up
    assert sums(report)[1:] == (300, 0)
    assert {reason: (found.rows, found.points) for reason, found in report.rejected.items()} == {
        "duplicate_row": (2, Decimal(150)),
        "bad_number": (1, 0),
        "points_not_whole": (1, Decimal("12.5")),
        "points_not_positive": (2, -5),
        "number_too_large": (1, 10**9 + 1),
        "no_customer": (1, 9),
        "bad_time": (1, 9),
        "MEMBER_NOT_FOUND": (1, 70),
        "ALREADY_EXPIRED": (1, 9),
    }
    assert report.in_ledger == Sum(3, Decimal(300))
    assert report.in_file.rows == 14
    assert (await balance(backend))[1] + (await balance(backend, "ben"))[1] == 300
    told = rejects.read_text().splitlines()
    assert len(told) == 12
    assert told[0] == "line,reason,field,message,customer_id,points,earned_at,expires_at"


async def test_a_mended_file_credits_only_what_was_missing(
    backend: Caller, server: Server, csv_of: Write
) -> None:
    await backend.enrol("anna")
    await import_balances(BalanceOptions(csv_of("anna,100,,", "ben,5.5,,"), server))
    await backend.enrol("ben")
    report = await import_balances(
        BalanceOptions(csv_of("anna,100,,", "ben,5,,", "anna,7,2026-01-01,"), server)
    )
    assert (sums(report), report.adds_up, report.rejected) == ((112, 12, 100), True, {})
    assert report.in_ledger == Sum(3, Decimal(112))
    changed = await import_balances(BalanceOptions(csv_of("anna,101,,"), server))
    assert list(changed.rejected) == ["ROW_DIFFERS"]
    assert changed.in_ledger == report.in_ledger


async def test_unknown_customers_are_enrolled_when_asked(
    house: House, backend: Caller, server: Server, csv_of: Write
) -> None:
    await backend.enrol("anna")
    lines = [f"c{number},{number + 1},," for number in range(300)]
    file = csv_of("anna,100,,", *lines, "x\t,5,,", f"{'y' * 129},5,,")
    report = await import_balances(BalanceOptions(file, server, enrol=True))
    assert (report.enrolled, report.adds_up) == (Sum(301, Decimal(0)), True)
    assert int(report.credited.points) == 100 + 300 * 301 // 2 + 5
    assert list(report.rejected) == ["text_too_long"]
    assert rows(house, select(func.count()).select_from(members)) == [(302,)]
    again = await import_balances(BalanceOptions(file, server, enrol=True))
    assert (again.enrolled, again.credited, again.adds_up) == (Sum(), Sum(), True)


class TestWithAWelcome:
    """A rule gives 50 points to each new member."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        file = settings.data_dir / "program.toml"
        file.write_text('[[earning]]\nid = "hello"\nname = "Hello"\ntrigger = "ENROLMENT"\npoints = 50\n')
        return settings.model_copy(update={"programme_file": file})

    async def test_points_that_enrolments_give_are_told_beside_the_account(
        self, backend: Caller, server: Server, csv_of: Write
    ) -> None:
        report = await import_balances(BalanceOptions(csv_of("ben,7,,", "cleo,8,,"), server, enrol=True))
        assert (report.enrolled, report.credited) == (Sum(2, Decimal(100)), Sum(2, Decimal(15)))
        assert (report.adds_up, await balance(backend, "ben")) == (True, (0, 57, 0, 0))


async def test_a_dry_run_sends_nothing(house: House, csv_of: Write) -> None:
    report = await import_balances(
        BalanceOptions(csv_of("anna,100,,", "ben,x,,"), Server("127.0.0.1:1"), dry_run=True)
    )
    assert (sums(report), report.in_ledger, report.adds_up) == ((100, 100, 0), None, True)
    assert rows(house, select(func.count()).select_from(lots)) == [(0,)]


async def test_columns_may_have_other_names(backend: Caller, server: Server, csv_of: Write) -> None:
    await backend.enrol("anna")
    file = csv_of("anna;1 0", header="Buyer;Punkte")
    wishes = BalanceWishes({"customer_id": "Buyer", "points": "Punkte"}, separator=";")
    report = await import_balances(BalanceOptions(file, server, wishes=wishes))
    assert list(report.rejected) == ["bad_number"]
    with pytest.raises(MissingColumnError):
        await import_balances(BalanceOptions(file, server))


async def test_a_wrong_key_and_a_missing_server_are_told(house: House, server: Server, csv_of: Write) -> None:
    file = csv_of("anna,100,,")
    with pytest.raises(ServerDeniesError, match="key"):
        await import_balances(BalanceOptions(file, Server(server.address, "rk_wrong_key")))
    with pytest.raises(ServerGoneError):
        await import_balances(BalanceOptions(file, Server("127.0.0.1:1", "k"), patience_seconds=0.3))
    with pytest.raises(BadInputError):
        await import_balances(BalanceOptions(file, server, import_id="a/b"))


class Breaking(loyalty_service_pb2_grpc.LoyaltyServiceServicer):
    """Stands between an import and the house; breaks the stream when a batch is stored but not answered."""

    def __init__(self, house: Any, breaks: int) -> None:
        self._house = house
        self._left = breaks

    async def ImportBalances(self, request_iterator: Any, context: Any) -> AsyncIterator[Any]:  # noqa: N802
        async for request in request_iterator:
            async for response in self._house.ImportBalances(iter([request]), metadata=key_of(context)):
                if self._left and request.batch_id:
                    self._left -= 1
                    await context.abort(grpc.StatusCode.UNAVAILABLE, "breaking")
                yield response

    async def GetImport(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await self._house.GetImport(request, metadata=key_of(context))


def key_of(context: Any) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in context.invocation_metadata() if name == "authorization")


@pytest.mark.parametrize("breaks", [0, 1, 3])
async def test_points_whose_answer_was_lost_are_counted_as_credited(
    house: House, backend: Caller, server: Server, csv_of: Write, breaks: int
) -> None:
    await backend.enrol("anna")
    count = 3 * ROWS_PER_BATCH
    minutes = (NOON - n * timedelta(minutes=1) for n in range(count))
    file = csv_of(*(f"anna,2,{minute.isoformat()}," for minute in minutes))
    between = grpc.aio.server()
    stub = loyalty_service_pb2_grpc.LoyaltyServiceStub(backend.channel)
    breaking = Breaking(stub, breaks)  # type: ignore[abstract]  # the import calls nothing else
    loyalty_service_pb2_grpc.add_LoyaltyServiceServicer_to_server(breaking, between)
    port = between.add_insecure_port("127.0.0.1:0")
    await between.start()
    options = BalanceOptions(file, Server(f"127.0.0.1:{port}", server.key), import_id="old")
    report = await import_balances(options)
    await between.stop(None)
    assert report.credited == Sum(count, Decimal(2 * count))
    assert (report.adds_up, report.already_there) == (True, Sum())
    assert (await backend.call(backend.loyalty.GetImport, pb.GetImportRequest(import_id="old"))).rows == count


def test_an_answer_that_was_lost_counts_as_credited() -> None:
    tally = Tally(Sum(10, Decimal(100)), Sum(6, Decimal(60)), Sum(5, Decimal(50)))
    assert reconcile(tally, Sum(12, Decimal(120))) == (Sum(12, Decimal(120)), Sum(4, Decimal(40)), Sum())


@pytest.mark.parametrize("gained", [Sum(9, Decimal(90)), Sum(16, Decimal(160)), Sum(10, Decimal(101))])
def test_a_ledger_that_gained_what_nothing_explains_differs(gained: Sum) -> None:
    tally = Tally(Sum(10, Decimal(100)), Sum(6, Decimal(60)), Sum(0, Decimal(0)))
    assert reconcile(tally, gained)[2] == gained.minus(tally.credited) != Sum()


async def test_the_command_prints_an_account_that_adds_up(
    backend: Caller, server: Server, csv_of: Write, tmp_path: Path
) -> None:
    await backend.enrol("anna")
    file = csv_of("anna,100,,", "anna,2.5,2026-01-01,")
    arguments = ["balances", str(file), "--server", server.address, "--key", server.key or "", "--json"]
    arguments += ["--rejects", str(tmp_path / "r.csv")]
    result = await asyncio.to_thread(CliRunner().invoke, app, arguments)
    told = json.loads(result.stdout)
    assert (result.exit_code, told["adds_up"]) == (0, True)
    assert told["credited"] == {"rows": 1, "points": 100}
    assert told["rejected"] == {"points_not_whole": {"rows": 1, "points": "2.5"}}
    plain = await asyncio.to_thread(CliRunner().invoke, app, arguments[:-3] + arguments[-2:])
    assert "there already" in plain.stdout
    assert "102.5" in plain.stdout


FAULTY: Final = """
CREATE TRIGGER faulty AFTER INSERT ON movements WHEN NEW.reference = 'import opening' BEGIN
INSERT INTO movements
(customer_id, kind, points, debit, credit, lot_id, reference, actor, reason, effective_at, recorded_at)
VALUES
(NEW.customer_id, NEW.kind, 5, NEW.debit, NEW.credit, NEW.lot_id, NEW.reference, '', '', 0, 0);
END
"""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_command_fails_when_the_ledger_does_not_say_what_the_server_answered(
    house: House, backend: Caller, server: Server, csv_of: Write
) -> None:
    await backend.enrol("anna")
    with house.database.engine.begin() as connection:
        connection.exec_driver_sql(FAULTY)
    arguments = ["balances", str(csv_of("anna,100,,")), "--server", server.address, "--key", server.key or ""]
    result = await asyncio.to_thread(CliRunner().invoke, app, arguments)
    assert result.exit_code == 1
    assert "do not add up" in result.stderr
