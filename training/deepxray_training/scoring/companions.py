"""What goes with arthritis and age but leaves the joint surface whole: by itself it is grade 0.

Each takes the bone layers [distal, proximal] and changes them (or says how bones move); none destroys outline.
"""

import cv2
import numpy as np

from . import noise
from .deformity import Move
from .joint_layers import Bone, Layers
from .patches import PATCH

KINDS = ["narrowing", "flexion", "osteopenia", "sclerosis", "coarse", "subluxation", "osteophyte", "swelling"]
_ROWS = np.mgrid[0:PATCH, 0:PATCH][0].astype(np.float32)


def narrowing(rng: np.random.Generator, layers: Layers) -> Move:
    """Cartilage lost: the bones come together, at most just touching or overlapping by their curvature."""
    return Move(down=layers.gap_width * rng.uniform(0.35, 1.05) + rng.uniform(0, 1.0), turn=rng.normal(0, 1.5))


def flexion(rng: np.random.Generator, layers: Layers) -> Move:
    """A bent finger: the distal bone is foreshortened and its base lies over the head."""
    return Move(
        down=layers.gap_width + rng.uniform(1, 11), turn=rng.normal(0, 3), foreshorten=rng.uniform(0.72, 0.97), right=rng.normal(0, 1)
    )


def subluxation(rng: np.random.Generator, layers: Layers) -> Move:
    """The distal bone slips aside and tilts."""
    side = rng.choice([-1, 1])
    return Move(
        right=side * rng.uniform(3, 14), down=rng.uniform(-1, 6), turn=side * rng.uniform(-4, 16), foreshorten=rng.uniform(0.93, 1.0)
    )


def osteopenia(rng: np.random.Generator, layers: Layers, bones: list[np.ndarray]) -> None:
    """Less mineral near the joint; the cortical line stays, thinner."""
    near = np.exp(-(((_ROWS - layers.gap[None]) / rng.uniform(22, 60)) ** 2)).astype(np.float32)
    loss = rng.uniform(0.15, 0.5) * near
    for k, bone in enumerate((layers.distal, layers.proximal)):
        cortex = np.exp(-((bone.depth / 3.0) ** 2)) * rng.uniform(0.2, 0.7)
        bones[k] *= 1 - loss * (1 - cortex)


def sclerosis(rng: np.random.Generator, layers: Layers, bones: list[np.ndarray]) -> None:
    """Denser bone beneath the surfaces."""
    for k, bone in enumerate((layers.distal, layers.proximal)):
        if rng.random() < 0.8:
            band = np.exp(-((bone.depth / rng.uniform(3, 9)) ** 2)) * np.exp(-(((_ROWS - layers.gap[None]) / 24) ** 2))
            bones[k] *= 1 + rng.uniform(0.1, 0.45) * band * (1 + 0.25 * noise.field(rng, 3.0))


def coarse(rng: np.random.Generator, layers: Layers, bones: list[np.ndarray]) -> None:
    """Coarser, more contrasted trabeculae."""
    amount = rng.uniform(0.2, 1.1)
    grain = noise.field(rng, rng.choice([1.5, 2.0, 3.0])) * rng.uniform(0.03, 0.1)
    for k, bone in enumerate((layers.distal, layers.proximal)):
        inside = np.clip((bone.depth - 2) / 3, 0, 1)
        detail = bones[k] - cv2.GaussianBlur(bones[k], (0, 0), 3)
        bones[k] += inside * (detail * amount + bones[k] * grain)


def osteophyte(rng: np.random.Generator, layers: Layers, bones: list[np.ndarray]) -> None:
    """A spur at a corner: bone added outside the outline."""
    for _ in range(rng.integers(1, 3)):
        k = int(rng.integers(0, 2))
        bone: Bone = (layers.distal, layers.proximal)[k]
        at = rng.uniform(0.12, 0.3)
        at = at if rng.random() < 0.5 else 1 - at
        u = np.abs(bone.along - at) * bone.length / rng.uniform(3.5, 8)
        high = rng.uniform(2, 6) * np.clip(1 - u, 0, 1)
        spur = np.clip((high + bone.depth) / 1.5, 0, 1) * (u < 1) * (bone.depth < 1.5)
        bones[k] += cv2.GaussianBlur(spur.astype(np.float32), (0, 0), 0.8) * layers.contrast * rng.uniform(0.3, 0.8)


def swelling(rng: np.random.Generator, layers: Layers) -> np.ndarray:
    """Grey [PATCH, PATCH] that a swollen joint adds to the soft tissue."""
    out = np.zeros((PATCH, PATCH), np.float32)
    columns = np.arange(PATCH, dtype=np.float32)
    for side in (-1, 1):
        x = PATCH / 2 + side * rng.uniform(22, 36)
        bump = np.exp(-(((columns[None] - x) / rng.uniform(9, 18)) ** 2 + ((_ROWS - PATCH / 2) / rng.uniform(14, 30)) ** 2))
        out += bump * layers.contrast * rng.uniform(0.0, 0.35)
    return out * np.clip(layers.soft / 30, 0, 1)


def edit(rng: np.random.Generator, kind: str, layers: Layers, bones: list[np.ndarray]) -> None:
    """Apply a companion that changes the bone layers in place."""
    {"osteopenia": osteopenia, "sclerosis": sclerosis, "coarse": coarse, "osteophyte": osteophyte}[kind](rng, layers, bones)


def move(rng: np.random.Generator, kind: str, layers: Layers) -> Move:
    """The distal bone's move of a companion that moves it."""
    return {"narrowing": narrowing, "flexion": flexion, "subluxation": subluxation}[kind](rng, layers)


MOVING = ("narrowing", "flexion", "subluxation")
EDITING = ("osteopenia", "sclerosis", "coarse", "osteophyte")
