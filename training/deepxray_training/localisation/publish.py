"""Calibrates, exports and evaluates joint localisation, and writes its card."""

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from .. import calibrate
from ..data import read_grey, upright
from ..cards import command_tail, history
from ..export import export, write_card
from ..frames import letterbox
from ..hands import Picture, finger_axes, hand_scale
from ..locate import Locator, diagonal
from ..metrics import share
from .cutoffs import cut_films
from .model import SIDE, Localisation, Served
from .samples import Maker

NAME = "joint-localisation"
OUTPUTS = {"position": [10, 2], "axis": [10, 2], "scale": [10], "confidence": [10]}


def publish(net: Localisation, held_out: list[Picture], pictures: list[Picture], run: Path, args: argparse.Namespace) -> None:
    torch.set_num_threads(args.threads)
    temperature, threshold = settle(net, Maker(held_out))
    val = [p for p in pictures if p.film.split == "val" and p.joints is not None]
    examples = np.stack([letterbox(p.image, SIDE) for p in val[:8]])[:, None]
    checks = export(Served(net, temperature), NAME, SIDE, OUTPUTS, {"threshold": f"{threshold:.2f}"}, examples, args.out)
    locator = Locator(args.out, refine=False)
    rows = [*positions(val, lambda image: locator.find(image)), *missing(val, locator, threshold)]
    if args.synthetic_test:
        rows += rendered(args.synthetic_test, lambda image: locator.find(image), threshold)
    progress = json.loads((run / "progress.json").read_text())
    write_card(args.out, NAME, card(rows, checks, progress, temperature, threshold, net, args))
    for line in rows:
        print(": ".join(line))
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
    # Hard samples (dim, noisy, half hidden): more is allowed to be missed here than on films as they come.
    threshold = calibrate.threshold(probability, present, 0.02)
    print(f"held out, hard samples: at {threshold:.2f} present missed {(probability[present] < threshold).mean():.4f}, absent found {(probability[~present] >= threshold).mean():.4f}")
    return temperature, threshold


