"""Fine-tuning on a small made-up folder: crops of hands that the project's renderer drew, in the documented layout."""

import csv
import hashlib
import io
import itertools
import json
import re
import subprocess
import sys

import cv2
import numpy as np
import onnxruntime
import pytest
import torch

from deepxray_training.data import JOINTS
from deepxray_training.engine import REPOSITORY, TRAINING
from deepxray_training.graded import agreement, crops, folder, parts
from deepxray_training.graded import finetune as finetuning
from deepxray_training.scoring import rendered
from deepxray_training.scoring.network import ScoringNet
from deepxray_training.scoring.patches import PATCH

NODE = TRAINING.parent / "node_modules" / ".bin" / "node"
COLUMNS = ["file", "patient", "joint", "grade", "erosion_percent"]


def write_table(root, rows, columns=COLUMNS):
    with open(root / "graded.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Eight simulated hands, a patient each: loose crops of 150 px; half the rows tell the grade, half the percent."""
    if not NODE.exists():
        pytest.skip("the renderer needs the project's Node: run npm ci")
    root = tmp_path_factory.mktemp("graded")
    rendered.render(root / "hands", 400_000, 8)
    hands = rendered.load(root / "hands")
    truths = [json.loads(path.read_text()) for path in sorted((root / "hands").glob("hand-*.json"))]
    joints = [joint for truth in truths for joint in JOINTS if not truth["joints"][joint].get("missing")]
    (root / "crops").mkdir()
    rows = []
    for index, (joint, image) in enumerate(zip(joints, hands.image, strict=True)):
        file = f"crops/{hands.hand[index]}-{joint}.png"
        cv2.imwrite(str(root / file), cv2.resize(image, (150, 150), interpolation=cv2.INTER_AREA))
        exact = index % 2
        rows.append([file, f"p{hands.hand[index]}", joint, "" if exact else hands.grade[index], hands.percent[index] if exact else ""])
    write_table(root, rows)
    return root


def finetune(root, run, *words):
    command = [sys.executable, "-m", "deepxray_training.graded", "--crops", str(root), "--run", str(run), *words]
    return subprocess.run(command, cwd=TRAINING, capture_output=True, text=True)


def test_a_run_measures_before_and_after_and_writes_an_entry_that_can_be_served(graded, tmp_path):
    done = finetune(graded, tmp_path, "--steps", "12")
    assert done.returncode == 0, done.stderr
    (entry,) = (tmp_path / "joint-scoring").iterdir()
    config = json.loads((entry / "config.json").read_text())
    sha256 = hashlib.sha256((entry / "model.onnx").read_bytes()).hexdigest()
    assert config["parameters"]["sha256"]["stringValue"] == sha256
    card = (entry / "card.md").read_text()
    assert sha256 in card and "Fine-tuned on graded crops" in card and "{" not in card
    figures = json.loads((tmp_path / "figures.json").read_text())
    for name in ("quadratic kappa", "accuracy", "AUC 0 against >= 1"):
        for when in ("before", "after"):
            value, low, high = figures[name][when]
            assert low <= value <= high and -1 <= value <= 1, name
    session = onnxruntime.InferenceSession(str(entry / "model.onnx"), providers=["CPUExecutionProvider"])
    base = REPOSITORY / "joint-scoring" / "1" / "model.onnx"
    served = onnxruntime.InferenceSession(str(base), providers=["CPUExecutionProvider"])
    assert [(o.name, o.type) for o in session.get_outputs()] == [(o.name, o.type) for o in served.get_outputs()]


def test_a_run_that_stopped_goes_on_and_ends_where_it_would_have_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(finetuning, "EVERY", 2)
    patches = np.random.default_rng(0).integers(0, 256, (12, PATCH, PATCH)).astype(np.uint8)
    grade = np.arange(12) % 6
    percents = np.full(12, 30, np.float32)

    def go(run, steps=4, stop_at=None):
        run.mkdir(exist_ok=True)
        torch.manual_seed(0)
        views = finetuning.Views(patches, grade, percents, percents, 1)
        told = []

        def say(text):
            told.append(text)
            if stop_at is not None and text.startswith(f"step {stop_at}/"):
                raise KeyboardInterrupt

        # Ever better, so that the last weights are the ones chosen.
        better = itertools.count(0, -1)
        net, step = finetuning.finetune(ScoringNet(), views, lambda _net: float(next(better)), run, steps, 1e-3, say)
        return net.state_dict(), step, told

    whole, step, _ = go(tmp_path / "whole")
    assert step == 4
    with pytest.raises(KeyboardInterrupt):
        go(tmp_path / "parted", stop_at=2)
    _, _, told = go(tmp_path / "parted")
    assert told[0] == "goes on at step 2"
    saved = [torch.load(tmp_path / name / "checkpoint.pt", weights_only=True)["net"] for name in ("whole", "parted")]
    assert all(torch.equal(saved[0][key], saved[1][key]) for key in saved[0])
    with pytest.raises(ValueError, match="of other crops or options"):
        go(tmp_path / "parted", steps=6)


def test_grade_crops_and_the_training_give_a_crop_the_same_answer(graded):
    command = [str(NODE), "cli/grade-crops/main.ts", str(graded / "crops")]
    out = subprocess.run(command, cwd=TRAINING.parent, capture_output=True, text=True, check=True).stdout
    rows = {row["file"]: row for row in csv.DictReader(io.StringIO(out))}
    versions = sorted((REPOSITORY / "joint-scoring").glob("[1-9]*"), key=lambda version: int(version.name))
    session = onnxruntime.InferenceSession(str(versions[-1] / "model.onnx"), providers=["CPUExecutionProvider"])
    files = sorted(rows)[:20]
    here, _ = crops.predict(session, [crops.read_grey(graded / "crops" / file) for file in files], crops.FIELDS)
    for index, file in enumerate(files):
        there = [float(rows[file][f"p{grade}"] or "nan") for grade in range(6)]
        assert np.abs(np.array(there) - here["grade"][index]).max() < 0.05, file


def test_grade_crops_shows_the_same_fields():
    source = (TRAINING.parent / "cli" / "grade-crops" / "fields.ts").read_text()
    there = re.search(r"FIELDS = \[([^\]]*)\]", source).group(1)
    assert [float(field) for field in there.split(",")] == list(crops.FIELDS)


def test_every_problem_of_a_table_is_told_with_its_line(tmp_path):
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((150, 150), np.uint8))
    write_table(
        tmp_path,
        [
            ["a.png", "p1", "mcp2", "1", "10", "learn"],
            ["nowhere.png", "p2", "mcp2", "1", "", ""],
            ["a.png", "p1", "dip2", "6", "", "test"],
            ["a.png", "", "mcp3", "2", "10", ""],
            ["a.png", "p3", "pip1", "", "-3", "exam"],
            ["a.png", "p3", "pip1", "", "", "exam"],
        ],
        [*COLUMNS, "part"],
    )
    with pytest.raises(folder.BadFolder) as problem:
        folder.read(tmp_path)
    text = str(problem.value)
    for line, what in [(3, "nowhere.png"), (4, "dip2"), (4, "grade is '6'"), (4, "never parted"), (4, "already"), (5, "no patient"), (5, "10 percent is grade 1"), (6, "'-3'"), (6, "'exam'"), (7, "neither grade nor")]:
        assert re.search(f"^line {line}: .*{re.escape(what)}", text, re.M), (line, what, text)


