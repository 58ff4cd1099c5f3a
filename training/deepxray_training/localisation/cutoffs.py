"""Films with joints missing, made from whole ones: to measure whether what is not there is reported missing."""

import numpy as np

from ..hands import Picture, hand_scale
from .samples import without_fingers


def cut_films(pictures: list[Picture], seed: int) -> list[tuple[np.ndarray, np.ndarray, np.ndarray, Picture]]:
    """For each hand one film cut through its fingers and one with fingers painted over: (image, joints, present, hand).

    Joints within 0.12 hand scales of the cut are neither here nor there: their ``present`` is -1.
    """
    out = []
    for index, picture in enumerate(pictures):
        rng = np.random.default_rng([seed, index])
        image, joints = picture.image, picture.joints
        scale = hand_scale(joints)
        height, width = image.shape
        if rng.random() < 0.5:  # the top is cut away, through the PIP joints or between them and the MCP
            line = rng.uniform(joints[6:10, 1].min() + 0.1 * scale, joints[1:5, 1].max() - 0.3 * scale)
            depth = joints[:, 1] - line
            cut, shift = image[int(line) :], np.array([0, int(line)])
        elif rng.random() < 0.5:  # the thumb's side
            line = rng.uniform(joints[0, 0] - 0.2 * scale, joints[5, 0] + 0.1 * scale)
            depth = line - joints[:, 0]
            cut, shift = image[:, : int(line)], np.zeros(2)
        else:  # the little finger's side
            line = rng.uniform(joints[9, 0] - 0.1 * scale, joints[4, 0] + 0.3 * scale)
            depth = joints[:, 0] - line
            cut, shift = image[:, int(line) :], np.array([int(line), 0])
        if min(cut.shape) > 40:
            present = np.where(np.abs(depth) < 0.12 * scale, -1, (depth > 0).astype(int))
            out.append((np.ascontiguousarray(cut), joints - shift, present, picture))
        painted, present = without_fingers(image.astype(np.float32), picture.plain, joints, rng)
        out.append((np.clip(painted, 0, 255).astype(np.uint8), joints, present.astype(int), picture))
    return out
