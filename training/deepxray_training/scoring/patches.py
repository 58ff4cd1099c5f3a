"""Cuts every joint of the data folder once, with a margin, and keeps the patches in a cache.

A patch is ``PATCH`` x ``PATCH`` px at the resolution of the network's crop (``CROP`` px), 1.5 times its side,
so that turning, scaling and shifting the frame later brings in real film and not an invented edge.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from .. import frames
from ..data import JOINTS, Film, Fold, part_of, read_films, read_grey, upright, upright_points

CROP = 112
PATCH = 168
MATURE_MONTHS = 168
"""Bone age from which growth plates are closed in nearly all (14 years)."""
SIDE_MCP, SIDE_PIP = 0.72, 0.58
"""Side of the crop in hand scales."""
_VERSION = 4
PARTS = {"train": 0, "aside": 1, "val": 2}


@dataclass
class Patches:
    """Joints as arrays, one row a joint."""

    image: np.ndarray
    """[n, PATCH, PATCH] uint8, the finger's tip up, right hands mirrored to left ones."""
    joint: np.ndarray
    """[n] 0-9, index into JOINTS."""
    hand: np.ndarray
    """[n] index of the group; films of one hand share it."""
    part: np.ndarray
    """[n] 0 train, 1 held out of train for tuning, 2 val (tests only)."""
    mature: np.ndarray
    """[n] bool: growth plates taken as closed."""
    sharpness: np.ndarray
    """[n] film pixels per pixel of the crop; below 1 the crop is enlarged."""

    def take(self, rows: np.ndarray) -> "Patches":
        return Patches(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))

    def __len__(self) -> int:
        return len(self.image)


def hand_scale(points: np.ndarray) -> float:
    """Mean MCP-PIP distance of fingers 2 to 5 (px), from [10, 2] joint positions."""
    return float(np.linalg.norm(points[6:10] - points[1:5], axis=1).mean())


def upright_left_hand(film: Film) -> tuple[np.ndarray, np.ndarray]:
    """The film fingers up and its joints [10, 2]; a right hand is mirrored."""
    image = read_grey(film)
    points = upright_points(film.joints, film.width, film.height, film.turned)
    image = upright(image, film.turned)
    if film.body_part == "right_hand":
        image = np.ascontiguousarray(image[:, ::-1])
        points = np.stack([image.shape[1] - points[:, 0], points[:, 1]], axis=1)
    return image, points


def side_of(joint: int) -> float:
    """Side of a joint's crop in hand scales."""
    return SIDE_MCP if joint < 5 else SIDE_PIP


def cut(image: np.ndarray, points: np.ndarray, joint: int) -> np.ndarray:
    """The joint's patch [PATCH, PATCH] uint8."""
    axis = points[joint % 5 + 5] - points[joint % 5]
    side = side_of(joint) * hand_scale(points) * PATCH / CROP
    return frames.crop_along_finger(image, tuple(points[joint]), tuple(axis), side, PATCH)


def is_mature(film: Film) -> bool:
    return "SHS_NET" in film.source or (film.bone_age_months or 0) >= MATURE_MONTHS


def load(data: Path, cache: Path, fold: Fold | None = None) -> Patches:
    """All joints of single hands; built on the first call."""
    store = cache / f"scoring-patches-{_VERSION}.npz"
    if not store.exists():
        cache.mkdir(parents=True, exist_ok=True)
        _build(data, store)
    with np.load(store) as arrays:
        columns = {name: arrays[name] for name in Patches.__dataclass_fields__ if name != "part"}
    hands = [film for film in read_films(data, fold) if film.joints is not None]
    return Patches(**columns, part=np.repeat([PARTS[part_of(film)] for film in hands], len(JOINTS)))


def _build(data: Path, store: Path) -> None:
    films = [film for film in read_films(data) if film.joints is not None]
    groups = {group: i for i, group in enumerate(sorted({film.group for film in films}))}
    rows: dict[str, list] = {name: [] for name in Patches.__dataclass_fields__ if name != "part"}
    for count, film in enumerate(films):
        image, points = upright_left_hand(film)
        for joint in range(len(JOINTS)):
            rows["image"].append(cut(image, points, joint))
            rows["joint"].append(joint)
            rows["hand"].append(groups[film.group])
            rows["mature"].append(is_mature(film))
            rows["sharpness"].append(side_of(joint) * hand_scale(points) / CROP)
        if count % 200 == 0:
            print(f"patches: film {count} of {len(films)}", flush=True)
    arrays = {name: np.asarray(value) for name, value in rows.items()}
    arrays["image"] = arrays["image"].astype(np.uint8)
    np.savez(store, **arrays)


def enlarge(image: np.ndarray, factor: int) -> np.ndarray:
    """For contact sheets."""
    return cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
