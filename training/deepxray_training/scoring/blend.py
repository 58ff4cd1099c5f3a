"""The mean of two runs' weights, where the second went on from the first: often better on the whole than either.

``python -m deepxray_training.scoring.blend --first A --second B --share 0.4 --run C``, then publish run C. Choose the
share on hands set aside.
"""

import argparse
from pathlib import Path

import torch

from ..engine import TRAINING
from .entry import newest


def blend(first: dict, second: dict, share: float, note: str) -> dict:
    """``share`` of the second's averaged weights and the rest of the first's, as a finished run."""
    average = {
        name: values.lerp(second["average"][name], share) if values.dtype.is_floating_point else values
        for name, values in first["average"].items()
    }
    both = {name: first[name] + second[name] for name in ("seen", "minutes")}
    return {"average": average, "seed": first["seed"], "blend": f"{1 - share:.0%} of one run and {share:.0%} of one that went on from it{note}"} | both


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deepxray_training.scoring.blend", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=TRAINING, help="folder that holds runs/")
    parser.add_argument("--first", required=True, help="name of a run")
    parser.add_argument("--second", required=True, help="name of a run that went on from the first")
    parser.add_argument("--share", type=float, default=0.5, help="of the second's weights, 0 to 1")
    parser.add_argument("--run", required=True, help="name of the run to write")
    parser.add_argument("--note", default="", help="how the two differ, for the card")
    args = parser.parse_args()
    runs = args.work / "runs" / "joint-scoring"
    made = blend(newest(runs / args.first), newest(runs / args.second), args.share, f" ({args.note})" if args.note else "")
    (runs / args.run).mkdir(parents=True, exist_ok=True)
    torch.save(made, runs / args.run / "trained.pt")


if __name__ == "__main__":
    main()
