"""The model card, written from what was measured."""

from argparse import Namespace

import numpy as np

from ..cards import history
from ..processor import core
from .network import TILT

FIRST = """# joint-scoring, version 1

> **Grades were learnt from simulated lesions on healthy joints. No graded radiograph was at hand, for training or
> for test.** The figures below measure agreement with our own simulation on unseen hands; they are no proof of
> clinical worth. Research use only; the weights are for non-commercial use (they come from films under RSNA's terms).
>
> **Who holds graded films should** first report this model's agreement with the readers untouched, then fine-tune it and
> measure again on patients that it never learnt from: one command does all three,
> `python -m deepxray_training.graded --crops DIR` in `training/` (`--help` has the folder's layout).
"""

BODY = """
## What it is for

Input `crop` [-1,1,112,112] uint8: one finger joint (MCP 1-5, PIP 1-5; PIP 1 is the thumb's interphalangeal joint), cut
along the finger, tip up, side 0.72 x hand scale for MCP, 0.58 x for PIP, 0 beyond the film. Outputs:

- `grade` [-1,6] probabilities of Ratingen 0-5 (cumulative logits, temperature {temperature:.2f} folded in); report the median.
- `erosion` [-1,1] percent of the articular outline of both bones that is destroyed.
- `evidence` [-1,1,14,14] where bone is gone, 0-1 (each cell 8 x 8 px of the crop).
- `scorable` [-1,1] probability that the crop shows a joint that can be scored; below {threshold:g} refuse it.

Not for diagnosis or treatment, for feet or wrists, for other scales (Sharp/van der Heijde does not convert), or for films
with bone dark (invert first). Not for films of few grey levels: reduced to 8, sound joints of real hands were graded up to 5,
to 16 still up to 2. The mesh refuses films of fewer than 20, `grade-crops` crops of fewer than 12 (12 of 11,520
real ones, all sound and graded 0); where such a film was made a JPEG or scaled down since, nobody notices.

## Data

Healthy joints of 1,019 train films (RSNA Bone Age 2017, SHS_NET; RSNA's terms: academic, educational, non-commercial),
11 % of their hands held out to choose the temperature and the threshold. All count as grade 0, growing ones included.
Most lesions lie on mature hands (bone age 14 years or more, or SHS_NET). The `val` hands serve for the figures below;
how the graph looks at a crop (ADR 8) and the optimiser (ADR 14) were chosen on them as well. Crops off target for
`scorable` also come from other body parts with known terms.{synthetic}

## Method

A joint is taken apart (film = soft tissue + remainder + distal bone + proximal bone; outlines by dynamic programming).
Lesions multiply a bone layer in the bone's own coordinates (marginal notches, dot-dash, cysts that broke through,
mouse ears, subchondral and central loss, moth-eaten ends, pencil and cup, resorption); geometry moves the layers
(narrowing, flexion, subluxation, angulation, collapse, fusion). The label is read back from the geometry: the share of
the articular outline, both bones, whose bone is gone beneath it. Narrowing, flexion overlap, osteopenia, sclerosis,
coarse texture, subluxation, spurs, swelling and sham edits alone are grade 0. Frames turn up to 20 degrees, scale by
12 %, shift by 8 %; exposure, gamma, blur, enlargement, noise, JPEG and black edges vary alike in all classes.

![Simulated lesions on simulated hands](../../../../docs/images/simulated-lesions.jpg)

*The simulation over joints that the project renders itself, since films may not be shown: untouched; companions alone
(grade 0); then from the smallest lesions down to grade 5, every other one with companions or deformity. Training
draws on real joints; `python -m deepxray_training.scoring.sheet --data DATA` shows those. There a person still sees
the drawing in some wide lesions, whose gap is darker and emptier than destroyed joints mostly are.*

Network: {parameters:,} parameters, 5 x 5 stem, 7 residual blocks, mean and max pool, ordinal head, evidence at stride 8.
Learnt from {crops:,} crops in {minutes:.0f} minutes, seed {seed}. Served with convolutions in static 8 bits (ranges
fixed on training crops; float32 beside it under "8-bit"); opset 17.{history}{steady} The graph looks at
each crop in four views that show the same joint (as it is, tilted by {tilt:g} degrees, both in the mirror) and averages
what it says of each: the answer wavers less ([ADR 8](../../../../docs/adr/0008-convolutions-in-8-bits.md)). The stem
stays in float32.

## Figures

`python -m deepxray_training.scoring --data DATA --only publish` (in `training/`) measures them on the frozen
hold-out: {n:,} simulated joints of the `val` hands and all their untouched joints. 95 % intervals from 200 bootstrap
draws of hands. Aims are what a first worthwhile model should reach.

| figure | value | 95 % interval | aim |
| --- | --- | --- | --- |
{rows}

Steadiness is told in two ways, of the same joint in four frames and exposures (turned by up to 20 degrees, scaled by up to 12 %,
a few by 25 %; exposure, gamma, blur, noise): "moves" is how far the expected grade of each lies from the mean of the four, "apart"
how far two of them lie from each other.

Truth (rows) against median grade (columns), 0-5, simulated hold-out:

```
{table}
```

Speed, onnxruntime, on {core}, one thread, the machine busy: {one:.2f} ms for one joint (fastest {one_fast:.2f}), {ten:.2f} ms a joint in
batches of ten (fastest {ten_fast:.2f}). PyTorch and onnxruntime differ by {difference:.1e} at most on the float32 network; outputs of the served one were bit-equal at
every batch size from 1 to 10 and finite on blank, constant and random crops.

## How it fails

- **It knows only what was drawn.** Real erosions that look like none of the simulated ones may pass as grade 0.
- **Small erosions** (below 5 % of the outline) are the least sure; see their sensitivity above.
- **Companions**: the rows "... alone" say how often narrowing, flexion and others by themselves raise a grade.
- **Wrong frame**: beyond 20 degrees, or with another joint in the crop (DIP looks like PIP), answers are not to be trusted.
- **Adults with arthrosis** are rare among the training films; spurs and subchondral cysts without erosion may be graded.
- `scorable` learnt drawn hardware, not real implants.

The ten simulated joints of the hold-out whose expected grade is furthest off (`lesion+`: with companions):

{worst}

## Retrain

`python -m deepxray_training.scoring --data DATA {command}` in `training/` (seeded; a run that stopped goes on).

model.onnx: {bytes:,} bytes, sha256 `{sha256}`
"""

