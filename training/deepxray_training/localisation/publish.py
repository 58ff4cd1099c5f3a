"""Calibrates, exports and evaluates joint localisation, and writes its card."""

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from .. import calibrate
from ..cards import command_tail, history, synthetic_note, write_card
from ..engine import entry_folder
from ..export import export
from ..frames import letterbox
from ..hands import Picture
from ..locate import Locator
from ..processor import core
from ..quantise import EXAMPLES
from . import measure
from .model import SIDE, Localisation, Served
from .samples import Maker

NAME = "joint-localisation"
MOST_MISSED = 0.005
"""Share of the joints on hard samples (dim, noisy, half hidden) that may be called missing by each of two networks: a
joint is there if both believe so. A hundredth each called eroded joints of rendered hands missing, and found no fewer absent ones."""
OUTPUTS = {"position": [10, 2], "axis": [10, 2], "scale": [10], "confidence": [10]}


def publish(net: Localisation, learnt: Maker, held_out: list[Picture], pictures: list[Picture], run: Path, args: argparse.Namespace) -> None:
    torch.set_num_threads(args.threads)
    temperature, threshold = settle(net, Maker(held_out))
    val = [p for p in pictures if p.film.split == "val" and p.joints is not None]
    examples = np.stack([letterbox(p.image, SIDE) for p in val[:8]])[:, None]
    repository = entry_folder(args, run)
    ranges = np.stack([learnt(np.random.default_rng([4321, i]))["image"] for i in range(EXAMPLES)]).astype(np.uint8)
    checks = export(Served(net, temperature), NAME, SIDE, OUTPUTS, {"threshold": f"{threshold:.2f}"}, examples, repository, ranges, run / "float32.onnx")
    joints = measure.collect(val, Locator(repository, refine=False).coarsely, args.synthetic_test)
    np.savez(run / "answers.npz", **joints)
    rows, failures = measure.rows(joints), measure.worst(joints)
    if not args.fold:
        progress = json.loads((run / "progress.json").read_text())
        write_card(args.out, NAME, card(rows, failures, checks, progress, temperature, threshold, net, args))
    for line in rows:
        print(": ".join(line))
    print("worst:", failures)
    print(checks, "threshold", threshold, "temperature", temperature)


def settle(net: torch.nn.Module, maker: Maker, count: int = 600) -> tuple[float, float]:
    """Temperature and threshold of the confidence on samples of hands set aside."""
    samples = [maker(np.random.default_rng([777, i])) for i in range(count)]
    images = torch.from_numpy(np.stack([s["image"] for s in samples]))
    with torch.no_grad():
        logit = torch.cat([net(images[i : i + 32])["confidence"] for i in range(0, count, 32)]).numpy()
    present = np.stack([s["present"] for s in samples])
    asked = np.stack([s.get("asked", np.ones_like(s["present"])) for s in samples]) > 0
    logit, present = logit[asked], present[asked] > 0
    temperature = calibrate.temperature(logit, present)
    probability = 1 / (1 + np.exp(-logit / temperature))
    threshold = calibrate.threshold(probability, present, MOST_MISSED)
    print(f"held out, hard samples: at {threshold:.2f} present missed {(probability[present] < threshold).mean():.4f}, absent found {(probability[~present] >= threshold).mean():.4f}")
    return temperature, threshold


def card(rows, failures, checks, progress, temperature, threshold, net, args) -> str:
    table = "\n".join(f"| {a} | {b} |" for a, b in rows)
    count = sum(p.numel() for p in net.parameters()) / 1e6
    worst = "\n".join(f"- {line}" for line in failures)
    return f"""
# joint-localisation, version 1

Finds MCP 1–5 and PIP 1–5 (`pip1` is the thumb's interphalangeal joint) on an upright left hand, coarsely, with the finger's axis, the hand scale and a confidence for each.

**For** research on radiographs of hands, after the body-part gate and before joint refinement. **Not for** diagnosis, not for commercial use (the hands it learnt from are under RSNA's terms for academic research, education and other non-commercial use), not for right, turned or inverted hands: mirror, turn and invert them first.

## Input and outputs

`image` [n, 1, 256, 256] uint8: letterbox of the upright left hand, tilted at most 30°. `position` [n, 10, 2] fractions of the input; `axis` [n, 10, 2] unit vectors towards the tip; `scale` [n, 10] the hand scale as a fraction of the input's side (ten estimates of one thing: take the median); `confidence` [n, 10] probability that the joint is there. Below the threshold **{threshold:.2f}** a joint is missing, and its position means nothing.

## Method

U-shaped residual network of {count:.2f} M parameters with heat maps at a quarter of the input, read by a soft argmax inside the graph; axis, scale and confidence are fields averaged under the heat map. Grey is normalised inside the graph. Training frames the hands anew (tilt ± 30°, hand scale from a quarter to an eleventh of the frame), changes exposure, grain, borders and markers, and takes joints away: by the frame, by collimation bars, by painting fingers over with the background. Films of other body parts have no joints. Expert points count twice. The confidence is calibrated by temperature ({temperature:.2f}) on a tenth of the training groups, set aside; so is the threshold.

## Data

`train` rows of the data folder with a single hand, grouped by hand; right hands mirrored: RSNA bone age 2017 (Halabi et al., Radiology 2018;290(2):498–503; boxes: Koitka et al., PLOS ONE 2018), SHS_NET (Honda et al., 2022). Most positions were themselves found by a network trained on expert points; on held-out films those lie 1.1 % (median) from the expert's.{synthetic_note(args)}

## Figures

Shipped weights on the `val` rows, with onnxruntime; 95 % intervals by bootstrap over hands. Cut-offs are made from whole films. The diagonal is that of the ten joints' box; two readers differ by 1.7 % (median).

| | |
| --- | --- |
{table}

## How it fails

The ten worst films of `val`:

{worst}

Joints just inside the frame's edge may be called missing or not. Amputations were painted, not real. Deformed adult hands (ulnar drift, subluxation) were not in the data, nor were implants.

## Speed and size

{checks['milliseconds']:.1f} ms a film on {core()} (one thread, median, on a busy machine; fastest {checks['fastest']:.1f} ms), {checks['megabytes']:.1f} MB, convolutions in static 8 bits (ranges fixed on training inputs; float32 beside it under "8-bit"), opset 17. PyTorch and onnxruntime differ by at most {checks['difference']:.1e} on the float32 network; outputs of the served one are bit-equal at every batch size from 1 to 8.

## How to retrain

    cd training && python -m deepxray_training.localisation --data DATA --steps {progress['steps']} --batch {progress['batch']} --seed {progress['seed']}{command_tail(args)}

This export: step {progress['step']} of {progress['steps']}, {progress['seconds'] / 60:.0f} minutes on a share of one core of a busy machine.{history(args)} The same command evaluates and writes this card.

sha256 of model.onnx: `{checks['sha256']}`
"""
