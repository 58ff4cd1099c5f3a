"""Makes training samples for joint localisation: an upright left hand, framed and exposed anew, at times
with fingers cut off by the film's edge, by collimation, or missing altogether."""

import cv2
import numpy as np

from .. import augment
from ..frames import letterbox, letterbox_geometry
from ..hands import Picture, finger_axes, hand_scale, landmarks
from .model import SIDE


class Maker:
    """Draws samples from ``pictures`` (upright, as left hands)."""

    def __init__(self, pictures: list[Picture]):
        self.hands = [p for p in pictures if p.joints is not None]
        self.others = [p for p in pictures if p.film.body_part == "other"]
        weight = np.array([weight_of(p) for p in self.hands])
        self.weight = weight / weight.sum()

    def __call__(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        if self.others and rng.random() < 0.05:
            return self.nothing(rng)
        picture = self.hands[int(rng.choice(len(self.hands), p=self.weight))]
        image, joints = picture.image.astype(np.float32), picture.joints
        present = np.ones(10, bool) if picture.present is None else picture.present.copy()
        mask = picture.mask / np.float32(255)
        if rng.random() < 0.3:
            image = image * mask + picture.plain * (1 - mask)
        if rng.random() < 0.3:
            image = augment.paste_markers(image, mask, rng, int(rng.integers(1, 3)))
        if rng.random() < 0.3:
            image, left = without_fingers(image, picture.plain, joints, rng)
            present &= left
        image, joints = reframe(image, joints, rng)
        image, present = collimate(image, joints, present, rng)
        image = augment.photograph(image, rng)
        height, width = image.shape
        left, top, inner_width, inner_height = letterbox_geometry(width, height, SIDE)
        boxed = letterbox(np.clip(image + 0.5, 0, 255).astype(np.uint8), SIDE)
        inside = ((joints > 0) & (joints < [width, height])).all(1)
        joints = joints * [inner_width / width, inner_height / height] + [left, top]
        trust = np.where(picture.film.expert, 2.0, 1.0)
        return {
            "image": boxed[None].astype(np.float32),
            "position": (joints / SIDE).astype(np.float32),
            "axis": finger_axes(joints).astype(np.float32),
            "scale": np.float32(np.log(hand_scale(joints) / SIDE)),
            "present": (present & inside).astype(np.float32),
            "inside": inside.astype(np.float32),
            "trust": trust.astype(np.float32),
        }

    def nothing(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """A film of something else: no joint is there."""
        from ..body_part.impostors import generated

        if rng.random() < 0.4:
            image = generated(rng, SIDE)
        else:
            image = self.others[int(rng.integers(len(self.others)))].image.astype(np.float32)
            image = np.ascontiguousarray(np.rot90(image, int(rng.integers(4))))
        boxed = letterbox(np.clip(augment.photograph(image, rng), 0, 255).astype(np.uint8), SIDE)
        zeros = np.zeros(10, np.float32)
        return {
            "image": boxed[None].astype(np.float32),
            "position": np.full((10, 2), 0.5, np.float32),
            "axis": np.tile(np.array([0, -1], np.float32), (10, 1)),
            "scale": np.float32(np.nan),
            "present": zeros,
            "inside": zeros,
            "trust": np.ones(10, np.float32),
        }


def weight_of(picture: Picture) -> float:
    """How often a film is drawn: expert points are the most exact, adult films the nearest to what is served."""
    if picture.film.source == "synthetic":
        return 1.5
    weight = 3.0 if picture.film.expert.any() else 1.0
    return weight * (3.0 if "SHS" in picture.film.source else 1.0)


def reframe(image: np.ndarray, joints: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The hand tilted, scaled and shifted in a new frame whose longer side is SIDE; it may lose fingers at the edge."""
    height, width = image.shape
    scale, up = hand_scale(joints), landmarks(joints)["up"]
    upright = np.degrees(np.arctan2(up[0], -up[1]))
    tilt = rng.uniform(-30, 30) if rng.random() < 0.7 else rng.normal(0, 4)
    tilt = np.clip(upright + tilt, -32, 32) - upright if rng.random() < 0.9 else tilt
    if rng.random() < 0.5:  # the film's own frame
        aspect = width / height
        side = max(height, width) / rng.uniform(0.8, 1.15)
        centre = np.array([width / 2, height / 2]) + rng.normal(0, 0.04, 2) * side
    else:
        aspect = np.exp(rng.uniform(-0.5, 0.3))
        side = scale * np.exp(rng.uniform(np.log(4.2), np.log(11)))
        slack = max(0.5 * scale, side / 2 - 2.4 * scale)
        centre = joints.mean(0) - rng.uniform(-0.3, 1.2) * up + rng.uniform(-1, 1, 2) * slack
    out = (SIDE, max(32, int(SIDE / aspect))) if aspect > 1 else (max(32, int(SIDE * aspect)), SIDE)
    stretch = np.exp(rng.normal(0, 0.04))
    zoom = SIDE / side
    if zoom < 0.6:  # shrink by area first, or the resampling aliases
        image = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        half = np.array([image.shape[1] / width, image.shape[0] / height])
        joints, centre, zoom = joints * half, centre * half, zoom * 2
    angle = np.radians(tilt)
    turn = zoom * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ np.diag([stretch, 1 / stretch])
    offset = np.array(out) / 2 - turn @ centre
    edge = float(np.median(np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])))
    beyond = float(rng.choice([0.0, edge, float(image.max())], p=[0.4, 0.54, 0.06]))
    # From continuous points to pixel indices: half a pixel either way.
    indices = np.concatenate([turn, (offset + turn @ [0.5, 0.5] - 0.5)[:, None]], 1)
    image = cv2.warpAffine(image, indices, out, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=beyond)
    return image, joints @ turn.T + offset


def without_fingers(image, plain, joints, rng):
    """Fingers painted over with the background ``plain``, with or without their MCP joint: (image, present [10])."""
    present = np.ones(10, bool)
    scale, points = hand_scale(joints), landmarks(joints)
    gone = np.zeros(image.shape, np.uint8)
    for finger in rng.choice(5, int(rng.choice([1, 2, 3], p=[0.6, 0.3, 0.1])), replace=False):
        mcp, pip = joints[finger], joints[5 + finger]
        deep = rng.random() < 0.3  # the MCP joint is gone as well
        start = mcp - rng.uniform(0.3, 0.6) * (pip - mcp) if deep else mcp + rng.uniform(0.3, 0.72) * (pip - mcp)
        end = points["tips"][finger] + 0.3 * (points["tips"][finger] - mcp)
        axis = (pip - mcp) / max(np.linalg.norm(pip - mcp), 1e-6)
        across = np.array([-axis[1], axis[0]]) * 0.36 * scale
        base = across * (0.9 if deep else 1.0)
        outline = np.array([start - base, start + base, end + 1.2 * across, end - 1.2 * across])
        cv2.fillPoly(gone, [np.round(outline).astype(np.int32)], 255, cv2.LINE_AA)
        present[5 + finger] = False
        present[finger] = present[finger] and not deep
    # What the paint took from the neighbours is gone too.
    for joint in range(10):
        x, y = (int(np.clip(v, 0, s - 1)) for v, s in zip(joints[joint], image.shape[::-1]))
        if gone[y, x] > 127:
            present[joint] = False
    soft = cv2.GaussianBlur(gone, (0, 0), rng.uniform(0.8, 2.5)).astype(np.float32) / 255
    return image * (1 - soft) + plain * soft, present


def collimate(image, joints, present, rng):
    """At times bars over the frame's rim that hide joints: (image, present)."""
    if rng.random() > 0.15:
        return image, present
    image, present = image.copy(), present.copy()
    height, width = image.shape
    value = float(rng.choice([0.0, 255.0, rng.uniform(0, 120)], p=[0.7, 0.1, 0.2]))
    side = int(rng.integers(4))
    depth = rng.uniform(0.05, 0.4) * (height if side < 2 else width)
    part = [np.s_[: int(depth)], np.s_[-int(depth) :], np.s_[:, : int(depth)], np.s_[:, -int(depth) :]][side]
    hidden = [joints[:, 1] < depth, joints[:, 1] > height - depth, joints[:, 0] < depth, joints[:, 0] > width - depth][side]
    if (present & ~hidden).sum() < 3:
        return image, present
    image[part] = value
    return image, present & ~hidden