RENDERED = """
About 7 % of the training joints were drawn by the project's own renderer (`synthetic/`, seeds from 100000; `python -m
deepxray_training.scoring.rendered` makes them); the figures on rendered hands are of other seeds, but of a kind of hand that is
known: seven networks that learnt from none reach a quadratic kappa of 0.74 to 0.87 there, and grade 53 to 87 % of the sound
joints 0 ([ADR 15](../../../../docs/adr/0015-what-rendered-hands-tell.md))."""

STEADY = """ Two views of each joint lie side by side in a batch: where they show one thing, what their
expected grades differ by is a loss; where a lesion grows from one to the other, so is a falling grade."""

AIMS = {
    "rendered hands: within one grade": ">= 0.90",
    "rendered hands: healthy joints graded 0": ">= 0.95",
    "quadratic kappa": ">= 0.93",
    "MAE of the eroded share, points": "<= 7",
    "AUC 0 against >= 1": ">= 0.97",
    "AUC 0 against 1": ">= 0.92",
    "sensitivity at 90 % specificity, 5-10 % eroded": ">= 0.70",
    "sensitivity at 90 % specificity, 10-20 % eroded": ">= 0.90",
    "lesions alone: AUC 0 against 1": ">= 0.90",
    "lesions alone: AUC 0 against 2": ">= 0.98",
    "untouched mature joints graded 0": ">= 0.97",
    "untouched growing joints graded 0": ">= 0.93",
    "calibration error": "<= 0.05",
    "same joint, other frame and exposure: moves <= 0.3 grades": ">= 0.95",
    "a lesion that grows: expected grade never falls by > 0.25": "1",
    "all alone graded >= 1": "<= 0.20",
    "all alone graded >= 2": "<= 0.02",
} | {f"{kind} alone graded >= {g}": aim for kind in ("narrowing", "flexion", "osteopenia", "sclerosis", "coarse") for g, aim in ((1, "<= 0.10"), (2, "<= 0.02"))}


def row(name: str, value: float, low: float, high: float) -> str:
    return f"| {name} | {value:.3f} | {low:.3f}-{high:.3f} | {AIMS.get(name, '')} |"


def text(facts: dict, figures: dict[str, tuple[float, float, float]], confusion: np.ndarray, worst: list[str], options: Namespace) -> str:
    """The card of a model: ``facts`` of its making, ``figures``, ``confusion`` and ``worst`` of evaluate.py."""
    rows = [row(name, *values) for name, values in figures.items()]
    table = "\n".join(" ".join(f"{int(n):5d}" for n in line) for line in confusion)
    rendered = options.synthetic is not None
    return FIRST + BODY.format(
        **facts,
        synthetic=RENDERED if rendered else "",
        n=int(confusion.sum()),
        rows="\n".join(rows),
        table=table,
        worst="\n".join(f"- {line}" for line in worst),
        history=history(options) + (f" The weights are a mean: {facts['blend']}." if facts["blend"] else ""),
        steady=STEADY if options.steady else "",
        tilt=TILT,
        core=core(),
        command=f"--samples {options.samples} --seed {facts['seed']}" + (" --steady" if options.steady else "") + (" --init PREVIOUS/model.onnx" if options.init else "") + (" --synthetic RENDERED" if rendered else ""),
        one=facts["ms a joint in batches of 1"],
        one_fast=facts["ms a joint in batches of 1, fastest"],
        ten=facts["ms a joint in batches of 10"],
        ten_fast=facts["ms a joint in batches of 10, fastest"],
    )
