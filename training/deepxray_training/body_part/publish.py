"""Calibrates, exports and evaluates the body-part network, and writes its card."""

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

from ..cards import command_tail, history
from ..export import export, predict, write_card
from ..frames import letterbox
from ..hands import Picture, background, hand_mask
from ..metrics import share
from .model import KINDS, BodyPart, Served
from .samples import Maker

OUTPUTS = {"kind": [4], "turned": [4], "inverted": [1]}
INPUT = 256


def publish(net: BodyPart, held_out: list[Picture], val: list[Picture], everything: list[Picture], run: Path, args: argparse.Namespace) -> None:
    torch.set_num_threads(args.threads)
    temperatures, threshold = calibrate(net, held_out)
    examples = np.stack([letterbox(p.image, INPUT) for p in val[:: max(1, len(val) // 8)]][:8])[:, None]
    parameters = {
        "threshold": f"{threshold:.2f}",
        "labels": ",".join(KINDS),
        "turnedDegrees": "0,90,180,270",
    }
    checks = export(Served(net, temperatures), "body-part", INPUT, OUTPUTS, parameters, examples, args.out)
    path = args.out / "body-part" / "1" / "model.onnx"
    figures, failures = evaluate(path, val, everything, threshold)
    if args.synthetic_test:
        figures += rendered(path, args.synthetic_test, threshold)
    progress = json.loads((run / "progress.json").read_text())
    write_card(args.out, "body-part", card(figures, failures, checks, progress, temperatures, threshold, net, args))
    for line in figures:
        print(": ".join(line))
    print("worst:", failures)
    print(checks, "threshold", threshold, temperatures)


def calibrate(net: nn.Module, held_out: list[Picture]) -> tuple[dict[str, float], float]:
    """Temperatures and the threshold, on samples of hands and films the network was not trained on."""
    maker = Maker(held_out)
    samples = [maker(np.random.default_rng([777, i])) for i in range(1600)]
    images = torch.from_numpy(np.stack([s["image"] for s in samples]))
    with torch.no_grad():
        parts = [net(images[i : i + 64]) for i in range(0, len(images), 64)]
    logits = {k: torch.cat([p[k] for p in parts]) for k in parts[0]}
    truth = {k: torch.tensor([s[k] for s in samples]) for k in ("kind", "turned", "inverted")}

    def best(score) -> float:
        return min(np.exp(np.linspace(np.log(0.5), np.log(4), 40)), key=score)

    known = truth["turned"] >= 0
    hand = truth["inverted"] >= 0
    temperatures = {
        "kind": best(lambda t: float(nn.functional.cross_entropy(logits["kind"] / t, truth["kind"]))),
        "turned": best(lambda t: float(nn.functional.cross_entropy(logits["turned"][known] / t, truth["turned"][known]))),
        "inverted": best(lambda t: float(nn.functional.binary_cross_entropy_with_logits(logits["inverted"][hand, 0] / t, truth["inverted"][hand].float()))),
    }
    probability = torch.softmax(logits["kind"] / temperatures["kind"], 1).numpy()
    answer, kind = probability.argmax(1), truth["kind"].numpy()
    other = kind == 3
    threshold = settle(net, held_out, temperatures["kind"])
    accepted = ((answer[other] < 3) & (probability[other].max(1) >= threshold)).mean()
    right = ((answer == kind) & (probability.max(1) >= threshold))[~other].mean()
    print(f"held out, hard samples: accuracy {np.mean(answer == kind):.4f}; at {threshold:.2f}: hands kept {right:.4f}, others accepted {accepted:.4f}")
    print("confusion (rows truth):", np.histogram2d(kind, answer, (4, 4), [[-0.5, 3.5]] * 2)[0].astype(int).tolist())
    print("turned right:", float((logits["turned"].argmax(1) == truth["turned"])[known].float().mean()), "inverted right:", float(((logits["inverted"][:, 0] > 0) == (truth["inverted"] > 0.5))[hand].float().mean()))
    return temperatures, float(threshold)


def settle(net: nn.Module, held_out: list[Picture], temperature: float, most_rejected: float = 0.005) -> float:
    """The highest threshold (0.5-0.95) that rejects at most the given share of hands set aside, framed as they
    come, in all turns, plain and mirrored. Hands decide it, since what else may be sent is never all at hand."""
    hands = [v for p in held_out if p.joints is not None and p.film.source != "synthetic" for v in views(p)]
    images = torch.from_numpy(np.stack([letterbox(v[0], INPUT) for v in hands])[:, None])
    with torch.no_grad():
        logits = torch.cat([net(nn.functional.avg_pool2d(images[i : i + 64].float(), 2))["kind"] for i in range(0, len(images), 64)])
    largest = torch.softmax(logits / temperature, 1).amax(1).numpy()
    allowed = [t for t in np.arange(0.5, 0.951, 0.01) if (largest < t).mean() <= most_rejected]
    return float(allowed[-1]) if allowed else 0.5


def views(picture: Picture) -> list[tuple[np.ndarray, str, int]]:
    """A film in four turns and mirrored: (image, kind, turned)."""
    film = picture.film
    kind = {"left_hand": "left-hand", "right_hand": "right-hand", "both_hands": "both-hands", "other": "other"}[film.body_part]
    out = []
    for mirror in (False, True):
        image = picture.image[:, ::-1] if mirror != picture.mirrored else picture.image
        shown = {"left-hand": "right-hand", "right-hand": "left-hand"}.get(kind, kind) if mirror else kind
        out += [(np.ascontiguousarray(np.rot90(image, -k)), shown, 90 * k) for k in range(4)]
    return out


def evaluate(path: Path, val: list[Picture], everything: list[Picture], threshold: float) -> tuple[list[tuple[str, str]], list[str]]:
    names = list(OUTPUTS)

    def ask(images: list[np.ndarray]) -> dict[str, np.ndarray]:
        out = predict(path, names, np.stack([letterbox(i, INPUT) for i in images])[:, None])
        answer = out["kind"].argmax(1)
        out["answer"] = np.where(out["kind"].max(1) >= threshold, answer, 3)
        return out

    rows: list[tuple[str, str]] = []
    failures = []
    known = [p for p in val if p.film.terms_known]
    # The films as stored, except that single hands are upright (the turned ones follow below).
    for part, kind in zip(["left_hand", "right_hand", "both_hands", "other"], range(4)):
        chosen = [p for p in known if p.film.body_part == part]
        out = ask([p.image[:, ::-1] if p.mirrored else p.image for p in chosen])
        counts = np.bincount(out["answer"], minlength=4)
        rows.append((f"val, {KINDS[kind]} answered {KINDS[kind]}", share(int(counts[kind]), len(chosen))))
        failures += [f"{p.film.name} ({KINDS[kind]} taken for {KINDS[a]}, {out['kind'][i].max():.2f})" for i, (p, a) in enumerate(zip(chosen, out["answer"])) if a != kind]
    singles = [v for p in known if p.film.joints is not None for v in views(p)]
    out = ask([v[0] for v in singles])
    truth = np.array([KINDS.index(v[1]) for v in singles])
    turned = np.array([v[2] // 90 for v in singles])
    accepted = out["answer"] < 2
    rows.append(("val, single hands in 4 turns, plain and mirrored: side right", share(int((out["answer"] == truth).sum()), len(truth))))
    rows.append(("… taken for the other side", share(int((out["answer"] == 1 - truth).sum()), len(truth))))
    rows.append(("… turn right, of all", share(int((out["turned"].argmax(1) == turned).sum()), len(truth))))
    rows.append(("… turn right, of those accepted", share(int((out["turned"].argmax(1) == turned)[accepted].sum()), int(accepted.sum()))))
    rows.append(("… polarity right", share(int((out["inverted"][:, 0] < 0.5).sum()), len(truth))))
    negative = ask([255 - v[0] for v in singles])
    rows.append(("… inverted: side right", share(int((negative["answer"] == truth).sum()), len(truth))))
    rows.append(("… inverted: turn right", share(int((negative["turned"].argmax(1) == turned).sum()), len(truth))))
    rows.append(("… inverted: polarity right", share(int((negative["inverted"][:, 0] >= 0.5).sum()), len(truth))))
    hands = [p for p in known if p.film.joints is not None]
    for name, change in (("markers wiped", wiped), ("surroundings mirrored in place", around_mirrored), ("a wrong letter pasted", wrong_letter)):
        out = ask([v for p in hands for v in (change(p), np.ascontiguousarray(change(p)[:, ::-1]))])
        truth2 = np.array([k for _ in hands for k in (0, 1)])
        rows.append((f"val, single hands, plain and mirrored, {name}: side right", share(int((out["answer"] == truth2).sum()), len(truth2))))
    others = [v for p in known if p.film.body_part == "other" for v in views(p)]
    out = ask([v[0] for v in others])
    rows.append(("val, others in 4 turns, plain and mirrored: taken for a left hand", share(int((out["answer"] == 0).sum()), len(others))))
    rows.append(("… taken for any hand", share(int((out["answer"] < 3).sum()), len(others))))
    test = [p for p in everything if p.film.body_part == "other" and not p.film.terms_known]
    out = ask([p.image for p in test])
    rows.append(("129 films without known terms (never trained on): taken for a left hand", share(int((out["answer"] == 0).sum()), len(test))))
    rows.append(("… taken for any hand", share(int((out["answer"] < 3).sum()), len(test))))
    failures += [f"{p.film.name} ({p.film.note or 'other'} taken for {KINDS[a]}, {out['kind'][i].max():.2f})" for i, (p, a) in enumerate(zip(test, out["answer"])) if a < 3]
    return rows, failures


def rendered(path: Path, folder: Path, threshold: float) -> list[tuple[str, str]]:
    """Rendered hands of unseen seeds, in four turns and mirrored."""
    from ..synthetic import load_synthetic

    shown = [v for p in load_synthetic(folder, 384) for v in views(p)]
    out = predict(path, list(OUTPUTS), np.stack([letterbox(v[0], INPUT) for v in shown])[:, None])
    right = (out["kind"].argmax(1) == [KINDS.index(v[1]) for v in shown]) & (out["kind"].max(1) >= threshold)
    single = np.array([v[1] != "both-hands" for v in shown])
    turned = out["turned"].argmax(1) == [v[2] // 90 for v in shown]
    return [
        ("rendered hands (unseen seeds) in 4 turns, plain and mirrored: kind right", share(int(right.sum()), len(right))),
        ("… turn right", share(int(turned[single].sum()), int(single.sum()))),
    ]


def wiped(picture: Picture) -> np.ndarray:
    mask = hand_mask(picture.image.shape, picture.joints)
    plain = background(picture.image, mask)
    return np.clip(picture.image * mask + plain * (1 - mask), 0, 255).astype(np.uint8)


def around_mirrored(picture: Picture) -> np.ndarray:
    mask = hand_mask(picture.image.shape, picture.joints)
    plain = background(picture.image, mask)
    around = picture.image[:, ::-1] * (1 - mask[:, ::-1]) + plain * mask[:, ::-1]
    return np.clip(picture.image * mask + around * (1 - mask), 0, 255).astype(np.uint8)


def wrong_letter(picture: Picture) -> np.ndarray:
    image = wiped(picture)
    size = image.shape[0] / 400
    cv2.putText(image, "R", (int(0.04 * image.shape[1]), int(0.75 * image.shape[0])), cv2.FONT_HERSHEY_DUPLEX, 1.4 * size, int(max(60, image.max())), 2, cv2.LINE_AA)
    return image


def card(figures, failures, checks, progress, temperatures, threshold, net, args) -> str:
    rows = "\n".join(f"| {a} | {b} |" for a, b in figures)
    worst = "\n".join(f"- {line}" for line in failures[:20]) or "- none in these tests"
    count = sum(p.numel() for p in net.parameters()) / 1e6
    return f"""
# body-part, version 1

A first version. Tells left hand, right hand, both hands and anything else; how the film is turned; whether its grey is inverted.

**For** research on radiographs of hands: the gate before joint localisation. **Not for** diagnosis, not for commercial use (the hands it learnt from are under RSNA's terms for academic research, education and other non-commercial use).

## Input and outputs

`image` [n, 1, 256, 256] uint8: letterbox of the whole film. `kind` [n, 4] probabilities of {', '.join(KINDS)}; `turned` [n, 4] probabilities that the film is turned clockwise by 0, 90, 180, 270 degrees; `inverted` [n, 1] probability that bone is dark. `turned` and `inverted` mean nothing where `kind` is other. A largest `kind` below the threshold **{threshold:.2f}** is to be answered as other.

## Method

Residual network of {count:.2f} M parameters on 128 × 128 pixels (the input is averaged 2 × 2 inside the graph), after two normalisations inside the graph: contrast over the film, and over each neighbourhood. Every hand is shown as left and mirrored as right, in four turns and both polarities, tilted ± 20°, at other scales, exposures, noise, collimation and frames. So that the side comes from the anatomy, the surroundings where markers lie are wiped or mirrored in 60 % of the samples and random letters are pasted in half. Both hands are mostly composed of two single ones. `other`: the films with known terms, parts of hands (six joints or fewer in view), hands reshaped to a foot's proportions (single and in pairs), shuffled hands, bent films, two views side by side, and pictures made up (blank, gradients, noise, text, shapes, single long bones). Feet, knees and shoulders were **not** in training: nearly all of them at hand lack terms. Probabilities are calibrated by temperature ({', '.join(f'{k} {v:.2f}' for k, v in temperatures.items())}) on a tenth of the training groups, set aside; the threshold is the highest that rejects at most 0.5 % of the hands set aside, in all turns, plain and mirrored.

## Data

`train` rows of the data folder, grouped by hand, without the 129 films whose terms are unknown: RSNA bone age 2017 (Halabi et al., Radiology 2018;290(2):498–503), SHS_NET (Honda et al., 2022), RAM-W600 (CC BY 4.0), COVID-19 Image Repository Hannover (CC BY 3.0), Kermany et al. 2018 (CC BY 4.0), FracAtlas and GRAZPEDWRI-DX (CC BY 4.0), scikit-image and scikit-learn sample pictures.{synthetic_note(args)}

## Figures

With onnxruntime, the threshold applied; 95 % Wilson intervals. `val` has few films of right hands, both hands and feet: read the intervals.

| | |
| --- | --- |
{rows}

## How it fails

{worst}

Hands with most fingers missing, hands in plaster and feet are where to expect mistakes.

## Speed and size

{checks['milliseconds']:.1f} ms a film on one thread (median, on a busy machine; fastest {checks['fastest']:.1f} ms), {checks['megabytes']:.1f} MB, computed in float32 (large weights are stored in half precision and cast up as the file is opened), opset 17. PyTorch and onnxruntime differ by at most {checks['difference']:.1e}; outputs are bit-equal at every batch size.

## How to retrain

    cd training && python -m deepxray_training.body_part --data DATA --steps {progress['steps']} --batch {progress['batch']} --seed {progress['seed']}{command_tail(args)}

This export: step {progress['step']} of {progress['steps']}, {progress['seconds'] / 60:.0f} minutes on a share of one core of a busy machine.{history(args)} The same command evaluates and writes this card.

sha256 of model.onnx: `{checks['sha256']}`
"""


def synthetic_note(args: argparse.Namespace) -> str:
    return " Rendered hands (seeds from 100000) as well." if args.synthetic else ""
