"""A whole run: read, part, measure as it is, learn, export, measure again, write the entry and its card."""

import json
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from .. import calibrate, from_onnx
from ..scoring.entry import session
from ..scoring.measures import expected_grade
from ..scoring.network import ScoringNet, Served
from . import agreement, publish
from .crops import FIELDS, patch, predict, read_grey, show
from .finetune import BATCH, Views, finetune
from .folder import BadFolder, Graded, read
from .parts import part

MOST_TO_CHOOSE = 600
"""Crops that the best step is chosen on."""
LEAST_CHECKED = 10
MOST_DRIFT = 0.1
"""Expected grades between the served file and its weights taken back: 8-bit weights and a temperature move them a little."""


def run(options: Namespace, say: Callable[[str], None]) -> dict:
    """Gives ``figures`` as agreement.measure has them. Raises BadFolder or ValueError for what a person must mend."""
    rows = read(options.crops)
    say(f"{len(rows)} crops of {len({row.patient for row in rows})} patients")
    images = _pictures(rows, say)
    fields = FIELDS if options.field is None else (options.field,)
    base = options.base / "model.onnx"
    before, best_field = predict(session(str(base)), images, fields)
    say(f"the model as it is has looked at all of them; most at the central {100 * np.median(best_field):.0f} % of the crop")
    truth = np.array([row.grade for row in rows])
    low, high = np.array([row.percents for row in rows], np.float32).T
    patients = np.array([row.patient for row in rows])
    if options.measure_only:
        return _result(options, agreement.measure(truth, low, high, patients, before, before))

    parts = part(rows, options.test_share, options.choose_share, options.seed)
    learn, choose, test = (parts[name] for name in ("learn", "choose", "test"))
    for name, of in parts.items():
        say(f"{name:6s} {len(of)} crops of {len(set(patients[of]))} patients, grades 0-5: {np.bincount(truth[of], minlength=6).tolist()}")
    shown = np.stack([show(image, field) for image, field in zip(images, best_field)])[:, None]
    torch.manual_seed(options.seed)
    net = ScoringNet()
    from_onnx.load(base, net, torch.from_numpy(shown[learn]))
    drift = _drift(net.eval(), base, shown[learn])
    if drift > MOST_DRIFT:
        raise ValueError(f"{base} gives other grades than its weights do here (by {drift:.2f} in the mean): it is of another program")
    options.run.mkdir(parents=True, exist_ok=True)
    views = Views(np.stack([patch(images[i], best_field[i]) for i in learn]), truth[learn], low[learn], high[learn], options.seed)
    picked = np.random.default_rng(options.seed).permutation(choose)[:MOST_TO_CHOOSE]
    levels = truth[picked][:, None] > np.arange(5)[None]
    net, step = finetune(net, views, lambda now: calibrate.log_loss(above(now, shown[picked]), levels), options.run, options.steps, options.lr, say)

    temperature = calibrate.temperature(above(net, shown[picked]), levels)
    some = np.resize(np.arange(len(shown)), max(LEAST_CHECKED, len(shown)))[:LEAST_CHECKED]
    made = publish.entry(Served(net, temperature).eval(), options.base, options.out, shown[some])
    after, _ = predict(session(str(options.out / "model.onnx")), [images[i] for i in test], fields)
    before = {name: value[test] for name, value in before.items()}
    table = agreement.measure(truth[test], low[test], high[test], patients[test], before, after)
    threshold = float(json.loads((options.base / "config.json").read_text())["parameters"]["threshold"]["stringValue"])
    refused = [int((out["scorable"][:, 0] < threshold).sum()) for out in (before, after)]
    facts = made | {
        "version": options.out.name,
        "base": options.base.name,
        "base_sha": publish.config_sha(options.base)["stringValue"],
        "learn": len(learn),
        "test": len(test),
        **{f"{name}_patients": len(set(patients[of])) for name, of in parts.items()},
        "rows": "\n".join(publish.row(name, three) for name, three in table.items()),
        "always": float((truth[test] == 0).mean()),
        "refused_before": refused[0],
        "refused_after": refused[1],
        "tables": publish.side_by_side(agreement.confusion(truth[test], before), agreement.confusion(truth[test], after)),
        "seed": options.seed,
        "temperature": temperature,
        "steps": options.steps,
        "batch": BATCH,
        "rate": options.lr,
        "step": step,
        "unchanged": ": no step was better than the weights as they came" if step == 0 else "",
        "frame": f"the central {options.field:g} of each crop" if options.field else "the field of each crop that shows its joint best",
        "command": options.command,
    }
    (options.out / "card.md").write_text(publish.card(facts), encoding="utf-8")
    say(f"wrote {options.out}: model.onnx, config.json, card.md. To serve it, copy the folder into model-servers/repository/joint-scoring/")
    return _result(options, table)


def _drift(net: ScoringNet, base: Path, crops: np.ndarray) -> float:
    served = session(str(base)).run(["grade"], {"crop": crops[:16]})[0]
    taken = 1 / (1 + np.exp(-above(net, crops[:16])))
    return float(np.abs(expected_grade(served) - taken.sum(1)).mean())


def above(net: ScoringNet, crops: np.ndarray) -> np.ndarray:
    """[n, 5] logits of the grade being above 0, 1, 2, 3, 4, as they are served at temperature 1."""
    served = Served(net, 1.0).eval()
    with torch.no_grad():
        grade = torch.cat([served(torch.from_numpy(crops[i : i + 64]))[0] for i in range(0, len(crops), 64)]).double()
    over = grade.flip(1).cumsum(1).flip(1)[:, 1:].clamp(1e-7, 1 - 1e-7)
    return torch.logit(over).numpy()


def _pictures(rows: list[Graded], say: Callable[[str], None]) -> list[np.ndarray]:
    """Raises BadFolder with every picture that cannot be read."""
    images, problems = [], []
    for count, row in enumerate(rows):
        try:
            images.append(read_grey(row.path))
        except OSError as problem:
            problems.append(str(problem))
        if (count + 1) % 1000 == 0:
            say(f"read {count + 1}/{len(rows)} pictures")
    if problems:
        raise BadFolder("\n".join([f"{len(problems)} pictures cannot be read:", *problems[:50]]))
    return images


def _result(options: Namespace, table: dict) -> dict:
    options.run.mkdir(parents=True, exist_ok=True)
    (options.run / "figures.json").write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    return {"figures": table}
