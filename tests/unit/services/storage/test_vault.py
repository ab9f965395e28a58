"""The vault opens what it sealed for the same owner, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given
from hypothesis import strategies as st

from services.storage.vault import SealBrokenError, Sealed, Vault

KEY = bytes(range(32))
VAULT = Vault(KEY)
PROFILE = {"name": "Zoë Quist", "email": "zoe@example.com"}

records = st.recursive(
    st.none() | st.booleans() | st.text(), lambda inner: st.dictionaries(st.text(), inner, max_size=4)
)


@given(records, st.text())
def test_what_was_sealed_opens_for_its_owner(record: Any, owner: str) -> None:
    assert VAULT.open(VAULT.seal(record, owner), owner) == record
    assert VAULT.open_whole(VAULT.seal_whole(record, owner), owner) == record


def test_nothing_of_a_record_is_legible_when_sealed() -> None:
    found = VAULT.seal(PROFILE, "zoe")
    assert all(
        text.encode() not in found.sealed + found.data_key for text in ("Zoë", "zoe", "example", "name")
    )


def test_a_record_sealed_twice_looks_different() -> None:
    assert VAULT.seal(PROFILE, "zoe").sealed != VAULT.seal(PROFILE, "zoe").sealed


def test_a_record_does_not_open_for_another_customer() -> None:
    with pytest.raises(SealBrokenError):
        VAULT.open(VAULT.seal(PROFILE, "zoe"), "anna")


def test_a_record_does_not_open_under_another_master_key() -> None:
    with pytest.raises(SealBrokenError):
        Vault(bytes(32)).open(VAULT.seal(PROFILE, "zoe"), "zoe")


@given(st.integers(0), st.booleans())
def test_a_record_that_was_tampered_with_does_not_open(place: int, in_key: bool) -> None:
    found = VAULT.seal(PROFILE, "zoe")
    parts = [bytearray(found.data_key), bytearray(found.sealed)]
    part = parts[not in_key]
    part[place % len(part)] ^= 1
    with pytest.raises(SealBrokenError):
        VAULT.open(Sealed(bytes(parts[0]), bytes(parts[1])), "zoe")


@given(st.binary(max_size=80))
def test_a_torn_record_does_not_open(blob: bytes) -> None:
    with pytest.raises(SealBrokenError):
        VAULT.open_whole(blob, "zoe")


def test_digests_depend_on_kind_value_and_master_key() -> None:
    digests = {
        VAULT.identifier_digest("EMAIL", "a"),
        VAULT.identifier_digest("CARD", "a"),
        VAULT.identifier_digest("EMAIL", "b"),
        Vault(bytes(32)).identifier_digest("EMAIL", "a"),
        VAULT.customer_digest("a"),
    }
    assert len(digests) == 5
    assert all(len(digest) == 64 for digest in digests)
    assert VAULT.identifier_digest("EMAIL", "a") == VAULT.identifier_digest("EMAIL", "a")


def test_keys_are_derived_as_hkdf_says() -> None:
    assert VAULT.proof == HKDFExpand(hashes.SHA256(), 32, b"regulars proof").derive(KEY)


def test_the_master_key_is_in_no_representation() -> None:
    assert KEY.hex() not in repr(VAULT)
    assert repr(KEY) not in repr(VAULT)


def test_a_token_is_always_the_same_for_a_value_and_differs_with_the_purpose_and_the_key() -> None:
    vault, other = Vault(bytes(32)), Vault(bytes(range(32)))
    assert vault.token("invitation", "o1") == Vault(bytes(32)).token("invitation", "o1")
    found = {
        vault.token("invitation", "o1"),
        vault.token("invitation", "o2"),
        vault.token("incentive", "o1"),
        other.token("invitation", "o1"),
    }
    assert (len(found), {len(one) for one in found}) == (4, {16})
