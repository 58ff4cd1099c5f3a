"""What every served model of ours promises, asked of the very files that are served."""

import hashlib
import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

REPOSITORY = Path(__file__).resolve().parents[2] / "model-servers" / "repository"
NAMES = ["body-part", "joint-localisation", "joint-refinement", "joint-scoring"]


@pytest.fixture(params=NAMES)
def model(request):
    folder = REPOSITORY / request.param / "1"
    if not (folder / "model.onnx").exists():
        pytest.skip(f"{request.param} has not been exported")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
    return session, json.loads((folder / "config.json").read_text()), folder


def inputs(config, count):
    """Blank, white, noise, black and white noise, gradients and blocks: [count, 1, side, side] uint8."""
    _, side, _ = config["input"][0]["dims"]
    rng = np.random.default_rng(7)
    ramp = np.tile(np.linspace(0, 255, side), (side, 1))
    blocks = np.kron(rng.integers(0, 256, (side // 16, side // 16)), np.ones((16, 16)))
    faint = 100 + rng.integers(0, 2, (side, side))
    kinds = [np.zeros((side, side)), np.full((side, side), 255), rng.integers(0, 256, (side, side)), rng.integers(0, 2, (side, side)) * 255, ramp, ramp.T, blocks, faint]
    return np.stack([kinds[i % len(kinds)] for i in range(count)])[:, None].astype(np.uint8)


def run(session, images):
    names = [o.name for o in session.get_outputs()]
    return dict(zip(names, session.run(names, {session.get_inputs()[0].name: images})))


def test_shapes_and_types_are_as_the_config_says(model):
    session, config, _ = model
    (given,) = session.get_inputs()
    assert (given.name, given.type) == (config["input"][0]["name"], "tensor(uint8)")
    assert list(given.shape[1:]) == config["input"][0]["dims"]
    out = run(session, inputs(config, 3))
    assert list(out) == [o["name"] for o in config["output"]]
    for described in config["output"]:
        value = out[described["name"]]
        assert value.dtype == np.float32
        assert list(value.shape) == [3, *described["dims"]]


def test_outputs_are_finite_and_in_range_for_any_input(model):
    session, config, _ = model
    out = run(session, inputs(config, 8))
    for name, value in out.items():
        assert np.isfinite(value).all(), name
    for name in ("kind", "turned", "inverted", "confidence", "position", "grade", "evidence", "scorable"):
        if name in out:
            assert (out[name] >= 0).all() and (out[name] <= 1).all(), name
    for name in ("kind", "turned", "grade"):
        if name in out:
            assert np.allclose(out[name].sum(1), 1, atol=1e-5)
    if "axis" in out:
        assert (np.linalg.norm(out["axis"], axis=-1) < 1.001).all()


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7])
def test_an_answer_does_not_depend_on_the_batch(model, size):
    session, config, _ = model
    images = inputs(config, 8)
    together = run(session, images)
    for start in range(0, 8, size):
        for name, value in run(session, images[start : start + size]).items():
            assert np.array_equal(value, together[name][start : start + size]), name


def test_checksum_and_threshold_are_recorded(model):
    _, config, folder = model
    parameters = {k: v["stringValue"] for k, v in config["parameters"].items()}
    assert parameters["sha256"] == hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest()
    assert 0 < float(parameters["threshold"]) < 1
    assert parameters["sha256"] in (folder / "card.md").read_text()
