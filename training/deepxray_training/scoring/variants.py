"""Runs of the scoring network side by side, on the one frozen hold-out: what the seed moves, and what each ingredient
of the simulation is worth. Writes the card's section "Seeds and ablations".

``python -m deepxray_training.scoring.variants --whole seed-1 --seeds seed-2,seed-3 --without ablation``
"""

import argparse
from pathlib import Path

import numpy as np

from ..cards import card_path, put_section
from ..engine import REPOSITORY, TRAINING
from . import evaluate
from .ablation import WITHOUT
from .entry import newest

SHOWN = {
    "quadratic kappa": "quadratic kappa",
    "MAE of the eroded share, points": "MAE, points",
    "AUC 0 against >= 1": "AUC 0 against ≥ 1",
    "AUC 0 against 1": "AUC 0 against 1",
    "lesions alone: AUC 0 against 1": "lesions alone: AUC 0 against 1",
    "all alone graded >= 1": "all companions alone graded ≥ 1",
    "untouched mature joints graded 0": "untouched mature graded 0",
    "same joint, other frame and exposure: moves <= 0.3 grades": "same joint moves ≤ 0.3 grades",
    "a lesion that grows: expected grade never falls by > 0.25": "growth never falls",
}
"""Name of a figure to the head of its column."""


def figures_of(run: Path) -> dict[str, float]:
    """Raises FileNotFoundError where the run has not been measured."""
    with np.load(run / "answers.npz") as answers:
        return {name: value for name, (value, _, _) in evaluate.figures(dict(answers)).items()}


def table(rows: dict[str, dict[str, float]]) -> str:
    """A row for each run; of several seeds also their spread, largest less smallest."""
    seeds = [figures for name, figures in rows.items() if name.startswith("whole, seed")]
    lines = ["| | " + " | ".join(SHOWN.values()) + " |", "| --- |" + " --- |" * len(SHOWN)]
    for name, figures in rows.items():
        lines.append(f"| {name} | " + " | ".join(f"{figures[key]:.3f}" for key in SHOWN) + " |")
    if len(seeds) > 1:
        spread = (max(each[key] for each in seeds) - min(each[key] for each in seeds) for key in SHOWN)
        lines.append("| *between seeds* | " + " | ".join(f"{value:.3f}" for value in spread) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deepxray_training.scoring.variants", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=TRAINING, help="folder that holds runs/")
    parser.add_argument("--whole", required=True, help="name of the run that leaves nothing out")
    parser.add_argument("--seeds", default="", help="names of the same with other seeds, by commas")
    parser.add_argument("--without", default="", help="name under which runs --without INGREDIENT were made; those there are shown")
    parser.add_argument("--out", type=Path, default=REPOSITORY, help="model repository whose card is written")
    args = parser.parse_args()
    runs = args.work / "runs" / "joint-scoring"
    rows = {}
    for name in [args.whole, *filter(None, args.seeds.split(","))]:
        rows[f"whole, seed {newest(runs / name)['seed']}"] = figures_of(runs / name)
    missing = [] if args.seeds else ["other seeds"]
    for ingredient in WITHOUT if args.without else ():
        run = runs / f"{args.without}-without-{ingredient}"
        if (run / "answers.npz").exists():
            rows[f"without {ingredient}"] = figures_of(run)
        else:
            missing.append(f"without {ingredient}")
    crops = newest(runs / args.whole)["seen"]
    left_out = "\n".join(f"- without {name}: {what}" for name, what in WITHOUT.items())
    text = f"""Networks of {crops:,} crops each, made for comparison and **not** shipped: the shipped one learnt longer. All are measured
on the same frozen hold-out, which leaves nothing out. `python -m deepxray_training.scoring --data DATA --samples {crops}
--run NAME --seed N`, or `--run NAME --without INGREDIENT`, then `python -m deepxray_training.scoring.variants
--whole NAME --seeds NAMES --without NAME`.

{table(rows)}

{left_out}"""
    if missing:
        text += f"\n\n**Not run:** {', '.join(missing)}."
    put_section(card_path(args.out, "joint-scoring"), "Seeds and ablations", text)
    print(text)


if __name__ == "__main__":
    main()
