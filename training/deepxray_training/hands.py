"""Hands as training wants them: upright, looking like a left hand, small enough to keep all in memory."""

import functools
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from .data import Film, Fold, read_films, read_grey, upright, upright_points


@dataclass
class Picture:
    """A film at a reduced size."""

    film: Film
    image: np.ndarray
    """[h, w] uint8; single hands are upright and mirrored where needed, so that all look like left hands."""
    joints: np.ndarray | None = None
    """[10, 2] float64, px of ``image``."""
    mirrored: bool = False
    present: np.ndarray | None = None
    """[10] bool where it is known that joints are missing from the hand; None: all are there."""

    @functools.cached_property
    def mask(self) -> np.ndarray:
        """``hand_mask`` in 256 steps: it is asked for again and again."""
        return np.round(hand_mask(self.image.shape, self.joints) * 255).astype(np.uint8)

    @functools.cached_property
    def plain(self) -> np.ndarray:
        """The film's ``background``, uint8."""
        return np.clip(background(self.image, self.mask / np.float32(255)), 0, 255).astype(np.uint8)


def hand_scale(joints: np.ndarray) -> float:
    """Mean distance MCP-PIP of fingers 2 to 5, in the unit of the joints [10, 2]; about 41 mm in an adult."""
    return float(np.linalg.norm(joints[6:10] - joints[1:5], axis=1).mean())


def finger_axes(joints: np.ndarray) -> np.ndarray:
    """[10, 2] unit vectors from each finger's MCP to its PIP joint; both joints of a finger share it."""
    along = joints[5:] - joints[:5]
    along = along / np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-6)
    return np.concatenate([along, along])


def landmarks(joints: np.ndarray) -> dict[str, np.ndarray]:
    """Rough points that the ten joints imply: the five finger tips and the wrist."""
    tips = joints[5:] + 0.95 * (joints[5:] - joints[:5]) * np.array([1.0, 1, 1, 1, 1.15])[:, None]
    up = (joints[6:10] - joints[1:5]).mean(0)
    wrist = joints[1:5].mean(0) - 1.75 * up
    return {"tips": tips, "wrist": wrist, "up": up}


def hand_mask(shape: tuple[int, int], joints: np.ndarray) -> np.ndarray:
    """[h, w] float32 in 0-1: about where the hand and forearm are, drawn generously around its bones.

    Markers lie outside it. Its edge is soft, so that what is blended by it shows no seam.
    """
    scale = hand_scale(joints)
    points = landmarks(joints)
    mask = np.zeros(shape, np.uint8)

    def stroke(start, end, thickness):
        a, b = (tuple(int(v) for v in np.round(p)) for p in (start, end))
        cv2.line(mask, a, b, 255, max(1, int(thickness * scale)), cv2.LINE_AA)

    for finger in range(5):
        stroke(points["wrist"], joints[finger], 0.8)
        stroke(joints[finger], joints[5 + finger], 0.75)
        stroke(joints[5 + finger], points["tips"][finger], 0.68)
    elbow_direction = -points["up"]
    middle = np.array([points["wrist"][0], shape[0]])  # forearms mostly run to the lower edge, often slanted
    stroke(points["wrist"], points["wrist"] + 3.0 * elbow_direction, 1.5)
    stroke(points["wrist"], 0.5 * middle + 0.5 * (points["wrist"] + 3.0 * elbow_direction), 1.6)
    return cv2.GaussianBlur(mask, (0, 0), 0.06 * scale + 0.5).astype(np.float32) / 255


def background(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """[h, w] float32: what the film would show with neither hand nor marker: the grey around, smoothed."""
    weight = (mask < 0.02).astype(np.float32)
    if weight.sum() < 50:
        return np.full(image.shape, float(np.percentile(image, 5)), np.float32)
    grey = image.astype(np.float32)
    typical = float(np.median(grey[weight > 0]))
    spread = float(np.median(np.abs(grey[weight > 0] - typical))) + 2
    weight *= grey < typical + 4 * spread  # letters are brighter
    small = (max(1, image.shape[1] // 8), max(1, image.shape[0] // 8))
    top = cv2.GaussianBlur(cv2.resize(grey * weight, small, interpolation=cv2.INTER_AREA), (0, 0), 5)
    bottom = cv2.GaussianBlur(cv2.resize(weight, small, interpolation=cv2.INTER_AREA), (0, 0), 5)
    smooth = (top + 1e-3 * typical) / (bottom + 1e-3)
    return cv2.resize(smooth, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR)


def load_pictures(root: Path, cache: Path, side: int, fold: Fold | None = None) -> list[Picture]:
    """All films, their longer side scaled to ``side`` (never enlarged); read once, then from ``cache``."""
    films = read_films(root, fold)
    cache.mkdir(parents=True, exist_ok=True)
    path = cache / f"films-{side}.npz"
    stored = dict(np.load(path)) if path.exists() else {}
    missing = [film for film in films if film.name not in stored]
    for count, film in enumerate(missing):
        if count % 200 == 0:
            print(f"reading films {count}/{len(missing)}", flush=True)
        image = read_grey(film)
        scale = min(1.0, side / max(image.shape))
        size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
        stored[film.name] = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    if missing:
        np.savez(path.with_suffix(".new.npz"), **stored)
        path.with_suffix(".new.npz").replace(path)
    pictures = []
    for film in films:
        image, joints = stored[film.name], None
        mirrored = film.body_part == "right_hand"
        if film.joints is not None:
            shrink = np.array([image.shape[1] / film.width, image.shape[0] / film.height])
            joints = upright_points(film.joints * shrink, image.shape[1], image.shape[0], film.turned)
        if film.turned is not None:
            image = upright(image, film.turned)
        if mirrored:
            image = np.ascontiguousarray(image[:, ::-1])
            if joints is not None:
                joints = joints * [-1, 1] + [image.shape[1], 0]
        pictures.append(Picture(film, image, joints, mirrored))
    return pictures
