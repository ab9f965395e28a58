"""API keys: what is kept of them, and who is let in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool

from services.rpc.auth import (
    SCOPES,
    KeyInvalidError,
    KeyMissingError,
    Keyring,
    ScopeMissingError,
    allow,
    digest,
    header_of,
    make_key,
    scopes_of,
)

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def test_a_new_key_opens_the_door_and_its_secret_is_not_kept() -> None:
    new = make_key("web-shop", ("backend",))
    assert Keyring([new.key]).authenticate(f"Bearer {new.text}", NOON) == new.key
    assert new.key.secret_sha256 == digest(new.text.split("_", 2)[2])
    assert new.text.split("_", 2)[2] not in repr(new.key)


def test_no_two_keys_are_alike() -> None:
    assert len({make_key("a", ()).text for _ in range(50)}) == 50


def test_the_scheme_is_read_in_any_case() -> None:
    new = make_key("web-shop", ("backend",))
    assert Keyring([new.key]).authenticate(f"bearer {new.text}", NOON) == new.key


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer rk", "Bearer rk_1", "Bearer xx_1_2", "Basic rk_1_2"]
)
def test_what_is_no_key_is_said_to_be_missing(header: str) -> None:
    with pytest.raises(KeyMissingError):
        Keyring().authenticate(header, NOON)


def test_a_wrong_secret_and_an_unknown_key_cannot_be_told_apart() -> None:
    new, stranger = make_key("a", ()), make_key("b", ())
    ring = Keyring([new.key])
    texts = []
    for text in (new.text + "x", stranger.text):
        with pytest.raises(KeyInvalidError) as caught:
            ring.authenticate(f"Bearer {text}", NOON)
        texts.append(str(caught.value))
    assert texts[0] == texts[1]


def test_a_key_ends_at_its_moment() -> None:
    new = make_key("a", (), NOON)
    ring = Keyring([new.key])
    assert ring.authenticate(f"Bearer {new.text}", NOON - timedelta(microseconds=1)) == new.key
    with pytest.raises(KeyInvalidError):
        ring.authenticate(f"Bearer {new.text}", NOON)


def test_two_live_keys_allow_a_rotation() -> None:
    old, new = make_key("shop", ("backend",)), make_key("shop", ("backend",))
    ring = Keyring([old.key, new.key])
    assert {ring.authenticate(f"Bearer {one.text}", NOON).key_id for one in (old, new)} == {
        old.key.key_id,
        new.key.key_id,
    }
    ring.replace([new.key])
    with pytest.raises(KeyInvalidError):
        ring.authenticate(f"Bearer {old.text}", NOON)


@pytest.mark.parametrize("scope", SCOPES)
def test_one_of_the_scopes_is_enough_and_the_operator_may_always(scope: str) -> None:
    key = make_key("a", (scope,)).key
    if scope in {"team", "admin"}:
        allow(key, frozenset({"team", "gateway"} if scope == "admin" else {"team", "backend"}))
    else:
        with pytest.raises(ScopeMissingError) as caught:
            allow(key, frozenset({"team"}))
        assert caught.value.facts == {"needs": "team"}


def test_the_header_is_found_among_others_and_binary_ones_are_ignored() -> None:
    assert header_of([("user-agent", "x"), ("authorization", "Bearer a")]) == "Bearer a"
    assert header_of([("authorization", b"Bearer a")]) == ""
    assert header_of([]) == ""


def test_a_method_without_scope_is_refused() -> None:
    file = descriptor_pb2.FileDescriptorProto(name="open.proto", package="open", syntax="proto3")
    file.message_type.add(name="Empty")
    service = file.service.add(name="OpenService")
    service.method.add(name="Do", input_type=".open.Empty", output_type=".open.Empty")
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    with pytest.raises(ValueError, match=r"open\.OpenService\.Do states no scope"):
        scopes_of(pool.FindServiceByName("open.OpenService"))
