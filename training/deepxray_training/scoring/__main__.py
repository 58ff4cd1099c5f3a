"""``python -m deepxray_training.scoring --data DIR``: train, choose the temperature, evaluate, export, card."""

import argparse
from pathlib import Path

import cv2

from ..data import Fold
from ..engine import REPOSITORY, TRAINING, entry_folder, folder
from .ablation import WITHOUT


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m deepxray_training.scoring", description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="the data folder: films.csv, joints.csv and the films")
    parser.add_argument("--synthetic", type=Path, help="folder of rendered hands (see rendered.py): train/ and test/")
    parser.add_argument("--work", type=Path, default=TRAINING, help="folder for cache/ and runs/, which may be deleted")
    parser.add_argument("--run", default="default", help="name of the folder under runs/joint-scoring/; an unfinished run goes on")
    parser.add_argument("--fold", type=Fold.parse, help="k/n: set the k-th of n parts of the hands aside to measure on; writes figures, exports nothing")
    parser.add_argument("--without", choices=sorted(WITHOUT), help="leave an ingredient of the simulation out; writes figures, exports nothing")
    parser.add_argument("--out", type=Path, default=REPOSITORY, help="model repository to export into")
    parser.add_argument("--samples", type=int, default=300_000, help="crops to learn from")
    parser.add_argument("--minutes", type=float, help="stop learning after so many minutes, if sooner")
    parser.add_argument("--init", type=Path, help="trained.pt or model.onnx whose weights to start from")
    parser.add_argument("--init-made-by", default="an earlier run of the same command", help="how the weights of --init were made, for the card")
    parser.add_argument("--steady", action="store_true", help="teach besides that two views of a joint get one grade, and growing lesions no lower one (ADR 14 says at what price)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="of the training process")
    parser.add_argument("--workers", type=int, default=1, help="processes that make crops")
    parser.add_argument("--only", choices=["train", "publish"], help="one half of the work; publish: export and measure the run's last checkpoint")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    options.cache = options.work / "cache"
    options.run = folder(options, "joint-scoring")
    options.entry = entry_folder(options, options.run) / "joint-scoring" / "1"
    if options.only != "publish":
        from .train import train

        train(options)
    if options.only != "train":
        from .entry import write

        write(options)


if __name__ == "__main__":
    main()
