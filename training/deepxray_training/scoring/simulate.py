"""Makes labelled joints: a healthy joint, lesions of known extent, deformity and companions."""

from dataclasses import dataclass

import cv2
import numpy as np

from . import companions, lesions, unscorable
from .deformity import Move, compose, fuse, moved
from .joint_layers import Layers
from .patches import PATCH

BLUR = (0.4, 0.9)
"""Sigma (px) by which a lesion's edge is unsharp, as the film is."""


@dataclass
class Joint:
    """A simulated joint, before frame and exposure."""

    film: np.ndarray
    """[PATCH, PATCH] float32 grey."""
    evidence: np.ndarray
    """[PATCH, PATCH] float32 0-1, bone that is gone."""
    percent: float
    """Of the articular outline destroyed; -1 where it cannot be scored."""
    kind: str
    """healthy, sham, a companion's name, all, lesion, lesion+, fusion, or why it cannot be scored."""

    @property
    def grade(self) -> int:
        return lesions.grade(self.percent)

    @property
    def scorable(self) -> bool:
        return self.percent >= 0


def _nothing() -> np.ndarray:
    return np.zeros((PATCH, PATCH), np.float32)


def healthy(patch: np.ndarray) -> Joint:
    return Joint(patch.astype(np.float32), _nothing(), 0.0, "healthy")


def _share(down: float) -> tuple[Move, Move]:
    """Both bones move half of it, so that the joint stays in the middle of its crop."""
    return Move(down=down / 2), Move(down=-down / 2)


def _apart(move: Move) -> tuple[Move, Move]:
    """The distal bone's move, its way down shared with the proximal bone."""
    half = move.down / 2
    return Move(move.right, half, move.turn, move.foreshorten), Move(down=-half)


def companion(rng: np.random.Generator, layers: Layers, kinds: list[str], name: str) -> Joint:
    """Grade 0 with the companions of ``kinds``."""
    bones = [layers.distal.layer.copy(), layers.proximal.layer.copy()]
    moves = (Move(), Move())
    soft = 0.0
    for kind in kinds:
        if kind in companions.EDITING:
            companions.edit(rng, kind, layers, bones)
        elif kind in companions.MOVING:
            moves = _apart(companions.move(rng, kind, layers))
        else:
            soft = companions.swelling(rng, layers)
    film = compose(layers, *bones, moves) + soft
    return Joint(film, _nothing(), 0.0, name)


def sham(rng: np.random.Generator, layers: Layers) -> Joint:
    """Everything an edit does to a film, but no bone lost: lesions' rims, resampling, soft tissue put in."""
    bones = [layers.distal.layer, layers.proximal.layer]
    if rng.random() < 0.5:
        tiny = Move(right=rng.uniform(-0.7, 0.7), down=rng.uniform(-0.7, 0.7), turn=rng.uniform(-2, 2))
        return Joint(compose(layers, *bones, (tiny, Move())), _nothing(), 0.0, "sham")
    damages = lesions.destroy(rng, [layers.distal, layers.proximal], rng.uniform(3, 40))
    edited = [b * (1 + d.sclerosis * rng.uniform(0, 0.7)) for b, d in zip(bones, damages)]
    return Joint(compose(layers, *edited, (Move(), Move())), _nothing(), 0.0, "sham")


