"""`RewardsService`, put together from its parts."""

from __future__ import annotations

from regulars.rewards.v1 import rewards_service_pb2_grpc as pb_grpc

from services.rewards.servicer.catalogue import Catalogue
from services.rewards.servicer.coupons import Coupons
from services.rewards.servicer.issuing import Issuing
from services.rewards.servicer.redeeming import Redeeming
from services.rewards.servicer.referrals import Referrals


class RewardsServicer(Catalogue, Issuing, Coupons, Redeeming, Referrals, pb_grpc.RewardsServiceServicer):
    """Keeps the catalogue of rewards, coupons and referrals."""
