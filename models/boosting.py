"""LightGBM behind four typed functions: always deterministic, always with an explicit number of threads."""

from collections.abc import Mapping, Sequence
from typing import Any

import lightgbm
import numpy as np
import polars as pl

from models.evaluation import FloatArray

Booster = lightgbm.Booster


class FeatureMismatchError(ValueError):
    """The rows, or the stored model, do not have the features of this definition."""


def fitted(
    rows: pl.DataFrame,
    columns: Sequence[str],
    settings: Mapping[str, Any],
    *,
    rounds: int,
    threads: int,
    start: FloatArray | None = None,
) -> Booster:
    """Trees for `outcome` on top of the log odds `start` (rows,). Same rows and threads, same trees."""
    parameters = {
        "objective": "binary",
        "deterministic": True,
        "force_col_wise": True,
        "seed": 1,
        "verbosity": -1,
        "num_threads": threads,
        **settings,
    }
    table = lightgbm.Dataset(
        matrix(rows, columns), rows["outcome"].to_numpy(), init_score=start, feature_name=list(columns)
    )
    trees = lightgbm.train(parameters, table, num_boost_round=rounds)
    return from_text(trees.model_to_string())


def from_text(text: str) -> Booster:
    return lightgbm.Booster(model_str=text)


def raw_score(booster: Booster, rows: pl.DataFrame, columns: Sequence[str], threads: int) -> FloatArray:
    """(rows,) log odds."""
    scores = booster.predict(matrix(rows, columns), raw_score=True, num_threads=threads)
    return np.asarray(scores, dtype=np.float64)


def contributions(booster: Booster, rows: pl.DataFrame, columns: Sequence[str], threads: int) -> FloatArray:
    """(rows, columns + 1) exact TreeSHAP values, the expected score last; a row adds up to `raw_score`."""
    values = booster.predict(matrix(rows, columns), pred_contrib=True, num_threads=threads)
    return np.asarray(values, dtype=np.float64)


def matrix(rows: pl.DataFrame, columns: Sequence[str]) -> FloatArray:
    """(rows, columns) with NaN for the unknown. Raises FeatureMismatchError, naming what is missing."""
    missing = [column for column in columns if column not in rows.columns]
    if missing:
        raise FeatureMismatchError(f"missing features: {', '.join(missing)}")
    return rows.select(pl.col(list(columns)).cast(pl.Float64)).to_numpy()
