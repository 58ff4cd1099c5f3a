"""Lesions: which share of a bone's substance is gone, pixel by pixel, and which share of its outline with it.

Every lesion is drawn in the bone's own coordinates (px along its articular outline, px deep), so that it follows
the shape of each joint. ``eroded_share`` reads the label back from what was drawn.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np

from . import noise
from .joint_layers import Bone
from .patches import PATCH

_DEEPEST = 30.0
"""No lesion reaches further than this (px) from the bone's end, or shafts would split."""
_ROWS, _COLUMNS = np.mgrid[0:PATCH, 0:PATCH].astype(np.float32)


@dataclass
class Damage:
    """What lesions did to one bone."""

    removed: np.ndarray = field(default_factory=lambda: np.zeros((PATCH, PATCH), np.float32))
    """[PATCH, PATCH] 0-1, share of the bone's grey that is gone."""
    sclerosis: np.ndarray = field(default_factory=lambda: np.zeros((PATCH, PATCH), np.float32))
    """[PATCH, PATCH] by how much the bone beside a lesion is denser."""

    def add(self, rng: np.random.Generator, bone: Bone, shape: np.ndarray, strength: float) -> None:
        self.removed = 1 - (1 - self.removed) * (1 - strength * shape * _within(rng, bone))

    def rim(self, shape: np.ndarray, strength: float) -> None:
        """A denser rim just outside ``shape``."""
        wide = cv2.GaussianBlur(shape, (0, 0), 2.2)
        self.sclerosis += strength * 4 * wide * (1 - shape) * (1 - wide)


def eroded_points(bone: Bone, damage: Damage) -> np.ndarray:
    """[m] 0-1: how far each point of the outline is destroyed, from the bone gone in the 4 px beneath it."""
    depths = np.array([0.5, 1.5, 2.5, 3.5], np.float32)
    at = bone.outline[:, None] + bone.inward[:, None] * depths[None, :, None]
    gone = cv2.remap(damage.removed, at[..., 0].astype(np.float32), at[..., 1].astype(np.float32), cv2.INTER_LINEAR)
    return np.clip((gone.mean(1) - 0.2) / 0.3, 0, 1)


def eroded_percent(bones: list[Bone], damages: list[Damage]) -> float:
    """Percent of the joint's articular outline, both bones together, that is destroyed."""
    total = sum(bone.length for bone in bones)
    return 100 * sum(
        bone.length * float((eroded_points(bone, damage) * bone.weight).sum()) for bone, damage in zip(bones, damages)
    ) / max(total, 1.0)


def grade(percent: float) -> int:
    """Ratingen: 0 none, 1 up to 20 %, 2 up to 40 %, ... 5 above 80 %."""
    return 0 if percent <= 0 else int(min(5, np.ceil(percent / 20 - 1e-9)))


def _soft_step(x: np.ndarray, softness: float) -> np.ndarray:
    return np.clip(0.5 + x / (2 * softness), 0, 1)


def _ragged(rng: np.random.Generator, bone: Bone, amount: float) -> tuple[np.ndarray, np.ndarray]:
    """Along (px) and deep (px), shaken so that edges are irregular."""
    shake = noise.field(rng, 3.0) * amount + noise.field(rng, 1.5) * amount * 0.35
    return bone.along * bone.length + noise.field(rng, 3.0) * amount * 0.7, bone.depth + shake


def _within(rng: np.random.Generator, bone: Bone) -> np.ndarray:
    """0-1: where lesions may be, the end of the bone."""
    return _soft_step(_DEEPEST + rng.uniform(-6, 2) + 1.5 * noise.field(rng, 3.0) - bone.from_tip, 1.5)


def _bite(rng: np.random.Generator, bone: Bone, at: float, half_width: float, deep: float, into: float = 0.0) -> np.ndarray:
    """0-1, [PATCH, PATCH]: a ragged ellipse about the outline's point ``at`` (0-1), ``into`` px inside it."""
    index = int(np.clip(at, 0, 1) * (len(bone.outline) - 1))
    normal = bone.inward[index]
    centre = bone.outline[index] + normal * into
    x, y = _COLUMNS - centre[0], _ROWS - centre[1]
    inward = x * normal[0] + y * normal[1]
    sideways = x * normal[1] - y * normal[0] + rng.normal(0, 0.25) * inward
    power = rng.uniform(1.7, 2.8)
    far = ((np.abs(sideways) / half_width) ** power + (np.abs(inward) / deep) ** power) ** (1 / power)
    size = min(half_width, deep)
    ragged = noise.field(rng, 3.0) * min(1.5, 0.16 * size) + noise.field(rng, 1.5) * min(0.6, 0.08 * size)
    return _soft_step((1 - far) * size + ragged, rng.uniform(0.7, 1.8))


