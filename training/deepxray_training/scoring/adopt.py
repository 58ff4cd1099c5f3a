"""The weights of a served model.onnx as a finished run: to export them anew, or to blend them with another run's.

``python -m deepxray_training.scoring.adopt --data DATA --model model.onnx --run NAME --crops 630336 --minutes 73``, then
``python -m deepxray_training.scoring --data DATA --run NAME --only publish``.
"""

import argparse
from pathlib import Path

import torch

from ..engine import TRAINING, start_from
from .network import ScoringNet
from .shards import Workshop

EXAMPLES = 256
"""Training crops that the statistics of the normalisations are measured on."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deepxray_training.scoring.adopt", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the data folder: films.csv, joints.csv and the films")
    parser.add_argument("--work", type=Path, default=TRAINING, help="folder for cache/ and runs/")
    parser.add_argument("--model", type=Path, required=True, help="the served file, best in float32")
    parser.add_argument("--run", required=True, help="name of the run to write")
    parser.add_argument("--crops", type=int, required=True, help="that the weights learnt from, for the card")
    parser.add_argument("--minutes", type=float, required=True, help="that learning took, for the card")
    parser.add_argument("--seed", type=int, default=1, help="that they were trained with, for the card")
    args = parser.parse_args()
    net = ScoringNet()
    examples = Workshop(args.data, args.work / "cache", 0).make(args.seed, EXAMPLES, views=1).image[:, None]
    start_from(args.model, net, torch.from_numpy(examples))
    run = args.work / "runs" / "joint-scoring" / args.run
    run.mkdir(parents=True, exist_ok=True)
    torch.save({"average": net.state_dict(), "seen": args.crops, "minutes": args.minutes, "seed": args.seed}, run / "trained.pt")


if __name__ == "__main__":
    main()
