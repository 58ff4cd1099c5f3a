"""Trains, exports, measures and cards all four models, one after the other: ``python -m deepxray_training.all --data DATA``.

Hands of the project's own renderer are drawn first, where there are none yet: localisation, refinement and scoring learn
from a minority of them, the gate is only measured on them (ADR 15). Stopped and started again, it goes on where it was: a
model that is done is not trained again, one half trained goes on from its checkpoint. Each model's own command takes the
options of its own; this one runs their defaults.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from .engine import REPOSITORY, TRAINING
from .scoring.rendered import NODE, draw

SHARE = {"body_part": 0.25, "localisation": 0.25, "refinement": 0.12, "scoring": 0.38}
"""The models in the order in which they need each other (refinement is measured behind localisation), and about how
much of the whole time each takes, for the time left."""
BRIEF = {
    "body_part": ["--steps", "8", "--batch", "8"],
    "localisation": ["--steps", "8", "--batch", "4"],
    "refinement": ["--steps", "8", "--batch", "8"],
    "scoring": ["--samples", "500"],
}
"""To try the whole command in minutes; the networks know nothing."""


def command(model: str, args: argparse.Namespace) -> list[str]:
    line = [sys.executable, "-m", f"deepxray_training.{model}", "--data", str(args.data.resolve()), "--work", str(args.work.resolve())]
    line += ["--out", str(args.out.resolve()), "--run", args.run, "--seed", str(args.seed), "--threads", str(args.threads)]
    line += ["--workers", str(args.workers)]
    if args.fold:
        line += ["--fold", args.fold]
    if args.synthetic:
        line += rendered_hands(model, args.synthetic.resolve())
    return line + (BRIEF[model] if args.brief else [])


def rendered_hands(model: str, folder: Path) -> list[str]:
    """Options that tell a model's command of them."""
    if model == "scoring":
        return ["--synthetic", str(folder)]
    learnt = [] if model == "body_part" else ["--synthetic", str(folder / "train")]
    return [*learnt, "--synthetic-test", str(folder / "test")]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deepxray_training.all", description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="data folder with films.csv and joints.csv")
    parser.add_argument("--work", type=Path, default=TRAINING, help="folder for cache/ and runs/, which may be deleted")
    parser.add_argument("--out", type=Path, default=REPOSITORY, help="model repository to export into")
    parser.add_argument("--run", default="all", help="name of the folders under runs/<model>/")
    parser.add_argument("--fold", help="k/n: set the k-th of n parts of the hands aside to measure on; exports nothing")
    rendered = parser.add_mutually_exclusive_group()
    rendered.add_argument("--synthetic", type=Path, help="folder of rendered hands, train/ and test/, taken as it is (default: cache/rendered in the work folder, drawn there)")
    rendered.add_argument("--films-alone", action="store_true", help="learn from no rendered hands: scoring then grades such hands far worse (ADR 15)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="torch's threads")
    parser.add_argument("--workers", type=int, default=1, help="processes that make samples")
    parser.add_argument("--brief", action="store_true", help="a few steps of each under the run name 'brief', to see that everything runs; name another --out, the networks know nothing")
    args = parser.parse_args()
    if args.brief:
        args.run = "brief"
    if not (args.data / "films.csv").exists():
        parser.error(f"{args.data} has no films.csv: --data takes the folder whose layout deepxray_training/data.py describes")
    if args.synthetic and not (args.synthetic / "train").is_dir():
        parser.error(f"{args.synthetic} has no folder train: --synthetic takes what `python -m deepxray_training.scoring.rendered --out` draws")
    to_draw = not (args.synthetic or args.films_alone)
    if to_draw and not NODE.exists():
        parser.error(f"no {NODE}: `npm ci` at the top of the project brings what draws the rendered hands; or name a folder of them, --synthetic, or go without, --films-alone")
    args.work.mkdir(parents=True, exist_ok=True)
    if to_draw:
        args.synthetic = args.work / "cache" / "rendered"
        draw(args.synthetic, **({"train": 6, "test": 3} if args.brief else {}))
    record = Record(args.work / "runs" / f"all-{args.run}{'-fold-' + args.fold.replace('/', '-of-') if args.fold else ''}.json")
    for number, model in enumerate(SHARE, 1):
        if model in record.done:
            print(f"[{number}/{len(SHARE)}] {model}: done before, in {record.seconds[model] / 60:.0f} min", flush=True)
            continue
        before = sum(SHARE[m] for m in record.done)
        left = f", about {sum(record.seconds[m] for m in record.done) / before * (1 - before) / 60:.0f} min left in all" if before else ""
        print(f"[{number}/{len(SHARE)}] {model}: {100 * before:.0f} % done{left}", flush=True)
        ended = run_timed(command(model, args), partial(record.spend, model))
        if ended:
            sys.exit(f"{model} ended with {ended}; the same command goes on from its last checkpoint")
        record.finish(model)
    print(f"100 % done, in {sum(record.seconds.values()) / 60:.0f} min", flush=True)


def run_timed(line: list[str], spend: Callable[[float], None], every: float = 30) -> int:
    """Runs a command to its end and answers its exit code; ``spend`` is told of the seconds as they pass, so that
    those of a run that is killed are known when it goes on."""
    since = time.monotonic()
    with subprocess.Popen(line, cwd=TRAINING) as child:
        while True:
            try:
                return child.wait(every)
            except subprocess.TimeoutExpired:
                pass
            finally:
                now = time.monotonic()
                spend(now - since)
                since = now


class Record:
    """Which models are done, and the seconds that each took in all of its runs; kept in a file."""

    def __init__(self, path: Path):
        self.path = path
        kept = json.loads(path.read_text()) if path.exists() else {}
        self.done: list[str] = kept.get("done", [])
        self.seconds: dict[str, float] = kept.get("seconds", {})

    def spend(self, model: str, seconds: float) -> None:
        self.seconds[model] = self.seconds.get(model, 0.0) + seconds
        self._keep()

    def finish(self, model: str) -> None:
        self.done.append(model)
        self._keep()

    def _keep(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = self.path.with_suffix(".new")
        new.write_text(json.dumps({"done": self.done, "seconds": self.seconds}))
        new.replace(self.path)


if __name__ == "__main__":
    main()
