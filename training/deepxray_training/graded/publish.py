"""The entry of the model repository: model.onnx, config.json and a card that says what the readers' grades changed."""

import hashlib
import json
from pathlib import Path

import numpy as np

from ..scoring.entry import check, to_onnx
from ..scoring.network import Served

CARD = """# joint-scoring, version {version}

> **Fine-tuned on graded crops**: {learn} crops of {learn_patients} patients, from version {base} (sha256 `{base_sha}`), which
> learnt from simulated lesions. The figures below are of {test} crops of {test_patients} other patients, against the same
> readers. They say nothing about other readers, films or clinics. Research use only; the weights stay non-commercial.

## Figures

95 % intervals from drawing patients with replacement; "change" is of the same draws, and none where its interval holds 0.

| figure | before | after | change |
| --- | --- | --- | --- |
{rows}

Always answering 0 is right in {always:.3f} of the cases. Refused as unscorable: {refused_before} before, {refused_after} after, of {test};
they count above with the grade that they would have had.

Readers (rows) against median grade (columns), 0-5, before and after:

```
{tables}
```

## Method

Patients were parted at random by their worst grade (seed {seed}): {learn_patients} to learn, {choose_patients} to choose the step and the temperature
({temperature:.2f}) on, {test_patients} to test. {steps} steps of {batch} crops, AdamW at {rate:g}; the weights of step {step} were the best on the
patients to choose on{unchanged}. Crops vary in frame, exposure, blur and noise as in the first training. A grade without
a percent pulls the eroded share into its span only. Frame: {frame}.

Made by `{command}` in `training/`.

model.onnx: {bytes:,} bytes, sha256 `{sha256}`

What the model gives, what it is for and how it fails: the card of version {base}, which it started from.
"""


def entry(served: Served, base: Path, out: Path, crops: np.ndarray) -> dict:
    """Write model.onnx and config.json to ``out``; gives bytes and sha256.

    The config is the base's, so that thresholds, limits and licence stay. ``crops`` [n >= 10, 1, CROP, CROP] serve
    to check that onnxruntime agrees, that no answer depends on its batch and that nonsense gives finite answers.
    """
    out.mkdir(parents=True, exist_ok=True)
    path = out / "model.onnx.new"
    to_onnx(served, path)
    checks = check(served, path, crops)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    config["parameters"]["sha256"] = {"stringValue": sha256}
    config["parameters"]["fineTunedFrom"] = config_sha(base)
    path.replace(out / "model.onnx")
    (out / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    return {"sha256": sha256, "bytes": (out / "model.onnx").stat().st_size} | checks


def config_sha(base: Path) -> dict[str, str]:
    return {"stringValue": hashlib.sha256((base / "model.onnx").read_bytes()).hexdigest()}


def row(name: str, three: dict[str, tuple[float, float, float]]) -> str:
    cells = [f"{value:{sign}.3f} ({low:{sign}.3f} to {high:{sign}.3f})" for key, sign in (("before", ""), ("after", ""), ("change", "+")) for value, low, high in [three[key]]]
    return f"| {name} | {' | '.join(cells)} |"


def side_by_side(before: np.ndarray, after: np.ndarray) -> str:
    lines = [" ".join(f"{n:5d}" for n in a) + "   |" + " ".join(f"{n:5d}" for n in b) for a, b in zip(before, after)]
    return "\n".join(lines)


def card(facts: dict) -> str:
    return CARD.format(**facts)
