"""A gateway in a store as the server sees one: hello, then the key table down and reports up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from regulars.presence.v1 import presence_service_pb2 as presence

from beacon_gateway.identity.key_table import EMPTY, KeyTable, UpdateIntake, cells_of
from beacon_gateway.sending.key_messages import key_update_of
from services.presence.rules.identifiers import announced, window_start
from tests.integration.shop import Caller, Refusal, refusal, stamp

WAIT_SECONDS = 10.0  # five times the server's own interval between two looks at the keys


class Gateway:
    """One open session. Acknowledgements are kept as they come, the key table as a gateway keeps it."""

    def __init__(self, call: Any, epoch: str) -> None:
        self.epoch = epoch
        self.acked = -1
        self.acks: list[tuple[str, int]] = []
        self.configs: list[presence.Config] = []
        self.seq = 0
        self.updates: list[presence.KeyUpdate] = []
        self.table = KeyTable()
        self._intake = UpdateIntake()
        self.replies: list[presence.TimeReply] = []
        self._call = call
        self._news = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    async def send(self, request: presence.SessionRequest) -> None:
        await self._call.write(request)

    async def report(self, kind: str, pseudonym: bytes, at: datetime, dwell_seconds: float = 0.0) -> int:
        """Report one event and wait until it is acknowledged; answers its number."""
        self.seq += 1
        await self.report_as(self.seq, kind, pseudonym, at, dwell_seconds)
        return self.seq

    async def report_as(
        self, seq: int, kind: str, pseudonym: bytes, at: datetime, dwell_seconds: float = 0.0
    ) -> None:
        await self.send_event(seq, kind, pseudonym, at, dwell_seconds=dwell_seconds)
        await self.wait_for(lambda: self.acked >= seq)

    async def send_event(
        self, seq: int, kind: str, pseudonym: bytes, at: datetime, *, epoch: str = "", **more: Any
    ) -> None:
        """Send one event, of another run when `epoch` names one, and do not wait."""
        event = presence.PresenceEvent(
            seq=seq,
            kind=f"PRESENCE_KIND_{kind}",
            pseudonym=pseudonym,
            zone="entrance",
            observed_at=stamp(at),
            **more,
        )
        batch = presence.EventBatch(first_seq=seq, events=[event], epoch=epoch)
        await self.send(presence.SessionRequest(batch=batch))

    async def ended(self) -> Refusal:
        """Wait until the server ends the session, and answer why it did."""
        async with asyncio.timeout(WAIT_SECONDS):
            return await refusal(self._reading)

    async def table_with(self, members: int) -> dict[bytes, bytes]:
        """Identifier -> pseudonym, of every window, once the gateway's table knows so many members."""
        await self.wait_for(lambda: bool(self.table.version) and self._members() == members)
        return self.names()

    def names(self) -> dict[bytes, bytes]:
        """What every member announces in every window -> the pseudonym of that window's first day."""
        spelled: dict[bytes, bytes] = {}
        for span, column in self.table.windows.items():
            day = self.table.day(span.starts_at_seconds)
            names = cells_of(self.table.days[day]) if day else []
            spelled.update(zip(cells_of(column), names, strict=False))
            for row, tags in self.table.tags.items():
                spelled.update(dict.fromkeys(tags, names[row]))
        spelled.pop(EMPTY, None)
        return spelled

    def _members(self) -> int:
        rows = set(self.table.tags)
        for column in self.table.windows.values():
            rows |= {row for row, cell in enumerate(cells_of(column)) if cell != EMPTY}
        return len(rows)

    async def wait_for(self, happened: Any) -> None:
        """Wait until something is so, or fail with what ended the session."""
        async with asyncio.timeout(WAIT_SECONDS):
            while not happened():
                if self._reading.done():
                    self._reading.result()
                self._news.clear()
                await self._news.wait()

    async def _read(self) -> None:
        try:
            async for response in self._call:
                self._take(response)
                self._news.set()
        finally:
            self._news.set()

    def _take(self, response: presence.SessionResponse) -> None:
        if response.HasField("ack"):
            self.acks.append((response.ack.epoch, response.ack.seq))
            if response.ack.epoch == self.epoch:
                self.acked = response.ack.seq
        elif response.HasField("config"):
            self.configs.append(response.config)
        elif response.HasField("keys"):
            self.updates.append(response.keys)
            update = self._intake.add(key_update_of(response.keys))
            if update is not None:
                self.table.apply(update)
        elif response.HasField("time"):
            self.replies.append(response.time)

    async def close(self) -> None:
        if self._reading.done():
            return
        await self._call.done_writing()
        await self._reading


@asynccontextmanager
async def connected(
    caller: Caller,
    epoch: str = "epoch-0001",
    store: str = "camden",
    name: str = "gw-1",
    table: KeyTable | None = None,
) -> AsyncIterator[Gateway]:
    """A gateway that was welcomed, with the table it had before; it hangs up at the end of the block."""
    call = caller.presence.Session(metadata=caller.metadata)
    gateway = Gateway(call, epoch)
    gateway.table = table or gateway.table
    version = gateway.table.version
    hello = presence.Hello(gateway=name, store=store, epoch=epoch, version="1.0", table_version=version)
    await gateway.send(presence.SessionRequest(hello=hello))
    await gateway.wait_for(lambda: gateway.acked >= 0)
    try:
        yield gateway
        await gateway.close()
    finally:
        call.cancel()


def heard(table: dict[bytes, bytes], identity_key: bytes, now: datetime) -> bytes | None:
    """The pseudonym of the device that announces itself with this key now; None for a stranger."""
    return table.get(announced([identity_key], [window_start(now)])[0])
