"""Makes messages of any type for Hypothesis: mostly plausible values, sometimes wild ones."""

from __future__ import annotations

from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message_factory import GetMessageClass
from hypothesis import strategies as st

DEPTH_MAX = 3
LATE_2025_SECONDS = 1_767_000_000  # before the manual clock's noon

TEXTS = st.one_of(
    st.sampled_from(["anna", "ben", "o-1", "tea", "GBP", "default", "r-1", "12345678", "store-1"]),
    st.text(max_size=12),
    st.sampled_from(["", "\x00", "a\x00b", "x" * 200, "WyJhIiwgMV0=", "WzEuMCwgIlx1ZDgwMCJd", "W11d"]),
)
INT64 = st.one_of(st.integers(1, 9), st.integers(-(2**63), 2**63 - 1), st.sampled_from([0, 2**63 - 1]))
INT32 = st.one_of(st.integers(1, 9), st.integers(-(2**31), 2**31 - 1))
FLOATS = st.one_of(st.floats(0, 100), st.floats(allow_nan=True, allow_infinity=True))

SCALARS: dict[int, st.SearchStrategy[Any]] = {
    FieldDescriptor.TYPE_STRING: TEXTS,
    FieldDescriptor.TYPE_BYTES: st.one_of(st.binary(max_size=16), st.just(bytes(8))),
    FieldDescriptor.TYPE_BOOL: st.booleans(),
    FieldDescriptor.TYPE_INT32: INT32,
    FieldDescriptor.TYPE_INT64: INT64,
    FieldDescriptor.TYPE_UINT32: st.integers(0, 2**32 - 1),
    FieldDescriptor.TYPE_UINT64: st.one_of(st.integers(0, 9), st.integers(0, 2**64 - 1)),
    FieldDescriptor.TYPE_DOUBLE: FLOATS,
    FieldDescriptor.TYPE_ENUM: st.one_of(st.integers(1, 5), st.integers(-(2**31), 2**31 - 1)),
}
TIMESTAMPS = st.one_of(
    st.builds(lambda late: (LATE_2025_SECONDS + late, 0), st.integers(0, 1_000_000)),
    st.tuples(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**31), 2**31 - 1)),
    st.sampled_from([(-62_135_596_800, 0), (253_402_300_799, 999_999_999)]),
)


def messages_of(kind: Descriptor) -> st.SearchStrategy[bytes]:
    """Serialised messages of a type."""
    return _message(kind, 0).map(lambda message: message.SerializeToString())


def _message(kind: Descriptor, depth: int) -> st.SearchStrategy[Any]:
    return st.composite(_draw_message)(kind, depth)


def _draw_message(draw: st.DrawFn, kind: Descriptor, depth: int) -> Any:
    message: Any = GetMessageClass(kind)()
    if kind.full_name == "google.protobuf.Timestamp":
        message.seconds, message.nanos = draw(TIMESTAMPS)
        return message
    for field in _chosen(draw, kind):
        if draw(st.integers(0, 9)) == 0 or depth > DEPTH_MAX:
            continue
        _set(draw, message, field, depth)
    return message


def _chosen(draw: st.DrawFn, kind: Descriptor) -> list[FieldDescriptor]:
    """All plain fields, and one of each oneof."""
    fields = [field for field in kind.fields if field.containing_oneof is None]
    fields += [draw(st.sampled_from(list(choice.fields))) for choice in kind.oneofs]
    return fields


def _set(draw: st.DrawFn, message: Any, field: FieldDescriptor, depth: int) -> None:
    value = _message(field.message_type, depth + 1) if field.message_type else SCALARS[field.type]
    if field.is_repeated:
        getattr(message, field.name).extend(draw(st.lists(value, min_size=1, max_size=3)))
    elif field.message_type:
        getattr(message, field.name).CopyFrom(draw(value))
    else:
        setattr(message, field.name, draw(value))
