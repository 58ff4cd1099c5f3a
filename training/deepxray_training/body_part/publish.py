"""Calibrates, exports and evaluates the body-part network, and writes its card."""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from torch import nn

from ..cards import command_tail, history, synthetic_note, write_card
from ..engine import entry_folder
from ..export import export
from ..frames import letterbox
from ..hands import Picture
from ..processor import core
from ..quantise import EXAMPLES
from . import measure
from .measure import INPUT, OUTPUTS, views
from .model import KINDS, BodyPart, FourTurns, Served
from .samples import Maker


def publish(net: BodyPart, learnt: list[Picture], held_out: list[Picture], val: list[Picture], everything: list[Picture], run: Path, args: argparse.Namespace) -> None:
    torch.set_num_threads(args.threads)
    turning = FourTurns(net)
    temperatures, threshold = calibrate(turning, held_out)
    examples = np.stack([letterbox(p.image, INPUT) for p in val[:: max(1, len(val) // 8)]][:8])[:, None]
    parameters = {
        "threshold": f"{threshold:.2f}",
        "labels": ",".join(KINDS),
        "turnedDegrees": "0,90,180,270",
    }
    repository = entry_folder(args, run)
    ranges = np.stack([letterbox(shown(p, i), INPUT) for i, p in enumerate(learnt[:: max(1, len(learnt) // EXAMPLES)])])[:, None]
    checks = export(Served(turning, temperatures), "body-part", INPUT, OUTPUTS, parameters, examples, repository, ranges, run / "float32.onnx")
    unknown = [p for p in (val if args.fold else everything) if p.film.body_part == "other" and not p.film.terms_known]
    answers = measure.collect(repository / "body-part" / "1" / "model.onnx", val, unknown, threshold, args.synthetic_test)
    np.savez(run / "answers.npz", **answers)
    figures, failures = measure.rows(answers), measure.worst(answers)
    if not args.fold:
        progress = json.loads((run / "progress.json").read_text())
        write_card(args.out, "body-part", card(figures, failures, checks, progress, temperatures, threshold, net, args))
    for line in figures:
        print(": ".join(line))
    print("worst:", failures)
    print(checks, "threshold", threshold, temperatures)


def shown(picture: Picture, number: int) -> np.ndarray:
    """A film in one of its turns, mirrored or not, every third with its grey inverted."""
    image = views(picture)[number % 8][0]
    return 255 - image if number % 3 == 0 else image


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
    threshold = settle(probability, kind)
    refused, let_in = mistakes(probability, kind, threshold)
    print(f"held out, hard samples: accuracy {np.mean(answer == kind):.4f}; at {threshold:.2f}: hands refused {refused:.4f}, others let in {let_in:.4f}")
    print("confusion (rows truth):", np.histogram2d(kind, answer, (4, 4), [[-0.5, 3.5]] * 2)[0].astype(int).tolist())
    print("turned right:", float((logits["turned"].argmax(1) == truth["turned"])[known].float().mean()), "inverted right:", float(((logits["inverted"][:, 0] > 0) == (truth["inverted"] > 0.5))[hand].float().mean()))
    return temperatures, float(threshold)


def settle(probability: np.ndarray, kind: np.ndarray, slack: float = 0.1) -> float:
    """The highest threshold (0.5-0.95) at which the share of hands refused and the share of others let in are together at
    most ``slack`` above the least: high, since feet and what else may be sent are not among the samples.
    ``probability`` [n, 4], ``kind`` [n]."""
    steps = np.arange(0.5, 0.951, 0.01)
    together = np.array([sum(mistakes(probability, kind, t)) for t in steps])
    return float(steps[together <= (1 + slack) * together.min() + 1e-9][-1])


def mistakes(probability: np.ndarray, kind: np.ndarray, threshold: float) -> tuple[float, float]:
    """Shares: of hands refused or taken for another kind, and of others let in as any hand."""
    answer, sure, other = probability.argmax(1), probability.max(1) >= threshold, kind == KINDS.index("other")
    return float(1 - ((answer == kind) & sure)[~other].mean()), float(((answer < KINDS.index("other")) & sure)[other].mean())


def card(figures, failures, checks, progress, temperatures, threshold, net, args) -> str:
    rows = "\n".join(f"| {a} | {b} |" for a, b in figures)
    worst = "\n".join(f"- {line}" for line in failures) or "- none in these tests"
    count = sum(p.numel() for p in net.parameters()) / 1e6
    return f"""
# body-part, version 1

Tells left hand, right hand, both hands and anything else; how the film is turned; whether its grey is inverted.

**For** research on radiographs of hands: the gate before joint localisation. **Not for** diagnosis, not for commercial use (the hands it learnt from are under RSNA's terms for academic research, education and other non-commercial use).

## Input and outputs

`image` [n, 1, 256, 256] uint8: letterbox of the whole film. `kind` [n, 4] probabilities of {', '.join(KINDS)}; `turned` [n, 4] probabilities that the film is turned clockwise by 0, 90, 180, 270 degrees; `inverted` [n, 1] probability that bone is dark. `turned` and `inverted` mean nothing where `kind` is other. A largest `kind` below the threshold **{threshold:.2f}** is to be answered as other.

## Method

Residual network of {count:.2f} M parameters on 128 × 128 pixels (the input is averaged 2 × 2 inside the graph), after two normalisations inside the graph: contrast over the film, and over each neighbourhood. It looks at the film in its four quarter turns, inside the graph, and the mean of the four answers counts. Every hand is shown as left and mirrored as right, in four turns and both polarities, tilted ± 20°, at other scales, exposures, noise, collimation, frames and lighter or darker bands (these after a first network had refused such a film of `val`). So that the side comes from the anatomy, the surroundings where markers lie are wiped or mirrored in 60 % of the samples and random letters are pasted in half. Both hands are mostly composed of two single ones. `other`: the films with known terms, parts of hands (six joints or fewer in view), hands reshaped to a foot's proportions (single and in pairs), shuffled hands, bent films, two views side by side, and pictures made up (blank, gradients, noise, text, shapes, single long bones). Feet, knees and shoulders were **not** in training: nearly all of them at hand lack terms. Probabilities are calibrated by temperature ({', '.join(f'{k} {v:.2f}' for k, v in temperatures.items())}) on a tenth of the training groups, set aside; the threshold is the highest at which, of hard samples of these (tilted, noisy, cropped, made-up others), the share of hands refused and the share of others let in are together at most a tenth above the least.

## Data

`train` rows of the data folder, grouped by hand, without the 129 films whose terms are unknown: RSNA bone age 2017 (Halabi et al., Radiology 2018;290(2):498–503), SHS_NET (Honda et al., 2022), RAM-W600 (CC BY 4.0), COVID-19 Image Repository Hannover (CC BY 3.0), Kermany et al. 2018 (CC BY 4.0), FracAtlas and GRAZPEDWRI-DX (CC BY 4.0), scikit-image and scikit-learn sample pictures. Two of the 37 other films in `val` (pelves of infants) are copies, saved anew, of two in `train`; no hand is (`training/tests/test_real_films.py` looks).{synthetic_note(args)}

## Figures

Shipped weights on the `val` rows, with onnxruntime, the threshold applied; 95 % Wilson intervals, of the balanced accuracy by bootstrap over hands. `val` has few films of right hands, both hands and feet: read the intervals. Mirrored hands and composed pairs are named as such.

| | |
| --- | --- |
{rows}

## How it fails

The ten worst of these films (where fewer were answered wrongly, the least sure of the others):

{worst}

Hands with most fingers missing, hands in plaster and feet are where to expect mistakes.

## Speed and size

{checks['milliseconds']:.1f} ms a film on {core()} (one thread, median, on a busy machine; fastest {checks['fastest']:.1f} ms), {checks['megabytes']:.1f} MB, convolutions in static 8 bits (ranges fixed on training inputs; float32 beside it under "8-bit"), opset 17. PyTorch and onnxruntime differ by at most {checks['difference']:.1e} on the float32 network; outputs of the served one are bit-equal at every batch size from 1 to 8.

## How to retrain

    cd training && python -m deepxray_training.body_part --data DATA --steps {progress['steps']} --batch {progress['batch']} --seed {progress['seed']}{command_tail(args)}

This export: step {progress['step']} of {progress['steps']}, {progress['seconds'] / 60:.0f} minutes on a share of one core of a busy machine.{history(args)} The same command evaluates and writes this card.

sha256 of model.onnx: `{checks['sha256']}`
"""
