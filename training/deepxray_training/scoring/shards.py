"""Shards of ready training crops, made in worker processes while the network learns.

A shard is a function of its seed alone: the same seed gives the same crops, in training, tuning and the frozen
hold-out. Each simulated joint is seen in several frames and exposures, since layers cost more than they do.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ..data import Fold
from . import companions, exposure, joint_layers, outlines, patches, rendered, simulate, unscorable
from .exposure import EVIDENCE
from .patches import CROP, Patches

VIEWS = 3
"""Frames and exposures a simulated joint is seen in."""
PER_LAYERS = 4
"""Simulated joints made of one taking apart."""

# What a shard holds, in shares of its joints.
MIX = {
    "healthy mature": 0.15,
    "healthy growing": 0.12,
    "sham": 0.07,
    "companion": 0.15,
    # The two that look most like destruction, once more on their own.
    "flexion": 0.05,
    "subluxation": 0.025,
    "lesion": 0.21,
    "lesion+": 0.21,
    "unscorable": 0.09,
}
COMPANIONS = ("companion", "flexion", "subluxation")
"""What of the mix training without companions leaves out."""
SERIES = 0.08
"""Share of growing lesions beside them, where steadiness is taught."""
RENDERED = 0.07
"""Share of rendered hands beside them, where there are any."""
GRADES = {1: (1.5, 20.0, 0.42), 2: (20.0, 40.0, 0.18), 3: (40.0, 60.0, 0.14), 4: (60.0, 80.0, 0.12), 5: (80.0, 100.0, 0.14)}
"""Target percent of the outline, from and to, and how often."""


def learnt_from(without: str | None, steady: bool, rendered: bool) -> dict[str, float]:
    """Kinds of joints to learn from, and their shares (not summing to one)."""
    mix = {kind: share for kind, share in MIX.items() if without != "companions" or kind not in COMPANIONS}
    if rendered:
        mix["rendered"] = RENDERED
    if steady:
        mix["series"] = SERIES
    return mix


@dataclass
class Crops:
    """Ready samples."""

    image: np.ndarray
    """[n, CROP, CROP] uint8."""
    percent: np.ndarray
    """[n] float32, -1 where unscorable."""
    grade: np.ndarray
    """[n] 0-5; 0 where unscorable (masked by percent)."""
    evidence: np.ndarray
    """[n, EVIDENCE, EVIDENCE] uint8, 255 = bone gone."""
    kind: np.ndarray
    """[n] str: what was done."""
    joint: np.ndarray
    """[n] row of the patch it came from, -1 for none."""
    grows: np.ndarray | None = None
    """[n] bool: the views of this joint show its lesion growing, step by step; else they show one thing."""

    def __len__(self) -> int:
        return len(self.image)


class Workshop:
    """Holds the healthy joints of one part of the data (0 train, 1 tuning, 2 val) and makes samples of them."""

    def __init__(self, data: Path, cache: Path, part: int, synthetic: Path | None = None, fold: Fold | None = None, without: str | None = None, steady: bool = False) -> None:
        self.without, self.steady = without, steady
        everything = patches.load(data, cache, fold)
        rows = np.flatnonzero(everything.part == part)
        self.patches: Patches = everything.take(rows)
        off_target, off_part = unscorable.load(data, cache, fold)
        self.off_target = off_target[off_part == part]
        self.outlines = _outlines(everything, cache)
        self.row = rows
        sound = joint_layers.usable(self.outlines)[rows]
        self.mature = np.flatnonzero(self.patches.mature)
        self.growing = np.flatnonzero(~self.patches.mature)
        # SHS_NET and the oldest are few but nearest to adults; thumbs leak more and carry fewer lesions.
        self.carriers = np.flatnonzero(self.patches.mature & sound)
        self.rendered = rendered.load(synthetic) if synthetic else None
        self.young_carriers = np.flatnonzero(~self.patches.mature & sound)

    def layers(self, rng: np.random.Generator) -> tuple[joint_layers.Layers, int]:
        rows = self.carriers if rng.random() < 0.85 else self.young_carriers
        index = int(rng.choice(rows))
        return joint_layers.split(self.patches.image[index], self.outlines, self.row[index]), index

    def joint(self, rng: np.random.Generator, what: str, layers, index: int) -> tuple[simulate.Joint, int]:
        """One simulated joint of a kind of MIX (or a companion's name), and the patch it came from."""
        if what == "healthy mature":
            index = int(rng.choice(self.mature))
            return simulate.healthy(self.patches.image[index]), index
        if what == "healthy growing":
            index = int(rng.choice(self.growing))
            return simulate.healthy(self.patches.image[index]), index
        if what == "rendered":
            row = int(rng.integers(len(self.rendered.image)))
            made = simulate.healthy(self.rendered.image[row])
            made.percent, made.kind = float(self.rendered.percent[row]), "rendered"
            return made, -1
        if what == "sham":
            return simulate.sham(rng, layers), index
        if what == "companion":
            count = 1 + int(rng.random() < 0.45) + int(rng.random() < 0.35) + 3 * int(rng.random() < 0.12)
            weights = np.array([3, 3.5, 2, 2, 2, 4.0, 1.2, 1.0])
            kinds = list(rng.choice(companions.KINDS, count, replace=False, p=weights / weights.sum()))
            return simulate.companion(rng, layers, kinds, kinds[0] if count == 1 else "several"), index
        if what in companions.KINDS:
            return simulate.companion(rng, layers, [what], what), index
        if what == "all":
            kinds = ["osteopenia", "sclerosis", "coarse", rng.choice(["narrowing", "flexion"])]
            return simulate.companion(rng, layers, kinds, "all"), index
        if what in ("lesion", "lesion+"):
            low, high = self._band(rng)
            return simulate.eroded(rng, layers, rng.uniform(low, high), what == "lesion", self.without), index
        return self._unscorable(rng)

    def _band(self, rng: np.random.Generator) -> tuple[float, float]:
        low, high, _ = list(GRADES.values())[rng.choice(5, p=[share for *_, share in GRADES.values()])]
        if low < 2 and rng.random() < 0.5:
            high = 9.0  # the smallest decide between 0 and 1
        return low, high

    def _unscorable(self, rng: np.random.Generator) -> tuple[simulate.Joint, int]:
        index = int(rng.integers(len(self.patches)))
        chance = rng.random()
        if chance < 0.4:
            return simulate.implant(rng, self.patches.image[index]), index
        if chance < 0.75:
            return simulate.off_target(self.off_target[rng.integers(len(self.off_target))]), -1
        blank = simulate.healthy(self.patches.image[index])
        blank.percent, blank.kind = -1.0, "washed out" if chance < 0.88 else "beyond film"
        return blank, index

    def view(self, rng: np.random.Generator, joint: simulate.Joint, plain: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Crop [CROP, CROP] uint8 and evidence [EVIDENCE, EVIDENCE] uint8; ``plain`` without frame and exposure."""
        matrix = exposure.straight() if plain else exposure.frame(rng)
        crop = exposure.cut(np.maximum(joint.film, 0).astype(np.float32), matrix)
        if plain:
            image = exposure.as_it_is(crop)
        elif joint.kind == "washed out":
            image = unscorable.washed_out(rng, crop)
        else:
            image = exposure.as_it_is(crop) if self.without == "exposure" else exposure.expose(rng, crop)
            if joint.kind == "beyond film":
                image = unscorable.beyond_film(rng, image)
        if joint.percent > 0:
            evidence = np.rint(exposure.cut_evidence(joint.evidence, matrix) * 255).astype(np.uint8)
        else:
            evidence = np.zeros((EVIDENCE, EVIDENCE), np.uint8)
        return image, evidence

    def make(self, seed: int, joints: int, mix: dict[str, float] | None = None, views: int = VIEWS, plain: bool = False) -> Crops:
        """``joints`` simulated joints of ``mix`` (else of what is learnt from), shuffled, each in ``views`` views one after the other."""
        rng = np.random.default_rng(seed)
        mix = mix or learnt_from(self.without, self.steady, self.rendered is not None)
        kinds = list(mix)
        order = rng.choice(len(kinds), joints, p=np.array(list(mix.values())) / sum(mix.values()))
        rows: list[tuple] = []
        layers, index = self.layers(rng)
        for count, kind in enumerate(order):
            if count % PER_LAYERS == 0:
                layers, index = self.layers(rng)
            if kinds[kind] == "series":
                rows += self.series(rng, layers, index, views)
                continue
            joint, source = self.joint(rng, kinds[kind], layers, index)
            for _ in range(views):
                image, evidence = self.view(rng, joint, plain)
                rows.append((image, joint.percent, joint.grade, evidence, joint.kind, source, False))
        shuffled = (rng.permutation(joints)[:, None] * views + np.arange(views)).ravel()
        columns = list(zip(*[rows[i] for i in shuffled]))
        return Crops(
            np.stack(columns[0]),
            np.asarray(columns[1], np.float32),
            np.asarray(columns[2], np.int64),
            np.stack(columns[3]),
            np.asarray(columns[4]),
            np.asarray(columns[5], np.int64),
            np.asarray(columns[6], bool),
        )

    def series(self, rng: np.random.Generator, layers: joint_layers.Layers, index: int, steps: int) -> list[tuple]:
        """One lesion growing in ``steps`` steps, all in one frame and exposure."""
        seen, plain = int(rng.integers(2**31)), rng.random() < 0.4
        rows = []
        for joint in simulate.growing(rng, layers, steps):
            image, evidence = self.view(np.random.default_rng(seen), joint, plain)
            rows.append((image, joint.percent, joint.grade, evidence, joint.kind, index, True))
        return rows


def _outlines(everything: Patches, cache: Path) -> outlines.Outlines:
    """Outlines of all patches, cached."""
    store = cache / "scoring-outlines-3.npz"
    if not store.exists():
        found = outlines.find_all(everything.image)
        np.savez(store, gap=found.gap, distal=found.distal, proximal=found.proximal, fan=found.fan, quality=found.quality)
    with np.load(store) as arrays:
        return outlines.Outlines(*(arrays[name] for name in ("gap", "distal", "proximal", "fan", "quality")))


_workshop: Workshop | None = None


def start_worker(data: Path, cache: Path, part: int, synthetic: Path | None, fold: Fold | None, without: str | None, steady: bool) -> None:
    """Of a process pool: a worker keeps its workshop."""
    global _workshop
    cv2.setNumThreads(1)
    _workshop = Workshop(data, cache, part, synthetic, fold, without, steady)


def make_in_worker(task: tuple[int, int]) -> Crops:
    seed, joints = task
    return _workshop.make(seed, joints)