def test_a_folder_without_a_table_or_its_columns_is_told_what_is_wanted(tmp_path):
    with pytest.raises(folder.BadFolder, match="there is no .*graded.csv"):
        folder.read(tmp_path)
    write_table(tmp_path, [], ["file", "subject"])
    with pytest.raises(folder.BadFolder, match=r"no column patient, joint, grade \(or erosion_percent\)"):
        folder.read(tmp_path)


def made_up(patients, of_each=4):
    rng = np.random.default_rng(0)
    return [folder.Graded(None, f"{p}-{k}.png", f"p{p}", "mcp2", int(rng.integers(0, 6)), None, None) for p in range(patients) for k in range(of_each)]


def test_no_patient_is_ever_on_two_sides_and_what_the_table_says_holds():
    rows = made_up(40)
    rows[0:4] = [folder.Graded(None, f"x{k}", "p0", "mcp2", 0, None, "test") for k in range(4)]
    split = parts.part(rows, 0.3, 0.15, seed=1)
    assert sorted(np.concatenate(list(split.values()))) == list(range(160))
    sides = {name: {rows[i].patient for i in of} for name, of in split.items()}
    assert not sides["learn"] & sides["test"] and not sides["learn"] & sides["choose"] and not sides["choose"] & sides["test"]
    assert "p0" in sides["test"] and 8 <= len(sides["test"]) <= 16
    with pytest.raises(folder.BadFolder, match="too few patients"):
        parts.part(made_up(3), 0.3, 0.15, seed=1)


def test_intervals_hold_the_value_and_no_change_is_none():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 6, 200)
    out = {"grade": np.eye(6)[np.clip(truth + rng.integers(-1, 2, 200), 0, 5)], "erosion": rng.uniform(0, 100, (200, 1))}
    table = agreement.measure(truth, truth * 0.0, truth * 0.0 + 100, np.repeat(np.arange(20), 10), out, out)
    for name, three in table.items():
        value, low, high = three["before"]
        assert low <= value <= high, name
        assert three["change"] == (0, 0, 0), name
    assert table["eroded share, points off what was read"]["before"][0] == 0


@pytest.mark.parametrize("kind", ["grey", "colour", "alpha", "sixteen"])
def test_pictures_of_every_kind_are_read_alike(tmp_path, kind):
    grey = np.add.outer(np.arange(150), np.arange(150)).astype(np.uint8) // 2 + 20
    stored = {
        "grey": grey,
        "colour": cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR),
        "alpha": np.dstack([grey] * 3 + [np.full_like(grey, 255)]),
        "sixteen": grey.astype(np.uint16) * 257,
    }[kind]
    cv2.imwrite(str(tmp_path / "crop.png"), stored)
    seen = crops.read_grey(tmp_path / "crop.png")
    if kind == "sixteen":  # windowed to the whole range
        assert seen.min() == 0 and seen.max() == 255 and np.corrcoef(seen.ravel(), grey.ravel())[0, 1] > 0.999
    else:
        assert np.array_equal(seen, grey)
    (tmp_path / "bad.png").write_text("no picture")
    with pytest.raises(OSError, match="bad.png"):
        crops.read_grey(tmp_path / "bad.png")
