"""``python -m deepxray_training.scoring --data DIR``: train, choose the temperature, evaluate, export, card."""

import argparse
from pathlib import Path

import cv2

HERE = Path(__file__).resolve().parents[2]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deepxray_training.scoring", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the data folder: films.csv, joints.csv and the films")
    parser.add_argument("--synthetic", type=Path, help="folder of rendered hands (see rendered.py): train/ and test/")
    parser.add_argument("--cache", type=Path, default=HERE / "cache", help="patches and outlines, built once")
    parser.add_argument("--run", type=Path, default=HERE / "runs" / "scoring", help="checkpoints; an unfinished run goes on")
    parser.add_argument("--entry", type=Path, default=HERE.parent / "model-servers" / "repository" / "joint-scoring" / "1")
    parser.add_argument("--samples", type=int, default=1_000_000, help="crops to learn from")
    parser.add_argument("--minutes", type=float, help="stop learning after so many minutes, if sooner")
    parser.add_argument("--start-from", type=Path, help="trained.pt of another run to go on from")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="of the training process")
    parser.add_argument("--workers", type=int, default=1, help="processes that make crops")
    parser.add_argument("--only", choices=["train", "evaluate"], help="one half of the work")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    if options.only != "evaluate":
        from .train import train

        train(options)
    if options.only != "train":
        from .entry import write

        write(options)


if __name__ == "__main__":
    main()
