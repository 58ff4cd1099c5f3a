"""Hands drawn by the project's own renderer (``synthetic/``) with known grades: a minority of training, and a test.

``python -m deepxray_training.scoring.rendered --out DIR`` calls the renderer (Node) for folders ``train`` (seeds from
100000) and ``test`` (seeds from 300000): half with the patients it draws itself, half with every joint eroded by
chance, so that all grades occur; every third hand lacks one or two rays.
"""

import argparse
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ..data import JOINTS
from .patches import cut

REPOSITORY = Path(__file__).resolve().parents[3]
NODE = REPOSITORY / "node_modules" / ".bin" / "node"
SPACINGS = ("0.15", "0.2", "0.27")
"""Millimetres per pixel."""


@dataclass
class Rendered:
    image: np.ndarray
    """[n, PATCH, PATCH] uint8."""
    percent: np.ndarray
    """[n] of the articular outline destroyed."""
    grade: np.ndarray
    """[n] 0-5."""
    hand: np.ndarray
    """[n] seed."""


def load(folder: Path) -> Rendered:
    """All joints of the films hand-*.png of a folder, with the truth beside them."""
    images, percents, grades, hands = [], [], [], []
    for truth_file in sorted(folder.glob("hand-*.json")):
        truth = json.loads(truth_file.read_text())
        film = cv2.imread(str(truth_file.with_suffix(".png")), cv2.IMREAD_GRAYSCALE)
        points = np.array([[truth["joints"][name]["x"], truth["joints"][name]["y"]] for name in JOINTS])
        for joint, name in enumerate(JOINTS):
            if truth["joints"][name].get("missing"):
                continue
            images.append(cut(film, points, joint))
            percents.append(truth["joints"][name]["erosionPercent"])
            grades.append(truth["joints"][name]["grade"])
            hands.append(truth["seed"])
    return Rendered(np.asarray(images), np.asarray(percents, np.float32), np.asarray(grades), np.asarray(hands))


def _random_lesions(rng: np.random.Generator) -> dict[str, int]:
    """Percent by joint: a third healthy, the rest of every grade, small ones most."""
    percent = {}
    for name in JOINTS:
        if rng.random() > 0.35:
            percent[name] = int(rng.integers(2, 21)) if rng.random() < 0.35 else int(rng.integers(2, 101))
    return percent


def _missing_rays(seed: int) -> list[int]:
    """One ray, or two."""
    rng = np.random.default_rng(seed)
    return sorted(int(ray) for ray in rng.choice(5, 1 + int(rng.random() < 0.4), replace=False) + 1)


def render(out: Path, first_seed: int, hands: int) -> None:
    out.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(first_seed)
    for seed in range(first_seed, first_seed + hands):
        lesions = "random"
        if seed % 2:
            lesions = out / "lesions.json"
            lesions.write_text(json.dumps(_random_lesions(rng)))
        command = [str(NODE), "synthetic/main.ts", "--out", str(out.resolve()), "--seed", str(seed)]
        command += ["--lesions", str(Path(lesions).resolve() if seed % 2 else lesions), "--spacing", SPACINGS[seed % 3]]
        if seed % 3 == 0:
            command += ["--missing-fingers", ",".join(str(ray) for ray in _missing_rays(seed))]
        if not (out / f"hand-{seed}.json").exists():
            subprocess.run(command, cwd=REPOSITORY, check=True, stdout=subprocess.DEVNULL)
            if (seed + 1 - first_seed) % 10 == 0 or seed + 1 == first_seed + hands:
                print(f"rendered hands for {out.name}: {seed + 1 - first_seed} of {hands}", flush=True)


def draw(out: Path, train: int = 150, test: int = 60) -> None:
    """Draws the hands of ``out``/train and test that are not there yet; two or three seconds each."""
    render(out / "test", 300_000, test)
    render(out / "train", 100_000, train)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deepxray_training.scoring.rendered", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parents[2] / "cache" / "rendered")
    parser.add_argument("--train", type=int, default=150, help="hands")
    parser.add_argument("--test", type=int, default=60, help="hands")
    options = parser.parse_args()
    draw(options.out, options.train, options.test)


if __name__ == "__main__":
    main()
