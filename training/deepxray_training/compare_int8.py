"""Float32 against static 8-bit convolutions: speed, size and figures side by side, written into the model's card.

``python -m deepxray_training.compare_int8 MODEL --data DATA``. Ranges are fixed on training films (static): with
ranges taken from the batch at hand an answer would depend on who else is in it.
"""

import argparse
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
import onnx
from onnxruntime import InferenceSession
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static

from .cards import card_path, put_section
from .engine import REPOSITORY, TRAINING
from .export import session, stored_threshold
from .held_out_figures import HeldOut, held_out_figures, training_inputs
from .pool import MODELS

EXAMPLES = 160
"""Training inputs that the ranges are taken from."""


class Examples(CalibrationDataReader):
    def __init__(self, name: str, images: np.ndarray):
        self.left: Iterable[dict] = iter([{name: image[None]} for image in images])

    def get_next(self) -> dict | None:
        return next(self.left, None)


def quantised(path: Path, images: np.ndarray, out: Path) -> None:
    """Write the file with its convolutions in 8 bits, weights by output channel, ranges from ``images``."""
    whole = out.with_suffix(".float.onnx")
    onnx.save(_with_plain_weights(onnx.load(str(path))), str(whole))
    reader = Examples(session(path).get_inputs()[0].name, images)
    quantize_static(
        str(whole),
        str(out),
        reader,
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=["Conv"],
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        calibrate_method=CalibrationMethod.MinMax,
    )


def _with_plain_weights(model: onnx.ModelProto) -> onnx.ModelProto:
    """Weights stored in half precision as float32: the quantiser takes no cast for a weight."""
    graph = model.graph
    stored = {weight.name: weight for weight in graph.initializer}
    for node in [n for n in graph.node if n.op_type == "Cast" and n.input[0] in stored]:
        weight = stored[node.input[0]]
        values = onnx.numpy_helper.to_array(weight).astype(np.float32)
        weight.CopyFrom(onnx.numpy_helper.from_array(values, node.output[0]))
        graph.node.remove(node)
    return model


def milliseconds(run: InferenceSession, images: np.ndarray, times: int = 40) -> float:
    """Median of one input on one thread."""
    name, taken = run.get_inputs()[0].name, []
    for index in range(times):
        started = time.perf_counter()
        run.run(None, {name: images[index % len(images)][None]})
        taken.append(1000 * (time.perf_counter() - started))
    return float(np.median(taken))


def depends_on_batch(run: InferenceSession, images: np.ndarray) -> bool:
    name = run.get_inputs()[0].name
    together = run.run(None, {name: images[:10]})
    for size in range(1, 10):
        for start in range(0, 10 - size + 1):
            part = run.run(None, {name: images[start : start + size]})
            if any(not np.array_equal(a, b[start : start + size]) for a, b in zip(part, together)):
                return True
    return False


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deepxray_training.compare_int8", description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("model", choices=MODELS)
    parser.add_argument("--data", type=Path, required=True, help="data folder with films.csv and joints.csv")
    parser.add_argument("--work", type=Path, default=TRAINING, help="folder for cache/")
    parser.add_argument("--out", type=Path, default=REPOSITORY, help="model repository whose card is written")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    path = args.out / args.model / "1" / "model.onnx"
    images = training_inputs(args.model, args.data, args.work / "cache", EXAMPLES)
    held = HeldOut(args.data, args.work / "cache", args.out, stored_threshold(args.out, args.model))
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "int8.onnx"
        quantised(path, images, small)
        columns = []
        for file in (path, small):
            run = session(file)
            rows = [("milliseconds an input, one thread, median", f"{milliseconds(run, images):.2f}"), ("megabytes", f"{file.stat().st_size / 1e6:.2f}")]
            rows.append(("an answer depends on its batch (sizes 1 to 10)", "yes" if depends_on_batch(run, images) else "no"))
            columns.append(rows + held_out_figures(args.model, file, held))
    lines = [f"| {a} | {x} | {y} |" for (a, x), (_, y) in zip(*columns)]
    text = f"""Convolutions with 8-bit weights (by output channel) and activations, ranges fixed on {len(images)} training inputs,
against the float32 that is served; the same films, thresholds and onnxruntime, one after the other on one machine.
`python -m deepxray_training.compare_int8 {args.model} --data DATA` measures it.

| | float32 (served) | static 8-bit |
| --- | --- | --- |
""" + "\n".join(lines)
    put_section(card_path(args.out, args.model), "8-bit", text)
    print(text)


if __name__ == "__main__":
    main()
