"""Where customers' data lies: for every table, how it is exported, erased and merged.

A table without an entry here fails the build. Three things read this registry: the export of a person, the
erasing of a person, and the merging of two customers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final


class Erasing(StrEnum):
    """What becomes of a person's rows when the person is erased."""

    DELETE = "DELETE"
    PSEUDONYM = "PSEUDONYM"  # the row stays under a random name, without all that leads back to the person
    KEEP = "KEEP"  # the table holds nobody's data


class Merging(StrEnum):
    """What becomes of the merged customer's rows when two customers are merged."""

    MOVE = "MOVE"  # they name the survivor, and are handed back when the merge is undone
    DROP = "DROP"  # derived: set aside for the undoing, and computed anew from what moved
    ADD = "ADD"  # amounts per customer: added to the survivor's, and taken off again
    STAY = "STAY"  # they go on naming the merged customer, follow their parent, or hold nobody's data


@dataclass(frozen=True, slots=True)
class Owner:
    """One way in which a row belongs to a person.

    parent: empty when `columns` is one column that holds a customer id; else the table whose rows of the
    person have the same values in these columns. inside: the field of the JSON in the column that holds the
    id; empty when the column itself does. tokens: columns whose values are replaced by random words
    under PSEUDONYM, and the kind of word: the same value of one kind becomes the same word in every table,
    so that rows still find each other. resets: columns that get a fixed value under PSEUDONYM.
    """

    columns: tuple[str, ...] = ("customer_id",)
    parent: str = ""
    inside: str = ""
    tokens: Mapping[str, str] = field(default_factory=dict)
    resets: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Holding:
    """What a table holds of customers. Without owners it holds nobody's data."""

    exported: bool
    erasing: Erasing
    merging: Merging
    owners: tuple[Owner, ...] = (Owner(),)
    secrets: tuple[str, ...] = ()  # columns that no export shows: keys, and what was made with them

    @property
    def customer_columns(self) -> tuple[str, ...]:
        """The columns of the table that hold customer ids."""
        return tuple(one.columns[0] for one in self.owners if not one.parent and not one.inside)


def _through(parent: str, *columns: str, **tokens: str) -> Owner:
    return Owner(columns, parent, tokens=tokens)


def _deleted(merging: Merging, *owners: Owner, secrets: tuple[str, ...] = ()) -> Holding:
    return Holding(True, Erasing.DELETE, merging, owners or (Owner(),), secrets)


def _kept(merging: Merging, *owners: Owner) -> Holding:
    return Holding(True, Erasing.PSEUDONYM, merging, owners or (Owner(),))


NOBODYS: Final = Holding(False, Erasing.KEEP, Merging.STAY, ())
WORKING: Final = Holding(False, Erasing.DELETE, Merging.STAY)  # copies of what other tables export

