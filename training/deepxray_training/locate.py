"""Coarse localisation and refinement chained on a film, as the mesh chains them: for figures that count both."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from .export import session, stored_threshold
from .frames import apply, crop_along_finger, crop_matrix_inverse, letterbox, letterbox_matrix

COARSE = ["position", "axis", "scale", "confidence"]
CROP_SCALES = 1.2


@dataclass
class Found:
    joints: np.ndarray
    """[10, 2] px of the film."""
    axes: np.ndarray
    """[10, 2] unit vectors."""
    scale: float
    """Hand scale, px of the film."""
    confidence: np.ndarray
    """[10]"""


class Locator:
    def __init__(self, repository: Path, refine: bool = True):
        self.coarse = session(repository / "joint-localisation" / "1" / "model.onnx")
        self.coarse_threshold = stored_threshold(repository, "joint-localisation")
        if refine:
            self.fine = session(repository / "joint-refinement" / "1" / "model.onnx")
            self.fine_threshold = stored_threshold(repository, "joint-refinement")

    def coarsely(self, image: np.ndarray) -> tuple[Found, np.ndarray]:
        """``find``, and which joints are believed to be there [10] bool."""
        found = self.find(image)
        return found, found.confidence >= self.coarse_threshold

    def chained(self, image: np.ndarray, times: int = 1) -> tuple[Found, np.ndarray]:
        """Found coarsely and refined ``times`` times; a joint is there if every step believes so, as in the mesh."""
        found, believed = self.coarsely(image)
        for _ in range(times):
            found = self.refine(image, found)
            believed = believed & (found.confidence >= self.fine_threshold)
        return found, believed

    def find(self, image: np.ndarray) -> Found:
        """The ten joints on an upright left hand [h, w] uint8, coarsely."""
        height, width = image.shape
        side = 256
        position, axis, scale, confidence = self.coarse.run(COARSE, {"image": letterbox(image, side)[None, None]})
        inverse = cv2.invertAffineTransform(letterbox_matrix(width, height, side))
        return Found(apply(inverse, position[0].astype(float)), axis[0].astype(float), float(np.median(scale)) * max(width, height), confidence[0])

    def refine(self, image: np.ndarray, coarse: Found) -> Found:
        """Each joint once more, in a crop along the finger from the full film."""
        side = CROP_SCALES * coarse.scale
        frames = [(coarse.joints[j], coarse.axes[j], side) for j in range(10)]
        crops = np.stack([crop_along_finger(image, *f, 96) for f in frames])[:, None]
        position, axis, _, confidence = self.fine.run(COARSE, {"image": crops})
        joints, axes = [], []
        for j, frame in enumerate(frames):
            matrix = crop_matrix_inverse(*frame)
            joints.append(apply(matrix, position[j].astype(float)))
            turned = matrix[:, :2] @ axis[j].astype(float)
            axes.append(turned / max(np.linalg.norm(turned), 1e-9))
        return Found(np.array(joints), np.array(axes), coarse.scale, confidence[:, 0])


def diagonal(joints: np.ndarray) -> float:
    """Of the box around the ten joints."""
    return float(np.linalg.norm(joints.max(0) - joints.min(0)))
