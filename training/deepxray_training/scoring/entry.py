"""From trained weights to the entry of the model repository: temperature, threshold, export, checks, card."""

import hashlib
import json
import time
import warnings
from argparse import Namespace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch

from .. import cards
from ..quantise import EXAMPLES, quantise
from . import card, evaluate
from .network import ScoringNet, Served, four_views
from .patches import CROP
from .shards import Workshop

OUTPUTS = ["grade", "erosion", "evidence", "scorable"]
OPSET = 17
KEPT_IN_FLOAT = "/net/stem/"
"""One range for both channels of the input, -4 to 6 and -1 to 1, would leave the plain grey some fifty levels of 8 bits."""
TUNE_SEED = 555_000
TUNE_MIX = {"healthy mature": 0.5, "healthy growing": 0.1, "sham": 0.05, "companion": 0.1, "lesion": 0.12, "lesion+": 0.13}


def session(model: bytes | str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def predictor(run: onnxruntime.InferenceSession, batch: int = 16) -> evaluate.Predict:
    def predict(image: np.ndarray) -> dict[str, np.ndarray]:
        parts = [run.run(OUTPUTS, {"crop": image[i : i + batch]}) for i in range(0, len(image), batch)]
        return {name: np.concatenate([part[k] for part in parts]) for k, name in enumerate(OUTPUTS)}

    return predict


def to_onnx(served: Served, path: Path) -> None:
    """Fixed names, a free batch axis, weights inside the file."""
    outputs = {name: {0: "batch"} for name in OUTPUTS}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            served.eval(),
            (torch.zeros(2, 1, CROP, CROP, dtype=torch.uint8),),
            str(path),
            input_names=["crop"],
            output_names=OUTPUTS,
            dynamic_axes={"crop": {0: "batch"}} | outputs,
            opset_version=OPSET,
            dynamo=False,
        )
    onnx.checker.check_model(onnx.load(str(path)))


def check(served: Served, path: Path, crops: np.ndarray) -> dict[str, float]:
    """``agreement`` and ``check_answers`` of one file."""
    return agreement(served, path, crops) | check_answers(path, crops)


def agreement(served: Served, path: Path, crops: np.ndarray) -> dict[str, float]:
    """Raises unless onnxruntime agrees with PyTorch on the float32 network."""
    with torch.no_grad():
        expected = served.eval()(torch.from_numpy(crops[:10]))
    given = session(str(path)).run(OUTPUTS, {"crop": crops[:10]})
    difference = max(float(np.abs(a.numpy() - b).max() / (100 if name == "erosion" else 1)) for name, a, b in zip(OUTPUTS, expected, given))
    if not difference < 1e-3:
        raise RuntimeError(f"onnxruntime differs from PyTorch by {difference}")
    return {"difference": difference}


def check_answers(path: Path, crops: np.ndarray) -> dict[str, float]:
    """Raises unless no answer depends on its batch and nonsense gives finite answers; gives milliseconds."""
    run = session(str(path))
    together = run.run(OUTPUTS, {"crop": crops[:10]})
    for size in range(1, 11):
        for start in range(0, 10 - size + 1):
            for name, part, whole in zip(OUTPUTS, run.run(OUTPUTS, {"crop": crops[start : start + size]}), together):
                if not np.array_equal(part, whole[start : start + size]):
                    raise RuntimeError(f"{name} depends on its batch of {size}")
    rng = np.random.default_rng(0)
    nonsense = [np.zeros((CROP, CROP)), np.full((CROP, CROP), 255), np.full((CROP, CROP), 93), rng.integers(0, 256, (CROP, CROP))]
    nonsense += [np.eye(CROP) * 255, rng.integers(0, 2, (CROP, CROP)) * 255]
    for name, value in zip(OUTPUTS, run.run(OUTPUTS, {"crop": np.stack(nonsense)[:, None].astype(np.uint8)})):
        if not np.isfinite(value).all():
            raise RuntimeError(f"{name} is not finite for nonsense")
    times = {}
    for size in (1, 10):
        taken = []
        for _ in range(40):
            started = time.perf_counter()
            run.run(OUTPUTS, {"crop": crops[:size]})
            taken.append((time.perf_counter() - started) * 1000 / size)
        times[f"ms a joint in batches of {size}"] = float(np.median(taken))
        times[f"ms a joint in batches of {size}, fastest"] = float(min(taken))
    return times


