"""Makes training samples for the body-part network.

Classes, turns and polarity are balanced by making them: every hand is shown left and mirrored (right), in all
four turns, in both polarities. Laterality must be learnt from the anatomy, so the surroundings of the hand,
where markers lie, are wiped, mirrored or given random letters, on both sides alike.
"""

import cv2
import numpy as np

from .. import augment
from ..frames import letterbox
from ..hands import Picture, hand_scale, landmarks
from .impostors import bent, flattened_foot, generated, shuffled, side_by_side
from .model import SIDE

WORK = 2 * SIDE
"""Longer side of the canvas that samples are drawn on before they are shrunk (the shrinking anti-aliases)."""


class Maker:
    """Draws samples; ``pictures`` are the films to draw from (upright, as left hands)."""

    def __init__(self, pictures: list[Picture]):
        self.hands = [p for p in pictures if p.joints is not None]
        self.both = [p for p in pictures if p.film.body_part == "both_hands"]
        self.others = [p for p in pictures if p.film.body_part == "other"]
        # Few but telling: photographs and texts are rarer than chests, wrists look most like hands.
        weight = np.array([2.0 if "distractor" in p.film.note else 1.5 if p.film.note != "chest" else 1.0 for p in self.others])
        self.other_weight = weight / weight.sum() if len(weight) else weight
        # Adult films of the second source are rare, and nearer to what is served.
        weight = np.array([4.0 if "SHS" in p.film.source else 2.0 if p.film.source == "synthetic" else 1.0 for p in self.hands])
        self.hand_weight = weight / weight.sum()

    def __call__(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        draw = rng.random()
        mirrored = bool(rng.random() < 0.5)
        turned: int | None = int(rng.integers(4))
        if draw < 0.55:
            image, kind = self.single(rng), 1 if mirrored else 0
        elif draw < 0.68:
            kind = 2
            if self.both and rng.random() < 0.35:
                image, turned = self.film(self._pick(self.both, rng), rng), None
            else:
                image = self.pair(rng)
        else:
            image, kind, turned = self.other(rng), 3, None
        if mirrored:
            image = image[:, ::-1]
        image = np.rot90(image, -(int(rng.integers(4)) if turned is None else turned))
        image = augment.photograph(np.ascontiguousarray(image, np.float32), rng)
        inverted = rng.random() < 0.4
        if inverted:
            image = 255 - image
        boxed = letterbox(np.clip(image + 0.5, 0, 255).astype(np.uint8), SIDE)
        if rng.random() < 0.03 and kind != 3:  # letterboxes of letterboxes: screenshots
            boxed = letterbox(cv2.copyMakeBorder(boxed, *(int(v) for v in rng.integers(0, 24, 4)), cv2.BORDER_CONSTANT, value=int(rng.choice([0, 255]))), SIDE)
        return {
            "image": boxed[None].astype(np.float32),
            "kind": np.int64(kind),
            "turned": np.int64(-1 if turned is None else turned),
            "inverted": np.float32(-1 if kind == 3 else inverted),
        }

    def _pick(self, pictures: list[Picture], rng: np.random.Generator, weight=None) -> Picture:
        return pictures[int(rng.choice(len(pictures), p=weight))]

    def hand(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """A hand with its surroundings changed: image [h, w] float32, joints, mask."""
        picture = self._pick(self.hands, rng, self.hand_weight)
        image, joints = picture.image.astype(np.float32), picture.joints
        mask = picture.mask / np.float32(255)
        draw = rng.random()
        if draw < 0.6:
            plain = picture.plain
            if draw < 0.15:  # the surroundings mirrored, letters and all
                around = image[:, ::-1] * (1 - mask[:, ::-1]) + plain * mask[:, ::-1]
            else:
                around = plain
            image = image * mask + around * (1 - mask)
        if rng.random() < 0.55:
            image = augment.paste_markers(image, mask, rng, int(rng.integers(1, 3)))
        if rng.random() < 0.06:
            image = amputate(image, picture.plain, joints, rng)
        return image, joints, mask

    def single(self, rng: np.random.Generator) -> np.ndarray:
        """One hand that can be scored: at least eight of its ten joints are on the film."""
        image, joints, _mask = self.hand(rng)
        for _attempt in range(8):
            canvas, moved = place(image, joints, rng, whole=rng.random() < 0.5)
            inside = ((moved > 2) & (moved < np.array(canvas.shape[::-1]) - 2)).all(1).sum()
            if inside >= 8:
                return canvas
        return place(image, joints, rng, whole=True, gentle=True)[0]

    def pair(self, rng: np.random.Generator) -> np.ndarray:
        """Both hands on one film, composed: thumbs inside (palms down), at times outside."""
        halves = []
        scale = rng.uniform(16, 26)
        tilt = rng.uniform(-18, 18)
        for _ in range(2):
            image, joints, _mask = self.hand(rng)
            if rng.random() < 0.5:
                image = exposure_match(image)
            halves.append(half_film(image, joints, scale * rng.uniform(0.93, 1.07), tilt + rng.uniform(-8, 8), rng))
        height = max(h.shape[0] for h in halves)
        # Both are drawn as left hands, thumb on the right: the second is mirrored, thumbs meet in the middle.
        left, right = halves[0], halves[1][:, ::-1]
        if rng.random() < 0.2:
            left, right = right, left
        shift = [int(v) for v in rng.integers(0, 14, 2)]
        overlap = int(rng.integers(0, 30)) if rng.random() < 0.5 else 0
        canvas = np.zeros((height + 14, left.shape[1] + right.shape[1] - overlap), np.float32)
        canvas[shift[0] : shift[0] + left.shape[0], : left.shape[1]] = left
        part = canvas[shift[1] : shift[1] + right.shape[0], -right.shape[1] :]
        part[:] = np.maximum(part, right)
        if rng.random() < 0.3:
            canvas = np.pad(canvas, [(int(rng.integers(0, 60)), int(rng.integers(0, 60))), (int(rng.integers(0, 40)), int(rng.integers(0, 40)))], constant_values=float(np.percentile(canvas, 5)))
        if rng.random() < 0.5:
            canvas = augment.paste_markers(canvas, (canvas > np.percentile(canvas, 60)).astype(np.float32), rng, int(rng.integers(1, 3)))
        return fit(canvas, WORK)

    def film(self, picture: Picture, rng: np.random.Generator) -> np.ndarray:
        """A film without joints, framed anew."""
        image = picture.image.astype(np.float32)
        height, width = image.shape
        gentle = picture.film.body_part == "both_hands"
        zoom = rng.uniform(0.75, 1.1) if gentle else np.exp(rng.uniform(np.log(0.55), np.log(1.6)))
        tilt = rng.uniform(-15, 15) if rng.random() < 0.6 else 0
        stretch = np.exp(rng.uniform(-0.15, 0.15))
        out = (int(WORK * min(1, width / height) * min(1.0, stretch)), int(WORK * min(1, height / width) / max(1.0, stretch)))
        out = (max(out[0], 48), max(out[1], 48))
        scale = zoom * min(out[0] / width, out[1] / height)
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), tilt, scale)
        slack = 0.06 if gentle else 0.2
        turn[:, 2] += np.array(out) / 2 - np.array([width, height]) / 2 + rng.uniform(-slack, slack, 2) * np.array(out)
        canvas = cv2.warpAffine(image, turn, out, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_CONSTANT, borderValue=fill(image, rng))
        if rng.random() < 0.3:
            canvas = augment.paste_markers(canvas, None, rng, int(rng.integers(1, 3)))
        return canvas

    def other(self, rng: np.random.Generator) -> np.ndarray:
        draw = rng.random()
        if draw < 0.5:
            image = self.film(self._pick(self.others, rng, self.other_weight), rng)
            return image[::-1] if rng.random() < 0.3 else image
        if draw < 0.62:
            return generated(rng, WORK)
        image, joints, _mask = self.hand(rng)
        if draw < 0.76:
            part = self.part(image, joints, rng)
            if rng.random() < 0.25:
                second = self.part(*self.hand(rng)[:2], rng) if rng.random() < 0.7 else part
                part = fit(side_by_side([part, second], rng), WORK)
            return part
        if draw < 0.93:
            foot = flattened_foot(image, joints, rng)
            if rng.random() < 0.45:  # a pair of them: mirrored, or of two hands
                second = foot if rng.random() < 0.5 else flattened_foot(*self.hand(rng)[:2], rng)
                pair = [fit(foot, WORK), fit(second, WORK)[:, ::-1]]
                foot = side_by_side(pair if rng.random() < 0.5 else pair[::-1], rng)
            return fit(foot, WORK)
        if draw < 0.96:
            film = self._pick(self.others, rng, self.other_weight).image if rng.random() < 0.5 else window(image, joints, joints.mean(0), 3 * hand_scale(joints), rng)[0]
            return fit(bent(film.astype(np.float32), rng), WORK)
        return shuffled(place(image, joints, rng, whole=True)[0], rng)

    @staticmethod
    def part(image: np.ndarray, joints: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """A part of a hand, six of its joints or fewer: fingers only, wrist only, a joint, the forearm."""
        scale = hand_scale(joints)
        points = landmarks(joints)
        for _attempt in range(10):
            targets = [points["wrist"], points["wrist"] - 1.2 * points["up"], *points["tips"], joints[int(rng.integers(10))]]
            centre = targets[int(rng.integers(len(targets)))] + rng.normal(0, 0.4 * scale, 2)
            canvas, moved = window(image, joints, centre, scale * rng.uniform(1.0, 4.5), rng)
            if ((moved > 0) & (moved < np.array(canvas.shape[::-1]))).all(1).sum() <= 6:
                return canvas
        return generated(rng, WORK)


def fill(image: np.ndarray, rng: np.random.Generator) -> float:
    """The grey for what lies beyond the film."""
    edge = float(np.median(np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])))
    return float(rng.choice([0.0, edge, float(image.max())], p=[0.35, 0.57, 0.08]))