HOLDINGS: Final[Mapping[str, Holding]] = MappingProxyType(
    {
        # Who the person is. A profile can be read under its own id only; identifiers can move.
        "customers": _deleted(Merging.STAY),
        "members": _kept(Merging.STAY, Owner(resets={"state": "ERASED"})),
        "member_changes": _deleted(Merging.STAY),
        "profiles": _deleted(Merging.STAY, secrets=("data_key", "sealed")),
        "identifiers": _deleted(Merging.MOVE, secrets=("digest", "sealed")),
        "consents": _deleted(Merging.STAY),  # each decision was made under its own id; see merging's rules
        "presence_keys": _deleted(Merging.STAY, secrets=("identity_key",)),  # silent while merged
        "presence_pseudonyms": _deleted(Merging.STAY),
        "presence_tags": _deleted(Merging.STAY),
        "master_keys": NOBODYS,
        "redirects": Holding(
            False,
            Erasing.PSEUDONYM,  # a keyed digest of the id stays, and leads to nobody
            Merging.STAY,
            (Owner(("survivor_id",), resets={"survivor_id": None}),),
        ),
        "merges": _deleted(Merging.STAY, Owner(("survivor_id",)), Owner(("merged_id",))),
        "merge_rows": Holding(False, Erasing.DELETE, Merging.STAY, (_through("merges", "merge_id"),)),
        # What the person did.
        "products": NOBODYS,
        "orders": _deleted(Merging.MOVE),
        "order_lines": _deleted(Merging.STAY, _through("orders", "order_id", "source")),
        "returns": _deleted(Merging.MOVE),
        "return_lines": _deleted(Merging.MOVE),
        "exchanges": _deleted(Merging.MOVE),
        "open_units": _deleted(Merging.MOVE),
        "waiting_exchanges": _deleted(Merging.MOVE),
        "carts": _deleted(Merging.MOVE),
        "cart_lines": _deleted(Merging.STAY, _through("carts", "cart_id")),
        "touches": _deleted(Merging.MOVE),
        "invitations": _deleted(Merging.MOVE),
        "answers": _deleted(Merging.MOVE),
        "cases": _deleted(Merging.MOVE),
        "case_changes": _deleted(Merging.STAY, _through("cases", "case_id")),
        "case_notes": _deleted(Merging.STAY, _through("cases", "case_id")),
        "make_goods": _deleted(Merging.MOVE),
        "make_good_months": NOBODYS,  # what was given, whoever got it
        "presence_events": _deleted(Merging.MOVE),
        "presence_states": WORKING,
        "visits": _deleted(Merging.MOVE),
        "reminders": _deleted(Merging.MOVE),
        "gateways": NOBODYS,
        "store_maps": NOBODYS,
        "gateway_epochs": NOBODYS,
        "gateway_authorities": NOBODYS,
        "gateway_tokens": NOBODYS,
        "gateway_certificates": NOBODYS,
        # The ledger: its totals are the programme's own books, so its rows outlive the person.
        "accounts": _kept(
            Merging.STAY, Owner(resets={"qualifying": {}, "tier": "", "forfeits_at": None, "due_at": None})
        ),
        "lots": _kept(Merging.MOVE, Owner(tokens={"lot_id": "lot", "order_id": "order"})),
        "awards": _kept(
            Merging.STAY, _through("orders", "order_id", "source", order_id="order", lot_id="lot")
        ),
        "movements": _kept(
            Merging.STAY,
            _through("lots", "lot_id", lot_id="lot"),  # of others too, who moved them while merged
            Owner(resets={"reference": "", "actor": "", "reason": ""}),
        ),
        "holds": _kept(
            Merging.MOVE, Owner(tokens={"hold_id": "hold", "order_id": "order"}, resets={"purpose": ""})
        ),
        "hold_lots": _kept(
            Merging.STAY,
            _through("lots", "lot_id", lot_id="lot"),  # in holds of others too
            _through("holds", "hold_id", hold_id="hold"),
        ),
        "tier_spend": _deleted(Merging.STAY, _through("orders", "order_id", "source")),
        "tier_changes": _deleted(Merging.STAY),  # the history of an account, like its movements
        "tier_warnings": _deleted(Merging.DROP),
        "earning_rules": NOBODYS,
        "rule_usage": _deleted(Merging.ADD),
        # Rewards, coupons, referrals: stock, uses and budgets count on these rows.
        "rewards": NOBODYS,
        "member_rewards": _kept(Merging.MOVE, Owner(tokens={"member_reward_id": "member_reward"})),
        "coupons": _kept(Merging.MOVE, Owner(tokens={"code": "coupon"}, resets={"title": ""})),
        "coupon_uses": _kept(
            Merging.MOVE,
            _through("coupons", "code", code="coupon"),
            Owner(tokens={"use_id": "coupon_use", "order_id": "order"}),
        ),
        "referral_codes": _deleted(Merging.MOVE),
        "referrals": _kept(
            Merging.MOVE,
            Owner(("friend_id",), tokens={"referral_id": "referral", "order_id": "order"}),
            Owner(("referrer_id",), tokens={"code": "referral_code"}),
        ),
        # What was computed.
        "scores": _deleted(Merging.DROP),
        "score_references": NOBODYS,
        "score_versions": NOBODYS,
        "saved_segments": NOBODYS,
        "segment_changes": NOBODYS,
        "persona_reports": NOBODYS,
        "customer_personas": _deleted(Merging.DROP),
        "prediction_runs": NOBODYS,
        "churn_predictions": _deleted(Merging.DROP),
        "replenishments": _deleted(Merging.DROP),
        # Work in progress.
        "api_keys": NOBODYS,
        "requests": WORKING,
        "outbox": Holding(
            False,
            Erasing.DELETE,
            Merging.STAY,
            (Owner(("payload",), inside="customer_id"), Owner(("work_key",))),
        ),
    }
)
