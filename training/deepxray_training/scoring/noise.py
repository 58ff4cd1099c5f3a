"""Random fields for irregular edges and trabecular texture, made once and then only cut from."""

import cv2
import numpy as np

from .patches import PATCH

_SIDE = 1024
_bank: dict[float, np.ndarray] = {}


def _field(sigma: float) -> np.ndarray:
    if sigma not in _bank:
        white = np.random.default_rng(int(sigma * 100)).standard_normal((_SIDE, _SIDE)).astype(np.float32)
        smooth = cv2.GaussianBlur(white, (0, 0), sigma) if sigma > 0 else white
        _bank[sigma] = smooth / smooth.std()
    return _bank[sigma]


def field(rng: np.random.Generator, sigma: float, side: int = PATCH) -> np.ndarray:
    """[side, side] of unit standard deviation; ``sigma`` (px) is the size of its grains."""
    y, x = rng.integers(0, _SIDE - side, 2)
    window = _field(sigma)[y : y + side, x : x + side]
    return window[:: 1 if rng.random() < 0.5 else -1, :: 1 if rng.random() < 0.5 else -1]


def line(rng: np.random.Generator, sigma: float, count: int) -> np.ndarray:
    """[count] of unit standard deviation along a line."""
    y, x = rng.integers(0, _SIDE), rng.integers(0, _SIDE - count)
    return _field(sigma)[y, x : x + count]
