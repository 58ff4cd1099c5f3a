"""Measures of agreement that readers of erosion scores expect."""

import numpy as np


def median_grade(probabilities: np.ndarray) -> np.ndarray:
    """[n] the grade at which the cumulated probability [n, 6] reaches a half."""
    return (np.cumsum(probabilities, 1) < 0.5).sum(1).clip(0, 5)


def expected_grade(probabilities: np.ndarray) -> np.ndarray:
    return probabilities @ np.arange(probabilities.shape[1])


def kappa(truth: np.ndarray, guess: np.ndarray, quadratic: bool = True) -> float:
    """Cohen's kappa over grades 0-5, quadratically weighted or plain."""
    table = np.zeros((6, 6))
    np.add.at(table, (truth, guess), 1)
    table /= max(table.sum(), 1)
    far = np.subtract.outer(np.arange(6), np.arange(6)).astype(float)
    weight = far**2 if quadratic else (far != 0).astype(float)
    chance = np.outer(table.sum(1), table.sum(0))
    expected = (weight * chance).sum()
    return float(1 - (weight * table).sum() / expected) if expected > 0 else float("nan")


def auc(score: np.ndarray, positive: np.ndarray) -> float:
    """Area under the ROC curve; ties count half."""
    order = np.argsort(score, kind="stable")
    ranks = np.empty(len(score))
    ordered = score[order]
    first = np.searchsorted(ordered, ordered, "left")
    last = np.searchsorted(ordered, ordered, "right")
    ranks[order] = (first + last + 1) / 2
    n, m = int(positive.sum()), int((~positive).sum())
    if n == 0 or m == 0:
        return float("nan")
    return float((ranks[positive].sum() - n * (n + 1) / 2) / (n * m))


def sensitivity(score: np.ndarray, positive: np.ndarray, specificity: float = 0.9) -> float:
    """Share of positives above the score that ``specificity`` of the negatives stay below."""
    return float((score[positive] > np.quantile(score[~positive], specificity)).mean())


def calibration_error(probabilities: np.ndarray, truth: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error of the most probable grade."""
    sure, guess = probabilities.max(1), probabilities.argmax(1)
    slot = np.minimum((sure * bins).astype(int), bins - 1)
    return float(
        sum(abs((guess == truth)[slot == b].mean() - sure[slot == b].mean()) * (slot == b).mean() for b in range(bins) if (slot == b).any())
    )
