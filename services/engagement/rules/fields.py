"""What customers are filtered and sorted by: the fields of lists and segments. Pure.

Scores speak of 365 days of orders and answers and 90 days of touches, as last computed; the rest is as it
stands. Money is net, in minor units.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from services.engagement.reference import SEGMENT_NAMES
from services.filtering.tree import Field, Kind

OMNICHANNEL_MIN: Final = 3  # channels in 90 days
MEMBER_STATES: Final = ("PENDING", "ACTIVE", "SUSPENDED", "CLOSED")  # whoever left has no score
CHURN_BANDS: Final = ("LOW", "MEDIUM", "HIGH")

_NUMBERS: Final = (
    ("score", "engagement score", "of 100"),
    ("coverage", "share of the score with evidence", ""),
    ("recency", "recency quintile", "of 5"),
    ("frequency", "frequency quintile", "of 5"),
    ("monetary", "monetary quintile", "of 5"),
    ("orders", "orders in 365 days", ""),
    ("net_minor", "net revenue in 365 days", "minor units"),
    ("aov_minor", "average order value", "minor units"),
    ("repeat_rate", "repeat rate", ""),
    ("orders_per_year", "orders a year", ""),
    ("gap_days_median", "median days between orders", "days"),
    ("channels", "channels in 90 days", ""),
    ("pages_per_session", "pages per session in 90 days", ""),
    ("open_rate", "share of newsletters opened in 90 days", ""),
    ("sentiment", "sentiment of the answers in 365 days, 0 to 1", ""),
    ("nps", "latest NPS answer in 365 days", "of 10"),
    ("experience_level", "experience level", "of 6"),
    ("churn_probability", "probability of churn", ""),
    ("value_at_risk_minor", "value at risk", "minor units"),
)

FIELDS: Final = MappingProxyType(
    {
        field.name: field
        for field in (
            Field("customer_id", Kind.TEXT, "customer id"),
            *(Field(name, Kind.NUMBER, title, unit) for name, title, unit in _NUMBERS),
            Field("segment", Kind.ENUM, "RFM segment", values=SEGMENT_NAMES),
            Field("omnichannel", Kind.BOOL, f"{OMNICHANNEL_MIN} channels or more in 90 days"),
            Field("recency_days", Kind.AGE, "days since the last order in 365 days", "days"),
            Field("last_order_at", Kind.MOMENT, "last order in 365 days"),
            Field("member_state", Kind.ENUM, "state of the membership", values=MEMBER_STATES),
            Field("enrolled_at", Kind.MOMENT, "enrolled"),
            Field("member_days", Kind.AGE, "days since enrolling", "days"),
            Field("tier", Kind.TEXT, "tier"),
            Field("churn_band", Kind.ENUM, "risk of churn", values=CHURN_BANDS),
            Field("persona", Kind.TEXT, "persona"),
        )
    }
)
