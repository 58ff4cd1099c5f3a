"""The frames in which the networks see a film: the one definition for training and evaluation.

Two frames exist (see model-servers/repository/README.md):

* **letterbox** - the whole film in a square, centred, padded with 0;
* **crop along the finger** - a square around a joint, turned so that the finger points up.

Conventions. An image is a 2-D uint8 array [height, width], 0 dark. A point (x, y) is continuous:
the origin is the outer corner of the top left pixel, so a pixel's centre lies at its index + 0.5.
A *fraction* is a point divided by the side of its square frame. Directions are unit vectors, x right,
y down. A 2 x 3 matrix M maps a point p as ``M[:, :2] @ p + M[:, 2]``.
"""

import math

import cv2
import numpy as np


def letterbox_geometry(width: int, height: int, side: int) -> tuple[int, int, int, int]:
    """Where a film of ``width`` x ``height`` lands in the letterbox: left, top, width, height (px).

    The longer side fills the frame; sizes are rounded half up, the left/top margin is rounded down.
    """
    scale = side / max(width, height)
    inner_width = min(side, max(1, math.floor(width * scale + 0.5)))
    inner_height = min(side, max(1, math.floor(height * scale + 0.5)))
    return (side - inner_width) // 2, (side - inner_height) // 2, inner_width, inner_height


def letterbox(image: np.ndarray, side: int) -> np.ndarray:
    """The whole film, scaled by area average (bilinear when it grows), centred in [side, side], padded with 0."""
    height, width = image.shape
    left, top, inner_width, inner_height = letterbox_geometry(width, height, side)
    shrinks = max(width, height) > side
    inner = cv2.resize(image, (inner_width, inner_height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    out = np.zeros((side, side), np.uint8)
    out[top : top + inner_height, left : left + inner_width] = inner
    return out


def letterbox_matrix(width: int, height: int, side: int) -> np.ndarray:
    """2 x 3, float64: from a point of the film (px) to a fraction of its letterbox."""
    left, top, inner_width, inner_height = letterbox_geometry(width, height, side)
    return np.array(
        [[inner_width / width / side, 0.0, left / side], [0.0, inner_height / height / side, top / side]], np.float64
    )


def crop_along_finger(
    image: np.ndarray,
    centre_xy: tuple[float, float],
    axis_xy: tuple[float, float],
    side_px_in_film: float,
    out_px: int,
) -> np.ndarray:
    """A square of the film around ``centre_xy``, turned until ``axis_xy`` points up, as [out_px, out_px] uint8.

    ``centre_xy`` is a point of the film (px), ``axis_xy`` the finger's direction towards its tip (any length),
    ``side_px_in_film`` the square's side (px of the film). Beyond the film's edge the crop is 0.

    When the crop shrinks the film, each output pixel is the mean over a grid of bilinear samples at most one
    film pixel apart, which stands in for the area average: without it fine trabeculae turn into moire.
    """
    fraction_to_film = crop_matrix_inverse(centre_xy, axis_xy, side_px_in_film)
    oversampling = max(1, min(16, math.ceil(side_px_in_film / out_px)))
    samples = out_px * oversampling
    # From the index of a sample to the index of a film pixel, which is what warpAffine counts in.
    index_to_index = fraction_to_film.copy()
    index_to_index[:, :2] /= samples
    index_to_index[:, 2] += index_to_index[:, :2] @ np.array([0.5, 0.5]) - 0.5
    out = cv2.warpAffine(
        image,
        index_to_index,
        (samples, samples),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=0,
    )
    return out if oversampling == 1 else cv2.resize(out, (out_px, out_px), interpolation=cv2.INTER_AREA)


def crop_matrix_inverse(
    centre_xy: tuple[float, float], axis_xy: tuple[float, float], side_px_in_film: float
) -> np.ndarray:
    """2 x 3, float64: from a fraction of the crop along the finger to a point of the film (px)."""
    up = np.asarray(axis_xy, np.float64)
    up = up / max(float(np.hypot(*up)), 1e-9)
    right = np.array([-up[1], up[0]])
    linear = side_px_in_film * np.stack([right, -up], axis=1)
    offset = np.asarray(centre_xy, np.float64) - linear @ np.array([0.5, 0.5])
    return np.concatenate([linear, offset[:, None]], axis=1)


def crop_matrix(centre_xy: tuple[float, float], axis_xy: tuple[float, float], side_px_in_film: float) -> np.ndarray:
    """2 x 3, float64: from a point of the film (px) to a fraction of the crop along the finger."""
    return cv2.invertAffineTransform(crop_matrix_inverse(centre_xy, axis_xy, side_px_in_film))


def apply(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Map points [..., 2] by a 2 x 3 matrix."""
    return points @ matrix[:, :2].T + matrix[:, 2]
