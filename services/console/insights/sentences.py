"""Findings in sentences that say how sure they are. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from services.console.charts import Axis
from services.console.words import NO_BREAK, SYMBOLS
from services.insights.rules.actions import ORDERS_UNIT, Metric
from services.insights.rules.caveats import NO_ANSWERS, NO_ORDERS, NOBODY_IN_GROUP, ONE_SIDE_EMPTY
from services.insights.rules.comparisons import Group, Measure
from services.intervals import POINTS, SHARE, Figure
from services.programme.programme import Programme

UNKNOWN: Final = "not known"
NOT_YET: Final = "not yet"
EMPTY_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    NO_ORDERS: ("No orders in this time", "As soon as customers order, there is something to compare."),
    ONE_SIDE_EMPTY: ("Nobody to compare with", "All orders of this time are on one side."),
    NO_ANSWERS: (
        "No answers in this time",
        "The figure needs answers to the survey before and after the day.",
    ),
    NOBODY_IN_GROUP: ("Nobody of this group", "Nobody of the group did anything in this time that counts."),
}
GROUP_WORDS: Final[Mapping[str, str]] = {
    Group.MEMBERS: "Orders as a member",
    Group.NON_MEMBERS: "Other orders",
    Group.REPEAT_BUYERS: "Repeat buyers",
    Group.ONE_TIME_BUYERS: "One-time buyers",
    Group.OMNICHANNEL: "Three channels or more",
    Group.SINGLE_CHANNEL: "One channel",
}
MEASURE_WORDS: Final[Mapping[str, str]] = {
    Measure.ORDER_VALUE: "Value of an order",
    Measure.SPEND: "Spend of a customer",
    Measure.SPEND_IN_STORE: "Spent in store",
    Measure.SPEND_ONLINE: "Spent online",
}
METRIC_WORDS: Final[Mapping[str, str]] = {
    Metric.ORDER_VALUE: "Value of an order",
    Metric.ORDERS_PER_CUSTOMER: "Orders of a customer",
    Metric.REPEAT_RATE: "Share who bought twice",
    Metric.RETURN_RATE: "Share of orders returned",
    Metric.NPS: "Willingness to recommend (NPS)",
}


def amount(value: float, unit: str, programme: Programme) -> str:
    """A value as people read it: £46.58, 12.3 %, 0.45, 1,234."""
    if unit == SHARE:
        return f"{value * 100:.1f}{NO_BREAK}%"
    if unit == POINTS:
        return f"{value:+.0f}" if round(value) else "0"
    if unit == ORDERS_UNIT:
        return f"{value:.2f}"
    if unit.startswith(programme.currency):
        return exact_money(value, programme)
    return f"{value:,.0f}"


def exact_money(minor: float, programme: Programme) -> str:
    digits = programme.currency_digits
    symbol = SYMBOLS.get(programme.currency, programme.currency + NO_BREAK)
    text = f"{abs(minor) / 10**digits:,.{digits}f}"
    return f"{'-' if minor < 0 and float(text.replace(',', '')) else ''}{symbol}{text}"


def axis_of(unit: str, programme: Programme) -> Axis:
    """How numbers of a unit stand beside a chart."""
    if unit == SHARE:
        return Axis(100.0, after=f"{NO_BREAK}%")
    if unit.startswith(programme.currency):
        symbol = SYMBOLS.get(programme.currency, programme.currency + NO_BREAK)
        return Axis(10.0**-programme.currency_digits, before=symbol)
    return Axis()


def shown(figure: Figure, programme: Programme) -> str:
    """A figure's value alone."""
    return UNKNOWN if figure.value is None else amount(figure.value, figure.unit, programme)


def spread(figure: Figure, programme: Programme) -> str:
    """A figure's interval: £45.10 to £48.02."""
    if figure.low is None or figure.high is None:
        return UNKNOWN
    return f"{amount(figure.low, figure.unit, programme)} to {amount(figure.high, figure.unit, programme)}"


def signed(figure: Figure, programme: Programme) -> str:
    """A difference: £1.20 more, 0.4 points less."""
    return UNKNOWN if figure.value is None else gap(figure.value, figure.unit, programme)


def signed_spread(figure: Figure, programme: Programme) -> str:
    """The interval of a difference: £0.50 less to £2.90 more."""
    if figure.low is None or figure.high is None:
        return UNKNOWN
    return f"{gap(figure.low, figure.unit, programme)} to {gap(figure.high, figure.unit, programme)}"


def gap(value: float, unit: str, programme: Programme) -> str:
    """How much more or less; shares differ by percentage points."""
    if unit == SHARE:
        size = f"{abs(value) * 100:.1f} points"
    elif unit == POINTS:
        size = f"{abs(value):.0f} points"
    else:
        size = amount(abs(value), unit, programme)
    return f"{size} {'less' if value < 0 else 'more'}"


def verdict(difference: Figure, programme: Programme) -> str:
    """What a difference says, and how sure that is."""
    if difference.value is None:
        return ""
    if difference.low is None or difference.high is None:
        return "With so little to go on, nothing can be said about the difference."
    care = " One side is small, so read this with care." if difference.few else ""
    between = signed_spread(difference, programme).replace(" to ", " and ")
    if difference.low <= 0 <= difference.high:
        return f"The difference may be chance: it lies between {between}, 19 times in 20.{care}"
    said = signed(difference, programme)
    return f"That is {said}, and hardly chance: it lies between {between}, 19 times in 20.{care}"