def tune(options: Namespace, net: ScoringNet) -> tuple[float, float]:
    """Temperature and least `scorable`, on hands held out of ``train``."""
    workshop = Workshop(options.data, options.cache, 1, fold=options.fold)
    crops = workshop.make(TUNE_SEED, 1500, TUNE_MIX, views=1)
    above, scorable = [], []
    with torch.no_grad():
        for i in range(0, len(crops), 64):
            heads = four_views(net.eval(), torch.from_numpy(crops.image[i : i + 64])[:, None])
            above.append(heads["above"])
            scorable.append(torch.sigmoid(heads["scorable"]))
        real, _, _ = evaluate.untouched(workshop)
        for i in range(0, len(real), 64):
            scorable.append(torch.sigmoid(four_views(net, torch.from_numpy(np.ascontiguousarray(real[i : i + 64])))["scorable"]))
    logits = torch.cat(above)
    levels = (torch.from_numpy(crops.grade)[:, None] > torch.arange(5)[None]).float()
    choices = np.exp(np.linspace(np.log(0.5), np.log(3), 60))
    losses = [float(torch.nn.functional.binary_cross_entropy_with_logits(logits / t, levels)) for t in choices]
    least = float(np.quantile(torch.cat(scorable).numpy(), 0.002))
    return float(choices[int(np.argmin(losses))]), float(np.clip(round(least, 2), 0.1, 0.5))


def newest(run: Path) -> dict:
    """The weights of a finished run, or of one that still goes on."""
    if (run / "trained.pt").exists():
        return torch.load(run / "trained.pt", weights_only=True)
    saved = torch.load(run / "checkpoint.pt", weights_only=True)
    return {"average": saved["average"], "seen": saved["seen"], "minutes": saved["spent"] / 60, "seed": saved.get("seed", 1)}


def write(options: Namespace) -> None:
    """Tune, export, check, evaluate, write the entry."""
    torch.set_num_threads(options.threads)
    saved = newest(options.run)
    net = ScoringNet()
    net.load_state_dict(saved["average"])
    temperature, options.threshold = tune(options, net)
    served = Served(net, temperature).eval()
    options.entry.mkdir(parents=True, exist_ok=True)
    path = options.entry / "model.onnx.new"
    float32 = options.run / "float32.onnx"
    to_onnx(served, float32)
    crops = Workshop(options.data, options.cache, 1, fold=options.fold).make(TUNE_SEED + 1, 10, views=1).image[:, None]
    checks = agreement(served, float32, crops)
    quantise(float32, Workshop(options.data, options.cache, 0, fold=options.fold).make(TUNE_SEED + 2, EXAMPLES, views=1).image[:, None], path, KEPT_IN_FLOAT)
    checks |= check_answers(path, crops)
    print(json.dumps({"temperature": temperature, "threshold": options.threshold} | checks), flush=True)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    side = served(torch.zeros(1, 1, CROP, CROP, dtype=torch.uint8))[2].shape[-1]
    config = {
        "name": "joint-scoring",
        "platform": "onnxruntime_onnx",
        "maxBatchSize": 8,
        "input": [{"name": "crop", "dataType": "TYPE_UINT8", "dims": [1, CROP, CROP]}],
        "output": [
            {"name": "grade", "dataType": "TYPE_FP32", "dims": [6]},
            {"name": "erosion", "dataType": "TYPE_FP32", "dims": [1]},
            {"name": "evidence", "dataType": "TYPE_FP32", "dims": [1, side, side]},
            {"name": "scorable", "dataType": "TYPE_FP32", "dims": [1]},
        ],
        "dynamicBatching": {"maxQueueDelayMicroseconds": "0"},
        "parameters": {
            "threshold": {"stringValue": f"{options.threshold:g}"},
            "licence": {"stringValue": "non-commercial research use"},
            "sha256": {"stringValue": sha256},
        },
    }
    answers = evaluate.collect(options, predictor(session(str(path))))
    np.savez(options.run / "answers.npz", **answers)
    figures = evaluate.figures(answers)
    path.replace(options.entry / "model.onnx")
    (options.entry / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    facts = {
        "sha256": sha256,
        "bytes": (options.entry / "model.onnx").stat().st_size,
        "parameters": sum(p.numel() for p in net.parameters()),
        "temperature": temperature,
        "threshold": options.threshold,
        "seed": saved["seed"],
        "crops": saved["seen"],
        "minutes": saved["minutes"],
        "blend": saved.get("blend"),
    } | checks
    text = card.text(facts, figures, evaluate.confusion(answers), evaluate.worst(answers), options)
    if not (options.fold or options.without):
        cards.write_card(options.out, "joint-scoring", text)
    for name, (value, low, high) in figures.items():
        print(f"{name:62s} {value:.3f} ({low:.3f}-{high:.3f})")
    print(evaluate.confusion(answers))
