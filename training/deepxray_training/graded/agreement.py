"""How far a model agrees with the readers, before and after, on patients that it never learnt from."""

from collections.abc import Callable

import numpy as np

from ..scoring.measures import auc, calibration_error, kappa, median_grade

Figure = Callable[[dict[str, np.ndarray], np.ndarray], float]
"""Of a model's outputs and some rows."""
Three = tuple[float, float, float]
"""A value and its 95 % interval."""
DRAWS = 500


def figures(truth: np.ndarray, low: np.ndarray, high: np.ndarray) -> dict[str, Figure]:
    """By name. ``truth`` [n] grades; ``low``, ``high`` [n] the percents that the reading allows."""

    def grades(out, rows):
        return median_grade(out["grade"][rows])

    def balanced(out, rows):
        guess = grades(out, rows)
        return float(np.mean([(guess[truth[rows] == k] == k).mean() for k in np.unique(truth[rows])]))

    def off(out, rows):
        percent = out["erosion"][rows, 0]
        return float(np.abs(percent - np.clip(percent, low[rows], high[rows])).mean())

    return {
        "quadratic kappa": lambda out, rows: kappa(truth[rows], grades(out, rows)),
        "accuracy": lambda out, rows: float((truth[rows] == grades(out, rows)).mean()),
        "balanced accuracy": balanced,
        "within one grade": lambda out, rows: float((np.abs(truth[rows] - grades(out, rows)) <= 1).mean()),
        "AUC 0 against >= 1": lambda out, rows: auc(1 - out["grade"][rows, 0], truth[rows] > 0),
        "eroded share, points off what was read": off,
        "calibration error": lambda out, rows: calibration_error(out["grade"][rows], truth[rows]),
    }


def measure(truth, low, high, patients, before: dict, after: dict, seed: int = 0) -> dict[str, dict[str, Three]]:
    """{figure: {before, after, change: Three}}; intervals from drawing patients with replacement.

    The change is of the same draws, so that its interval tells whether it is one. nan where a figure has no
    value, as an area under the curve of healthy joints alone.
    """
    found = figures(truth, low, high)
    rng = np.random.default_rng(seed)
    of_patient = [np.flatnonzero(patients == patient) for patient in np.unique(patients)]
    whole = np.arange(len(truth))
    draws = [np.concatenate([of_patient[i] for i in rng.integers(0, len(of_patient), len(of_patient))]) for _ in range(DRAWS)]
    table = {}
    for name, figure in found.items():
        pairs = np.array([[figure(before, rows), figure(after, rows)] for rows in [whole, *draws]])
        columns = {"before": pairs[:, 0], "after": pairs[:, 1], "change": pairs[:, 1] - pairs[:, 0]}
        table[name] = {key: (float(values[0]), *_middle(values[1:])) for key, values in columns.items()}
    return table


def _middle(values: np.ndarray) -> tuple[float, float]:
    """The middle 95 %."""
    known = values[np.isfinite(values)]
    if len(known) == 0:
        return float("nan"), float("nan")
    low, high = np.percentile(known, [2.5, 97.5])
    return float(low), float(high)


def confusion(truth: np.ndarray, out: dict[str, np.ndarray]) -> np.ndarray:
    """[6, 6]: truth (rows) against the median grade (columns)."""
    table = np.zeros((6, 6), int)
    np.add.at(table, (truth, median_grade(out["grade"])), 1)
    return table
