"""Figures for the cards."""

import math


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
