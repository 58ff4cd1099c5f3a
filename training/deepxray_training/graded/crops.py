"""Loose crops: read as the mesh reads films, shown to a model as ``npm run grade-crops`` shows them.

The numbers here are those of ``cli/grade-crops/fields.ts`` and ``orchestrator/decode/``; a test holds both together.
"""

from pathlib import Path

import cv2
import numpy as np
import onnxruntime

from .. import frames
from ..scoring.patches import CROP, PATCH

FIELDS = (1.0, 0.87, 0.76, 0.66, 0.575, 0.5, 0.435)
"""Central shares of a crop's shorter side that a model is shown."""
LEAST_DOUBT = 1e-6
"""A saturated network is no surer than this."""
CLIPPED_SHARE = 0.001
"""Of deep greys beyond each end of their window."""

Outputs = dict[str, np.ndarray]
"""grade [n, 6], erosion [n, 1], scorable [n, 1]."""


def read_grey(path: Path) -> np.ndarray:
    """[h, w] uint8 of any PNG, JPEG, TIFF or WebP; what is transparent is black. Raises OSError."""
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if image is None:
        raise OSError(f"{path} is no picture that can be read")
    if image.ndim == 3 and image.shape[2] == 4:
        opaque = image[:, :, 3:].astype(np.float64) / np.iinfo(image.dtype).max
        image = np.rint(image[:, :, :3] * opaque).astype(image.dtype)
    if image.ndim == 3:
        image = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    if image.dtype == np.uint8:
        return image
    if image.dtype != np.uint16:
        raise OSError(f"{path} has samples of {image.dtype}; 8 or 16 bits are read")
    ordered = np.sort(image, axis=None)
    clipped = int(ordered.size * CLIPPED_SHARE)
    low, high = int(ordered[clipped]), int(ordered[-1 - clipped])
    return np.clip((image.astype(np.float64) - low) * 255 / max(1, high - low) + 0.5, 0, 255).astype(np.uint8)


def show(image: np.ndarray, field: float, side: int = CROP) -> np.ndarray:
    """The central square of a crop [h, w], ``field`` of its shorter side, as [side, side]."""
    height, width = image.shape
    return frames.crop_along_finger(image, (width / 2, height / 2), (0, -1), field * min(width, height), side)


def patch(image: np.ndarray, field: float) -> np.ndarray:
    """[PATCH, PATCH]: what ``show`` gives, with the margin around it that frames are shaken in."""
    return show(image, field * PATCH / CROP, PATCH)


def answers(run: onnxruntime.InferenceSession, image: np.ndarray, fields: tuple[float, ...]) -> Outputs:
    """A row a field."""
    shown = np.stack([show(image, field) for field in fields])[:, None]
    names = ["grade", "erosion", "scorable"]
    return dict(zip(names, run.run(names, {"crop": shown})))


def weigh(of_fields: Outputs) -> Outputs:
    """One row: each field's answer by the odds that it shows a joint; as scorable as the second best field."""
    sure = np.clip(of_fields["scorable"].astype(np.float64), LEAST_DOUBT, 1 - LEAST_DOUBT)
    weight = sure / (1 - sure)
    weight /= weight.sum()
    best = np.sort(of_fields["scorable"][:, 0])[::-1]
    mixed = {name: (weight * of_fields[name]).sum(0, keepdims=True) for name in ("grade", "erosion")}
    return mixed | {"scorable": best[None, None, min(1, len(best) - 1)]}


def predict(run: onnxruntime.InferenceSession, images: list[np.ndarray], fields: tuple[float, ...]) -> tuple[Outputs, np.ndarray]:
    """A row a crop, and the field of each [n] that shows its joint best."""
    rows, best = [], []
    for image in images:
        of_fields = answers(run, image, fields)
        rows.append(weigh(of_fields))
        best.append(fields[int(of_fields["scorable"].argmax())])
    return {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}, np.array(best)
