"""What differs from film to film: the frame of the crop, exposure, blur, enlargement, noise, black edges."""

import cv2
import numpy as np

from . import noise
from .patches import CROP, PATCH

EVIDENCE = 14
"""Side of the evidence map."""


def frame(rng: np.random.Generator, amount: float = 1.0) -> np.ndarray:
    """2 x 3, from a pixel of the crop to a pixel of the patch: the localisation's error in turn, size and place."""
    angle = np.radians(np.clip(rng.normal(0, 6.5), -20, 20)) * amount
    # Loose crops of other studies are framed by hand: now and then more generously off.
    off = rng.uniform(-0.25, 0.25) if rng.random() < 0.15 else np.clip(rng.normal(0, 0.055), -0.12, 0.12)
    scale = np.exp(off * amount)
    shift = np.clip(rng.normal(0, 0.028, 2), -0.08, 0.08) * CROP * amount
    c, s = np.cos(angle) * scale, np.sin(angle) * scale
    linear = np.array([[c, -s], [s, c]])
    if rng.random() < 0.5:
        linear[:, 0] *= -1
    centre = (CROP - 1) / 2
    offset = np.array([(PATCH - 1) / 2] * 2) + shift - linear @ np.array([centre, centre])
    return np.concatenate([linear, offset[:, None]], axis=1)


def straight() -> np.ndarray:
    """The crop exactly as the localisation's truth has it."""
    start = (PATCH - CROP) / 2
    return np.array([[1.0, 0, start], [0, 1.0, start]])


def cut(patch: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """[CROP, CROP] of the patch [PATCH, PATCH]; 0 beyond it."""
    return cv2.warpAffine(patch, matrix, (CROP, CROP), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)


def cut_evidence(evidence: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """[EVIDENCE, EVIDENCE] 0-1: the most of the lesion [PATCH, PATCH] 0-1 that each cell holds."""
    crop = cv2.blur(cut(evidence, matrix), (3, 3))
    cell = CROP // EVIDENCE
    return crop.reshape(EVIDENCE, cell, EVIDENCE, cell).max((1, 3))


def black_edge(rng: np.random.Generator, crop: np.ndarray, least: float) -> None:
    """Beyond the film or the collimator: black past a slanting line ``least`` (fraction of the side) from the centre."""
    angle = rng.uniform(0, 2 * np.pi) if rng.random() < 0.3 else rng.integers(0, 4) * np.pi / 2 + rng.normal(0, 0.1)
    y, x = np.mgrid[0:CROP, 0:CROP].astype(np.float32) - CROP / 2
    beyond = x * np.cos(angle) + y * np.sin(angle) > least * CROP
    crop[beyond] = rng.choice([0.0, 0.0, 0.0, float(crop.min())])


def tone(rng: np.random.Generator, crop: np.ndarray, amount: float = 1.0) -> np.ndarray:
    """Gamma, gain and offset: exposure, film and window; grey stays 0 where the film ends."""
    low, high = float(crop.min()), float(crop.max())
    unit = np.clip((crop - low) / max(high - low, 1.0), 0, 1)
    unit = unit ** np.exp(np.clip(rng.normal(0, 0.35), -0.8, 0.8) * amount)
    if rng.random() < 0.3:
        steep = rng.uniform(1.5, 5)
        unit = (1 / (1 + np.exp(-steep * (unit - rng.uniform(0.4, 0.6)))) - 1 / (1 + np.exp(steep / 2))) * 1.2
    top = rng.uniform(60, 275) if rng.random() < 0.75 else high
    bottom = rng.uniform(0, 0.45) * top if rng.random() < 0.3 else rng.uniform(0, 20)
    if rng.random() < 0.06:
        top = bottom + rng.uniform(18, 50)
    out = bottom + unit * (top - bottom)
    return np.where(crop <= 0, 0, out) if rng.random() < 0.7 else out


def clutter(rng: np.random.Generator, crop: np.ndarray) -> None:
    """A ring on the shaft or a marker beside the bones: bright, away from the joint, no reason to refuse or to grade."""
    top = float(crop.max()) * rng.uniform(1.0, 1.4) + 10
    if rng.random() < 0.5:
        y = int(rng.choice([rng.integers(0, 16), rng.integers(96, 112)]))
        half, high = int(rng.uniform(20, 34)), int(rng.uniform(3, 9))
        cv2.rectangle(crop, (56 - half, y - high), (56 + half, y + high), top, -1)
    else:
        x, y = int(rng.choice([rng.integers(-6, 8), rng.integers(92, 106)])), int(rng.integers(10, 108))
        letter = chr(rng.integers(65, 91)) + chr(rng.integers(65, 91))
        ink = np.zeros(crop.shape, np.uint8)
        cv2.putText(ink, letter, (x, y), cv2.FONT_HERSHEY_SIMPLEX, rng.uniform(0.4, 1.0), 255, int(rng.integers(1, 3)))
        crop[ink > 127] = top


def blur(rng: np.random.Generator, crop: np.ndarray) -> np.ndarray:
    """Unsharp films, and crops enlarged from fewer pixels."""
    if rng.random() < 0.35:
        few = int(rng.uniform(38, 95))
        small = cv2.resize(crop, (few, few), interpolation=cv2.INTER_AREA)
        way = [cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4][rng.integers(0, 3)]
        crop = cv2.resize(small, (CROP, CROP), interpolation=way)
    if rng.random() < 0.5:
        crop = cv2.GaussianBlur(crop, (0, 0), rng.uniform(0.3, 1.1))
    elif rng.random() < 0.3:
        crop = crop + rng.uniform(0.3, 1.2) * (crop - cv2.GaussianBlur(crop, (0, 0), 1.3))
    return crop


def grain(rng: np.random.Generator, crop: np.ndarray) -> np.ndarray:
    """Noise in proportion to the crop's contrast, or dark films would drown in it."""
    contrast = float(crop[16:-16, 16:-16].std())
    if rng.random() < 0.65:
        strength = contrast * rng.uniform(0, 0.16) * rng.random()
        crop = crop + strength * noise.field(rng, rng.choice([0.0, 0.0, 0.7, 1.0]), CROP)
    return crop


def as_it_is(crop: np.ndarray) -> np.ndarray:
    """Whole grey levels, and nothing else."""
    return np.clip(np.rint(crop), 0, 255).astype(np.uint8)


def expose(rng: np.random.Generator, crop: np.ndarray) -> np.ndarray:
    """A crop [CROP, CROP] float32 as some other film would show it, uint8."""
    out = crop.copy()
    if rng.random() < 0.03:
        clutter(rng, out)
    out = blur(rng, out)
    out = tone(rng, out)
    out = grain(rng, out)
    if rng.random() < 0.12:
        black_edge(rng, out, rng.uniform(0.28, 0.5))
    out = np.clip(np.rint(out), 0, 255).astype(np.uint8)
    if rng.random() < 0.12:
        out = cv2.imdecode(cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, int(rng.uniform(45, 92))])[1], cv2.IMREAD_GRAYSCALE)
    return out
