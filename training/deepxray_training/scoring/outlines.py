"""Finds the two bones of a joint by dynamic programming: first the joint gap, then each bone's outline.

A bone is sought along rays from a point inside its end: horizontal ones down both sides of the shaft and a fan
round the end. On each ray the outline is where grey falls steepest outwards; neighbouring rays must agree.
All functions work on many joints at once, so that the whole data folder takes a minute.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from .patches import PATCH

_HALF = PATCH // 2
_INSIDE = 25
"""Distance of the fan's origin from the gap (px): about half a bone's width."""
_FAN = 49
_ROW_STEP = 2
_REACH = 48
"""Longest ray (px); bones are about 55 px wide, so a neighbour's edge stays out of reach."""


@dataclass
class Outlines:
    gap: np.ndarray
    """[n, PATCH] row of the joint gap in each column (px)."""
    distal: np.ndarray
    """[n, m, 2] x, y along the distal bone's outline, from the shaft's left side round the end to its right."""
    proximal: np.ndarray
    """[n, m, 2] likewise."""
    fan: np.ndarray
    """[m] bool: the points of the fan round the end."""
    quality: np.ndarray
    """[n] edge strength along both ends in standard deviations of the film; low where the outline leaks."""


def _best_path(score: np.ndarray, limit: int, penalty: float) -> np.ndarray:
    """The path [n, steps] of greatest summed ``score`` [n, steps, levels], moving at most ``limit`` levels a step."""
    n, steps, levels = score.shape
    total = score[:, 0].copy()
    came = np.zeros((n, steps, levels), np.int8)
    for step in range(1, steps):
        padded = np.pad(total, ((0, 0), (limit, limit)), constant_values=-1e9)
        moves = np.stack(
            [padded[:, k : k + levels] - penalty * abs(k - limit) ** 1.5 for k in range(2 * limit + 1)], axis=2
        )
        best = moves.argmax(2)
        came[:, step] = best - limit
        total = np.take_along_axis(moves, best[..., None], 2)[..., 0] + score[:, step]
    path = np.zeros((n, steps), np.int64)
    path[:, -1] = total.argmax(1)
    rows = np.arange(n)
    for step in range(steps - 1, 0, -1):
        path[:, step - 1] = path[:, step] + came[rows, step, path[:, step]]
    return path


def _gaps(smooth: np.ndarray) -> np.ndarray:
    """Row of the gap in each column, from smoothed films [n, PATCH, PATCH]: a dark valley near the centre."""
    n = len(smooth)
    reach, half_width = 22, 28
    valley = np.empty_like(smooth)
    for i, image in enumerate(smooth):
        valley[i] = cv2.GaussianBlur(image, (0, 0), sigmaX=1.2, sigmaY=7) - cv2.GaussianBlur(image, (0, 0), sigmaX=1.2, sigmaY=1)
    valley /= valley[:, 40:-40, 40:-40].std((1, 2), keepdims=True) + 1e-3
    rows = np.arange(-reach, reach + 1)
    columns = slice(_HALF - half_width, _HALF + half_width + 1)
    score = valley[:, _HALF - reach : _HALF + reach + 1, columns].transpose(0, 2, 1)
    lateral = np.abs(np.arange(-half_width, half_width + 1)) / half_width
    score = np.clip(score, -1.5, 2.5) * (1 - 0.6 * lateral[None, :, None] ** 2) - (rows / 12.0) ** 2 * 0.5
    middle = _best_path(score, 2, 0.25) + _HALF - reach
    gap = np.empty((n, PATCH), np.float32)
    gap[:, columns] = middle
    gap[:, : columns.start] = middle[:, :1]
    gap[:, columns.stop :] = middle[:, -1:]
    return np.stack([cv2.GaussianBlur(row[None], (0, 0), 2.0)[0] for row in gap])


