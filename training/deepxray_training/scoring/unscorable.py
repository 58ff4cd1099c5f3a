"""Crops that show no joint to score: off target, beyond the film, hardware over the joint, washed out."""

from pathlib import Path

import cv2
import numpy as np

from .. import frames
from ..data import Fold, part_of, read_films, read_grey, upright
from . import exposure, noise
from .patches import CROP, PARTS, PATCH, hand_scale, side_of, upright_left_hand

_VERSION = 3


def load(data: Path, cache: Path, fold: Fold | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Patches off target [n, PATCH, PATCH] uint8 and their part [n] (0 train, 1 tuning, 2 val)."""
    store = cache / f"scoring-off-target-{_VERSION}.npz"
    if not store.exists():
        cache.mkdir(parents=True, exist_ok=True)
        _build(data, store)
    with np.load(store) as arrays:
        image, of = arrays["image"], arrays["film"]
    return image, np.array([PARTS[part_of(film)] for film in read_films(data, fold)])[of]


def _build(data: Path, store: Path) -> None:
    rng = np.random.default_rng(20)
    images, films = [], []
    for index, film in enumerate(read_films(data)):
        if film.joints is not None:
            image, points = upright_left_hand(film)
            found = list(_off_hand(rng, image, points))
        elif film.body_part == "other" and film.terms_known:
            image = upright(read_grey(film), 0)
            found = list(_anywhere(rng, image, 6))
        else:
            continue
        images += found
        films += [index] * len(found)
    np.savez(store, image=np.asarray(images, np.uint8), film=np.asarray(films))


def _off_hand(rng: np.random.Generator, image: np.ndarray, points: np.ndarray):
    """Shafts, wrist, fingertips and background of a hand, at the scale of its joints' crops."""
    scale = hand_scale(points)
    down = points[1:5].mean(0) - points[6:10].mean(0)
    down /= np.linalg.norm(down)
    spots = []
    for joint in rng.choice(5, 2, replace=False):
        axis = points[joint + 5] - points[joint]
        spots.append((points[joint] + axis * rng.uniform(0.45, 0.55), axis, 0))  # proximal phalanx
        spots.append((points[joint] - axis * rng.uniform(0.6, 0.85), axis, 0))  # metacarpal
        spots.append((points[joint] + axis * rng.uniform(1.95, 2.3), axis, 5))  # past the tip
    for _ in range(2):  # wrist
        across = np.array([down[1], -down[0]])
        spots.append((points[2] + scale * (down * rng.uniform(1.6, 2.4) + across * rng.uniform(-0.7, 0.7)), -down, 0))
    for _ in range(2):  # anywhere far from every joint
        spot = rng.uniform(0, 1, 2) * [image.shape[1], image.shape[0]]
        if np.linalg.norm(points - spot, axis=1).min() > 0.8 * scale:
            spots.append((spot, rng.normal(0, 1, 2), 0))
    for spot, axis, joint in spots:
        side = side_of(joint) * scale * PATCH / CROP
        yield frames.crop_along_finger(image, tuple(spot), tuple(axis), side, PATCH)


def _anywhere(rng: np.random.Generator, image: np.ndarray, count: int):
    for _ in range(count):
        spot = rng.uniform(0.1, 0.9, 2) * [image.shape[1], image.shape[0]]
        side = min(image.shape) * rng.uniform(0.1, 0.6)
        yield frames.crop_along_finger(image, tuple(spot), tuple(rng.normal(0, 1, 2)), side, PATCH)


def hardware(rng: np.random.Generator, patch: np.ndarray) -> np.ndarray:
    """A joint with metal or silicone over it: prosthesis, plate, screws, wires, ring. [PATCH, PATCH] float32."""
    four = 4
    canvas = np.zeros((PATCH * four, PATCH * four), np.uint8)

    def at(x: float, y: float) -> tuple[int, int]:
        return int((PATCH / 2 + x) * four), int((PATCH / 2 + y) * four)

    def polygon(points: list[tuple[float, float]]) -> None:
        cv2.fillPoly(canvas, [np.array([at(*p) for p in points], np.int32)], 255)

    kind = rng.integers(0, 6)
    jitter = lambda s: float(rng.normal(0, s))
    silicone = False
    if kind <= 1:  # prosthesis with two stems; in metal or in silicone
        silicone = kind == 1
        width, stem, long = rng.uniform(12, 24), rng.uniform(4, 9), rng.uniform(30, 70)
        high = rng.uniform(6, 14)
        polygon([(-width, -high), (width, -high), (stem, -high - 8), (stem * 0.5, -long), (-stem * 0.5, -long), (-stem, -high - 8)])
        polygon([(-width, high), (width, high), (stem, high + 8), (stem * 0.5, long), (-stem * 0.5, long), (-stem, high + 8)])
        if silicone or rng.random() < 0.5:
            polygon([(-width, -high), (width, -high), (width, high), (-width, high)])
        else:
            cv2.ellipse(canvas, at(0, high), (int(width * four), int((high + 3) * four)), 0, 180, 360, 255, -1)
    elif kind == 2:  # plate and screws
        x, half = jitter(8), rng.uniform(5, 9)
        polygon([(x - half, -70), (x + half, -70), (x + half, 70), (x - half, 70)])
        for y in np.arange(-60, 61, rng.uniform(16, 26)):
            cv2.line(canvas, at(x - 22 - jitter(4), y), at(x + 22, y + jitter(4)), 255, int(rng.uniform(3, 6) * four))
    elif kind == 3:  # screw or wires across the joint
        for _ in range(rng.integers(1, 4)):
            x, tilt = jitter(9), jitter(14)
            thick = rng.uniform(3, 9)
            cv2.line(canvas, at(x - tilt, -rng.uniform(20, 80)), at(x + tilt, rng.uniform(20, 80)), 255, int(thick * four))
    elif kind == 4:  # ring over the joint
        y, half, high = jitter(9), rng.uniform(34, 48), rng.uniform(7, 22)
        polygon([(-half, y - high), (half, y - high + jitter(3)), (half, y + high + jitter(3)), (-half, y + high)])
    else:  # marker or block
        x, y, w, h = jitter(8), jitter(8), rng.uniform(20, 45), rng.uniform(20, 45)
        polygon([(x - w, y - h), (x + w, y - h), (x + w, y + h), (x - w, y + h)])
    turn = cv2.getRotationMatrix2D(at(0, 0), jitter(9), 1.0)
    canvas = cv2.warpAffine(canvas, turn, canvas.shape[::-1])
    shape = cv2.resize(canvas, (PATCH, PATCH), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    shape = cv2.GaussianBlur(shape, (0, 0), rng.uniform(0.5, 1.2))
    film = patch.astype(np.float32)
    top, bottom = np.percentile(film, 99), np.percentile(film, 20)
    bright = top + (top - bottom) * (rng.uniform(0.15, 0.4) if silicone else rng.uniform(0.4, 1.3))
    return film * (1 - shape) + bright * shape


def washed_out(rng: np.random.Generator, crop: np.ndarray) -> np.ndarray:
    """Contrast gone: blank, burnt out, or drowned in noise. [CROP, CROP] uint8."""
    kind = rng.random()
    if kind < 0.35:
        out = np.full((CROP, CROP), rng.uniform(0, 255)) + rng.uniform(0, 6) * noise.field(rng, rng.choice([0.0, 1.5, 3.0]), CROP)
    elif kind < 0.6:
        out = rng.uniform(0, 255) + (crop - crop.mean()) / (crop.std() + 1) * rng.uniform(0, 0.9)
    elif kind < 0.8:
        span = crop.max() - crop.min() + 1
        burnt = (crop - np.percentile(crop, rng.choice([1, 99]))) / span
        out = 127 + burnt * 127 * rng.uniform(20, 60) + 128 * np.sign(burnt.mean())
    else:
        out = 120 + (crop - crop.mean()) / (crop.std() + 1) * 12 + rng.uniform(45, 90) * noise.field(rng, rng.choice([0.0, 0.7]), CROP)
    return np.clip(out, 0, 255).astype(np.uint8)


def beyond_film(rng: np.random.Generator, crop: np.ndarray) -> np.ndarray:
    """The joint outside the film: black past a line that leaves no more than a corner of it."""
    out = crop.astype(np.float32)
    exposure.black_edge(rng, out, rng.uniform(-0.5, -0.1))
    return np.clip(out, 0, 255).astype(np.uint8)
