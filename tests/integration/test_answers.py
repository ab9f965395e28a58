"""Answers: counted once, summed up with their uncertainty, thanked for once, and followed by what is due."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta
from typing import Any

import grpc
import pytest
from regulars.feedback.v1 import feedback_service_pb2 as pb
from regulars.rewards.v1 import rewards_service_pb2 as rewards
from regulars.types.v1.figure_pb2 import Figure

from services.composition import House
from services.settings import Settings
from tests.integration import people
from tests.integration.asking import Shop, asking
from tests.integration.recovering import cases
from tests.integration.servers import standing_still
from tests.integration.shop import NOON, Caller, ManualClock, refusal, stamp

Team = Callable[[str], Caller]


@pytest.fixture
async def house(settings: Settings, clock: ManualClock) -> AsyncIterator[House]:
    async with standing_still(asking(settings), clock) as house:
        yield house


@pytest.fixture
async def shop(house: House, backend: Caller, clock: ManualClock) -> Shop:
    await backend.enrol("anna", "SURVEY", "EMAIL")
    return Shop(house, backend, clock)


@pytest.fixture
def team(caller_of: Team) -> Caller:
    return caller_of("team")


async def coupons(team: Caller) -> Sequence[rewards.Coupon]:
    request = rewards.ListCouponsRequest(campaign="survey-after-order")
    found: rewards.ListCouponsResponse = await team.call(team.rewards.ListCoupons, request)
    return found.coupons


async def summary(team: Caller, **wanted: Any) -> dict[tuple[str, str, str], pb.FeedbackFigure]:
    """By kind, polarity and group, in short names."""
    request = pb.GetFeedbackSummaryRequest(**wanted)
    found: pb.GetFeedbackSummaryResponse = await team.call(team.feedback.GetFeedbackSummary, request)
    return {
        (
            pb.Survey.Name(one.survey).removeprefix("SURVEY_"),
            pb.Polarity.Name(one.polarity).removeprefix("POLARITY_"),
            one.group,
        ): one
        for one in found.figures
    }


def is_empty(figure: Figure) -> bool:
    return not figure.HasField("value") and figure.n == 0


async def test_an_answer_has_a_class_and_what_its_survey_says_follows(shop: Shop) -> None:
    one = await shop.asked()
    recorded = await shop.submit(one.invitation_id, 9)
    assert recorded.answer_class == pb.ANSWER_CLASS_PROMOTER
    assert recorded.action == pb.ANSWER_ACTION_INVITE_REFERRAL
    assert not (await cases(shop.backend)).cases


async def test_an_unhappy_answer_opens_a_case(shop: Shop) -> None:
    one = await shop.asked()
    recorded = await shop.submit(one.invitation_id, 4)
    assert recorded.action == pb.ANSWER_ACTION_OPEN_CASE
    assert [case.customer_id for case in (await cases(shop.backend)).cases] == ["anna"]


async def test_much_effort_is_unhappy_and_little_is_not(shop: Shop) -> None:
    hard = await shop.record("CES", 6, "ben", polarity="POLARITY_EFFORT")
    easy = await shop.record("CES", 2, "carl", polarity="POLARITY_EFFORT")
    assert (hard.answer_class, easy.answer_class) == (pb.ANSWER_CLASS_HARD, pb.ANSWER_CLASS_EASY)
    assert [case.customer_id for case in (await cases(shop.backend)).cases] == ["ben"]


async def test_one_answer_to_an_invitation_counts_and_one_coupon_thanks_for_it(
    shop: Shop, team: Caller
) -> None:
    one = await shop.asked()
    tried = await asyncio.gather(
        *(shop.submit(one.invitation_id, answer) for answer in range(8)), return_exceptions=True
    )
    refused = [error.details() for error in tried if isinstance(error, grpc.aio.AioRpcError)]
    taken = [found for found in tried if isinstance(found, pb.RecordedAnswer)]
    assert (len(refused), len(taken)) == (7, 1)
    assert (await summary(team))["NPS", "UNSPECIFIED", ""].figure.n == 1
    (coupon,) = await coupons(team)
    assert (coupon.code, coupon.terms.customer_id, coupon.terms.percent) == (
        taken[0].incentive_code,
        "anna",
        10,
    )


async def test_a_repeated_request_gets_the_same_coupon_again(shop: Shop, team: Caller) -> None:
    one = await shop.asked()
    first = await shop.submit(one.invitation_id, 0, request_id="same", answered_at=stamp(NOON))
    again = await shop.submit(one.invitation_id, 0, request_id="same", answered_at=stamp(NOON))
    assert first == again
    assert len(await coupons(team)) == 1


async def test_a_late_answer_counts_too(shop: Shop, team: Caller) -> None:
    one = await shop.asked()
    await shop.wait(days=15)
    recorded = await shop.submit(one.invitation_id, 10)
    assert recorded.incentive_code
    assert (await summary(team))["NPS", "UNSPECIFIED", ""].figure.n == 1
    (invitation,) = await shop.invitations(survey_id="after-order")
    assert invitation.state == pb.INVITATION_STATE_ANSWERED
    assert invitation.reason == pb.INVITATION_REASON_LATE


async def test_an_answer_that_is_told_again_under_its_id_counts_once(shop: Shop, team: Caller) -> None:
    first = await shop.record("NPS", 9, answer_id="typeform-1", comment="fine")
    again = await shop.record("NPS", 9, answer_id="typeform-1", comment="fine")
    assert (first.duplicate, again.duplicate) == (False, True)
    assert (await summary(team))["NPS", "UNSPECIFIED", ""].figure.n == 1
    refused = await refusal(shop.record("NPS", 2, answer_id="typeform-1"))
    assert (refused.code, refused.reason) == (grpc.StatusCode.ALREADY_EXISTS, "ANSWER_EXISTS")


@pytest.mark.parametrize(
    ("survey", "answer", "fields", "reason", "field"),
    [
        ("NPS", 9, {"survey_id": "nowhere"}, "SURVEY_NOT_FOUND", "survey_id"),
        ("NPS", 9, {"survey_id": "after-return"}, "INVALID", "survey"),
        ("NPS", 9, {"polarity": "POLARITY_EASY"}, "INVALID", "polarity"),
        ("CES", 3, {"survey_id": "after-return", "polarity": "POLARITY_EASY"}, "INVALID", "polarity"),
        ("NPS", 9, {"invitation_id": "none"}, "INVITATION_NOT_FOUND", "invitation_id"),
        ("CES", 0, {}, "INVALID", "answer"),
        ("NPS", 9, {"at": NOON + timedelta(days=9)}, "MOMENT_OUT_OF_RANGE", "answered_at"),
    ],
)
async def test_what_cannot_be_is_refused_and_makes_nobody_known(
    shop: Shop, survey: str, answer: int, fields: dict[str, Any], reason: str, field: str
) -> None:
    refused = await refusal(shop.record(survey, answer, "stranger", **fields))
    assert (refused.reason, refused.fields) in {(reason, (field,)), (reason, ())}
    with shop.house.database.engine.connect() as connection:
        known = connection.exec_driver_sql("SELECT count(*) FROM customers WHERE customer_id = 'stranger'")
        assert known.scalar_one() == 0


async def test_nobody_answers_for_another(shop: Shop) -> None:
    one = await shop.asked()
    refused = await refusal(shop.record("NPS", 9, "ben", invitation_id=one.invitation_id))
    assert refused.reason == "INVITATION_NOT_FOUND"


async def test_what_was_not_sent_cannot_be_answered(shop: Shop) -> None:
    await shop.order()
    (one,) = await shop.invitations(survey_id="after-order")
    refused = await refusal(shop.submit(one.invitation_id, 9))
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "INVITATION_NOT_SENT")


async def test_without_answers_every_figure_is_there_and_empty(shop: Shop, team: Caller) -> None:
    found = await summary(team)
    assert set(found) == {
        ("NPS", "UNSPECIFIED", ""),
        ("CSAT", "UNSPECIFIED", ""),
        ("CES", "EASY", ""),
        ("CES", "EFFORT", ""),
    }
    assert all(is_empty(one.figure) and is_empty(one.response_rate) for one in found.values())


async def test_the_polarities_of_effort_never_mix(shop: Shop, team: Caller) -> None:
    for number in (6, 7):
        await shop.record("CES", number)
    await shop.record("CES", 2, polarity="POLARITY_EFFORT")
    found = await summary(team)
    easy, effort = found["CES", "EASY", ""].figure, found["CES", "EFFORT", ""].figure
    assert (easy.value, easy.n, effort.value, effort.n) == (6.5, 2, 2.0, 1)
    assert easy.unit != effort.unit
    request = pb.GetSurveySummaryRequest(survey="SURVEY_CES")
    old = (await team.call(team.feedback.GetSurveySummary, request)).summary
    assert (old.value, old.answers) == (6.5, 2)


async def test_figures_are_told_apart_by_channel_touchpoint_and_survey(shop: Shop, team: Caller) -> None:
    await shop.record("NPS", 10, channel="CHANNEL_STORE", touchpoint="checkout")
    await shop.record("NPS", 2, channel="CHANNEL_WEB", survey_id="after-order")
    await shop.record("NPS", 9)
    by_channel = await summary(team, grouping="FIGURE_GROUPING_CHANNEL")
    assert {key[2]: one.figure.value for key, one in by_channel.items()} == {
        "": 100,
        "STORE": 100,
        "WEB": -100,
    }
    by_touchpoint = await summary(team, grouping="FIGURE_GROUPING_TOUCHPOINT")
    assert {key[2] for key in by_touchpoint} == {"", "checkout", "order"}
    by_survey = await summary(team, grouping="FIGURE_GROUPING_SURVEY")
    assert {key[2]: one.figure.n for key, one in by_survey.items()} == {"": 2, "after-order": 1}
    only = await summary(team, selection=pb.FeedbackSelection(channel="CHANNEL_WEB"))
    assert only["NPS", "UNSPECIFIED", ""].figure.n == 1


async def test_the_response_rate_counts_invitations_that_were_sent(shop: Shop, team: Caller) -> None:
    customers = [f"c{number}" for number in range(8)]
    for one in customers:
        await shop.backend.enrol(one, "SURVEY", "EMAIL")
        await shop.order(one)
    await shop.backend.set_consents("c7", SURVEY=False)
    await shop.wait(hours=48)
    for one in customers[:3]:
        (invitation,) = await shop.invitations(one, survey_id="after-order")
        await shop.submit(invitation.invitation_id, 8)
    nps = (await summary(team))["NPS", "UNSPECIFIED", ""]
    assert (nps.response_rate.n, nps.response_rate.value) == (7, 3 / 7)
    assert nps.response_rate.low < 3 / 7 < nps.response_rate.high
    assert nps.open_invitations == 4
    await shop.wait(days=15)
    assert (await summary(team))["NPS", "UNSPECIFIED", ""].open_invitations == 0


async def test_the_weeks_of_a_series_are_those_of_the_programme(shop: Shop, team: Caller) -> None:
    """Monday 00:00 in London is 23:00 UTC in summer time, which begins on 29 March 2026."""
    sunday_night = NOON.replace(month=4, day=5, hour=22, minute=59)
    shop.clock.move_to(sunday_night + timedelta(days=3))
    await shop.record("NPS", 10, at=sunday_night)
    await shop.record("NPS", 0, at=sunday_night + timedelta(minutes=1))
    request = pb.GetFeedbackSeriesRequest(survey="SURVEY_NPS", weeks=3)
    weeks = (await team.call(team.feedback.GetFeedbackSeries, request)).weeks
    assert [one.figure.value for one in weeks] == [0, 100, -100]
    assert [one.figure.n for one in weeks] == [0, 1, 1]
    assert not weeks[0].figure.HasField("value")
    assert [one.window.until for one in weeks[:-1]] == [getattr(one.window, "from") for one in weeks[1:]]
    assert getattr(weeks[2].window, "from") == stamp(sunday_night + timedelta(minutes=1))


async def test_themes_are_counted_with_the_nps_of_those_who_name_them(shop: Shop, team: Caller) -> None:
    await shop.record("NPS", 2, comment="Die LIEFERUNG kam nie.")
    await shop.record("NPS", 9, comment="Quick delivery, great taste!")
    await shop.record("NPS", 10)
    found = await team.call(team.feedback.GetThemes, pb.GetThemesRequest())
    assert [(one.name, one.comments, one.nps.value, one.nps.n) for one in found.themes] == [
        ("Delivery", 2, 0, 2),
        ("Taste", 1, 100, 1),
    ]
    assert (found.comments, found.cut, found.themes[0].share.value) == (2, False, 1.0)
    assert "LIEFERUNG" not in str(found)


async def test_a_comment_is_in_the_export_and_in_no_log(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    await shop.record("NPS", 2, comment="my phone is 0161 496 0000")
    document, _ = await people.exported(shop.backend, "anna")
    assert [row["comment"] for row in document["answers"]] == ["my phone is 0161 496 0000"]
    refused = await refusal(shop.record("NPS", 11 - 1, comment="0161 496 0000", survey_id="nowhere"))
    assert "0161" not in refused.message
    assert "0161" not in capsys.readouterr().out
