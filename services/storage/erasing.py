"""Erasing a person from every table, as the registry of personal data says.

Most rows are deleted. Those on which the programme's own books rest stay under a random name: references are
emptied, and ids that lead back to the person become random words, the same word wherever the id stood.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from sqlalchemy import Table, and_, bindparam, delete, select, update

from services.storage.kept_answers import reword_kept_answers
from services.storage.owned import IDS, owned, owned_through
from services.storage.personal import HOLDINGS, Erasing, Owner
from services.storage.tables import lots, metadata, referrals
from services.storage.unit import UnitOfWork

TOKEN_LETTERS: Final = 32  # of hex: 128 random bits, unless the column is shorter
PSEUDONYM_PREFIX: Final = "erased-"


@dataclass(frozen=True)
class Mask:
    """The random words of one erasure. With its salt, which is kept nowhere, goes the way back."""

    customer_ids: tuple[str, ...]
    salt: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    @cached_property
    def pseudonyms(self) -> Mapping[str, str]:
        return {one: f"{PSEUDONYM_PREFIX}{secrets.token_hex(16)}" for one in self.customer_ids}

    def word(self, kind: str, value: str, letters: int) -> str:
        """The word for a value; empty for an empty one."""
        if not value:
            return ""
        return hmac.digest(self.salt, f"{kind}|{value}".encode(), "sha256").hex()[
            : min(letters, TOKEN_LETTERS)
        ]


def erase(unit: UnitOfWork, customer_ids: Sequence[str]) -> None:
    """Leave nothing of these customers, who are one person, in any table."""
    mask = Mask(tuple(customer_ids))
    reword_kept_answers(unit.connection, customer_ids, _words(unit, mask))
    for name in _children_first():
        if HOLDINGS[name].erasing is Erasing.DELETE:
            unit.connection.execute(delete(metadata.tables[name]).where(owned(name)), {IDS: customer_ids})
        elif HOLDINGS[name].erasing is Erasing.PSEUDONYM:
            for owner in HOLDINGS[name].owners:
                _disguise(unit, metadata.tables[name], owner, mask)


def _words(unit: UnitOfWork, mask: Mask) -> Mapping[str, str]:
    """What the person's ids are called from now on, where others were answered with them."""
    words = dict(mask.pseudonyms)
    codes = select(referrals.c.code).where(owned_through(referrals, Owner(("referrer_id",))))
    for kind, query in (("lot", select(lots.c.lot_id).where(owned("lots"))), ("referral_code", codes)):
        (column,) = query.selected_columns
        letters = getattr(column.type, "length", TOKEN_LETTERS)
        found = unit.connection.execute(query, {IDS: mask.customer_ids}).scalars()
        words |= {one: mask.word(kind, one, letters) for one in found}
    return words


def _children_first() -> Iterator[str]:
    """Rows that belong to a person through a parent are found only as long as the parent is."""
    names = list(HOLDINGS)
    yield from sorted(names, key=lambda name: not any(owner.parent for owner in HOLDINGS[name].owners))


def _disguise(unit: UnitOfWork, table: Table, owner: Owner, mask: Mask) -> None:
    """Put the random name, words and fixed values into the rows that belong to the person in this way."""
    keys = [column.name for column in table.primary_key]
    changing = dict.fromkeys((*(() if owner.parent else owner.columns), *owner.tokens, *owner.resets))
    seen = [table.c[name] for name in dict.fromkeys((*keys, *changing))]
    rows = unit.connection.execute(
        select(*seen).where(owned_through(table, owner)), {IDS: mask.customer_ids}
    ).mappings()
    changes = [
        {f"of_{name}": row[name] for name in keys}
        | {f"new_{name}": _disguised(table, owner, name, row[name], mask) for name in changing}
        for row in rows
    ]
    if changes:
        statement = (
            update(table)
            .where(and_(*(table.c[name] == bindparam(f"of_{name}") for name in keys)))
            .values({name: bindparam(f"new_{name}", type_=table.c[name].type) for name in changing})
        )
        unit.connection.execute(statement, changes)


def _disguised(table: Table, owner: Owner, name: str, value: Any, mask: Mask) -> Any:
    if name in owner.resets:
        return owner.resets[name]
    if name in owner.tokens:
        return mask.word(owner.tokens[name], value, getattr(table.c[name].type, "length", TOKEN_LETTERS))
    return mask.pseudonyms[value]
