"""What a sum of money may be."""

from __future__ import annotations

from typing import Final

from services.errors import InvalidError

AMOUNT_MINOR_MAX: Final = 10**12  # the sum of nine million such orders still fits into 64 bits


class AmountTooLargeError(InvalidError):
    """The total is larger than any order's; send prices in minor units."""

    reason = "AMOUNT_TOO_LARGE"


def check_amount(amount_minor: int, field: str) -> AmountTooLargeError | None:
    if amount_minor <= AMOUNT_MINOR_MAX:
        return None
    said = f"{field}: the total is larger than {AMOUNT_MINOR_MAX} minor units; look for a wrong unit"
    return AmountTooLargeError(said, field=field, amount_minor_max=AMOUNT_MINOR_MAX)
