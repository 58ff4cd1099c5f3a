"""A contact sheet of the simulation, to be looked at: ``python -m deepxray_training.scoring.sheet --data DIR``.

Films may not be copied into the repository: sheets of real joints stay in runs/, which git ignores. With
``--rendered FOLDER`` (hands of rendered.py) one sheet is drawn over joints that the project's renderer made, for
the model's card.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np

from ..engine import TRAINING
from . import companions, exposure, joint_layers, outlines, rendered, simulate
from .patches import enlarge
from .shards import Workshop

COLUMNS = 10
_ROWS = {"1, small": (2, 8), "1": (8, 20), "2": (20, 40), "3": (40, 60), "4": (60, 80), "5": (80, 100)}



def tile(joint: simulate.Joint, times: int = 2) -> np.ndarray:
    """The joint's crop, ``times`` as large, spread over the grey range, with its label."""
    crop = exposure.cut(joint.film.astype(np.float32), exposure.straight())
    low, high = np.percentile(crop, (2, 99.7))
    grey = np.clip((crop - low) / max(high - low, 1) * 245, 0, 255).astype(np.uint8)
    image = cv2.cvtColor(enlarge(grey, times) if times > 1 else grey, cv2.COLOR_GRAY2BGR)
    text = joint.kind if joint.percent <= 0 else f"{joint.percent:.0f} % {joint.kind}"
    return cv2.putText(image, text, (4, 12), cv2.FONT_HERSHEY_SIMPLEX, 0.21 * times if times > 1 else 0.36, (0, 255, 255), 1, cv2.LINE_AA)


def real_sheets(data: Path, cache: Path, out: Path, rng: np.random.Generator) -> None:
    workshop = Workshop(data, cache, 0)
    out.mkdir(parents=True, exist_ok=True)
    for grade, (low, high) in _ROWS.items():
        rows = []
        for alone in (True, True, False, False):
            made = [simulate.eroded(rng, workshop.layers(rng)[0], rng.uniform(low, high), alone) for _ in range(COLUMNS)]
            rows.append(np.hstack([tile(joint) for joint in made]))
        cv2.imwrite(str(out / f"grade {grade}.png"), np.vstack(rows))
    rows = []
    for kind in [*companions.KINDS, "sham", "unscorable"]:
        made = [workshop.joint(rng, kind, *workshop.layers(rng))[0] for _ in range(COLUMNS)]
        rows.append(np.hstack([tile(joint) for joint in made]))
    cv2.imwrite(str(out / "grade 0.png"), np.vstack(rows))


def rendered_sheet(folder: Path, out: Path, rng: np.random.Generator, columns: int = 8) -> None:
    """Rows: untouched, companions alone, then lesions from small to grade 5, half of them with companions."""
    drawn = rendered.load(folder)
    images = drawn.image[drawn.grade == 0]
    found = outlines.find_all(images)
    sound = np.flatnonzero(joint_layers.usable(found))

    def healthy() -> joint_layers.Layers:
        row = int(rng.choice(sound))
        return joint_layers.split(images[row], found, row)

    rows = [[simulate.healthy(images[int(rng.choice(sound))]) for _ in range(columns)]]
    rows.append([simulate.companion(rng, healthy(), [kind], kind) for kind in companions.KINDS[:columns]])
    for low, high in _ROWS.values():
        rows.append([simulate.eroded(rng, healthy(), rng.uniform(low, high), column % 2 == 0) for column in range(columns)])
    out.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(out), np.vstack([np.hstack([tile(joint, 1) for joint in row]) for row in rows]), [cv2.IMWRITE_JPEG_QUALITY, 82])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deepxray_training.scoring.sheet", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="data folder: sheets of lesions on its real joints")
    parser.add_argument("--rendered", type=Path, help="folder of rendered hands: one sheet of lesions on them")
    parser.add_argument("--work", type=Path, default=TRAINING, help="folder of cache/ and runs/")
    parser.add_argument("--out", type=Path, help="folder of the real sheets (default: runs/scoring-sheet), or the file (JPEG) of the rendered one")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    rng = np.random.default_rng(options.seed)
    if options.rendered:
        if not options.out:
            parser.error("--rendered needs --out FILE.jpg")
        rendered_sheet(options.rendered, options.out, rng)
    elif options.data:
        real_sheets(options.data, options.work / "cache", options.out or options.work / "runs" / "scoring-sheet", rng)
    else:
        parser.error("name --data for sheets of real joints, or --rendered for one of drawn joints")


if __name__ == "__main__":
    main()
