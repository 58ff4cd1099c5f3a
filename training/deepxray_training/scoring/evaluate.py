"""The frozen hold-out: simulated lesions and untouched joints of the ``val`` hands, never trained or tuned on."""

from argparse import Namespace
from collections.abc import Callable

import numpy as np

from . import lesions, rendered
from .deformity import Move, compose
from .measures import auc, calibration_error, expected_grade, interval, kappa, median_grade, sensitivity
from .patches import CROP, PATCH
from .shards import Crops, Workshop
from .simulate import Joint

SEED = 777_000
"""Of the frozen hold-out, whatever the seed of training."""
MIX = {"healthy mature": 0.2, "healthy growing": 0.12, "sham": 0.08, "companion": 0.15, "lesion": 0.22, "lesion+": 0.23}

Predict = Callable[[np.ndarray], dict[str, np.ndarray]]
"""[n, 1, CROP, CROP] uint8 -> grade, erosion, evidence, scorable."""


def untouched(workshop: Workshop) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every joint as the film has it: crops [n, 1, CROP, CROP], mature [n], hand [n]."""
    start = (PATCH - CROP) // 2
    p = workshop.patches
    return p.image[:, None, start : start + CROP, start : start + CROP], p.mature, p.hand


def hand_of(workshop: Workshop, crops: Crops) -> np.ndarray:
    """[n] hand of each crop; off-target ones are a hand each."""
    own = -1 - np.arange(len(crops))
    return np.where(crops.joint >= 0, workshop.patches.hand[crops.joint.clip(0)], own)


def measure(options: Namespace, predict: Predict, joints: int = 2400, each: int = 300) -> dict:
    """Figures {name: (value, low, high)}, and the confusion table and worst cases for the card."""
    workshop = Workshop(options.data, options.cache, 2)
    figures: dict = {}

    main = workshop.make(SEED, joints, MIX, views=1)
    out = predict(main.image[:, None])
    truth, guess, hands = main.grade, median_grade(out["grade"]), hand_of(workshop, main)
    ill = 1 - out["grade"][:, 0]
    error = np.abs(out["erosion"][:, 0] - main.percent)
    figures["quadratic kappa"] = interval(lambda r: kappa(truth[r], guess[r]), hands)
    figures["accuracy"] = interval(lambda r: (truth == guess)[r].mean(), hands)
    figures["balanced accuracy"] = interval(
        lambda r: np.mean([(guess[r] == k)[truth[r] == k].mean() for k in range(6) if (truth[r] == k).any()]), hands
    )
    figures["within one grade"] = interval(lambda r: (np.abs(truth - guess) <= 1)[r].mean(), hands)
    figures["accuracy of always 0"] = interval(lambda r: (truth == 0)[r].mean(), hands)
    figures["MAE of the eroded share, points"] = interval(lambda r: error[r].mean(), hands)
    figures["MAE where eroded, points"] = interval(lambda r: error[r][truth[r] > 0].mean(), hands)
    figures["AUC 0 against >= 1"] = interval(lambda r: auc(ill[r], truth[r] > 0), hands)
    low = truth <= 1
    figures["AUC 0 against 1"] = interval(lambda r: auc(ill[low][r], truth[low][r] > 0), hands[low])
    for a, b in ((1, 5), (5, 10), (10, 20)):
        pick = (truth == 0) | ((main.percent > a) & (main.percent <= b))
        figures[f"sensitivity at 90 % specificity, {a}-{b} % eroded"] = interval(
            lambda r, pick=pick: sensitivity(ill[pick][r], truth[pick][r] > 0), hands[pick]
        )
    figures["calibration error"] = interval(lambda r: calibration_error(out["grade"][r], truth[r]), hands)
    table = np.zeros((6, 6), int)
    np.add.at(table, (truth, guess), 1)

    bare = workshop.make(SEED + 1, 2 * each, {"lesion": 0.5, "healthy mature": 0.5}, views=1)
    out = predict(bare.image[:, None])
    ill, hands = 1 - out["grade"][:, 0], hand_of(workshop, bare)
    for grade in (1, 2):
        pick = (bare.grade == 0) | (bare.grade == grade)
        figures[f"lesions alone: AUC 0 against {grade}"] = interval(
            lambda r, pick=pick: auc(ill[pick][r], bare.grade[pick][r] > 0), hands[pick]
        )

    for k, kind in enumerate(["narrowing", "flexion", "osteopenia", "sclerosis", "coarse", "subluxation", "all", "sham"]):
        crops = workshop.make(SEED + 10 + k, each, {kind: 1.0}, views=1)
        grades = median_grade(predict(crops.image[:, None])["grade"])
        hands = hand_of(workshop, crops)
        for least in (1, 2):
            figures[f"{kind} alone graded >= {least}"] = interval(lambda r, g=grades, m=least: (g >= m)[r].mean(), hands)

    image, mature, hands = untouched(workshop)
    out = predict(image)
    grades = median_grade(out["grade"])
    for name, pick in (("mature", mature), ("growing", ~mature)):
        figures[f"untouched {name} joints graded 0"] = interval(lambda r, p=pick: (grades[p] == 0)[r].mean(), hands[pick])
    figures["untouched joints refused"] = interval(lambda r: (out["scorable"][:, 0] < options.threshold)[r].mean(), hands)
    spoilt = workshop.make(SEED + 30, 2 * each, {"unscorable": 1.0}, views=1)
    refused = predict(spoilt.image[:, None])["scorable"][:, 0] < options.threshold
    hands = hand_of(workshop, spoilt)
    for kind in sorted(set(spoilt.kind)):
        pick = spoilt.kind == kind
        figures[f"refused: {kind}"] = interval(lambda r, p=pick: refused[p][r].mean(), hands[pick])
    refused = predict(main.image[:, None])["scorable"][:, 0] < options.threshold
    figures["simulated joints refused"] = interval(lambda r: refused[r].mean(), hand_of(workshop, main))
    figures |= _steadiness(workshop, predict)
    figures |= _growth(workshop, predict)
    if options.synthetic:
        figures |= _rendered(rendered.load(options.synthetic / "test"), predict)
    return {"figures": figures, "table": table, "crops": len(main)}


def _rendered(hands: rendered.Rendered, predict: Predict) -> dict:
    """Hands that the project's renderer drew, with other seeds than in training."""
    start = (PATCH - CROP) // 2
    guess = median_grade(predict(np.ascontiguousarray(hands.image[:, None, start : start + CROP, start : start + CROP]))["grade"])
    truth, healthy = hands.grade, hands.grade == 0
    return {
        "rendered hands: within one grade": interval(lambda r: (np.abs(truth - guess) <= 1)[r].mean(), hands.hand),
        "rendered hands: healthy joints graded 0": interval(lambda r: (guess[healthy] == 0)[r].mean(), hands.hand[healthy]),
        "rendered hands: eroded joints graded >= 1": interval(lambda r: (guess[~healthy] > 0)[r].mean(), hands.hand[~healthy]),
        "rendered hands: quadratic kappa": interval(lambda r: kappa(truth[r], guess[r]), hands.hand),
    }


