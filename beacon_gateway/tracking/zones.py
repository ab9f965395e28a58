"""A zone's thresholds, as settings and scenes spell them."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from beacon_gateway.tracking.room import ZoneRule


class ZoneSettings(BaseModel):
    """When a zone counts as entered and left; see `room.ZoneRule`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enter_rssi_dbm: float = Field(default=ZoneRule().enter_rssi_dbm, ge=-120, le=0)
    exit_rssi_dbm: float = Field(default=ZoneRule().exit_rssi_dbm, ge=-120, le=0)
    bias_db: float = Field(default=ZoneRule().bias_db, ge=-40, le=40)
    enter_hold_seconds: float = Field(default=ZoneRule().enter_hold_seconds, ge=0, le=60)

    @model_validator(mode="after")
    def _leaves_below_entering(self) -> Self:
        if self.exit_rssi_dbm >= self.enter_rssi_dbm:
            raise ValueError("exit_rssi_dbm must be below enter_rssi_dbm")
        return self

    def rule(self) -> ZoneRule:
        return ZoneRule(self.enter_rssi_dbm, self.exit_rssi_dbm, self.bias_db, self.enter_hold_seconds)
