"""Makes training samples for refinement: crops around jittered positions of joints, and crops of anything else."""

import cv2
import numpy as np

from .. import augment
from .model import CROP_SCALES, SIDE
from .patches import PATCH, PATCH_SCALES, Patches

NEAR, FAR = 0.28, 0.42
"""Offsets in hand scales: nearer than NEAR a joint is on target, beyond FAR it is not; in between nothing is asked."""


class Maker:
    """Draws samples from the patches of the rows ``use``; ``others`` are films [h, w] uint8 without finger joints."""

    def __init__(self, patches: Patches, use: np.ndarray, others: list[np.ndarray]):
        self.patches, self.others = patches, others
        self.rows = np.flatnonzero(use)
        weight = np.array([self._weight(i) for i in self.rows])
        self.weight = weight / weight.sum()

    def _weight(self, row: int) -> float:
        film = self.patches.films[row]
        if film.source == "synthetic":
            return 2.0
        return (5.0 if self.patches.expert[row] else 1.0) * (2.0 if "SHS" in film.source else 1.0)

    def __call__(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        draw = rng.random()
        if draw < 0.07:
            return self.elsewhere(rng)
        row = int(rng.choice(self.rows, p=self.weight))
        patch = self.patches.images[row]
        joints = self.patches.joints[row].astype(np.float64) * PATCH  # px of the patch
        axes = self.patches.axes[row].astype(np.float64)
        unit = PATCH / PATCH_SCALES  # px a hand scale
        joint = int(self.patches.joint[row])
        if draw < 0.78:
            spread = rng.normal(0, 0.06, 2) if rng.random() < 0.6 else rng.uniform(-0.2, 0.2, 2)
            centre = joints[joint] + spread * unit
        else:
            centre = self.off_target(joints, axes, joint, unit, rng)
        angle = np.radians(rng.normal(0, 6) if rng.random() < 0.5 else rng.uniform(-15, 15))
        growth = np.exp(rng.uniform(np.log(0.88), np.log(1.14)))
        matrix = self.frame(centre, angle, CROP_SCALES * unit * growth)
        crop = warp(patch, matrix)
        found = joints @ matrix[:, :2].T + matrix[:, 2]  # px of the crop
        distance = np.linalg.norm(found / SIDE - 0.5, axis=1) * CROP_SCALES * growth
        nearest = int(distance.argmin())
        present = 1.0 if distance[nearest] < NEAR else 0.0
        asked = 1.0 if distance[nearest] < NEAR or distance[nearest] > FAR else 0.0
        crop, hidden = self.hide(crop, found[nearest], rng) if rng.random() < 0.12 else (crop, False)
        if hidden:
            present, asked = 0.0, 1.0
        axis = axes[nearest] @ matrix[:, :2].T
        if rng.random() < 0.3:
            crop = np.ascontiguousarray(crop[:, ::-1])
            found = found * [-1, 1] + [SIDE, 0]
            axis = axis * [-1, 1]
        crop = expose(crop, rng)
        return {
            "image": crop[None],
            "position": (found[nearest] / SIDE)[None].astype(np.float32),
            "axis": (axis / max(np.linalg.norm(axis), 1e-9))[None].astype(np.float32),
            "scale": np.float32(-np.log(CROP_SCALES * growth)),
            "present": np.array([present], np.float32),
            "asked": np.array([asked], np.float32),
            "trust": np.array([3.0 if self.patches.expert[row] else 1.0], np.float32),
        }

    def off_target(self, joints, axes, joint, unit, rng) -> np.ndarray:
        """A centre that is no joint's: on a shaft, on the end joint, between fingers, beside the hand."""
        mcp, pip = joints[joint % 5], joints[5 + joint % 5]
        axis = axes[joint]
        length = np.linalg.norm(pip - mcp)
        draw = rng.random()
        if draw < 0.25:
            return mcp + axis * length * rng.uniform(0.42, 0.58) + rng.normal(0, 0.05, 2) * unit
        if draw < 0.45 and joint % 5:
            return pip + axis * length * rng.uniform(0.42, 0.72) + rng.normal(0, 0.05, 2) * unit
        if draw < 0.6:
            return mcp - axis * unit * rng.uniform(0.45, 0.62) + rng.normal(0, 0.05, 2) * unit
        for _attempt in range(20):
            centre = joints[joint] + rng.uniform(-0.65, 0.65, 2) * unit
            if np.linalg.norm(joints - centre, axis=1).min() > FAR * unit:
                return centre
        return joints[joint] + np.array([0.5, 0.0]) * unit

    @staticmethod
    def frame(centre, angle, side) -> np.ndarray:
        """2 x 3 from px of the patch (continuous) to px of the crop."""
        zoom = SIDE / side
        turn = zoom * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        return np.concatenate([turn, (SIDE / 2 - turn @ centre)[:, None]], 1)

    @staticmethod
    def hide(crop, position, rng):
        """Cut the crop along a line, as the film's edge, collimation or a stump does: (crop, whether the joint went)."""
        angle = rng.uniform(0, 2 * np.pi) if rng.random() < 0.5 else np.pi / 2 + rng.normal(0, 0.3)
        normal = np.array([np.cos(angle), -np.sin(angle)])  # mostly the distal part goes
        reach = rng.uniform(-0.3, 0.35) * SIDE
        y, x = np.mgrid[:SIDE, :SIDE] + 0.5
        beyond = ((x - position[0]) * normal[0] + (y - position[1]) * normal[1]) - reach
        if abs(reach) < 0.06 * SIDE:
            return crop, False
        grey = 0.0 if rng.random() < 0.6 else float(np.percentile(crop, rng.uniform(2, 20)))
        soft = np.clip(beyond / rng.uniform(0.5, 3) + 0.5, 0, 1).astype(np.float32)
        return crop * (1 - soft) + grey * soft, reach < 0

    def elsewhere(self, rng) -> dict[str, np.ndarray]:
        """A crop of something else altogether."""
        from ..body_part.impostors import generated

        if rng.random() < 0.5 or not self.others:
            image = generated(rng, 2 * SIDE)
        else:
            image = self.others[int(rng.integers(len(self.others)))].astype(np.float32)
        side = rng.uniform(0.15, 0.8) * min(image.shape)
        matrix = self.frame(rng.uniform(0, 1, 2) * image.shape[::-1], rng.uniform(0, 2 * np.pi), side)
        return {
            "image": expose(warp(image, matrix), rng)[None],
            "position": np.full((1, 2), 0.5, np.float32),
            "axis": np.array([[0, -1]], np.float32),
            "scale": np.float32(np.nan),
            "present": np.zeros(1, np.float32),
            "asked": np.ones(1, np.float32),
            "trust": np.ones(1, np.float32),
        }


def warp(image: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """[96, 96] float32; the matrix maps continuous points, 0 beyond the image."""
    indices = matrix.copy()
    indices[:, 2] += matrix[:, :2] @ [0.5, 0.5] - 0.5
    return cv2.warpAffine(np.asarray(image), indices, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0).astype(np.float32)


def expose(crop: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Exposure, grain and shading; what lies beyond the film stays 0. Whole grey levels, as served."""
    outside = crop == 0
    crop = augment.grain(augment.exposure(augment.shading(crop, rng), rng), rng)
    if outside.mean() > 0.02:
        crop = np.where(outside, 0, crop)
    return np.floor(np.clip(crop, 0, 255) + 0.5).astype(np.float32)
