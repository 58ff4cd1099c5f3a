"""The network as it is served: probabilities, finite and independent of the batch."""

import cv2
import numpy as np
import pytest
import torch

from deepxray_training.scoring import entry, measures
from deepxray_training.scoring.network import ScoringNet, Served, loss, tilted, unsteadiness
from deepxray_training.scoring.patches import CROP


@pytest.fixture(scope="module")
def crops() -> np.ndarray:
    rng = np.random.default_rng(0)
    smooth = np.cumsum(rng.normal(0, 4, (10, 1, CROP, CROP)), axis=-1) + 120
    return np.clip(smooth, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def served() -> Served:
    torch.manual_seed(0)
    return Served(ScoringNet(), temperature=1.3).eval()


def test_grades_are_probabilities_and_all_is_finite(served, crops):
    blank = np.stack([np.zeros_like(crops[0]), np.full_like(crops[0], 255)])
    with torch.no_grad():
        grade, percent, evidence, scorable = served(torch.from_numpy(np.concatenate([crops, blank])))
    assert torch.allclose(grade.sum(1), torch.ones(12), atol=1e-5) and (grade >= 0).all()
    assert ((percent >= 0) & (percent <= 100)).all()
    assert evidence.shape == (12, 1, 14, 14) and ((evidence >= 0) & (evidence <= 1)).all()
    assert torch.isfinite(scorable).all()


def test_a_joint_and_its_mirror_image_are_graded_alike_with_the_evidence_mirrored(served, crops):
    with torch.no_grad():
        there = served(torch.from_numpy(crops))
        back = served(torch.from_numpy(np.ascontiguousarray(crops[..., ::-1])))
    for name, one, other in zip(entry.OUTPUTS, there, back):
        expected = other.flip(3) if name == "evidence" else other
        assert torch.allclose(one, expected, atol=1e-4 * (100 if name == "erosion" else 1)), name


def test_a_tilted_crop_is_turned_about_its_middle_and_black_where_the_frame_leaves_it(crops):
    turned = tilted(torch.from_numpy(crops), 5).numpy()
    middle = (CROP - 1) / 2
    turn = cv2.getRotationMatrix2D((middle, middle), 5, 1)
    expected = [cv2.warpAffine(crop[0].astype(np.float32), turn, (CROP, CROP)) for crop in crops]
    assert np.abs(turned[:, 0] - np.stack(expected)).max() < 0.1


def test_exposure_hardly_matters(served, crops):
    with torch.no_grad():
        normal = ScoringNet.normalise(torch.from_numpy(crops // 2 + 20))[:, :1]
        bright = ScoringNet.normalise(torch.from_numpy(crops // 2 + 80))[:, :1]
    assert (normal - bright).abs().max() < 0.1


def test_export_agrees_is_finite_and_bit_equal_at_every_batch_size(served, crops, tmp_path):
    entry.to_onnx(served, tmp_path / "model.onnx")
    checks = entry.check(served, tmp_path / "model.onnx", crops)
    assert checks["difference"] < 1e-3


def test_unscorable_crops_teach_no_grade(crops):
    heads = ScoringNet().eval()(torch.from_numpy(crops[:4]))
    grade, evidence = torch.tensor([0, 5, 0, 0]), torch.zeros(4, 14, 14)
    terms = loss(heads, torch.tensor([-1.0, -1.0, -1.0, -1.0]), grade, evidence)
    assert set(terms) == {"scorable"}
    assert set(loss(heads, torch.tensor([-1.0, 90.0, 0.0, 0.0]), grade, evidence)) == {"scorable", "grade", "percent", "evidence"}


def test_views_of_one_thing_may_not_differ_and_a_growing_lesion_may_not_fall():
    low, high = torch.tensor([-4.0] * 5), torch.tensor([4.0, 4, -4, -4, -4])
    percent = torch.tensor([30.0, 30.0])

    def terms(first, second, grows, percent=percent):
        return {k: float(v) for k, v in unsteadiness(torch.stack([first, second]), percent, torch.tensor([grows, grows])).items()}

    assert terms(low, low, False) == {"moves": 0, "falls": 0}
    assert terms(low, high, False)["moves"] > 1 and terms(low, high, False)["falls"] == 0
    assert terms(low, high, True) == {"moves": 0, "falls": 0}
    assert terms(high, low, True)["falls"] > 1
    assert terms(high, low, True, torch.tensor([-1.0, -1.0])) == {"moves": 0, "falls": 0}


def test_kappa_and_auc_by_hand():
    truth = np.array([0, 0, 1, 2, 5, 3])
    assert measures.kappa(truth, truth) == pytest.approx(1)
    assert measures.kappa(truth, np.zeros(6, int)) == pytest.approx(0)
    assert measures.auc(np.array([0.1, 0.2, 0.2, 0.9]), np.array([False, False, True, True])) == pytest.approx(0.875)
    assert list(measures.median_grade(np.array([[0.6, 0.4, 0, 0, 0, 0], [0.2, 0.2, 0.2, 0.2, 0.1, 0.1]]))) == [0, 2]