def _rays(origin_y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Rays of a bone whose end points up: origins x, y [n, m], directions x, y [m], and which belong to the fan."""
    rows = np.arange(0, PATCH, _ROW_STEP)
    angle = np.linspace(-np.pi / 2, np.pi / 2, _FAN)
    n = len(origin_y)
    below = np.arange(PATCH - 1 - 0, 0, -_ROW_STEP)[: len(rows)]
    m_side = len(below)
    direction_x = np.concatenate([-np.ones(m_side), np.sin(angle), np.ones(m_side)])
    direction_y = np.concatenate([np.zeros(m_side), -np.cos(angle), np.zeros(m_side)])
    offset = np.linspace(1.0, 0.0, m_side, endpoint=False)
    span = PATCH + 4 - origin_y
    left = origin_y[:, None] + span[:, None] * offset[None]
    right = left[:, ::-1]
    y = np.concatenate([left, np.repeat(origin_y[:, None], _FAN, 1), right], axis=1)
    x = np.full((n, y.shape[1]), float(_HALF))
    fan = np.zeros(y.shape[1], bool)
    fan[m_side : m_side + _FAN] = True
    return x, y, direction_x, direction_y, fan


def _ends(smooth: np.ndarray, gap: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outlines [n, m, 2] of bones that lie below their gap, the fan's mask, and their edge strength."""
    n = len(smooth)
    origin_y = gap[:, _HALF - 8 : _HALF + 9].mean(1) + _INSIDE
    x, y, dx, dy, fan = _rays(origin_y)
    radius = np.arange(_REACH, dtype=np.float32)
    px = (x[:, :, None] + dx[None, :, None] * radius).astype(np.float32)
    py = (y[:, :, None] + dy[None, :, None] * radius).astype(np.float32)
    along = np.empty(px.shape, np.float32)
    for i in range(n):
        along[i] = cv2.remap(smooth[i], px[i], py[i], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    fall = np.zeros_like(along)
    fall[..., 2:-2] = along[..., :-4] - along[..., 4:]
    fall /= fall[:, fan].std((1, 2), keepdims=True) + 1e-3
    # Past the gap lies the other bone.
    column = np.clip(np.rint(px), 0, PATCH - 1).astype(np.int64)
    gap_row = np.take_along_axis(gap, column.reshape(n, -1), 1).reshape(px.shape)
    crossed = fan[None, :, None] & (py < gap_row + 0.5)
    expected = np.where(fan, 27.0, 24.0)
    spread = np.where(fan, 9.0, 13.0)
    prior = ((radius[None] - expected[:, None]) / spread[:, None]) ** 2 * 0.35
    score = np.clip(fall, -1.0, 2.5) - prior[None]
    score[:, :, :10] = -5.0
    score = np.where(crossed, -3.0, score)
    path = _best_path(score, 2, 0.22)
    strength = np.take_along_axis(fall, path[..., None], 2)[..., 0]
    points = np.stack(
        [np.take_along_axis(px, path[..., None], 2)[..., 0], np.take_along_axis(py, path[..., None], 2)[..., 0]], axis=2
    )
    smoothed = points.copy()
    smoothed[:, 1:-1] = 0.25 * points[:, :-2] + 0.5 * points[:, 1:-1] + 0.25 * points[:, 2:]
    return smoothed.astype(np.float32), fan, np.clip(strength[:, fan], -1, 3).mean(1)


def find(images: np.ndarray) -> Outlines:
    """Outlines of joints [n, PATCH, PATCH] uint8."""
    smooth = np.stack([cv2.GaussianBlur(image.astype(np.float32), (0, 0), 1.2) for image in images])
    gap = _gaps(smooth)
    proximal, fan, strength_proximal = _ends(smooth, gap)
    flipped, _, strength_distal = _ends(np.ascontiguousarray(smooth[:, ::-1]), PATCH - 1 - gap)
    distal = flipped.copy()
    distal[..., 1] = PATCH - 1 - flipped[..., 1]
    return Outlines(gap, distal, proximal, fan, np.minimum(strength_proximal, strength_distal))


def find_all(images: np.ndarray, chunk: int = 128) -> Outlines:
    """``find`` in chunks, to bound memory."""
    parts = [find(images[i : i + chunk]) for i in range(0, len(images), chunk)]
    return Outlines(
        np.concatenate([p.gap for p in parts]).astype(np.float16),
        np.concatenate([p.distal for p in parts]).astype(np.float16),
        np.concatenate([p.proximal for p in parts]).astype(np.float16),
        parts[0].fan,
        np.concatenate([p.quality for p in parts]),
    )
