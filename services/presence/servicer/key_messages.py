"""A change to the key table -> the messages that carry it to a gateway."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from google.protobuf.message import Message
from regulars.presence.v1 import presence_service_pb2 as pb

from services.presence.rules.key_table import BLOCK_BYTES, CELL_BYTES, KeyUpdate, Stretch
from services.rpc.wire import stamp

PART_BYTES: Final = BLOCK_BYTES  # of a large update: an acknowledgement waits no longer than for a few


def key_messages(update: KeyUpdate) -> Iterator[pb.SessionResponse]:
    """An update in parts, none of them large; the last one names the version."""
    part, part_bytes = pb.KeyUpdate(base_version=update.base_version), 0
    for field, piece, piece_bytes in key_pieces(update):
        getattr(part, field).append(piece)
        part_bytes += piece_bytes
        if part_bytes >= PART_BYTES:
            yield pb.SessionResponse(keys=part)
            part, part_bytes = pb.KeyUpdate(), 0
    part.version = update.version
    yield pb.SessionResponse(keys=part)


def key_pieces(update: KeyUpdate) -> Iterator[tuple[str, Message | int, int]]:
    """(field, its next entry, about how many bytes): who is gone comes first."""
    for row in update.forgotten_rows:
        yield "forgotten_rows", row, 4
    for field, stretches in (("identifiers", update.identifiers), ("pseudonyms", update.pseudonyms)):
        for one in stretches:
            for start in range(0, len(one.cells), PART_BYTES):
                cells = one.cells[start : start + PART_BYTES]
                yield field, stretch_message(one, start // CELL_BYTES, cells), len(cells) + 32
    for row, identifier in update.tags:
        yield "tags", pb.StaticTag(row=row, identifier=identifier), len(identifier) + 8


def stretch_message(stretch: Stretch, skipped_rows: int, cells: bytes) -> pb.KeyStretch:
    return pb.KeyStretch(
        starts_at=stamp(stretch.starts_at),
        ends_at=stamp(stretch.ends_at),
        first_row=stretch.first_row + skipped_rows,
        cells=cells,
    )
