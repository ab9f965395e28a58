"""The import over a real connection."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import grpc
import polars as pl
import pytest

from services.importing.errors import BadInputError, ServerDeniesError, ServerGoneError
from services.importing.mapping import Wishes
from services.importing.orders import ImportOptions, Progress, import_orders
from services.importing.sending import Server
from tests.unit.services.importing import peer as peer_module
from tests.unit.services.importing.peer import Behaviour, Peer, StartPeer, open_peer

WISHES = Wishes(currency="GBP", cancellation_prefix="C")


def options(file: Path, address: str, **changes: object) -> ImportOptions:
    plain = ImportOptions(
        file,
        Server(address),
        WISHES,
        rejects_file=file.with_name("rejected.csv"),
        state_dir=file.with_name("state"),
        patience_seconds=10,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def checkpoints(file: Path) -> list[Path]:
    return list(file.with_name("state").glob("*"))


async def test_everything_arrives_and_is_counted(many_orders: Path, start_peer: StartPeer) -> None:
    peer, address = await start_peer(Behaviour())
    report = await import_orders(options(many_orders, address))
    assert len(peer.ids()) == report.orders_imported == report.lines_in_orders == 2000
    assert (report.duplicates, report.refused_records, report.rejected_lines) == (0, 0, {})


async def test_nothing_is_left_behind_when_nothing_went_wrong(
    many_orders: Path, start_peer: StartPeer
) -> None:
    _, address = await start_peer(Behaviour())
    report = await import_orders(options(many_orders, address))
    assert report.rejects_file is None
    assert not many_orders.with_name("rejected.csv").exists()
    assert checkpoints(many_orders) == []


async def test_a_finished_import_run_again_finds_everything_there_already(
    many_orders: Path, start_peer: StartPeer
) -> None:
    _, address = await start_peer(Behaviour())
    await import_orders(options(many_orders, address))
    assert (await import_orders(options(many_orders, address))).duplicates == 2000


async def test_progress_follows_the_acknowledgements(many_orders: Path, start_peer: StartPeer) -> None:
    _, address = await start_peer(Behaviour())
    seen: list[Progress] = []
    await import_orders(options(many_orders, address), seen.append)
    assert [progress.records_acknowledged for progress in seen] == [0, 500, 1000, 1500, 2000]
    assert {(progress.records_total, progress.lines_total) for progress in seen} == {(2000, 2000)}


async def test_a_batch_whose_answer_is_lost_is_sent_again_and_known(
    many_orders: Path, start_peer: StartPeer
) -> None:
    peer, address = await start_peer(Behaviour(lost_answers={2}))
    seen: list[Progress] = []
    report = await import_orders(options(many_orders, address), seen.append)
    assert len(peer.ids()) == report.orders_imported == 2000
    assert report.duplicates >= 500  # an answer on its way when the stream breaks may be lost too
    assert any(progress.trouble for progress in seen)


async def test_a_batch_that_was_not_stored_is_sent_again(many_orders: Path, start_peer: StartPeer) -> None:
    peer, address = await start_peer(Behaviour(unstored={1, 2, 5}))
    report = await import_orders(options(many_orders, address))
    assert (len(peer.ids()), report.duplicates) == (2000, 0)


async def test_records_arrive_in_their_order_whatever_breaks(
    many_orders: Path, start_peer: StartPeer
) -> None:
    peer, address = await start_peer(Behaviour(unstored={3}, lost_answers={2, 5}))
    await import_orders(options(many_orders, address))
    first_arrivals = list(dict.fromkeys(peer.arrived))
    assert first_arrivals == sorted(first_arrivals)


async def test_a_refused_record_spoils_no_other_and_its_lines_are_told(
    csv_of: Callable[..., Path], start_peer: StartPeer
) -> None:
    lines = ("c1,o1,2024-01-01,s1,1,1,a", "c1,o2,2024-01-02,s1,1,1,a", "c1,o2,2024-01-02,s2,1,1,=1+1")
    _, address = await start_peer(Behaviour(refused_ids=frozenset({"o2"})))
    report = await import_orders(options(csv_of(*lines), address))
    assert (report.orders_imported, report.refused_records) == (1, 1)
    assert report.rejected_lines == {"ORDER_DIFFERS": 2}
    assert report.rejects_file is not None
    rejects = pl.read_csv(report.rejects_file, infer_schema=False).rows(named=True)
    assert [(row["line"], row["reason"], row["title"]) for row in rejects] == [
        ("3", "ORDER_DIFFERS", "a"),
        ("4", "ORDER_DIFFERS", "'=1+1"),
    ]


async def test_returned_units_without_a_purchase_are_summed(
    csv_of: Callable[..., Path], start_peer: StartPeer
) -> None:
    _, address = await start_peer(Behaviour())
    file = csv_of("c1,C1,2024-01-01,s1,-2,1,a", "c1,C2,2024-01-01,s1,-3,1,a")
    report = await import_orders(options(file, address))
    assert (report.returns_imported, report.lines_in_returns, report.unmatched_units) == (2, 2, 5)


async def test_a_dry_run_needs_no_server_and_leaves_no_state(csv_of: Callable[..., Path]) -> None:
    file = csv_of("c1,o1,2024-01-01,s1,1,1,a", ",o2,2024-01-02,s1,1,1,a")
    report = await import_orders(options(file, "127.0.0.1:1", dry_run=True))
    assert (report.orders_imported, report.rejected_lines, report.dry_run) == (1, {"no_customer": 1}, True)
    assert checkpoints(file) == []


async def interrupted(file: Path, address: str, peer: Peer) -> None:
    """An import whose server goes away for good after 1,000 of its records."""
    peer.behaviour.unstored = set(range(3, 1000))
    with pytest.raises(ServerGoneError, match=r"1,000 of 2,000 .* another run sends the rest"):
        await import_orders(options(file, address, patience_seconds=0.5))
    peer.behaviour.unstored = set()
    peer.arrived.clear()


async def test_a_second_run_sends_only_what_was_not_acknowledged(
    many_orders: Path, start_peer: StartPeer
) -> None:
    peer, address = await start_peer(Behaviour())
    await interrupted(many_orders, address, peer)
    report = await import_orders(options(many_orders, address))
    assert (len(peer.arrived), len(peer.ids())) == (1000, 2000)
    assert (report.orders_imported, report.records_resumed, report.duplicates) == (2000, 1000, 0)
    assert checkpoints(many_orders) == []


async def test_from_start_sends_everything_again(many_orders: Path, start_peer: StartPeer) -> None:
    peer, address = await start_peer(Behaviour())
    await interrupted(many_orders, address, peer)
    report = await import_orders(options(many_orders, address, from_start=True))
    assert (len(peer.arrived), report.duplicates, report.records_resumed) == (2000, 1000, 0)


async def test_refusals_of_an_earlier_run_stay_in_the_account(
    many_orders: Path, start_peer: StartPeer
) -> None:
    peer, address = await start_peer(Behaviour(refused_ids=frozenset({"o0007"})))
    await interrupted(many_orders, address, peer)
    report = await import_orders(options(many_orders, address))
    assert (report.orders_imported, report.rejected_lines) == (1999, {"ORDER_DIFFERS": 1})


async def test_a_file_read_in_another_way_is_another_import(many_orders: Path, start_peer: StartPeer) -> None:
    peer, address = await start_peer(Behaviour())
    await interrupted(many_orders, address, peer)
    await import_orders(options(many_orders, address, wishes=replace(WISHES, source="second")))
    assert len(peer.arrived) == 2000


async def test_a_checkpoint_of_another_import_is_refused(
    many_orders: Path, start_peer: StartPeer, tmp_path: Path
) -> None:
    _, address = await start_peer(Behaviour())
    state = tmp_path / "state.json"
    tally = {"acknowledged": 1, "duplicates": 0, "unmatched_units": 0, "refusals": []}
    state.write_text(json.dumps({"digest": "other"} | tally))
    with pytest.raises(BadInputError, match="of another import"):
        await import_orders(options(many_orders, address, state_file=state))


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"digest": 1}'])
async def test_a_checkpoint_that_makes_no_sense_is_refused(
    many_orders: Path, start_peer: StartPeer, tmp_path: Path, content: str
) -> None:
    _, address = await start_peer(Behaviour())
    state = tmp_path / "state.json"
    state.write_text(content)
    with pytest.raises(BadInputError, match="--from-start"):
        await import_orders(options(many_orders, address, state_file=state))


async def test_a_wrong_key_is_said_plainly_and_at_once(many_orders: Path, start_peer: StartPeer) -> None:
    _, address = await start_peer(Behaviour(key="rk_right"))
    with pytest.raises(ServerDeniesError, match=r"does not accept the key \(UNAUTHENTICATED\)"):
        await import_orders(options(many_orders, address, server=Server(address, "rk_wrong")))


async def test_the_right_key_opens_the_door(many_orders: Path, start_peer: StartPeer) -> None:
    peer, address = await start_peer(Behaviour(key="rk_right"))
    await import_orders(options(many_orders, address, server=Server(address, "rk_right")))
    assert len(peer.ids()) == 2000


@pytest.mark.parametrize(
    "wishes_of_the_server", [Behaviour(key="rk_right"), Behaviour(always=grpc.StatusCode.UNIMPLEMENTED)]
)
async def test_a_refused_stream_never_looks_like_a_server_that_is_away(
    many_orders: Path, start_peer: StartPeer, wishes_of_the_server: Behaviour
) -> None:
    _, address = await start_peer(wishes_of_the_server)
    seen: list[Progress] = []
    for _ in range(
        10
    ):  # grpc loses the status in about every second stream that is refused while it is written to
        with pytest.raises(ServerDeniesError):
            await import_orders(options(many_orders, address), seen.append)
    assert not any(progress.trouble for progress in seen)


async def test_a_key_that_cannot_be_sent_is_told(many_orders: Path, start_peer: StartPeer) -> None:
    _, address = await start_peer(Behaviour())
    with pytest.raises(BadInputError, match="copied whole"):
        await import_orders(options(many_orders, address, server=Server(address, "rk_\n")))


async def test_a_key_without_the_scope_is_said_plainly(many_orders: Path, start_peer: StartPeer) -> None:
    _, address = await start_peer(Behaviour(always=grpc.StatusCode.PERMISSION_DENIED))
    with pytest.raises(ServerDeniesError, match="scope `backend`"):
        await import_orders(options(many_orders, address))


async def test_an_answer_to_another_batch_is_never_taken_for_an_acknowledgement(
    many_orders: Path, start_peer: StartPeer
) -> None:
    _, address = await start_peer(Behaviour(stray_batch_id=77))
    with pytest.raises(ServerDeniesError, match="batch 77 instead of 0"):
        await import_orders(options(many_orders, address))


async def test_an_unreachable_server_ends_the_patience(many_orders: Path) -> None:
    with pytest.raises(
        ServerGoneError,
        match=r"127\.0\.0\.1:1 has acknowledged nothing for 0\.5 seconds \(UNAVAILABLE.*\)\. 0 of",
    ):
        await import_orders(options(many_orders, "127.0.0.1:1", patience_seconds=0.5))


async def test_a_slow_server_is_given_its_time_as_long_as_it_answers(
    many_orders: Path, start_peer: StartPeer
) -> None:
    _, address = await start_peer(Behaviour(seconds_per_batch=0.4))
    report = await import_orders(options(many_orders, address, patience_seconds=1))
    assert report.orders_imported == 2000
    assert report.seconds > 1


async def test_a_file_without_one_good_line_names_the_commonest_fault(csv_of: Callable[..., Path]) -> None:
    lines = [",o1,2024-01-01,s1,1,1,a", *(f"c1,o{i},1.2.2024 8 Uhr,s1,1,1,a" for i in range(3))]
    with pytest.raises(BadInputError, match=r"Line 3, column 'ordered_at' .*'1.2.2024 8 Uhr'.*--time-format"):
        await import_orders(options(csv_of(*lines), "", dry_run=True))


def start_process(port: int, file: Path) -> tuple[subprocess.Popen[str], int]:
    command = [sys.executable, str(peer_module.__file__), str(port), str(file)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def end(process: subprocess.Popen[str], with_signal: signal.Signals) -> None:
    os.kill(process.pid, with_signal)
    process.communicate()


async def test_killing_the_server_in_mid_import_loses_no_acknowledged_order(
    many_orders: Path, tmp_path: Path, csv_of: Callable[..., Path]
) -> None:
    database = tmp_path / "peer.db"
    process, port = start_process(0, database)
    restarted: list[subprocess.Popen[str]] = []
    acknowledged_before: set[str] = set()

    def kill_once(progress: Progress) -> None:
        if progress.records_acknowledged == 1000 and not restarted:
            end(process, signal.SIGKILL)
            survivor = open_peer(Behaviour(), str(database))
            acknowledged_before.update(survivor.ids())
            survivor.close()
            restarted.append(start_process(port, database)[0])

    started = time.monotonic()
    report = await asyncio.wait_for(import_orders(options(many_orders, f"127.0.0.1:{port}"), kill_once), 30)
    end(restarted[0], signal.SIGTERM)
    final = open_peer(Behaviour(), str(database))
    assert {f"o{i:04}" for i in range(1000)} <= acknowledged_before
    assert len(final.ids()) == report.orders_imported == 2000
    final.close()
    assert time.monotonic() - started < 30
