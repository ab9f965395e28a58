"""SQL of invitations, and of all that decisions about them look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, delete, func, or_, select, tuple_

from services.feedback.queries.cases import open_causes
from services.feedback.rules.answers import Polarity, SurveyKind
from services.feedback.rules.asking import Contact, Person
from services.feedback.rules.invitations import Invitation, InvitationState, Reason
from services.storage.sets import among, insert_new, upsert
from services.storage.tables import consents, invitations, members, orders

_COLUMNS: Final = tuple(invitations.c[name] for name in Invitation.__dataclass_fields__)
_BY_ID = select(*_COLUMNS).where(among(invitations.c.invitation_id, "ids"))
_DROP = delete(invitations).where(among(invitations.c.invitation_id, "ids"))
_STATES = select(members.c.customer_id, members.c.state).where(among(members.c.customer_id, "ids"))
_CONSENTS = (
    select(consents.c.customer_id, consents.c.kind, consents.c.granted)
    .where(among(consents.c.customer_id, "ids"))
    .order_by(consents.c.consent_id)
)
_EARLIER = select(
    invitations.c.customer_id,
    invitations.c.invitation_id,
    invitations.c.survey_id,
    invitations.c.kind,
    func.coalesce(invitations.c.followed_up_at, invitations.c.sent_at),
).where(
    among(invitations.c.customer_id, "ids"),
    or_(invitations.c.sent_at.is_not(None), invitations.c.state == InvitationState.PLANNED),
)
_RETURNED = select(orders.c.source, orders.c.order_id).where(
    among(orders.c.order_id, "ids"), orders.c.refunded_minor >= orders.c.total_minor
)


@dataclass(frozen=True, slots=True)
class InvitationFilter:
    """Which invitations to list; empty: all."""

    customer_id: str = ""
    survey_id: str = ""
    state: InvitationState | None = None


def find_invitations(connection: Connection, invitation_ids: Iterable[str]) -> dict[str, Invitation]:
    wanted = sorted(set(invitation_ids))
    if not wanted:
        return {}
    rows = connection.execute(_BY_ID, {"ids": wanted}).mappings()
    return {row["invitation_id"]: invitation_of_row(row) for row in rows}


def add_invitations(connection: Connection, fresh: Sequence[Invitation]) -> None:
    """Store the invitations, none of which is there yet."""
    insert_new(connection, invitations, [asdict(one) for one in fresh])


def drop_invitations(connection: Connection, invitation_ids: Iterable[str]) -> None:
    connection.execute(_DROP, {"ids": sorted(set(invitation_ids))})


def store_invitations(connection: Connection, changed: Sequence[Invitation]) -> None:
    upsert(connection, invitations, [asdict(one) for one in changed])


def find_people(
    connection: Connection, customer_ids: Iterable[str], order_ids: Iterable[str]
) -> dict[str, Person]:
    """All that decisions about these customers look at. order_ids: the orders that they are asked about."""
    names = {"ids": sorted(set(customer_ids))}
    states = {row[0]: row[1] for row in connection.execute(_STATES, names)}
    granted = find_granted(connection, names["ids"])
    contacts, planned = _earlier(connection, names)
    complaining = {customer_id for customer_id, _ in open_causes(connection, names["ids"])}
    returned = _returned(connection, order_ids)
    return {
        one: Person(
            states.get(one, ""),
            granted.get(one, frozenset()),
            contacts.get(one, ()),
            one in complaining,
            returned,
            planned.get(one, frozenset()),
        )
        for one in names["ids"]
    }


def find_granted(connection: Connection, customer_ids: Iterable[str]) -> dict[str, frozenset[str]]:
    """What each of the customers agreed to; whoever never said a word is left out."""
    latest: dict[str, dict[str, bool]] = {}
    for customer_id, kind, given in connection.execute(_CONSENTS, {"ids": sorted(set(customer_ids))}):
        latest.setdefault(customer_id, {})[kind] = given
    return {one: frozenset(kind for kind, given in of.items() if given) for one, of in latest.items()}


def _earlier(
    connection: Connection, names: dict[str, list[str]]
) -> tuple[dict[str, tuple[Contact, ...]], dict[str, frozenset[str]]]:
    """What each customer has heard of, and the surveys of which an invitation waits."""
    heard: dict[str, tuple[Contact, ...]] = {}
    planned: dict[str, frozenset[str]] = {}
    for customer_id, invitation_id, survey_id, kind, at in connection.execute(_EARLIER, names):
        if at is None:
            planned[customer_id] = planned.get(customer_id, frozenset()) | {survey_id}
        else:
            heard[customer_id] = (*heard.get(customer_id, ()), Contact(invitation_id, SurveyKind(kind), at))
    return heard, planned


def _returned(connection: Connection, order_ids: Iterable[str]) -> frozenset[tuple[str, str]]:
    wanted = sorted({one for one in order_ids if one})
    if not wanted:
        return frozenset()
    return frozenset((row[0], row[1]) for row in connection.execute(_RETURNED, {"ids": wanted}))


def list_invitations(
    connection: Connection, wanted: InvitationFilter, before: tuple[datetime, str] | None, limit: int
) -> list[Invitation]:
    """The latest due first."""
    query = (
        select(*_COLUMNS)
        .order_by(invitations.c.due_at.desc(), invitations.c.invitation_id.desc())
        .limit(limit)
    )
    if wanted.customer_id:
        query = query.where(invitations.c.customer_id == wanted.customer_id)
    if wanted.survey_id:
        query = query.where(invitations.c.survey_id == wanted.survey_id)
    if wanted.state is not None:
        query = query.where(invitations.c.state == wanted.state)
    if before is not None:
        query = query.where(tuple_(invitations.c.due_at, invitations.c.invitation_id) < before)
    return [invitation_of_row(row) for row in connection.execute(query).mappings()]


def invitation_of_row(row: RowMapping) -> Invitation:
    values: dict[str, Any] = {**row}
    kinds = {"kind": SurveyKind, "polarity": Polarity, "state": InvitationState, "reason": Reason}
    return Invitation(**{**values, **{name: kind(values[name]) for name, kind in kinds.items()}})
