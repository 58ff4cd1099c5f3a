"""Puts the answers of all folds of a model together, each hand answered by a network that never saw it, and writes
the pooled figures into the model's card: ``python -m deepxray_training.pool MODEL --schedule "700 steps a fold"``."""

import argparse
from pathlib import Path

import numpy as np

from .cards import card_path, put_section
from .engine import REPOSITORY, TRAINING

MODELS = ["body-part", "joint-localisation", "joint-refinement", "joint-scoring"]


def pooled(runs: Path, run: str, folds: int) -> dict[str, np.ndarray]:
    """The answers of all folds, one after the other. Raises FileNotFoundError that names the first fold not measured."""
    parts = []
    for fold in range(1, folds + 1):
        path = runs / f"{run}-fold-{fold}-of-{folds}" / "answers.npz"
        if not path.exists():
            raise FileNotFoundError(f"{path} is missing: run that model with --run {run} --fold {fold}/{folds} first")
        with np.load(path) as stored:
            parts.append(dict(stored))
    return {key: np.concatenate([part[key] for part in parts if key in part]) for key in parts[0]}


def table(model: str, answers: dict[str, np.ndarray]) -> str:
    if model == "joint-scoring":
        from .scoring import card, evaluate

        rows = [card.row(name, *values) for name, values in evaluate.figures(answers).items()]
        return "\n".join(["| figure | value | 95 % interval | aim |", "| --- | --- | --- | --- |", *rows])
    if model == "body-part":
        from .body_part.measure import rows as figures
    else:
        from .localisation.measure import rows as figures
    return "\n".join(["| | |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in figures(answers))])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deepxray_training.pool", description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("model", choices=MODELS)
    parser.add_argument("--work", type=Path, default=TRAINING, help="folder that holds runs/")
    parser.add_argument("--run", default="folds", help="name that the folds were run under")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--schedule", required=True, help="how long each fold was trained, for the card")
    parser.add_argument("--out", type=Path, default=REPOSITORY, help="model repository whose card is written")
    args = parser.parse_args()
    answers = pooled(args.work / "runs" / args.model, args.run, args.folds)
    text = f"""Every hand of the data folder, `train` and `val` alike, answered by a network that never saw it: {args.folds} folds by
hand, pooled. These networks are **not** the shipped one, which learnt longer from `train` alone; theirs: {args.schedule}.
`python -m deepxray_training.<model> --data DATA --run {args.run} --fold 1/{args.folds}` and so on, then
`python -m deepxray_training.pool {args.model} --run {args.run} --schedule "…"`.

{table(args.model, answers)}"""
    put_section(card_path(args.out, args.model), "Five folds", text)
    print(text)


if __name__ == "__main__":
    main()
