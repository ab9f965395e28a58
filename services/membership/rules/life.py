"""The life of a membership: which step leads from which state to which. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.errors import WrongStateError
from services.membership.rules.members import Consent, Member, MemberState

CLOSING_SOURCE: Final = "membership closed"  # where the end of a consent came from


class MemberStateForbidsError(WrongStateError):
    """The membership is not in a state that allows it."""

    reason = "MEMBER_STATE_FORBIDS"


class Step(StrEnum):
    CONFIRM = "CONFIRM"
    SUSPEND = "SUSPEND"
    REINSTATE = "REINSTATE"
    CLOSE = "CLOSE"


LEADS: Final[dict[tuple[MemberState, Step], MemberState]] = {
    (MemberState.PENDING, Step.CONFIRM): MemberState.ACTIVE,
    (MemberState.ACTIVE, Step.CONFIRM): MemberState.ACTIVE,  # a link in an e-mail is clicked twice
    (MemberState.ACTIVE, Step.SUSPEND): MemberState.SUSPENDED,
    (MemberState.SUSPENDED, Step.REINSTATE): MemberState.ACTIVE,
    (MemberState.PENDING, Step.CLOSE): MemberState.CLOSED,
    (MemberState.ACTIVE, Step.CLOSE): MemberState.CLOSED,
    (MemberState.SUSPENDED, Step.CLOSE): MemberState.CLOSED,
}
LIVING: Final = frozenset({MemberState.PENDING, MemberState.ACTIVE, MemberState.SUSPENDED})


@dataclass(frozen=True, slots=True)
class Transition:
    """A step that somebody asks for. actor, reason: empty where no person decides."""

    customer_id: str
    step: Step
    actor: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StateChange:
    """A membership that moved on."""

    customer_id: str
    before: MemberState
    after: MemberState
    actor: str = ""
    reason: str = ""


def taken(asked: Transition, state: MemberState) -> StateChange | MemberStateForbidsError:
    """What the step makes of a member in this state."""
    after = LEADS.get((state, asked.step))
    if after is None:
        return forbidden(state, {before for before, step in LEADS if step is asked.step})
    return StateChange(asked.customer_id, state, after, asked.actor, asked.reason)


def forbidden(
    state: MemberState, needed: Collection[MemberState], field: str = "customer_id"
) -> MemberStateForbidsError:
    """The refusal, which says where the membership stands and where it would have to."""
    names = " or ".join(one for one in MemberState if one in needed)
    message = f"The membership is {state}; this needs one that is {names}."
    return MemberStateForbidsError(message, field=field, state=state)


def ended_consents(member: Member) -> tuple[Consent, ...]:
    """The end of every consent that is granted: what was agreed to was agreed to as a member."""
    return tuple(
        Consent(one.kind, granted=False, source=CLOSING_SOURCE, text_version=one.text_version)
        for one in member.consents
        if one.granted
    )