def _steadiness(workshop: Workshop, predict: Predict, joints: int = 250, views: int = 4) -> dict:
    """The same joint in other frames and exposures: how far the expected grade moves from their mean."""
    rng = np.random.default_rng(SEED + 40)
    moves, hands = [], []
    for _ in range(joints):
        layers, index = workshop.layers(rng)
        what = ["healthy mature", "lesion", "lesion+"][rng.integers(0, 3)]
        joint, source = workshop.joint(rng, what, layers, index)
        crops = np.stack([workshop.view(rng, joint)[0] for _ in range(views)])[:, None]
        grades = expected_grade(predict(crops)["grade"])
        moves += list(np.abs(grades - grades.mean()))
        hands += [workshop.patches.hand[source]] * views
    moves, hands = np.array(moves), np.array(hands)
    return {
        "same joint, other frame and exposure: moves <= 0.3 grades": interval(lambda r: (moves[r] <= 0.3).mean(), hands),
    }


def _growth(workshop: Workshop, predict: Predict, joints: int = 80) -> dict:
    """A notch that grows step by step on one joint: how far the expected grade falls below what it was."""
    rng = np.random.default_rng(SEED + 50)
    falls, hands = [], []
    for _ in range(joints):
        layers, index = workshop.layers(rng)
        bones = [layers.distal, layers.proximal]
        which, at, shape = int(rng.integers(0, 2)), rng.uniform(0.15, 0.85), int(rng.integers(2**31))
        crops = []
        for half_width in (0, 2, 4, 6, 9, 12, 16, 20, 25):
            edited = [bone.layer for bone in bones]
            if half_width:
                damage = lesions.Damage()
                lesions.notch(np.random.default_rng(shape), bones[which], damage, at, half_width, half_width)
                edited[which] = edited[which] * (1 - damage.removed)
            film = compose(layers, *edited, (Move(), Move()))
            crops.append(workshop.view(rng, Joint(film, film * 0, 0.0, "growth"), plain=True)[0])
        grades = expected_grade(predict(np.stack(crops)[:, None])["grade"])
        falls.append((np.maximum.accumulate(grades) - grades).max())
        hands.append(workshop.patches.hand[index])
    falls, hands = np.array(falls), np.array(hands)
    return {"a lesion that grows: expected grade never falls by > 0.25": interval(lambda r: (falls[r] <= 0.25).mean(), hands)}
