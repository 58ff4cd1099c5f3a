"""From a trained network to an entry of the model repository, checked before it takes the old one's place."""

import hashlib
import json
import os
import time
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

from .quantise import quantise

OPSET = 17
LICENCE = "non-commercial research use"


def session(path: Path, threads: int = 1) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def stored_threshold(repository: Path, name: str, version: str = "1") -> float:
    """The threshold that the entry's config names."""
    config = json.loads((repository / name / version / "config.json").read_text(encoding="utf-8"))
    return float(config["parameters"]["threshold"]["stringValue"])


def export(
    served: nn.Module,
    name: str,
    side: int,
    outputs: dict[str, list[int]],
    parameters: dict[str, str],
    examples: np.ndarray,
    repository: Path,
    ranges: np.ndarray,
    float32: Path,
    version: str = "1",
    max_batch: int = 8,
) -> dict:
    """Write model.onnx (8-bit) and config.json of ``name``, and the network in ``float32``; gives the figures of the checks.

    ``served`` takes [n, 1, side, side] uint8 and gives a tuple in the order of ``outputs`` (name: dims without
    the batch). ``examples`` [n >= 8, 1, side, side] uint8 are real inputs to check on, ``ranges`` training inputs to fix
    the 8 bits' ranges on. Raises if PyTorch and onnxruntime disagree on the float32 network (by more than storing
    half-precision weights explains), if an answer depends on the batch, or if one is not finite.
    """
    folder = repository / name / version
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "model.onnx.tmp"
    served = served.eval().cpu()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            served,
            (torch.from_numpy(examples[:2]),),
            str(path),
            input_names=["image"],
            output_names=list(outputs),
            dynamic_axes={k: {0: "batch"} for k in ["image", *outputs]},
            opset_version=OPSET,
            dynamo=False,
        )
    onnx.save(store_half(onnx.load(str(path))), str(float32))
    figures = agreement(served, float32, list(outputs), examples)
    quantise(float32, ranges, path)
    onnx.checker.check_model(onnx.load(str(path)))
    figures |= check(path, list(outputs), examples)
    figures["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    figures["megabytes"] = path.stat().st_size / 1e6
    config = {
        "name": name,
        "platform": "onnxruntime_onnx",
        "maxBatchSize": max_batch,
        "input": [{"name": "image", "dataType": "TYPE_UINT8", "dims": [1, side, side]}],
        "output": [{"name": k, "dataType": "TYPE_FP32", "dims": dims} for k, dims in outputs.items()],
        "dynamicBatching": {"maxQueueDelayMicroseconds": "0"},
        "parameters": {k: {"stringValue": v} for k, v in {**parameters, "licence": LICENCE, "sha256": figures["sha256"]}.items()},
    }
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    os.replace(path, folder / "model.onnx")
    return figures


def store_half(model: onnx.ModelProto) -> onnx.ModelProto:
    """Store the large weights in half precision, cast up to float32 as the model is loaded.

    Half the bytes; all arithmetic stays float32 (onnxruntime folds the casts away when it opens the file),
    so this is no quantisation that could depend on the batch. ``check`` shows what the rounding changes.
    """
    graph = model.graph
    for index, weight in enumerate(graph.initializer):
        values = onnx.numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.size < 512:
            continue
        name = weight.name
        graph.initializer[index].CopyFrom(onnx.numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        graph.node.insert(0, onnx.helper.make_node("Cast", [f"{name}.half"], [name], to=onnx.TensorProto.FLOAT))
    return model


def agreement(served: nn.Module, path: Path, names: list[str], examples: np.ndarray) -> dict:
    """PyTorch against onnxruntime on the float32 network."""
    given = session(path).run(names, {"image": examples[:8]})
    with torch.no_grad():
        expected = [v.numpy() for v in served(torch.from_numpy(examples[:8]))]
    difference = max(float(np.abs(a - b).max()) for a, b in zip(given, expected))
    if not difference < 1e-2:
        raise RuntimeError(f"onnxruntime differs from PyTorch by {difference}")
    return {"difference": difference}


def check(path: Path, names: list[str], examples: np.ndarray) -> dict:
    """One by one against together, nonsense in, and milliseconds on one thread."""
    run = session(path)
    together = run.run(names, {"image": examples[:8]})
    for size in range(1, 8):
        for start in range(0, 8 - size + 1):
            part = run.run(names, {"image": examples[start : start + size]})
            for name, a, b in zip(names, part, together):
                if not np.array_equal(a, b[start : start + size]):
                    raise RuntimeError(f"{name} depends on the batch it is computed in (batch of {size})")
    side = examples.shape[-1]
    rng = np.random.default_rng(0)
    hard = [np.zeros((side, side)), np.full((side, side), 255), rng.integers(0, 256, (side, side)), rng.integers(0, 2, (side, side)) * 255]
    for name, value in zip(names, run.run(names, {"image": np.stack(hard)[:, None].astype(np.uint8)})):
        if not np.isfinite(value).all():
            raise RuntimeError(f"{name} is not finite for blank or random input")
    one, times = examples[:1], []
    for _ in range(30):
        started = time.perf_counter()
        run.run(names, {"image": one})
        times.append(time.perf_counter() - started)
    return {"milliseconds": float(np.median(times) * 1000), "fastest": float(min(times) * 1000)}


def predict(path: Path, names: list[str], images: np.ndarray, batch: int = 8) -> dict[str, np.ndarray]:
    """Run the exported network on [n, 1, side, side] uint8."""
    run = session(path)
    parts = [run.run(names, {"image": images[i : i + batch]}) for i in range(0, len(images), batch)]
    return {name: np.concatenate([p[i] for p in parts]) for i, name in enumerate(names)}
