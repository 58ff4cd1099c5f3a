"""A contact sheet of the simulation, to be looked at: ``python -m deepxray_training.scoring.sheet --data DIR``.

Films may not be copied into the repository: sheets of real joints stay in runs/, which git ignores.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np

from . import companions, exposure, simulate
from .patches import enlarge
from .shards import Workshop

HERE = Path(__file__).resolve().parents[2]
COLUMNS = 10
_ROWS = {"1, small": (2, 8), "1": (8, 20), "2": (20, 40), "3": (40, 60), "4": (60, 80), "5": (80, 100)}


def tile(joint: simulate.Joint) -> np.ndarray:
    """The joint's crop, twice as large, spread over the grey range, with its label."""
    crop = exposure.cut(joint.film.astype(np.float32), exposure.straight())
    low, high = np.percentile(crop, (2, 99.7))
    grey = np.clip((crop - low) / max(high - low, 1) * 245, 0, 255).astype(np.uint8)
    image = cv2.cvtColor(enlarge(grey, 2), cv2.COLOR_GRAY2BGR)
    text = joint.kind if joint.percent <= 0 else f"{joint.percent:.0f} % {joint.kind}"
    return cv2.putText(image, text, (4, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (0, 255, 255), 1, cv2.LINE_AA)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deepxray_training.scoring.sheet", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path, default=HERE / "cache")
    parser.add_argument("--out", type=Path, default=HERE / "runs" / "scoring-sheet")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    rng = np.random.default_rng(options.seed)
    workshop = Workshop(options.data, options.cache, 0)
    options.out.mkdir(parents=True, exist_ok=True)
    for grade, (low, high) in _ROWS.items():
        rows = []
        for alone in (True, True, False, False):
            made = [simulate.eroded(rng, workshop.layers(rng)[0], rng.uniform(low, high), alone) for _ in range(COLUMNS)]
            rows.append(np.hstack([tile(joint) for joint in made]))
        cv2.imwrite(str(options.out / f"grade {grade}.png"), np.vstack(rows))
    rows = []
    for kind in [*companions.KINDS, "sham", "unscorable"]:
        made = [workshop.joint(rng, kind, *workshop.layers(rng))[0] for _ in range(COLUMNS)]
        rows.append(np.hstack([tile(joint) for joint in made]))
    cv2.imwrite(str(options.out / "grade 0.png"), np.vstack(rows))


if __name__ == "__main__":
    main()
