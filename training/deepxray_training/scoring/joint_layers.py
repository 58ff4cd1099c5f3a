"""Takes a joint apart: film = soft tissue + remainder + distal bone + proximal bone, exactly.

Lesions then multiply a bone layer and geometry moves it, and what lies beneath shows through as soft tissue.
Each bone also gets coordinates for lesions: how far along its articular outline, and how deep inside.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from .outlines import Outlines
from .patches import PATCH

_HALO = 4
"""A bone layer reaches this far (px) past its outline, or a ghost of the outline stays behind."""
_ROWS, _COLUMNS = np.mgrid[0:PATCH, 0:PATCH].astype(np.float32)
_KERNEL = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * _HALO + 1, 2 * _HALO + 1))
_RING = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (17, 17))


@dataclass
class Bone:
    layer: np.ndarray
    """[PATCH, PATCH] float32 grey that the bone adds to the film."""
    mask: np.ndarray
    """[PATCH, PATCH] bool, inside the outline."""
    outline: np.ndarray
    """[m, 2] x, y of the end's outline (the articular outline with its margins), left to right."""
    weight: np.ndarray
    """[m] share of the articular outline that each point stands for; sums to 1."""
    inward: np.ndarray
    """[m, 2] unit normals into the bone."""
    depth: np.ndarray
    """[PATCH, PATCH] float32, px inside the outline; negative outside."""
    axial: np.ndarray
    """[PATCH, PATCH] float32, px of this bone between the pixel and the joint, along the finger."""
    from_tip: np.ndarray
    """[PATCH, PATCH] float32, px past the end's foremost point."""
    along: np.ndarray
    """[PATCH, PATCH] float32, place along the end's outline: 0 its left, 1 its right end."""
    length: float
    """Of the end's outline (px)."""
    upwards: bool
    """Whether the end points up (the proximal bone)."""


@dataclass
class Layers:
    film: np.ndarray
    """[PATCH, PATCH] float32 grey."""
    soft: np.ndarray
    """[PATCH, PATCH] soft tissue, smooth beneath the bones."""
    remainder: np.ndarray
    """[PATCH, PATCH] what is neither: markers, sesamoids, neighbours, noise."""
    distal: Bone
    proximal: Bone
    gap: np.ndarray
    """[PATCH] row of the joint gap in each column."""
    gap_width: float
    """Between the two outlines in the middle (px)."""
    contrast: float
    """Grey of the bones above their soft tissue: the unit for noise and sclerosis."""


def _soft_tissue(film: np.ndarray, near: np.ndarray, bone: np.ndarray) -> np.ndarray:
    """Smooth soft tissue beneath ``near``, carried in from a narrow ring without its darkest third.

    The darkest third is the air and the web between fingers; with it, holes in bone would turn black.
    """
    ring = (cv2.dilate(near, _RING) > 0) & (near == 0)
    values = film[ring]
    if values.size < 30:
        return cv2.GaussianBlur(film, (0, 0), 8)
    low = cv2.GaussianBlur(film, (0, 0), 1.5)
    local = np.where(ring, film, 0)
    weight = ring.astype(np.float32)
    mean = cv2.GaussianBlur(local, (0, 0), 10) / (cv2.GaussianBlur(weight, (0, 0), 10) + 1e-4)
    keep = (ring & (film >= np.minimum(np.quantile(values, 0.33), mean) - 1e-3)).astype(np.float32)
    carried = np.full_like(film, values.mean())
    for sigma in (24.0, 12.0, 6.0):
        w = cv2.GaussianBlur(keep, (0, 0), sigma)
        v = cv2.GaussianBlur(keep * film, (0, 0), sigma)
        trust = np.clip(w / 0.03, 0, 1)
        carried = carried * (1 - trust) + trust * v / (w + 1e-6)
    carried = np.minimum(carried, cv2.GaussianBlur(film, (0, 0), 3) + 2)
    fade = cv2.GaussianBlur(near.astype(np.float32), (0, 0), 1.2)
    return low * (1 - fade) + carried * fade


