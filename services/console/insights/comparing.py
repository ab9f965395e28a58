"""Two groups side by side, and returns by the number of channels, as they are shown. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from services.console import words
from services.console.charts import Tone
from services.console.insights import sentences as say
from services.console.insights.shapes import Picture, Table, View, bar, bars, cells, days_of, empty_words
from services.insights.rules.caveats import ONE_SIDE_EMPTY
from services.insights.rules.comparisons import Comparison, Contrast, Group, Side
from services.insights.rules.returns import ReturnRate, ReturnRates
from services.intervals import Figure
from services.programme.programme import Programme

CHANNEL_WORDS: Final = {1: "One channel", 2: "Two channels", 3: "Three or more"}
SENTENCES: Final = {
    Group.MEMBERS: "An order placed as a member is worth {first}, any other one {second}.",
    Group.REPEAT_BUYERS: "Customers who bought at least twice spent {first}, those who bought once {second}.",
    Group.OMNICHANNEL: "Customers with three channels or more spent {first}, those with one {second}.",
}


def comparison_view(report: Comparison, programme: Programme) -> View:
    table = Table(
        "The figures",
        ("", "Customers", "Orders", "Net revenue", "Mean", "95 % interval"),
        tuple(_row(*one, programme) for one in _sides(report)),
    )
    return View(
        days_of(report.span, programme),
        tuple(_findings(report, programme)),
        tuple(_picture(one, report, programme) for one in report.contrasts),
        table,
        report.caveat,
        empty_words(report.fallback),
    )


def _findings(report: Comparison, programme: Programme) -> Iterator[str]:
    if report.fallback == ONE_SIDE_EMPTY:
        yield say.EMPTY_WORDS[ONE_SIDE_EMPTY][1]
        return
    first, *others = report.contrasts
    sentence = SENTENCES[report.first.group].format(
        first=say.shown(first.first, programme), second=say.shown(first.second, programme)
    )
    yield f"{sentence} {say.verdict(first.difference, programme)}"
    for one in others:
        pair = f"{say.shown(one.first, programme)} against {say.shown(one.second, programme)}"
        yield f"{say.MEASURE_WORDS[one.measure]}: {pair}. {say.verdict(one.difference, programme)}"


def _sides(report: Comparison) -> Iterator[tuple[Contrast, Side, Figure]]:
    for one in report.contrasts:
        yield one, report.first, one.first
        yield one, report.second, one.second


def _row(one: Contrast, side: Side, figure: Figure, programme: Programme) -> tuple[str, ...]:
    name = f"{say.MEASURE_WORDS[one.measure]}: {say.GROUP_WORDS[side.group].lower()}"
    net = say.exact_money(side.net_minor, programme)
    return (name, words.count(side.customers), words.count(side.orders), net, *cells(figure, programme))


def _picture(one: Contrast, report: Comparison, programme: Programme) -> Picture:
    first = bar(say.GROUP_WORDS[report.first.group], one.first, "accent", programme)
    second = bar(say.GROUP_WORDS[report.second.group], one.second, "muted", programme)
    return bars(say.MEASURE_WORDS[one.measure], (first, second))


def returns_view(report: ReturnRates, programme: Programme) -> View:
    tones: dict[int, Tone] = {1: "muted", 2: "calm", 3: "accent"}
    marks = (
        bar(CHANNEL_WORDS[one.channels], one.rate, tones[one.channels], programme) for one in report.rates
    )
    table = Table(
        "The figures",
        ("", "Customers", "Orders", "Returned", "Share", "95 % interval"),
        tuple(_return_row(one, programme) for one in report.rates),
    )
    return View(
        days_of(report.span, programme),
        tuple(_return_findings(report, programme)),
        (bars("Orders of which something came back", marks),),
        table,
        report.caveat,
        empty_words(report.fallback),
    )


def _return_findings(report: ReturnRates, programme: Programme) -> Iterator[str]:
    known = [one for one in report.rates if one.orders]
    shares = (f"{CHANNEL_WORDS[one.channels].lower()} {say.shown(one.rate, programme)}" for one in known)
    yield f"So many orders had something come back, by the channels their customers use: {', '.join(shares)}."
    if verdict := say.verdict(report.difference, programme):
        yield f"Three channels or more against one: {verdict}"


def _return_row(one: ReturnRate, programme: Programme) -> tuple[str, ...]:
    counts = (words.count(number) for number in (one.customers, one.orders, one.returned_orders))
    return (CHANNEL_WORDS[one.channels], *counts, *cells(one.rate, programme))
