"""The served 8-bit network against the float32 one it was made of, side by side in the model's card: speed, size, figures.

``python -m deepxray_training.compare_int8 MODEL --data DATA --run RUN``, after that run was published.
"""

import argparse
import time
from pathlib import Path

import cv2
import numpy as np
from onnxruntime import InferenceSession

from .cards import card_path, put_section
from .engine import REPOSITORY, TRAINING
from .export import session, stored_threshold
from .held_out_figures import HeldOut, held_out_figures
from .pool import MODELS
from .processor import core


def milliseconds(run: InferenceSession, times: int = 40) -> float:
    """Median of one input on one thread; of noise, since no network's time depends on what it sees."""
    given, taken = run.get_inputs()[0], []
    image = np.random.default_rng(0).integers(0, 256, (1, *given.shape[1:])).astype(np.uint8)
    for _ in range(times):
        started = time.perf_counter()
        run.run(None, {given.name: image})
        taken.append(1000 * (time.perf_counter() - started))
    return float(np.median(taken))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deepxray_training.compare_int8", description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("model", choices=MODELS)
    parser.add_argument("--data", type=Path, required=True, help="data folder with films.csv and joints.csv")
    parser.add_argument("--work", type=Path, default=TRAINING, help="folder of cache/ and runs/")
    parser.add_argument("--run", default="default", help="the run that is served")
    parser.add_argument("--out", type=Path, default=REPOSITORY, help="model repository whose card is written")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    files = [args.work / "runs" / args.model / args.run / "float32.onnx", args.out / args.model / "1" / "model.onnx"]
    held = HeldOut(args.data, args.work / "cache", args.out, stored_threshold(args.out, args.model))
    runs = [session(file) for file in files]
    # In turn, so that what else runs on the machine slows both alike.
    times = np.median([[milliseconds(run) for run in runs] for _ in range(5)], 0)
    columns = [
        [
            ("milliseconds an input, one thread, median", f"{taken:.2f}"),
            ("megabytes", f"{file.stat().st_size / 1e6:.2f}"),
            *held_out_figures(args.model, file, held),
        ]
        for file, taken in zip(files, times)
    ]
    lines = [f"| {a} | {x} | {y} |" for (a, x), (_, y) in zip(*columns)]
    text = f"""Convolutions with 8-bit weights (by output channel) and activations, ranges fixed on training inputs, against the
float32 network that they were made of; same films, threshold, machine ({core()}) and onnxruntime.
`python -m deepxray_training.compare_int8 {args.model} --data DATA --run RUN` measures it.

| | float32 | static 8-bit (served) |
| --- | --- | --- |
""" + "\n".join(lines)
    put_section(card_path(args.out, args.model), "8-bit", text)
    print(text)


if __name__ == "__main__":
    main()
