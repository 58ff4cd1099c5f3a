"""Patches around every joint, cut once from the full films and kept on disk: wide enough to be turned,
scaled and shifted into any training crop, so that training never decodes a film."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..data import Film, Fold, read_films, read_grey, upright, upright_points
from ..frames import apply, crop_along_finger, crop_matrix
from ..hands import finger_axes, hand_scale

PATCH_SCALES = 3.2
"""Side of a patch in hand scales."""
PATCH = 256
"""Side of a patch in pixels: as fine as the refinement crop."""


@dataclass
class Patches:
    images: np.ndarray
    """[n, 256, 256] uint8, memory-mapped: the finger points up, the joint is in the centre."""
    joints: np.ndarray
    """[n, 10, 2] float32: all joints of the hand, as fractions of the patch (may lie outside it)."""
    axes: np.ndarray
    """[n, 10, 2] float32: the fingers' axes in the patch."""
    joint: np.ndarray
    """[n] int: which joint the patch is of."""
    expert: np.ndarray
    """[n] bool."""
    films: list[Film]
    """[n]"""


def cut(image: np.ndarray, joints: np.ndarray) -> tuple[list, list, list]:
    """Patches of one upright left hand: images, joints and axes in them."""
    images, points, directions = [], [], []
    scale, axes = hand_scale(joints), finger_axes(joints)
    for joint in range(10):
        frame = (joints[joint], axes[joint], PATCH_SCALES * scale)
        images.append(crop_along_finger(image, *frame, PATCH))
        matrix = crop_matrix(*frame)
        points.append(apply(matrix, joints))
        turned = axes @ matrix[:, :2].T
        directions.append(turned / np.linalg.norm(turned, axis=1, keepdims=True))
    return images, points, directions


def load_patches(root: Path, cache: Path, fold: Fold | None = None) -> Patches:
    """Patches of every single hand, right hands mirrored; cut once, then from ``cache``."""
    cache.mkdir(parents=True, exist_ok=True)
    hands = [f for f in read_films(root, fold) if f.joints is not None]
    pixels, rest = cache / "patches.npy", cache / "patches.npz"
    if not rest.exists():
        images = np.lib.format.open_memmap(pixels, "w+", np.uint8, (10 * len(hands), PATCH, PATCH))
        points, directions = [], []
        for index, film in enumerate(hands):
            if index % 100 == 0:
                print(f"cutting patches {index}/{len(hands)}", flush=True)
            image = upright(read_grey(film), film.turned)
            joints = upright_points(film.joints, film.width, film.height, film.turned)
            if film.body_part == "right_hand":
                image, joints = np.ascontiguousarray(image[:, ::-1]), joints * [-1, 1] + [image.shape[1], 0]
            cut_images, cut_points, cut_directions = cut(image, joints)
            images[10 * index : 10 * index + 10] = cut_images
            points += cut_points
            directions += cut_directions
        images.flush()
        np.savez(rest, joints=np.array(points, np.float32), axes=np.array(directions, np.float32))
    stored = np.load(rest)
    return Patches(
        np.load(pixels, mmap_mode="r"),
        stored["joints"],
        stored["axes"],
        np.tile(np.arange(10), len(hands)),
        np.concatenate([f.expert for f in hands]),
        [f for f in hands for _ in range(10)],
    )
