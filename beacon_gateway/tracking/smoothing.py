"""One member at one receiver: the signal strength, smoothed by a Kalman filter. Pure.

Smoothed twice: the decibels, which fall at once when somebody leaves, and the amplitude, which tells better
which of two receivers is nearer. Reflections weaken a sample by far more than they ever strengthen one, so a
mean of decibels follows the deep fades, which say nothing about the distance.
"""

from dataclasses import dataclass
from math import expm1, log, log1p, log10
from typing import Final

from beacon_gateway.tracking.events import Evidence

DRIFT_DB2_PER_SECOND: Final = 20.0  # a walker comes and goes within seconds
NOISE_DB2: Final = 36.0  # 6 dB of fading in one sample
FORGET_SECONDS: Final = 30.0  # an older filter says nothing about now; a silent member has left
STALE_AFTER_SECONDS: Final = 3.0  # six missed adverts at 2 Hz
STALE_DB_PER_SECOND: Final = 1.0  # a receiver that hears no more loses to one that does
FAINT_DBM: Final = -127.0  # the least that the interface can say
REFLECTED_DBM: Final = -79.0  # as from eight metres: beyond, as much comes by way of walls as straight
NEPER_DB: Final = 20.0 / log(10.0)  # decibels of an amplitude that is e times as large


@dataclass(slots=True)
class Track:
    """What a receiver hears of a member. Times are the gateway's monotonic clock, in seconds.

    amplitude_above_db: by how much the smoothed amplitude is above the smoothed decibels.
    """

    at_seconds: float
    rssi_dbm: float
    variance_db2: float = NOISE_DB2
    samples: int = 1
    max_rssi_dbm: float = FAINT_DBM
    amplitude_above_db: float = 0.0

    def add(self, rssi_dbm: float, at_seconds: float) -> None:
        """Takes one more sample; after a long silence it is the first again."""
        age_seconds = at_seconds - self.at_seconds
        if age_seconds > FORGET_SECONDS:
            self.variance_db2, self.samples, self.rssi_dbm = NOISE_DB2, 1, rssi_dbm
            self.at_seconds, self.max_rssi_dbm, self.amplitude_above_db = at_seconds, rssi_dbm, 0.0
            return
        if age_seconds > 0:
            self.variance_db2 += DRIFT_DB2_PER_SECOND * age_seconds
            self.at_seconds = at_seconds
        gain = self.variance_db2 / (self.variance_db2 + NOISE_DB2)
        louder_db = rssi_dbm - self.rssi_dbm
        louder_np = (louder_db - self.amplitude_above_db) / NEPER_DB
        self.rssi_dbm += gain * louder_db
        self.amplitude_above_db += NEPER_DB * log1p(gain * expm1(louder_np)) - gain * louder_db
        self.variance_db2 *= 1 - gain
        self.samples += 1
        if rssi_dbm > self.max_rssi_dbm:  # noqa: PLR1730 - for every advert, and a call costs more
            self.max_rssi_dbm = rssi_dbm

    def score_dbm(self, now_seconds: float) -> float:
        """The smoothed strength, less what it has lost by its age."""
        age_seconds = now_seconds - self.at_seconds
        return self.rssi_dbm - STALE_DB_PER_SECOND * max(0.0, age_seconds - STALE_AFTER_SECONDS)

    def nearness_db(self, score_dbm: float) -> float:
        """How far that score's amplitude rises above what is reflected: among the faint, little counts."""
        above_db = score_dbm + self.amplitude_above_db - REFLECTED_DBM
        return 10.0 * log10(1.0 + 10.0 ** (above_db / 10.0))

    def evidence(self) -> Evidence:
        return Evidence(round(self.rssi_dbm, 1), self.max_rssi_dbm, self.samples)
