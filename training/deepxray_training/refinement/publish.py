"""Calibrates, exports and evaluates joint refinement, and writes its card."""

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from ..cards import command_tail, history, synthetic_note, write_card
from ..engine import entry_folder
from ..export import export, predict
from ..hands import Picture
from ..localisation import measure
from ..localisation.publish import settle
from ..quantise import EXAMPLES
from ..locate import Locator
from ..metrics import share
from ..processor import core
from .model import SIDE, Refinement, Served
from .samples import Maker

NAME = "joint-refinement"
OUTPUTS = {"position": [2], "axis": [2], "scale": [1], "confidence": [1]}


def publish(net: Refinement, learnt: Maker, held_out: Maker, val_maker: Maker, pictures: list[Picture], run: Path, args: argparse.Namespace) -> None:
    torch.set_num_threads(args.threads)
    temperature, threshold = settle(net, held_out, 3000)
    examples = np.stack([held_out(np.random.default_rng([3, i]))["image"] for i in range(8)]).astype(np.uint8)
    repository = entry_folder(args, run)
    ranges = np.stack([learnt(np.random.default_rng([4321, i]))["image"] for i in range(EXAMPLES)]).astype(np.uint8)
    checks = export(Served(net, temperature), NAME, SIDE, OUTPUTS, {"threshold": f"{threshold:.2f}"}, examples, repository, ranges, run / "float32.onnx", max_batch=16)
    rows, failures = crops(repository / NAME / "1" / "model.onnx", val_maker, threshold), []
    if (repository / "joint-localisation" / "1" / "model.onnx").exists():
        val = [p for p in pictures if p.film.split == "val" and p.joints is not None]
        locator = Locator(repository)
        joints = measure.collect(val, locator.chained, args.synthetic_test)
        np.savez(run / "answers.npz", **joints)
        rows += [(f"chain: {name}", value) for name, value in measure.rows(joints)]
        failures = measure.worst(joints)
        if not args.fold:
            again = measure.whole(val, lambda image: locator.chained(image, 2))
            rows += [(f"refined twice: {name}", value) for name, value in measure.positions(again)]
    if not args.fold:
        progress = json.loads((run / "progress.json").read_text())
        write_card(args.out, NAME, card(rows, failures, checks, progress, temperature, threshold, net, args))
    for line in rows:
        print(": ".join(line))
    print("worst:", failures)
    print(checks, "threshold", threshold, "temperature", temperature)


def crops(path: Path, maker: Maker, threshold: float, count: int = 3000) -> list[tuple[str, str]]:
    """Made-up crops of val hands: around jittered positions, and off target."""
    samples = [maker(np.random.default_rng([888, i])) for i in range(count)]
    out = predict(path, list(OUTPUTS), np.stack([s["image"] for s in samples]).astype(np.uint8))
    present = np.array([s["present"][0] for s in samples]) > 0
    absent = ~present & (np.array([s["asked"][0] for s in samples]) > 0)
    truth = np.stack([s["position"][0] for s in samples])
    confident = out["confidence"][:, 0] >= threshold
    # In hand scales; the diagonal of the ten joints' box is about 3.4 of them.
    error = np.linalg.norm(out["position"] - truth, axis=1)[present] * 1.2
    return [
        ("val, jittered crops (hard exposures): error, % of a hand scale: median / 95th percentile", f"{100 * np.median(error):.2f} / {100 * np.percentile(error, 95):.2f} ({present.sum()} crops)"),
        ("… on target, wrongly refused", share(int((~confident[present]).sum()), int(present.sum()))),
        ("… off target, hidden, or no hand: refused", share(int((~confident[absent]).sum()), int(absent.sum()))),
    ]


def card(rows, failures, checks, progress, temperature, threshold, net, args) -> str:
    table = "\n".join(f"| {a} | {b} |" for a, b in rows)
    count = sum(p.numel() for p in net.parameters()) / 1e6
    worst = "\n".join(f"- {line}" for line in failures)
    return f"""
# joint-refinement, version 1

Finds one joint, MCP or PIP of any finger, more exactly in a crop along the finger around its coarse position.

**For** research on radiographs of hands, after joint localisation. **Not for** diagnosis, not for commercial use (the hands it learnt from are under RSNA's terms for academic research, education and other non-commercial use).

## Input and outputs

`image` [n, 1, 96, 96] uint8: crop along the finger, side 1.2 × hand scale, around the coarse position. `position` [n, 2] fractions of the crop; `axis` [n, 2] unit vector towards the tip, relative to the crop; `scale` [n, 1] the hand scale as a fraction of the crop's side (a weak estimate: one joint shows little of the hand); `confidence` [n, 1] probability that a joint lies near the crop's centre. Below the threshold **{threshold:.2f}** there is none. It does not know which joint it was asked for: a crop on a neighbour's joint is refined to the neighbour.

## Method

U-shaped residual network of {count:.2f} M parameters with a heat map at a quarter of the crop, read by a soft argmax inside the graph. Training crops are cut around joints shifted by up to 0.2 hand scales, turned ± 15°, scaled ± 13 %; a quarter show a shaft, an end joint, the space between fingers, a joint hidden by an edge, another body part or made-up pictures, with confidence 0 (nothing is asked between 0.28 and 0.42 hand scales off). Expert points are drawn five times as often and count threefold. Calibrated by temperature ({temperature:.2f}) on a tenth of the training groups, set aside; so is the threshold.

## Data

`train` rows of the data folder with a single hand, grouped by hand; right hands mirrored: RSNA bone age 2017 (Halabi et al., Radiology 2018;290(2):498–503; boxes: Koitka et al., PLOS ONE 2018), SHS_NET (Honda et al., 2022). Other body parts only where their terms are known. Most positions were found by a network trained on expert points; on held-out films those lie 1.1 % (median) of the diagonal from the expert's.{synthetic_note(args)}

## Figures

Shipped weights on the `val` rows, with onnxruntime; 95 % intervals by bootstrap over hands, of the loose crops by Wilson. "chain" is what the mesh does: coarse, then refined once; a joint is missing if either says so. The diagonal is that of the ten joints' box; two readers differ by 1.7 % (median).

| | |
| --- | --- |
{table}

## How it fails

The ten worst films of `val`, in the chain:

{worst}

Coarse positions more than about 0.3 hand scales off are refused or drawn to a neighbour. End joints of the fingers look like PIP joints: most, not all, are refused. Deformed, eroded or replaced joints were not in the data.

## Speed and size

{checks['milliseconds']:.1f} ms a crop on {core()} (one thread, median, on a busy machine; fastest {checks['fastest']:.1f} ms), {checks['megabytes']:.1f} MB, convolutions in static 8 bits (ranges fixed on training inputs; float32 beside it under "8-bit"), opset 17. PyTorch and onnxruntime differ by at most {checks['difference']:.1e} on the float32 network; outputs of the served one are bit-equal at every batch size from 1 to 8.

## How to retrain

    cd training && python -m deepxray_training.refinement --data DATA --steps {progress['steps']} --batch {progress['batch']} --seed {progress['seed']}{command_tail(args)}

This export: step {progress['step']} of {progress['steps']}, {progress['seconds'] / 60:.0f} minutes on a share of one core of a busy machine.{history(args)} The same command evaluates and writes this card; its chained figures use the joint-localisation model that is in the repository then.

sha256 of model.onnx: `{checks['sha256']}`
"""
