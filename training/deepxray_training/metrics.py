"""Figures for the cards, with their intervals."""

import math
from collections.abc import Callable

import numpy as np


def wilson(hits: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """95 % interval of a share."""
    if total == 0:
        return 0.0, 1.0
    p, z2 = hits / total, z * z
    middle = (p + z2 / (2 * total)) / (1 + z2 / total)
    half = z * math.sqrt(p * (1 - p) / total + z2 / (4 * total * total)) / (1 + z2 / total)
    return max(0.0, middle - half), min(1.0, middle + half)


def share(hits: int, total: int) -> str:
    """'98.5 % (128/130; 94.6-99.6)'."""
    if total == 0:
        return "none to measure on"
    low, high = wilson(hits, total)
    return f"{100 * hits / total:.1f} % ({hits}/{total}; {100 * low:.1f}–{100 * high:.1f})"


def interval(figure: Callable[[np.ndarray], float], hands: np.ndarray, seed: int = 0, times: int = 200) -> tuple[float, float, float]:
    """``figure(rows)`` on all rows, and its 95 % interval when hands are drawn with replacement."""
    rng = np.random.default_rng(seed)
    order = np.argsort(hands, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(hands[order])) + 1)
    drawn = []
    for _ in range(times):
        rows = np.concatenate([groups[i] for i in rng.integers(0, len(groups), len(groups))])
        drawn.append(figure(rows))
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return figure(np.arange(len(hands))), float(low), float(high)


def clustered_share(hits: np.ndarray, groups: np.ndarray) -> str:
    """As ``share``, of trials [n] bool that come in groups [n] (the joints of a hand): groups are drawn with replacement.

    Where all trials agree a bootstrap has no width, so each group counts as one trial then.
    """
    if len(hits) == 0:
        return "none to measure on"
    groups = np.unique(groups, return_inverse=True)[1]
    value, low, high = interval(lambda rows: hits[rows].mean(), groups)
    if low == high:
        low, high = wilson(round(value * (groups.max() + 1)), int(groups.max()) + 1)
    return f"{100 * value:.1f} % ({int(hits.sum())}/{len(hits)}; {100 * low:.1f}–{100 * high:.1f})"
