"""Weights out to a served file and back in again."""

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import nn

from deepxray_training import from_onnx
from deepxray_training.localisation.model import Localisation
from deepxray_training.localisation.model import Served as ServedLocalisation
from deepxray_training.quantise import is_quantised, quantise
from deepxray_training.scoring import entry
from deepxray_training.scoring.network import ScoringNet, Served
from deepxray_training.scoring.patches import CROP


def crops(count: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    smooth = np.cumsum(rng.normal(0, 4, (count, 1, CROP, CROP)), axis=-1) + 120
    return np.clip(smooth, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A network with statistics of its own, its float32 file and its 8-bit file."""
    torch.manual_seed(3)
    net = ScoringNet()
    net.train()(torch.from_numpy(crops(16, 0)))
    folder = tmp_path_factory.mktemp("weights")
    entry.to_onnx(Served(net.eval()), folder / "float32.onnx")
    quantise(folder / "float32.onnx", crops(24, 1), folder / "model.onnx", entry.KEPT_IN_FLOAT)
    return net, folder / "float32.onnx", folder / "model.onnx"


def test_a_served_network_can_be_trained_on_from_the_very_answers_it_gave(files):
    net, float32, _ = files
    again, examples = ScoringNet(), torch.from_numpy(crops(64, 2))
    from_onnx.load(float32, again, examples)
    with torch.no_grad():
        there, back = net(examples)["above"], again.eval()(examples)["above"]
    assert (there - back).abs().max() < 1e-3
    # Learning starts where the answers were: the batch's own statistics are those that were measured.
    with torch.no_grad():
        learning = again.train()(examples)["above"]
    assert (learning - back).abs().max() < 1e-2


def test_8_bit_weights_come_back_nearly_as_they_were(files):
    net, _, small = files
    again, examples = ScoringNet(), torch.from_numpy(crops(64, 2))
    from_onnx.load(small, again, examples)
    with torch.no_grad():
        there, back = net(examples)["above"], again.eval()(examples)["above"]
    assert (there - back).abs().mean() < 0.1 * there.std()


def test_another_networks_file_is_refused(files):
    _, float32, _ = files
    with pytest.raises(ValueError, match="another network"):
        from_onnx.load(float32, Localisation(), torch.zeros(2, 1, 256, 256))


def test_an_8_bit_answer_does_not_depend_on_the_batch_and_is_finite(files):
    _, float32, small = files
    assert is_quantised(small) and not is_quantised(float32)
    entry.check_answers(small, crops(10, 4))
    assert small.stat().st_size < 0.4 * float32.stat().st_size


def test_convolutions_that_are_to_keep_float_do_and_a_name_of_none_is_said(files, tmp_path):
    _, float32, small = files

    def stem(path):
        graph = onnx.load(str(path)).graph
        (weight,) = [node.input[1] for node in graph.node if node.op_type == "Conv" and node.name.startswith(entry.KEPT_IN_FLOAT)]
        return next(onnx.numpy_helper.to_array(value) for value in graph.initializer if value.name == weight)

    assert np.array_equal(stem(small), stem(float32))
    with pytest.raises(ValueError, match="/net/trunk/"):
        quantise(float32, crops(4, 1), tmp_path / "model.onnx", "/net/trunk/")


def test_a_network_with_half_precision_weights_can_be_quantised(tmp_path):
    from deepxray_training.export import export

    torch.manual_seed(0)
    images = np.random.default_rng(0).integers(0, 256, (8, 1, 256, 256)).astype(np.uint8)
    net: nn.Module = Localisation().eval()
    outputs = {"position": [10, 2], "axis": [10, 2], "scale": [10], "confidence": [10]}
    figures = export(ServedLocalisation(net, 1.0), "made-up", 256, outputs, {}, images, tmp_path, images, tmp_path / "float32.onnx")
    assert is_quantised(tmp_path / "made-up" / "1" / "model.onnx") and figures["difference"] < 1e-2
    names = [o.name for o in onnxruntime.InferenceSession(str(tmp_path / "float32.onnx")).get_outputs()]
    assert names == list(outputs)