def _bone(film: np.ndarray, soft: np.ndarray, mask: np.ndarray, mine: np.ndarray, line: np.ndarray, fan: np.ndarray, upwards: bool) -> Bone:
    reach = cv2.dilate(mask, _KERNEL).astype(np.float32) * mine
    layer = (film - soft) * cv2.GaussianBlur(reach, (0, 0), 1.0)
    inside = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
    outside = cv2.distanceTransform(1 - mask, cv2.DIST_L2, 3)
    depth = np.where(mask > 0, inside, -outside).astype(np.float32)
    end = _resample(line[fan], 96)
    step = np.gradient(end, axis=0)
    step /= np.linalg.norm(step, axis=1, keepdims=True) + 1e-6
    # Left to right over an end that points up, the inside is to the right of the way: (x, y) -> (-y, x).
    inward = np.stack([-step[:, 1], step[:, 0]], axis=1)
    if not upwards:
        inward = -inward
    end = end[4:-4]
    inward = inward[4:-4]
    length = float(np.linalg.norm(np.diff(end, axis=0), axis=1).sum())
    along = _along(end, upwards)
    axial = np.cumsum(mask if upwards else mask[::-1], axis=0, dtype=np.float32)
    axial = axial if upwards else axial[::-1]
    tip = float(end[:, 1].min() if upwards else end[:, 1].max())
    from_tip = (_ROWS - tip) * (1 if upwards else -1)
    weight = np.full(len(end), 1 / len(end), np.float32)
    return Bone(layer, mask > 0, end, weight, inward, depth, axial, from_tip, along, length, upwards)


def _resample(line: np.ndarray, count: int) -> np.ndarray:
    """The line [m, 2] at ``count`` points equally far apart."""
    gone = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    at = np.linspace(0, gone[-1], count)
    return np.stack([np.interp(at, gone, line[:, 0]), np.interp(at, gone, line[:, 1])], axis=1).astype(np.float32)


def _along(end: np.ndarray, upwards: bool) -> np.ndarray:
    """For every pixel its place along the end's outline (0-1, by angle about a point inside the end).

    Beyond the outline's ends, down the shaft's flanks, it goes on below 0 and above 1 by the px gone.
    """
    towards = 1.0 if upwards else -1.0
    origin_x = float(end[[0, -1], 0].mean())
    origin_y = float(end[[0, -1], 1].mean())
    right, down = _COLUMNS - origin_x, (_ROWS - origin_y) * towards
    angle = np.arctan2(right, -down)
    own = np.unwrap(np.arctan2(end[:, 0] - origin_x, -(end[:, 1] - origin_y) * towards))
    place = np.linspace(0, 1, len(end), dtype=np.float32)
    order = np.argsort(own, kind="stable")
    length = float(np.linalg.norm(np.diff(end, axis=0), axis=1).sum())
    along = np.interp(angle.ravel(), own[order], place[order]).reshape(angle.shape)
    beyond = np.clip(down, 0, None) / length
    along = np.where(down > 0, np.where(right < 0, np.minimum(along, 0.03) - beyond, np.maximum(along, 0.97) + beyond), along)
    return along.astype(np.float32)


def split(image: np.ndarray, outlines: Outlines, row: int) -> Layers:
    """The layers of joint ``row`` whose patch is ``image`` [PATCH, PATCH] uint8."""
    film = image.astype(np.float32)
    gap = outlines.gap[row].astype(np.float32)
    lines = [outlines.distal[row].astype(np.float32), outlines.proximal[row].astype(np.float32)]
    masks = []
    for line in lines:
        mask = np.zeros((PATCH, PATCH), np.uint8)
        cv2.fillPoly(mask, [np.rint(line).astype(np.int32)], 1)
        masks.append(mask)
    above = cv2.GaussianBlur((_ROWS < gap[None]).astype(np.float32), (0, 0), 0.8)
    bones = masks[0] | masks[1]
    near = cv2.dilate(bones, _KERNEL)
    soft = _soft_tissue(film, near, bones)
    distal = _bone(film, soft, masks[0], above, lines[0], outlines.fan, upwards=False)
    proximal = _bone(film, soft, masks[1], 1 - above, lines[1], outlines.fan, upwards=True)
    remainder = film - soft - distal.layer - proximal.layer
    inside = bones > 0
    contrast = float(max(4.0, (film - soft)[inside].mean())) if inside.any() else 4.0
    middle = slice(PATCH // 2 - 6, PATCH // 2 + 7)
    columns = masks[1][:, middle] > 0, masks[0][:, middle] > 0
    top = np.where(columns[0], _ROWS[:, middle], PATCH).min(0)
    bottom = np.where(columns[1], _ROWS[:, middle], 0).max(0)
    width = float(np.median(top - bottom))
    return Layers(film, soft, remainder, distal, proximal, gap, float(np.clip(width, 1.0, 16.0)), contrast)


def usable(outlines: Outlines) -> np.ndarray:
    """[n] bool: joints whose outline did not leak, fit to carry lesions and to be moved."""
    def leaks(lines: np.ndarray) -> np.ndarray:
        fan = lines[:, outlines.fan].astype(np.float32)
        jump = np.linalg.norm(np.diff(fan, axis=1), axis=2).max(1)
        width = fan[..., 0].max(1) - fan[..., 0].min(1)
        return (jump > 6.5) | (width > 74) | (width < 30)

    return (outlines.quality > 1.45) & ~leaks(outlines.distal) & ~leaks(outlines.proximal)
