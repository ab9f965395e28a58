"""What a sum of money may be."""

from __future__ import annotations

from typing import Final

from services.errors import InvalidError

AMOUNT_MINOR_MAX: Final = 10**12  # the sum of nine million such orders still fits into 64 bits


def check_amount(amount_minor: int, field: str) -> InvalidError | None:
    if amount_minor <= AMOUNT_MINOR_MAX:
        return None
    return InvalidError(f"{field}: the total is larger than {AMOUNT_MINOR_MAX} minor units", field=field)


def check_currency(currency: str, expected: str, field: str) -> InvalidError | None:
    if currency == expected:
        return None
    return InvalidError(f"{field}: the programme runs in {expected}; convert before sending", field=field)