def positions(val: list[Picture], find) -> list[tuple[str, str]]:
    """Errors in % of the diagonal, on the films as stored (upright, right hands mirrored)."""
    error, angle, size, expert = [], [], [], []
    for picture in val:
        image = upright(read_grey(picture.film), picture.film.turned)
        if picture.mirrored:
            image = np.ascontiguousarray(image[:, ::-1])
        truth = picture.joints * np.array(image.shape[::-1]) / np.array(picture.image.shape[::-1])
        found = find(image)
        error.append(100 * np.linalg.norm(found.joints - truth, axis=1) / diagonal(truth))
        cosine = (found.axes * finger_axes(truth)).sum(1)
        angle.append(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
        size.append(abs(np.log(found.scale / hand_scale(truth))))
        expert.append(picture.film.expert)
    error, angle, expert = np.array(error), np.array(angle), np.array(expert)
    rows = []
    for name, chosen in (("expert points", expert), ("machine points", ~expert)):
        e = error[chosen]
        if len(e):
            rows.append((f"val, {name}: error, % of the diagonal: median / 95th percentile / worst", f"{np.median(e):.2f} / {np.percentile(e, 95):.2f} / {e.max():.1f} ({len(e)} joints)"))
            rows.append(("… within 4 %", share(int((e <= 4).sum()), len(e))))
    rows.append(("axis, degrees off: median / 95th percentile", f"{np.median(angle):.1f} / {np.percentile(angle, 95):.1f}"))
    rows.append(("hand scale, % off: median / 95th percentile", f"{100 * np.median(size):.1f} / {100 * np.percentile(size, 95):.1f}"))
    worst = sorted(((float(error[i].max()), p.film.name) for i, p in enumerate(val)), reverse=True)[:5]
    rows.append(("worst films (largest error of a joint, %)", ", ".join(f"{n} {e:.1f}" for e, n in worst)))
    return rows


def rendered(folder: Path, find, threshold: float) -> list[tuple[str, str]]:
    """Rendered hands of unseen seeds, some with amputated rays."""
    from ..synthetic import read_as_left

    error, confident, there = [], [], []
    for image, joints, present in read_as_left(folder):
        found = find(image)
        error.append(100 * np.linalg.norm(found.joints - joints, axis=1) / diagonal(joints))
        confident.append(found.confidence >= threshold)
        there.append(present)
    error, confident, there = np.array(error), np.array(confident), np.array(there)
    return [
        ("rendered hands (unseen seeds): error, % of the diagonal: median / 95th percentile", f"{np.median(error[there]):.2f} / {np.percentile(error[there], 95):.2f} ({there.sum()} joints)"),
        ("… present joint wrongly missing", share(int((~confident[there]).sum()), int(there.sum()))),
        ("… joint of an amputated ray reported missing", share(int((~confident[~there]).sum()), int((~there).sum()))),
    ]


def missing(val: list[Picture], locator: Locator, threshold: float) -> list[tuple[str, str]]:
    """Absent joints reported missing, present ones wrongly missing."""
    whole = np.array([locator.find(p.image).confidence for p in val])
    rows = [("val, whole hands: present joint wrongly missing", share(int((whole < threshold).sum()), whole.size))]
    found, present = [], []
    for image, _joints, there in cut_films(val, 12345):
        found.append(locator.find(image).confidence)
        present.append(there)
    found, present = np.array(found), np.array(present)
    absent = present == 0
    rows.append(("val, made-up cut-offs: absent joint reported missing", share(int((found[absent] < threshold).sum()), int(absent.sum()))))
    rows.append(("… present joint wrongly missing", share(int((found[present == 1] < threshold).sum()), int((present == 1).sum()))))
    return rows


def card(rows, checks, progress, temperature, threshold, net, args) -> str:
    table = "\n".join(f"| {a} | {b} |" for a, b in rows)
    count = sum(p.numel() for p in net.parameters()) / 1e6
    synthetic = " Rendered hands (seeds from 100000) as well." if args.synthetic else ""
    return f"""
# joint-localisation, version 1

A first version. Finds MCP 1–5 and PIP 1–5 (`pip1` is the thumb's interphalangeal joint) on an upright left hand, coarsely, with the finger's axis, the hand scale and a confidence for each.

**For** research on radiographs of hands, after the body-part gate and before joint refinement. **Not for** diagnosis, not for commercial use (the hands it learnt from are under RSNA's terms for academic research, education and other non-commercial use), not for right, turned or inverted hands: mirror, turn and invert them first.

## Input and outputs

`image` [n, 1, 256, 256] uint8: letterbox of the upright left hand, tilted at most 30°. `position` [n, 10, 2] fractions of the input; `axis` [n, 10, 2] unit vectors towards the tip; `scale` [n, 10] the hand scale as a fraction of the input's side (ten estimates of one thing: take the median); `confidence` [n, 10] probability that the joint is there. Below the threshold **{threshold:.2f}** a joint is missing, and its position means nothing.

## Method

U-shaped residual network of {count:.2f} M parameters with heat maps at a quarter of the input, read by a soft argmax inside the graph; axis, scale and confidence are fields averaged under the heat map. Grey is normalised inside the graph. Training frames the hands anew (tilt ± 30°, hand scale from a quarter to an eleventh of the frame), changes exposure, grain, borders and markers, and takes joints away: by the frame, by collimation bars, by painting fingers over with the background. Films of other body parts have no joints. Expert points count twice. The confidence is calibrated by temperature ({temperature:.2f}) on a tenth of the training groups, set aside; so is the threshold.

## Data

`train` rows of the data folder with a single hand, grouped by hand; right hands mirrored: RSNA bone age 2017 (Halabi et al., Radiology 2018;290(2):498–503; boxes: Koitka et al., PLOS ONE 2018), SHS_NET (Honda et al., 2022). Most positions were themselves found by a network trained on expert points; on held-out films those lie 1.1 % (median) from the expert's.{synthetic}

## Figures

With onnxruntime; shares with 95 % Wilson intervals (joints of a hand are not independent: the true intervals are wider). The diagonal is that of the ten joints' box; two readers differ by 1.7 % (median).

| | |
| --- | --- |
{table}

## How it fails

Joints just inside the frame's edge may be called missing or not. Amputations were painted, not real. Deformed adult hands (ulnar drift, subluxation) were not in the data, nor were implants.

## Speed and size

{checks['milliseconds']:.1f} ms a film on one thread (median, on a busy machine; fastest {checks['fastest']:.1f} ms), {checks['megabytes']:.1f} MB, computed in float32 (large weights are stored in half precision and cast up as the file is opened), opset 17. PyTorch and onnxruntime differ by at most {checks['difference']:.1e}; outputs are bit-equal at every batch size.

## How to retrain

    cd training && python -m deepxray_training.localisation --data DATA --steps {progress['steps']} --batch {progress['batch']} --seed {progress['seed']}{command_tail(args)}

This export: step {progress['step']} of {progress['steps']}, {progress['seconds'] / 60:.0f} minutes on a share of one core of a busy machine.{history(args)} The same command evaluates and writes this card.

sha256 of model.onnx: `{checks['sha256']}`
"""
