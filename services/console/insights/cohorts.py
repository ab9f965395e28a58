"""Cohorts as they are shown. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from services.console import words
from services.console.insights import sentences as say
from services.console.insights.shapes import Picture, Table, View, bar, bars, days_of, empty_words
from services.insights.rules.cohorts import Cohort, Retention, Share
from services.programme.programme import Programme

YEARS: Final = ("2nd year", "3rd year", "4th year", "5th year")
SO_FAR: Final = "so far"


def retention_view(report: Retention, programme: Programme) -> View:
    years = YEARS[: max((len(one.retention) for one in report.cohorts), default=0)]
    table = Table(
        "Who came back, by the time of the first order",
        ("", "Customers", "Again within a year", "95 % interval", "Against a year before", *years),
        tuple(_row(one, len(years), programme) for one in report.cohorts),
    )
    return View(
        days_of(report.span, programme),
        tuple(_findings(report, programme)),
        tuple(_pictures(report, programme)),
        table,
        report.caveat,
        empty_words(report.fallback),
    )


def _findings(report: Retention, programme: Programme) -> Iterator[str]:
    finished = [one for one in report.cohorts if one.customers and not one.repeat.unfinished]
    if not finished:
        yield "No cohort has had a whole year yet to come back; what is shown can only rise."
        return
    last = finished[-1]
    between = say.spread(last.repeat.figure, programme).replace(" to ", " and ")
    yield (
        f"Of those who first bought in {last.name}, {say.shown(last.repeat.figure, programme)} bought again "
        f"within a year (between {between}, 19 times in 20)."
    )
    if verdict := say.verdict(last.repeat.change, programme):
        yield f"Against the cohort of a year before: {verdict}"


def _pictures(report: Retention, programme: Programme) -> Iterator[Picture]:
    marks = (
        bar(
            _name(one, one.repeat),
            one.repeat.figure,
            "muted" if one.repeat.unfinished else "accent",
            programme,
        )
        for one in report.cohorts
    )
    yield bars("Bought again within a year of the first order", marks)
    second = [(one, one.retention[0]) for one in report.cohorts if one.retention]
    if second:
        kept = (
            bar(_name(one, share), share.figure, "muted" if share.unfinished else "calm", programme)
            for one, share in second
        )
        yield bars("Bought in the second year after it", kept)


def _name(cohort: Cohort, share: Share) -> str:
    return f"{cohort.name} {SO_FAR}" if share.unfinished else cohort.name


def _row(cohort: Cohort, years: int, programme: Programme) -> tuple[str, ...]:
    retention = [_cell(share, programme) for share in cohort.retention]
    return (
        cohort.name,
        words.count(cohort.customers),
        _cell(cohort.repeat, programme),
        say.spread(cohort.repeat.figure, programme),
        say.signed(cohort.repeat.change, programme),
        *(retention + [say.NOT_YET] * (years - len(retention))),
    )


def _cell(share: Share, programme: Programme) -> str:
    said = say.shown(share.figure, programme)
    return f"{said} {SO_FAR}" if share.unfinished and share.figure.value is not None else said
