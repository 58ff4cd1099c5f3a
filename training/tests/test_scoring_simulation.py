"""The simulation on a joint drawn here: labels must follow from the geometry."""

import cv2
import numpy as np
import pytest

from deepxray_training.scoring import companions, exposure, joint_layers, lesions, outlines, simulate
from deepxray_training.scoring.patches import PATCH
from deepxray_training.scoring.shards import learnt_from


def drawn_joint() -> np.ndarray:
    """Two bones with bright cortex in soft tissue, their gap at the centre. [PATCH, PATCH] uint8."""
    image = np.full((PATCH, PATCH), 15, np.float32)
    image[:, 40:128] = 70
    middle = PATCH // 2
    for bone in (
        [(62, PATCH), (66, 110), (58, 98), (62, 90), (84, 86), (106, 90), (110, 98), (102, 110), (106, PATCH)],
        [(62, 0), (66, 56), (56, 70), (60, 80), (84, 81), (108, 80), (112, 70), (102, 56), (106, 0)],
    ):
        points = [np.array(bone, np.int32)]
        cv2.fillPoly(image, points, 150)
        cv2.polylines(image, points, True, 190, 2)
    image[middle - 2 : middle + 2, 50:118] = np.minimum(image[middle - 2 : middle + 2, 50:118], 75)
    image += np.random.default_rng(0).normal(0, 2, image.shape)
    return np.clip(cv2.GaussianBlur(image, (0, 0), 1.0), 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def joint() -> joint_layers.Layers:
    image = drawn_joint()
    return joint_layers.split(image, outlines.find(image[None]), 0)


def test_layers_add_up_to_the_film(joint):
    total = joint.soft + joint.remainder + joint.distal.layer + joint.proximal.layer
    assert np.abs(total - joint.film).max() < 1e-3


def test_outlines_find_both_bones(joint):
    assert joint.proximal.mask[120, 84] and joint.distal.mask[40, 84]
    assert not joint.proximal.mask[40, 84] and not joint.distal.mask[120, 84]
    assert 80 < joint.proximal.outline[:, 1].min() < 95
    assert 72 < joint.distal.outline[:, 1].max() < 86


def test_no_lesion_is_no_percent(joint):
    assert lesions.eroded_percent([joint.distal, joint.proximal], [lesions.Damage(), lesions.Damage()]) == 0


def test_percent_is_the_share_of_the_outline_that_is_gone(joint):
    damages = [lesions.Damage(), lesions.Damage()]
    damages[1].removed[:] = 1.0
    bones = [joint.distal, joint.proximal]
    share = joint.proximal.length / (joint.proximal.length + joint.distal.length)
    assert lesions.eroded_percent(bones, damages) == pytest.approx(100 * share, abs=0.5)
    left = lesions.Damage(removed=np.where(joint.proximal.along < 0.5, 1.0, 0.0).astype(np.float32))
    assert lesions.eroded_percent(bones, [lesions.Damage(), left]) == pytest.approx(50 * share, abs=2.5)


def test_percent_grows_with_the_lesion(joint):
    percents = []
    for half_width in (3, 6, 10, 16, 24):
        damage = lesions.Damage()
        lesions.notch(np.random.default_rng(1), joint.proximal, damage, 0.5, half_width, 8)
        percents.append(lesions.eroded_percent([joint.distal, joint.proximal], [lesions.Damage(), damage]))
    assert all(a < b for a, b in zip(percents, percents[1:]))
    assert percents[0] > 1


def test_the_steps_of_a_growing_lesion_never_shrink(joint):
    for seed in range(8):
        made = simulate.growing(np.random.default_rng(seed), joint, 3)
        percents = [step.percent for step in made]
        assert percents == sorted(percents) and percents[-1] > 1
        assert all((after.evidence.sum() + 1e-3) >= before.evidence.sum() for before, after in zip(made, made[1:]))


@pytest.mark.parametrize("percent,grade", [(0, 0), (0.5, 1), (20, 1), (20.1, 2), (40, 2), (60, 3), (80, 4), (80.5, 5), (100, 5)])
def test_grade_follows_ratingen(percent, grade):
    assert lesions.grade(percent) == grade


@pytest.mark.parametrize("target", [6, 30, 70])
def test_an_eroded_joint_reaches_about_its_target_and_darkens_there(joint, target):
    reached = [simulate.eroded(np.random.default_rng(seed), joint, target, True) for seed in range(12)]
    assert np.median([abs(r.percent - target) for r in reached]) < 0.5 * target
    for one in reached:
        assert one.percent > 0 and one.evidence.max() > 0.3 and np.isfinite(one.film).all()


@pytest.mark.parametrize("kind", companions.KINDS)
def test_companions_alone_stay_grade_0(joint, kind):
    made = simulate.companion(np.random.default_rng(3), joint, [kind], kind)
    assert made.grade == 0 and made.evidence.max() == 0 and np.isfinite(made.film).all()


def test_a_whole_shaft_survives_the_greatest_lesion(joint):
    damages = lesions.destroy(np.random.default_rng(2), [joint.distal, joint.proximal], 100)
    for bone, damage in zip((joint.distal, joint.proximal), damages):
        assert damage.removed[bone.mask & (bone.from_tip > 45)].max(initial=0) < 0.05


def test_the_same_seed_makes_the_same_joint(joint):
    one, two = (simulate.eroded(np.random.default_rng(9), joint, 40, False) for _ in range(2))
    assert one.percent == two.percent and np.array_equal(one.film, two.film)


def test_every_exposure_of_a_joint_is_a_film(joint):
    crop = exposure.cut(joint.film, exposure.straight())
    for seed in range(150):
        rng = np.random.default_rng(seed)
        seen = exposure.expose(rng, crop)
        exposure.clutter(rng, crop.copy())
        assert seen.shape == crop.shape and seen.dtype == np.uint8


def test_growing_lesions_are_learnt_from_only_where_steadiness_is_taught():
    assert "series" in learnt_from(None, steady=True, rendered=False)
    assert "series" not in learnt_from(None, steady=False, rendered=False)


def test_training_without_companions_sees_none_by_themselves():
    assert not {"companion", "flexion", "subluxation"} & set(learnt_from("companions", steady=True, rendered=True))