def fit(image: np.ndarray, side: int) -> np.ndarray:
    """Scaled until the longer side is ``side``."""
    scale = side / max(image.shape)
    size = (max(8, round(image.shape[1] * scale)), max(8, round(image.shape[0] * scale)))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)


def window(image, joints, centre, side, rng, tilt=None):
    """A window of the film with its longer side ``side`` (px of ``image``) around ``centre``, at WORK px."""
    aspect = np.exp(rng.uniform(-0.5, 0.35))
    width, height = (WORK, int(WORK / aspect)) if aspect > 1 else (int(WORK * aspect), WORK)
    tilt = rng.uniform(-20, 20) if tilt is None else tilt
    turn = cv2.getRotationMatrix2D(tuple(float(v) for v in centre), tilt, WORK / side)
    turn[:, 2] += np.array([width, height]) / 2 - centre
    canvas = cv2.warpAffine(image, turn, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=fill(image, rng))
    return canvas, joints @ turn[:, :2].T + turn[:, 2]


def place(image, joints, rng, whole: bool, gentle: bool = False):
    """A hand framed: as the film has it with small changes (``whole``), or freely around the hand."""
    height, width = image.shape
    if whole:
        zoom = 1.0 if gentle else rng.uniform(0.75, 1.12)
        tilt = 0.0 if gentle else rng.uniform(-20, 20) * (rng.random() < 0.7)
        out = (int(WORK * min(1, width / height)), int(WORK * min(1, height / width)))
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), tilt, zoom * out[1] / height)
        turn[:, 2] += np.array(out) / 2 - np.array([width, height]) / 2
        if not gentle:
            turn[:, 2] += rng.uniform(-0.06, 0.06, 2) * np.array(out)
        canvas = cv2.warpAffine(image, turn, out, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=fill(image, rng))
        return canvas, joints @ turn[:, :2].T + turn[:, 2]
    scale = hand_scale(joints)
    side = scale * np.exp(rng.uniform(np.log(4.2), np.log(11)))
    middle = joints.mean(0) - rng.uniform(-0.3, 1.3) * landmarks(joints)["up"]
    slack = max(0.35 * scale, side / 2 - 2.6 * scale)
    return window(image, joints, middle + rng.uniform(-1, 1, 2) * slack * np.array([0.8, 1.0]), side, rng)


