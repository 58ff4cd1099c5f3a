"""``python -m deepxray_training.graded --crops DIR``: fine-tune on graded crops, measure before and after, export."""

import argparse
import json
import sys
from pathlib import Path

import cv2
import torch

from ..engine import REPOSITORY, TRAINING
from . import __doc__ as LAYOUT
from .folder import BadFolder
from .run import run


def share(text: str) -> float:
    value = float(text)
    if not 0 < value < 0.9:
        raise argparse.ArgumentTypeError("a share above 0 and below 0.9")
    return value


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m deepxray_training.graded", description=LAYOUT, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--crops", type=Path, required=True, help="the folder with graded.csv and the pictures")
    made.add_argument("--base", type=Path, help="version folder of joint-scoring to start from (default: the newest of the repository)")
    made.add_argument("--run", type=Path, default=TRAINING / "runs" / "graded", help="checkpoints; an unfinished run goes on")
    made.add_argument("--out", type=Path, help="where the new version goes (default: RUN/joint-scoring/<next version>)")
    made.add_argument("--field", type=float, help="central share of each crop that is fed; chosen for each crop if not given, as grade-crops does")
    made.add_argument("--steps", type=int, default=1000, help="of 32 crops; about 0.3 s each on one core")
    made.add_argument("--lr", type=float, default=2e-4, help="peak learning rate")
    made.add_argument("--test-share", type=share, default=0.3, help="of the patients, to measure on")
    made.add_argument("--choose-share", type=share, default=0.15, help="of the patients, to choose the best step and the temperature on")
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--threads", type=int, default=1)
    made.add_argument("--measure-only", action="store_true", help="measure the model as it is on all crops; learn nothing")
    return made


def main() -> int:
    options = parser().parse_args()
    if options.test_share + options.choose_share > 0.9:
        parser().error("--test-share and --choose-share leave too few patients to learn from")
    if options.field is not None and not 0 < options.field <= 1:
        parser().error("--field: a number above 0, at most 1")
    versions = sorted((REPOSITORY / "joint-scoring").glob("[1-9]*"), key=lambda folder: int(folder.name))
    options.base = options.base or versions[-1]
    options.out = options.out or options.run / "joint-scoring" / str(int(versions[-1].name) + 1)
    options.command = "python -m deepxray_training.graded " + " ".join(sys.argv[1:])
    cv2.setNumThreads(1)
    torch.set_num_threads(options.threads)
    try:
        result = run(options, say=lambda text: print(text, flush=True))
    except (BadFolder, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 2
    print(json.dumps(result["figures"], indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
