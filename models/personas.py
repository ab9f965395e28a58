"""Groups of customers who behave alike: k-means over percentiles, with a stated number of groups.

The number of groups is the one with the highest mean silhouette; of two within a hair, the smaller. The same
rows and seed give the same groups. Groups are found, not given: how stable they are is part of the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

CUSTOMERS_MIN: Final = 50  # below it two groups of customers are anecdotes
PER_FEATURE_MIN: Final = 70  # customers; Dolnicar et al. 2014, Journal of Travel Research 53:296
GROUPS_MAX: Final = 8  # more than a team can tell apart and act on
KNOWN_SHARE_MIN: Final = 0.2  # of a feature; a rarer one would split those who have it from those who do not
SILHOUETTE_MARGIN: Final = 0.01  # the noise of a silhouette over SILHOUETTE_MAX customers
FITTED_MAX: Final = 5_000  # centres move no more with more customers; all of them are assigned
SILHOUETTE_MAX: Final = 1_000  # it compares all pairs
RESTARTS: Final = 5  # k-means ends in a local optimum; the best of five is stable where groups exist
ROUNDS_MAX: Final = 100
RESAMPLES: Final = 20  # enough for the mean agreement to half a tenth
STABLE_MIN: Final = 0.65  # Steinley 2004, Psychological Methods 9:386: below it agreement is poor
CHUNK: Final = 50_000  # customers assigned at once: a few megabytes of distances


@dataclass(frozen=True, slots=True)
class Contrast:
    """One feature of one group: of those with a value, how many, and the sums of it and of its squares.

    In standard deviations of the percentiles of all customers, whose mean is 0.
    """

    feature: str
    n: int
    total: float
    squares: float

    @property
    def mean(self) -> float:
        return self.total / self.n


@dataclass(frozen=True, slots=True)
class Group:
    """Customers who behave alike; contrasts: the largest difference first."""

    customers: int
    contrasts: tuple[Contrast, ...]


@dataclass(frozen=True, slots=True)
class Grouping:
    """The largest group first; `labels` gives each row its group. Without groups all customers are alike."""

    groups: tuple[Group, ...]
    labels: IntArray
    silhouettes: Mapping[int, float]  # by number of groups tried
    agreements: tuple[float, ...]  # adjusted Rand with the groups of each resample
    features: tuple[str, ...]

    @property
    def is_stable(self) -> bool:
        return bool(self.agreements) and float(np.mean(self.agreements)) >= STABLE_MIN

    @property
    def has_few(self) -> bool:
        return len(self.labels) < PER_FEATURE_MIN * max(len(self.features), 1)


def group(columns: Mapping[str, Sequence[float | None]], seed: int) -> Grouping:
    """Group customers by their features, one row each in a fixed order; None: no value."""
    scaled = {name: standard_percentiles(_floats(values)) for name, values in columns.items()}
    known = {name: values for name, values in scaled.items() if _says_something(values)}
    rows = len(next(iter(columns.values())))
    points = np.nan_to_num(np.column_stack([*known.values()])) if known else np.zeros((rows, 1))
    rng = np.random.Generator(np.random.PCG64(seed))
    fitted = points[np.sort(rng.permutation(rows)[:FITTED_MAX])]
    most = min(GROUPS_MAX, len(np.unique(fitted, axis=0)))
    if most < 2:
        return Grouping((), np.zeros(rows, np.int64), {}, (), tuple(known))
    tried = {number: k_means(fitted, number, rng) for number in range(2, most + 1)}
    silhouettes = _silhouettes(fitted, tried, rng)
    centres = tried[chosen(silhouettes)]
    agreements = _agreements(fitted, centres, rng)
    labels = _largest_first(nearest(points, centres))
    return Grouping(_groups(known, labels), labels, silhouettes, agreements, tuple(known))


def _floats(values: Sequence[float | None]) -> FloatArray:
    return np.array([np.nan if value is None else value for value in values], np.float64)


def standard_percentiles(values: FloatArray) -> FloatArray:
    """Mid-ranks with mean 0 and deviation 1; NaN where there is no value, 0 where all are alike."""
    found = np.full(len(values), np.nan)
    known = ~np.isnan(values)
    if not known.any():
        return found
    _, place, counts = np.unique(values[known], return_inverse=True, return_counts=True)
    middles = (np.cumsum(counts) - counts / 2)[place]
    deviation = middles.std()
    found[known] = (middles - middles.mean()) / deviation if deviation else 0.0
    return found


def _says_something(values: FloatArray) -> bool:
    known = ~np.isnan(values)
    return bool(known.mean() >= KNOWN_SHARE_MIN and np.ptp(values[known]) > 0)


def chosen(silhouettes: Mapping[int, float]) -> int:
    """The number of groups: the smallest whose silhouette is the highest but for the margin."""
    best = max(silhouettes.values())
    return min(number for number, value in silhouettes.items() if value >= best - SILHOUETTE_MARGIN)


def k_means(points: FloatArray, number: int, rng: np.random.Generator) -> FloatArray:
    """Centres of the groups: the best of several starts."""
    found = (_lloyd(points, _spread(points, number, rng)) for _ in range(RESTARTS))
    return min(found, key=lambda centres: float(_squares(points, centres).min(axis=1).sum()))


def _spread(points: FloatArray, number: int, rng: np.random.Generator) -> FloatArray:
    """First centres that lie apart (k-means++)."""
    centres = points[[rng.integers(len(points))]]
    while len(centres) < number:
        far = _squares(points, centres).min(axis=1)
        centres = np.vstack([centres, points[rng.choice(len(points), p=far / far.sum())]])
    return centres


def _lloyd(points: FloatArray, centres: FloatArray) -> FloatArray:
    """Move each centre to the middle of its group until none moves; one without a group stays."""
    for _ in range(ROUNDS_MAX):
        labels = _squares(points, centres).argmin(axis=1)
        counts = np.bincount(labels, minlength=len(centres))
        sums = np.column_stack([np.bincount(labels, column, len(centres)) for column in points.T])
        moved = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], centres)
        if np.array_equal(moved, centres):
            break
        centres = moved
    return centres


def _squares(points: FloatArray, centres: FloatArray) -> FloatArray:
    """Squared distances, (points, centres)."""
    apart: FloatArray = ((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    return apart


def nearest(points: FloatArray, centres: FloatArray) -> IntArray:
    """The nearest centre of each point."""
    chunks = (points[start : start + CHUNK] for start in range(0, len(points), CHUNK))
    return np.concatenate([_squares(chunk, centres).argmin(axis=1) for chunk in chunks])


def _silhouettes(
    points: FloatArray, tried: Mapping[int, FloatArray], rng: np.random.Generator
) -> dict[int, float]:
    sample = points[np.sort(rng.permutation(len(points))[:SILHOUETTE_MAX])]
    return {number: silhouette(sample, nearest(sample, centres)) for number, centres in tried.items()}


def silhouette(points: FloatArray, labels: IntArray) -> float:
    """How much nearer points are to their own group than to the next, on average; -1 to 1.

    Source: Rousseeuw 1987, Journal of Computational and Applied Mathematics 20:53.
    """
    names, labels = np.unique(labels, return_inverse=True)
    if len(names) < 2:
        return -1.0
    distances = np.sqrt(_squares(points, points))
    counts = np.bincount(labels)
    sums = np.column_stack([distances[:, labels == name].sum(axis=1) for name in range(len(names))])
    rows = np.arange(len(points))
    own_count = counts[labels]
    inside = sums[rows, labels] / np.maximum(own_count - 1, 1)
    means = sums / counts
    means[rows, labels] = np.inf
    outside = means.min(axis=1)
    widest = np.maximum(inside, outside)
    found = np.where((own_count > 1) & (widest > 0), (outside - inside) / np.where(widest > 0, widest, 1), 0)
    return float(found.mean())


def _agreements(points: FloatArray, centres: FloatArray, rng: np.random.Generator) -> tuple[float, ...]:
    """How far the groups of resampled customers agree with the groups found."""
    labels = nearest(points, centres)
    found = []
    for _ in range(RESAMPLES):
        resample = points[rng.integers(len(points), size=len(points))]
        if len(np.unique(resample, axis=0)) >= len(centres):
            other = k_means(resample, len(centres), rng)
            found.append(adjusted_rand(labels, nearest(points, other)))
    return tuple(found)


def adjusted_rand(one: IntArray, other: IntArray) -> float:
    """Agreement of two groupings of the same rows beyond chance: 1 the same, 0 chance.

    Source: Hubert and Arabie 1985, Journal of Classification 2:193.
    """
    table = np.zeros((one.max() + 1, other.max() + 1))
    np.add.at(table, (one, other), 1)
    together, rows, columns = (_pairs(part) for part in (table, table.sum(axis=1), table.sum(axis=0)))
    expected = rows * columns / _pairs(np.array([float(len(one))]))
    highest = (rows + columns) / 2
    return 1.0 if highest == expected else float((together - expected) / (highest - expected))


def _pairs(counts: FloatArray) -> float:
    return float((counts * (counts - 1) / 2).sum())


def _largest_first(labels: IntArray) -> IntArray:
    """The same groups, numbered from the largest; of two alike, the one that comes first."""
    names, first, counts = np.unique(labels, return_index=True, return_counts=True)
    order = np.lexsort((first, -counts))
    new = np.empty(names.max() + 1, np.int64)
    new[names[order]] = np.arange(len(names))
    return new[labels]


def _groups(columns: Mapping[str, FloatArray], labels: IntArray) -> tuple[Group, ...]:
    return tuple(_group_of(columns, labels == name) for name in range(int(labels.max()) + 1))


def _group_of(columns: Mapping[str, FloatArray], members: npt.NDArray[np.bool_]) -> Group:
    contrasts = []
    for name, values in columns.items():
        own = values[members]
        own = own[~np.isnan(own)]
        if len(own):
            contrasts.append(Contrast(name, len(own), float(own.sum()), float((own**2).sum())))
    contrasts.sort(key=lambda one: (-abs(one.mean), one.feature))
    return Group(int(members.sum()), tuple(contrasts))
