"""Moves the bones of a joint: narrowing, flexion, subluxation, angulation, collapse, fusion.

A bone moves whole, shaft and all; where two bones overlap their grey adds up, as on film.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from . import noise
from .joint_layers import Layers
from .patches import PATCH

_CENTRE = PATCH / 2


@dataclass
class Move:
    """Of one bone, about the joint's centre."""

    right: float = 0.0
    """px"""
    down: float = 0.0
    """px"""
    turn: float = 0.0
    """Degrees clockwise."""
    foreshorten: float = 1.0
    """Length seen of its true length, as in flexion."""

    def matrix(self) -> np.ndarray:
        """2 x 3 forward map of pixels."""
        angle = np.radians(self.turn)
        c, s = np.cos(angle), np.sin(angle)
        linear = np.array([[c, -s], [s, c]]) @ np.diag([1.0, self.foreshorten])
        offset = np.array([_CENTRE + self.right, _CENTRE + self.down]) - linear @ np.array([_CENTRE, _CENTRE])
        return np.concatenate([linear, offset[:, None]], axis=1)

    def still(self) -> bool:
        return not (self.right or self.down or self.turn) and self.foreshorten == 1.0


def moved(image: np.ndarray, move: Move, border: int = cv2.BORDER_REPLICATE) -> np.ndarray:
    """The layer after the move; replicated at the border, so that shafts do not break off."""
    if move.still():
        return image
    return cv2.warpAffine(image, move.matrix(), (PATCH, PATCH), flags=cv2.INTER_CUBIC, borderMode=border)


def compose(layers: Layers, distal: np.ndarray, proximal: np.ndarray, moves: tuple[Move, Move]) -> np.ndarray:
    """The film [PATCH, PATCH] float32 of edited bone layers after their moves (distal, proximal)."""
    bones = np.maximum(moved(distal, moves[0]), -6) + np.maximum(moved(proximal, moves[1]), -6)
    # Film saturates: two bones over each other are less than twice as bright.
    limit = max(60.0, 2.4 * layers.contrast)
    bones = np.where(bones > limit, limit + (bones - limit) * 0.5, bones)
    return layers.soft + layers.remainder + bones


def fuse(rng: np.random.Generator, layers: Layers, film: np.ndarray, moves: tuple[Move, Move]) -> np.ndarray:
    """Bone across the joint: the gap filled to the level of the bones on both sides, trabeculae running through."""
    inside = [moved(bone.mask.astype(np.float32), move) for bone, move in zip((layers.distal, layers.proximal), moves)]
    bones = np.clip(inside[0] + inside[1], 0, 1)
    closed = cv2.morphologyEx(bones, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (21, 21)))
    rows = np.mgrid[0:PATCH, 0:PATCH][0]
    near = np.exp(-(((rows - layers.gap[None] - (moves[0].down + moves[1].down) / 2) / rng.uniform(7, 12)) ** 2)).astype(np.float32)
    zone = cv2.GaussianBlur(closed, (0, 0), 1.5) * np.clip(near * 1.4, 0, 1)
    away = bones * (1 - near) + 1e-3
    base = cv2.GaussianBlur((film - layers.soft) * away, (0, 0), 11) / cv2.GaussianBlur(away, (0, 0), 11)
    grain = cv2.GaussianBlur(noise.field(rng, 0.0), (0, 0), sigmaX=0.9, sigmaY=rng.uniform(1.2, 3.0))
    texture = grain / (grain.std() + 1e-6) * rng.uniform(0.05, 0.14)
    bridge = layers.soft + base * rng.uniform(0.8, 1.05) * (1 + texture)
    trace = rng.uniform(0.0, 0.35)  # of the old surfaces
    return film * (1 - zone * (1 - trace)) + bridge * zone * (1 - trace)
