"""Making good, and what is left to do it with."""

from __future__ import annotations

from regulars.feedback.v1 import cases_service_pb2 as pb
from regulars.types.v1.money_pb2 import Money

from services.clock import MICROSECOND
from services.feedback.queries.cases import find_cases
from services.feedback.queries.make_goods import find_month
from services.feedback.rules.cases import CaseNotFoundError
from services.feedback.rules.make_goods import Gift, GiftKind, month_of, month_span
from services.feedback.servicer.base import Context, Part, new_id
from services.feedback.servicer.case_messages import make_good_message
from services.feedback.use_cases.make_goods import give_make_goods
from services.rpc.figures import window_message
from services.rpc.wire import request_key, short_name


class MakeGoods(Part):
    async def GiveMakeGood(
        self, request: pb.GiveMakeGoodRequest, context: Context
    ) -> pb.GiveMakeGoodResponse:
        del context
        case = await self._database.read(find_cases, request.case_id)
        if case is None:
            raise CaseNotFoundError(field="case_id")
        gift = Gift(
            request.case_id,
            case.customer_id,
            new_id(),
            GiftKind(short_name(pb.MakeGoodKind, request.kind, "MAKE_GOOD_KIND_")),
            request.amount,
            request.actor,
            request.reason,
        )
        made = await self._database.write(give_make_goods, gift, request_key(request))
        return pb.GiveMakeGoodResponse(make_good=make_good_message(made, self._database.programme.currency))

    async def GetMakeGoodBudget(
        self, request: pb.GetMakeGoodBudgetRequest, context: Context
    ) -> pb.GetMakeGoodBudgetResponse:
        del request, context
        programme, now = self._database.programme, self._database.clock.now()
        month = await self._database.fetch(find_month, month_of(now, programme))
        begins, ends = month_span(now, programme)
        budget_minor = programme.feedback.make_good_budget_minor
        return pb.GetMakeGoodBudgetResponse(
            month=window_message(begins - MICROSECOND, ends - MICROSECOND),
            budget=self._money(budget_minor),
            spent=self._money(month.spent_minor),
            left=self._money(max(budget_minor - month.spent_minor, 0)),
            make_goods=month.gifts,
        )

    def _money(self, amount_minor: int) -> Money:
        return Money(amount_minor=amount_minor, currency=self._database.programme.currency)
