"""The few kinds of error that Regulars answers with.

A concrete error is a subclass with an upper-case `reason`; its docstring is its default message. Which
gRPC status a kind becomes is said in one place, `rpc/errors.py`.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from services.clock import CLOCK_SKEW_MAX, EARLIEST


class RegularsError(Exception):
    """Something was refused."""

    reason: ClassVar[str] = "REFUSED"

    def __init__(self, message: str = "", *, field: str = "", **facts: str | int) -> None:
        self.message = message or (self.__doc__ or self.reason).strip()
        self.field = field
        self.facts = {name: str(fact) for name, fact in facts.items()}
        super().__init__(self.message)

    def about(self, field: str) -> Self:
        """The same refusal, for a caller whose request says it in another field."""
        return type(self)(self.message, field=field, **self.facts)


class InvalidError(RegularsError):
    """The request is wrong in itself, whatever is stored."""

    reason = "INVALID"


class NotFoundError(RegularsError):
    """What the request speaks of is not known."""

    reason = "NOT_FOUND"


class DuplicateError(RegularsError):
    """It is there already, with another content."""

    reason = "DUPLICATE"


class WrongStateError(RegularsError):
    """What the request speaks of is not in a state that allows it."""

    reason = "WRONG_STATE"


class UnauthenticatedError(RegularsError):
    """The caller did not show a valid key."""

    reason = "UNAUTHENTICATED"


class DeniedError(RegularsError):
    """The caller's key does not carry the scope that the call needs."""

    reason = "DENIED"


class ExhaustedError(RegularsError):
    """A limit is reached; try again later."""

    reason = "EXHAUSTED"


class UnavailableError(RegularsError):
    """The server cannot do it at the moment; try again."""

    reason = "UNAVAILABLE"


class CustomerNotFoundError(NotFoundError):
    """This customer is not known: no order, cart, touch or enrolment named it."""

    reason = "CUSTOMER_NOT_FOUND"


class MemberNotFoundError(NotFoundError):
    """This customer is not a member; enrol the customer first."""

    reason = "MEMBER_NOT_FOUND"


class CustomerErasedError(WrongStateError):
    """This customer was erased; nothing can be stored or read under the id any more. Use a new one."""

    reason = "CUSTOMER_ERASED"


class MomentOutOfRangeError(InvalidError):
    """This time lies before 1990, or in the future of the server's clock."""

    reason = "MOMENT_OUT_OF_RANGE"


class CurrencyDiffersError(InvalidError):
    """The programme runs in another currency; convert before sending."""

    reason = "CURRENCY_DIFFERS"


def check_moment(moment: datetime, now: datetime, field: str) -> MomentOutOfRangeError | None:
    """Refuse a time in the future, or one so old that it must be a mistake."""
    if moment > now + CLOCK_SKEW_MAX:
        said = f"{field}: lies in the future of the server's clock, {now:%Y-%m-%dT%H:%M:%SZ}"
        return MomentOutOfRangeError(said, field=field)
    if moment < EARLIEST:
        return MomentOutOfRangeError(f"{field}: lies before 1990; send seconds since 1970", field=field)
    return None


def check_currency(currency: str, expected: str, field: str) -> CurrencyDiffersError | None:
    """Refuse money of another currency than the programme's."""
    if currency == expected:
        return None
    said = f"{field}: the programme runs in {expected}; convert before sending"
    return CurrencyDiffersError(said, field=field, currency=expected)