def notch(rng: np.random.Generator, bone: Bone, damage: Damage, at: float, half_width: float, deep: float) -> None:
    """A bite out of the outline with a ragged edge."""
    shape = _bite(rng, bone, at, half_width, deep)
    # Seen in projection a bite seldom takes the whole thickness of the bone.
    damage.add(rng, bone, shape, rng.uniform(0.65, 1.0))
    if rng.random() < 0.35:
        damage.rim(shape, rng.uniform(0.05, 0.3))


def dot_dash(rng: np.random.Generator, bone: Bone, damage: Damage, at: float, half_width: float) -> None:
    """The cortical line thinned and broken along a stretch."""
    along, depth = _ragged(rng, bone, 0.5)
    inside = _soft_step(half_width - np.abs(along - at * bone.length), 1.5)
    line = noise.line(rng, 3.0, 256)
    dashes = _soft_step(line[np.clip(along.astype(np.int32) + 40, 0, 255)] + rng.uniform(0.0, 1.2), 0.5)
    shape = inside * dashes * _soft_step(rng.uniform(3.0, 5.0) - depth, 1.2)
    damage.add(rng, bone, shape, rng.uniform(0.5, 0.85))


def cyst(rng: np.random.Generator, bone: Bone, damage: Damage, at: float, radius: float) -> None:
    """A round hole beneath the surface that has broken through it."""
    shape = _bite(rng, bone, at, radius * rng.uniform(0.8, 1.2), radius, radius * rng.uniform(0.3, 0.75))
    damage.add(rng, bone, shape, rng.uniform(0.55, 0.95))
    if rng.random() < 0.5:
        damage.rim(shape, rng.uniform(0.1, 0.4))


def moth_eaten(rng: np.random.Generator, bone: Bone, damage: Damage, at: float, half_width: float, deep: float) -> None:
    """Many small holes that run into one another."""
    along, depth = _ragged(rng, bone, 1.0)
    inside = _soft_step(half_width - np.abs(along - at * bone.length), 3) * _soft_step(deep - depth, 4)
    holes = _soft_step(noise.field(rng, rng.choice([1.5, 2.0, 3.0])) + rng.uniform(0.0, 0.7), 0.6)
    damage.add(rng, bone, inside * holes, rng.uniform(0.6, 0.95))


def pencil(rng: np.random.Generator, bone: Bone, damage: Damage, deep: float) -> None:
    """The end sharpened: both flanks gone, the middle longest."""
    along, depth = _ragged(rng, bone, 1.2)
    side = np.abs(along / bone.length - rng.uniform(0.44, 0.56)) * 2
    floor = deep * np.clip(side * 1.25 - rng.uniform(0.0, 0.15), 0, 1) ** rng.uniform(0.6, 1.1) + rng.uniform(0.5, 3.5)
    damage.add(rng, bone, _soft_step(floor - depth, 1.5), rng.uniform(0.85, 1.0))


def cup(rng: np.random.Generator, bone: Bone, damage: Damage, half_width: float, deep: float) -> None:
    """The middle of the end hollowed out, its corners left standing."""
    notch(rng, bone, damage, rng.uniform(0.44, 0.56), half_width, deep)


def resorption(rng: np.random.Generator, bone: Bone, damage: Damage, deep: float, at: float, half_width: float) -> None:
    """The end eaten away to ``deep`` over a wide stretch, slanting to one side."""
    along, depth = _ragged(rng, bone, 1.6)
    if rng.random() < 0.65:  # from the front, as by pressure, and not from the flanks as well
        depth = np.where(bone.mask, bone.axial, np.minimum(bone.depth, 0)) + depth - bone.depth
    u = (along / bone.length - 0.5) * 2
    floor = deep * (1 + rng.uniform(-0.5, 0.5) * u)
    inside = _soft_step(half_width - np.abs(along - at * bone.length), 2.5)
    shape = _soft_step(floor - depth, rng.uniform(0.8, 2.5)) * inside
    damage.add(rng, bone, shape, rng.uniform(0.88, 1.0))
    if rng.random() < 0.4:
        damage.rim(shape, rng.uniform(0.1, 0.5))


def _bare_area(rng: np.random.Generator) -> float:
    """Where marginal erosions begin: beside the cartilage, on either side."""
    at = np.clip(rng.normal(0.21, 0.06), 0.08, 0.36)
    return float(at if rng.random() < 0.5 else 1 - at)