def half_film(image, joints, scale_px, tilt, rng):
    """One hand of a pair, cut out of its film: [h, w] at ``scale_px`` a hand scale."""
    scale = hand_scale(joints)
    points = landmarks(joints)
    left, top = np.minimum(points["tips"].min(0), joints.min(0)) - scale * rng.uniform(0.2, 0.5, 2)
    right = max(points["tips"][:, 0].max(), joints[:, 0].max()) + scale * rng.uniform(0.15, 0.5)
    bottom = min(image.shape[0], points["wrist"][1] + scale * rng.uniform(0.3, 2.2))
    zoom = scale_px / scale
    out = (max(16, int((right - left) * zoom)), max(16, int((bottom - top) * zoom)))
    centre = np.array([(left + right) / 2, (top + bottom) / 2])
    turn = cv2.getRotationMatrix2D(tuple(centre), tilt, zoom)
    turn[:, 2] += np.array(out) / 2 - centre
    return cv2.warpAffine(image, turn, out, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_CONSTANT, borderValue=float(np.percentile(image, 5)))


def exposure_match(image: np.ndarray) -> np.ndarray:
    """Bring a film to a common contrast, as two hands on one film have."""
    low, high = np.percentile(image, [5, 99])
    return np.clip((image - low) / max(high - low, 1) * 180 + 10, 0, 255).astype(np.float32)


def amputate(image, plain, joints, rng):
    """Paint over one or two fingers from somewhere above the MCP joint: still a hand."""
    gone = np.zeros(image.shape, np.uint8)
    scale, points = hand_scale(joints), landmarks(joints)
    for finger in rng.choice(5, int(rng.integers(1, 3)), replace=False):
        start = joints[finger] + rng.uniform(0.25, 0.8) * (joints[5 + finger] - joints[finger])
        end = points["tips"][finger] + 0.2 * (points["tips"][finger] - joints[finger])
        cv2.line(gone, tuple(int(v) for v in start), tuple(int(v) for v in end), 255, max(1, int(0.6 * scale)), cv2.LINE_AA)
    gone = cv2.GaussianBlur(gone, (0, 0), 1.0).astype(np.float32) / 255
    return image * (1 - gone) + plain * gone
