"""Rendered hands (synthetic/ at the top of the project) as pictures and patches to train and test on.

A folder holds ``hand-<seed>.png`` and ``hand-<seed>.json``, its truth. Seeds from 100000 are for training,
from 200000 for tests; rendered hands never enter the figures on real films.
"""

import json
from pathlib import Path

import cv2
import numpy as np

from .data import JOINTS, Film, upright, upright_points
from .hands import Picture
from .refinement.patches import Patches, cut


def read_rendered(folder: Path) -> list[tuple[Film, np.ndarray, np.ndarray]]:
    """Every rendered film: what is true of it, its image [h, w] uint8, and which joints are there [10] bool."""
    out = []
    for path in sorted(folder.glob("hand-*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        image = cv2.imread(str(path.with_suffix(".png")), cv2.IMREAD_GRAYSCALE)
        if image is None:  # being written
            continue
        if truth["inverted"]:
            image = 255 - image
        single = truth["subject"] != "both-hands"
        joints = [truth["joints"][j] for j in JOINTS]
        film = Film(
            path=path.with_suffix(".png"),
            name=path.stem,
            group=f"synthetic-{truth['seed']}",
            body_part=truth["subject"].replace("-", "_"),
            turned=truth["turnedClockwiseDeg"],
            split="train",
            bone_age_months=None,
            sex="",
            width=image.shape[1],
            height=image.shape[0],
            source="synthetic",
            licence="rendered, free of patients",
            note="",
            joints=np.array([[j["x"], j["y"]] for j in joints]) if single else None,
            expert=np.ones(10, bool) if single else None,
            confidence=np.ones(10) if single else None,
        )
        out.append((film, image, np.array([not j.get("missing") for j in joints])))
    return out


def _as_left(film: Film, image: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Upright, mirrored if it is a right hand: image and joints."""
    joints = None
    if film.joints is not None:
        joints = upright_points(film.joints, film.width, film.height, film.turned)
    image = upright(image, film.turned)
    if film.body_part == "right_hand":
        image = np.ascontiguousarray(image[:, ::-1])
        joints = joints * [-1, 1] + [image.shape[1], 0]
    return image, joints


def read_as_left(folder: Path) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Single hands at full size, upright, as left hands: image, joints [10, 2] px, present [10]."""
    return [(*_as_left(film, image), present) for film, image, present in read_rendered(folder) if film.joints is not None]


def load_synthetic(folder: Path, side: int) -> list[Picture]:
    """As ``hands.load_pictures``; ``present`` tells the joints of amputated rays."""
    pictures = []
    for film, image, present in read_rendered(folder):
        image, joints = _as_left(film, image)
        scale = side / max(image.shape)
        small = cv2.resize(image, (round(image.shape[1] * scale), round(image.shape[0] * scale)), interpolation=cv2.INTER_AREA)
        if joints is not None:
            joints = joints * np.array(small.shape[::-1]) / np.array(image.shape[::-1])
        pictures.append(Picture(film, small, joints, film.body_part == "right_hand", present))
    return pictures


def with_synthetic_patches(patches: Patches, folder: Path) -> Patches:
    """Patches of real joints and of those rendered that are there."""
    images, points, axes, joint, films = [], [], [], [], []
    for film, image, present in read_rendered(folder):
        if film.joints is None:
            continue
        image, joints = _as_left(film, image)
        cut_images, cut_points, cut_axes = cut(image, joints)
        for index in np.flatnonzero(present):
            images.append(cut_images[index])
            points.append(cut_points[index])
            axes.append(cut_axes[index])
            joint.append(index)
            films.append(film)
    return Patches(
        Joined(patches.images, np.array(images)),
        np.concatenate([patches.joints, np.array(points, np.float32)]),
        np.concatenate([patches.axes, np.array(axes, np.float32)]),
        np.concatenate([patches.joint, np.array(joint)]),
        np.concatenate([patches.expert, np.ones(len(films), bool)]),
        [*patches.films, *films],
    )


class Joined:
    """Two arrays of images one after the other, without copying the first (it is memory-mapped)."""

    def __init__(self, first: np.ndarray, second: np.ndarray):
        self.first, self.second = first, second

    def __getitem__(self, index: int) -> np.ndarray:
        return self.first[index] if index < len(self.first) else self.second[index - len(self.first)]
