"""What the four networks of one radiograph cost on one thread: ``python -m deepxray_training.one_radiograph``.

The gate once, localisation once, refinement of ten joints one at a time (and of all twice, as the most that could
be asked), scoring of ten joints; on inputs of noise, since no network's time depends on what it sees.
"""

import argparse
import time
from pathlib import Path

import numpy as np

from .cards import card_path, put_section, section
from .engine import REPOSITORY
from .export import session
from .pool import MODELS
from .processor import core

ROUNDS = 30
INTRODUCTION = f"""Milliseconds of onnxruntime on one thread, median and fastest of {ROUNDS}: the gate, localisation, refinement of ten
joints and scoring of ten joints, one after the other (`python -m deepxray_training.one_radiograph`). The aim is 80 ms."""


def cost(repository: Path) -> dict[str, tuple[float, float]]:
    """Milliseconds of one run of each model's input: median and fastest of ROUNDS, all models in turn in each round."""
    rng = np.random.default_rng(0)
    runs, taken = {}, {name: [] for name in MODELS}
    for name in MODELS:
        run = session(repository / name / "1" / "model.onnx")
        given = run.get_inputs()[0]
        runs[name] = run, {given.name: rng.integers(0, 256, (1, *given.shape[1:])).astype(np.uint8)}
        run.run(None, runs[name][1])
    for _ in range(ROUNDS):
        for name, (run, given) in runs.items():
            started = time.perf_counter()
            run.run(None, given)
            taken[name].append(1000 * (time.perf_counter() - started))
    return {name: (float(np.median(times)), min(times)) for name, times in taken.items()}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deepxray_training.one_radiograph", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=REPOSITORY, help="model repository whose cards are written")
    args = parser.parse_args()
    single = cost(args.out)
    lines, totals = [], []
    for refinements in (10, 20):
        counts = dict(zip(MODELS, (1, 1, refinements, 10)))
        median, fastest = (sum(counts[name] * single[name][k] for name in MODELS) for k in (0, 1))
        totals.append(f"| all, with {refinements} refinements | {median:.0f} | {fastest:.0f} |")
    for name, (median, fastest) in single.items():
        lines.append(f"| {name}, one input | {median:.2f} | {fastest:.2f} |")
    here = f"### On {core()}"
    table = "\n".join([here, "", "| | median | fastest |", "| --- | --- | --- |", *lines, *totals])
    for name in MODELS:
        path = card_path(args.out, name)
        put_section(path, "One radiograph", "\n\n".join([INTRODUCTION, *others(section(path.read_text(encoding="utf-8"), "One radiograph"), here), table]))
    print(table)


def others(before: str | None, here: str) -> list[str]:
    """The tables that a card has of other kinds of core."""
    tables = [f"### {part}".strip() for part in (before or "").split("\n### ")[1:]]
    return [table for table in tables if table.splitlines()[0] != here]


if __name__ == "__main__":
    main()
