"""The registry of personal data covers every table and every column."""

from __future__ import annotations

import pytest
from sqlalchemy import JSON, LargeBinary, String

from services.storage.personal import HOLDINGS, NOBODYS, Erasing, Merging, Owner
from services.storage.tables import metadata

NAMES_A_CUSTOMER = {"customer_id", "survivor_id", "merged_id", "friend_id", "referrer_id"}
# Text that the programme, and no person, decides on.
IMPERSONAL = {
    *("state", "kind", "origin", "source", "rule", "debit", "credit", "reward_id", "campaign", "benefit"),
    *("sku", "per_customer_period"),
}
# A keyed digest, a reason out of a fixed list, and a title that every member sees.
HARMLESS = {("redirects", "customer_digest"), ("referrals", "reason"), ("member_rewards", "title")}
OWNERS = [(name, owner) for name, holding in HOLDINGS.items() for owner in holding.owners]


def test_every_table_has_an_entry_and_every_entry_a_table() -> None:
    assert set(HOLDINGS) == set(metadata.tables)


@pytest.mark.parametrize("name", HOLDINGS)
def test_every_column_that_names_a_customer_is_an_owner(name: str) -> None:
    named = {column.name for column in metadata.tables[name].columns} & NAMES_A_CUSTOMER
    assert named == set(HOLDINGS[name].customer_columns) - {"work_key"}


@pytest.mark.parametrize(("name", "owner"), OWNERS)
def test_an_owner_speaks_of_columns_that_exist(name: str, owner: Owner) -> None:
    columns = {column.name for column in metadata.tables[name].columns}
    assert {*owner.columns, *owner.tokens, *owner.resets} <= columns
    assert set(HOLDINGS[name].secrets) <= columns


@pytest.mark.parametrize(("name", "owner"), [one for one in OWNERS if one[1].parent])
def test_a_parent_belongs_to_a_person_by_itself(name: str, owner: Owner) -> None:
    assert HOLDINGS[owner.parent].customer_columns
    assert set(owner.columns) <= {column.name for column in metadata.tables[owner.parent].columns}


@pytest.mark.parametrize("name", [name for name, one in HOLDINGS.items() if one.erasing is Erasing.PSEUDONYM])
def test_no_free_text_survives_under_a_pseudonym(name: str) -> None:
    holding = HOLDINGS[name]
    changed = {*holding.customer_columns}
    for owner in holding.owners:
        changed |= {*owner.tokens, *owner.resets}
    left = {
        column.name
        for column in metadata.tables[name].columns
        if isinstance(column.type, String | JSON | LargeBinary)
    } - changed
    assert {(name, column) for column in left - IMPERSONAL} <= HARMLESS


def test_what_holds_nobodys_data_is_neither_exported_nor_moved() -> None:
    assert (NOBODYS.exported, NOBODYS.erasing, NOBODYS.merging) == (False, Erasing.KEEP, Merging.STAY)
    assert all(one is NOBODYS for one in HOLDINGS.values() if not one.owners)