def _room(layers: Layers, damages: list[lesions.Damage], quantile: float) -> float:
    """How far the bones can close up (px) until they touch over the share ``quantile`` of their width."""
    left = [bone.mask & (damage.removed < 0.5) for bone, damage in zip((layers.distal, layers.proximal), damages)]
    middle = slice(PATCH // 2 - 24, PATCH // 2 + 25)
    rows = np.arange(PATCH)[:, None]
    bottom = np.where(left[0][:, middle], rows, 0).max(0)
    top = np.where(left[1][:, middle], rows, PATCH).min(0)
    gaps = (top - bottom)[(bottom > 0) & (top < PATCH)]
    return float(np.clip(np.quantile(gaps, quantile), 0, 50)) if len(gaps) > 5 else layers.gap_width


def eroded(rng: np.random.Generator, layers: Layers, percent: float, alone: bool, without: str | None = None) -> Joint:
    """A joint with about ``percent`` of its outline destroyed; ``alone`` without companions or deformity.

    ``without``: an ingredient of ablation.py to leave out.
    """
    bones = [layers.distal, layers.proximal]
    for _ in range(3):
        damages = lesions.destroy(rng, bones, percent)
        reached = lesions.eroded_percent(bones, damages)
        if reached > 1.0:
            break
    sigma = rng.uniform(*BLUR)
    edited = []
    for bone, damage in zip(bones, damages):
        keep = cv2.GaussianBlur((1 - damage.removed) * (1 + damage.sclerosis), (0, 0), sigma)
        edited.append(bone.layer * (1 if without == "erosion" else keep))
    moves = (Move(), Move())
    soft = 0.0
    name = "lesion"
    fused = False
    if not alone:
        name = "lesion+"
        for kind in companions.EDITING:
            if rng.random() < 0.3 and without != "companions":
                companions.edit(rng, kind, layers, edited)
        if rng.random() < 0.3 and without != "companions":
            soft = companions.swelling(rng, layers)
        if without != "deformity":
            moves = _deformity(rng, layers, damages, reached)
            fused = reached > 55 and rng.random() < 0.3
    if reached > 40 and alone and rng.random() < 0.6 and without != "deformity":
        # An end that is gone lets the bones close up: a wide dark gap is seldom seen.
        moves = _share(_room(layers, damages, rng.uniform(0.0, 0.4)) * rng.uniform(0.5, 1.0))
    if fused:
        moves = _apart(Move(down=_room(layers, damages, rng.uniform(0.3, 0.8)) + rng.uniform(0, 3), turn=rng.normal(0, 6), right=rng.normal(0, 2)))
        reached = max(reached, rng.uniform(88, 100))
        name = "fusion"
    film = compose(layers, *edited, moves) + soft
    if fused:
        film = fuse(rng, layers, film, moves)
    gone = [moved(d.removed * b.mask, m, cv2.BORDER_CONSTANT) for d, b, m in zip(damages, bones, moves)]
    evidence = np.maximum(*gone)
    if fused:
        evidence = np.maximum(evidence, _fused_zone(layers, moves))
    return Joint(film, np.clip(evidence, 0, 1), reached, name)


def growing(rng: np.random.Generator, layers: Layers, steps: int) -> list[Joint]:
    """One or two notches on a joint that grow step by step, at times from nothing; shapes stay as they are."""
    bones = [layers.distal, layers.proximal]
    sites = [
        (int(rng.integers(2)), rng.uniform(0.12, 0.88), np.exp(rng.uniform(-0.4, 0.4)), int(rng.integers(2**31)))
        for _ in range(1 + int(rng.random() < 0.3))
    ]
    sizes = np.sort(np.exp(rng.uniform(np.log(2.2), np.log(26), steps)))
    if rng.random() < 0.35:
        sizes[0] = 0
    sigma = rng.uniform(*BLUR) if rng.random() < 0.6 else 0
    percent, made = 0.0, []
    for size in sizes:
        damages = [lesions.Damage(), lesions.Damage()]
        for bone, at, slender, shape in sites:
            if size > 0:
                lesions.notch(np.random.default_rng(shape), bones[bone], damages[bone], at, size, size * slender)
        keep = [(1 - d.removed) * (1 + d.sclerosis) for d in damages]
        if sigma > 0:
            keep = [cv2.GaussianBlur(k, (0, 0), sigma) for k in keep]
        film = compose(layers, *[bone.layer * k for bone, k in zip(bones, keep)], (Move(), Move()))
        percent = max(percent, lesions.eroded_percent(bones, damages))
        gone = np.maximum(*[d.removed * bone.mask for d, bone in zip(damages, bones)])
        made.append(Joint(film, np.clip(gone, 0, 1), percent, "growing"))
    return made


def _fused_zone(layers: Layers, moves: tuple[Move, Move]) -> np.ndarray:
    rows, columns = np.mgrid[0:PATCH, 0:PATCH]
    centre = layers.gap[None] + (moves[0].down + moves[1].down) / 2
    return ((np.abs(rows - centre) < 6) & (np.abs(columns - PATCH / 2) < 24)).astype(np.float32)


def _deformity(rng: np.random.Generator, layers: Layers, damages: list[lesions.Damage], percent: float) -> tuple[Move, Move]:
    """How the bones of an eroded joint lie: the worse, the more displaced."""
    chance = rng.random()
    bad = percent / 100
    touch = _room(layers, damages, rng.uniform(0.0, 0.5))
    if chance < 0.3 * (1.2 - bad):
        return Move(), Move()
    if chance < 0.62:  # narrowed, or collapsed onto each other
        down = touch * rng.uniform(0.5, 1.05) + rng.uniform(-1, 5) * bad
        return _apart(Move(down=down, turn=rng.normal(0, 2 + 6 * bad), right=rng.normal(0, 0.5 + 2 * bad)))
    if chance < 0.75:
        flexed = companions.flexion(rng, layers)
        flexed.down = touch + rng.uniform(0, 9)
        return _apart(flexed)
    side = rng.choice([-1, 1])
    return _apart(
        Move(
            right=side * rng.uniform(1, 5 + 12 * bad),
            down=touch * rng.uniform(0.4, 1.1) + rng.uniform(0, 8) * bad,
            turn=side * rng.uniform(-8, 8 + 20 * bad),
            foreshorten=rng.uniform(0.88, 1.0),
        )
    )


def implant(rng: np.random.Generator, patch: np.ndarray) -> Joint:
    return Joint(unscorable.hardware(rng, patch), _nothing(), -1.0, "implant")


def off_target(patch: np.ndarray) -> Joint:
    return Joint(patch.astype(np.float32), _nothing(), -1.0, "off target")