def _one(rng: np.random.Generator, bone: Bone, damage: Damage, room: float) -> None:
    """One lesion that takes about ``room`` px of outline at most."""
    kind = rng.random()
    room = max(room, 4.0)
    if kind < 0.5:
        half = float(np.clip(rng.uniform(0.35, 0.6) * room, 2.2, 13))
        notch(rng, bone, damage, _bare_area(rng), half, half * rng.uniform(0.6, 1.7) + rng.uniform(0.5, 2))
    elif kind < 0.62:
        half = float(np.clip(rng.uniform(0.4, 0.8) * room, 3.5, 22))
        dot_dash(rng, bone, damage, rng.uniform(0.12, 0.88), half)
    elif kind < 0.74:
        cyst(rng, bone, damage, rng.uniform(0.12, 0.88), float(np.clip(rng.uniform(0.35, 0.6) * room, 2.2, 10)))
    elif kind < 0.88:
        half = float(np.clip(rng.uniform(0.35, 0.6) * room, 3.0, 24))
        notch(rng, bone, damage, rng.uniform(0.15, 0.85), half, rng.uniform(2.5, 8))
    else:
        half = float(np.clip(rng.uniform(0.5, 0.9) * room, 4.0, 30))
        moth_eaten(rng, bone, damage, rng.uniform(0.15, 0.85), half, rng.uniform(4, 14))


def _pattern(rng: np.random.Generator, bones: list[Bone], damages: list[Damage], percent: float) -> None:
    """A destruction of the whole joint that some diseases paint."""
    size = percent / 100
    kind = rng.random()
    distal, proximal = 0, 1
    if kind < 0.2:
        pencil(rng, bones[proximal], damages[proximal], 6 + 14 * size * rng.random())
        cup(rng, bones[distal], damages[distal], bones[distal].length * (0.15 + 0.3 * size), 4 + 10 * size)
    elif kind < 0.35:
        for at in (0.24, 0.76):  # mouse ears
            half = bones[distal].length * size * rng.uniform(0.15, 0.3)
            notch(rng, bones[distal], damages[distal], at + rng.normal(0, 0.03), half, half * rng.uniform(0.7, 1.4))
    elif kind < 0.8:
        for k in (distal, proximal):
            half = bones[k].length * min(0.7, size * rng.uniform(0.35, 0.75))
            at = 0.5 if size > 0.8 else rng.uniform(0.3, 0.7)
            resorption(rng, bones[k], damages[k], 3 + 15 * size * rng.random(), at, half)
    else:
        for k in (distal, proximal):
            moth_eaten(rng, bones[k], damages[k], rng.uniform(0.4, 0.6), bones[k].length * size * 0.6, 6 + 14 * rng.random())


def destroy(rng: np.random.Generator, bones: list[Bone], percent: float) -> list[Damage]:
    """Damage to the bones [distal, proximal] of about ``percent`` of their outline; read it with ``eroded_percent``."""
    damages = [Damage(), Damage()]
    total = sum(bone.length for bone in bones)
    if percent > 12 and rng.random() < min(0.75, percent / 90):
        _pattern(rng, bones, damages, percent * rng.uniform(0.6, 1.0))
    only = rng.integers(0, 2) if rng.random() < 0.35 and percent < 45 else None
    for _ in range(14):
        missing = percent - eroded_percent(bones, damages)
        if missing < max(1.0, 0.12 * percent):
            break
        k = int(only if only is not None else rng.integers(0, 2))
        _one(rng, bones[k], damages[k], missing / 100 * total * rng.uniform(0.6, 1.2))
    if rng.random() < 0.85:
        for bone, damage in zip(bones, damages):
            _clear_fragments(bone, damage)
    return damages


def _clear_fragments(bone: Bone, damage: Damage) -> None:
    """Bone cut off from its shaft is resorbed with the rest."""
    left = (bone.mask & (damage.removed < 0.55)).astype(np.uint8)
    count, label = cv2.connectedComponents(left, connectivity=4)
    if count <= 2:
        return
    shaft = label[bone.mask & (bone.from_tip > _DEEPEST + 4)]
    keep = np.bincount(shaft[shaft > 0], minlength=count).argmax() if (shaft > 0).any() else 1
    loose = ((left > 0) & (label != keep)).astype(np.uint8)
    damage.removed = np.maximum(damage.removed, cv2.GaussianBlur(cv2.dilate(loose, np.ones((7, 7), np.uint8)).astype(np.float32), (0, 0), 1.0))
