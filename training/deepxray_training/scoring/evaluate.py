"""The frozen hold-out: simulated lesions and untouched joints of the ``val`` hands, never trained or tuned on.

``collect`` keeps every answer, so that the answers of several folds can be put together before they are counted;
``figures`` counts them.
"""

from argparse import Namespace
from collections.abc import Callable

import numpy as np

from . import lesions, rendered
from .deformity import Move, compose
from ..metrics import interval
from .measures import auc, calibration_error, expected_grade, kappa, median_grade, sensitivity
from .patches import CROP, PATCH
from .shards import Crops, Workshop
from .simulate import Joint

SEED = 777_000
"""Of the frozen hold-out, whatever the seed of training."""
MIX = {"healthy mature": 0.2, "healthy growing": 0.12, "sham": 0.08, "companion": 0.15, "lesion": 0.22, "lesion+": 0.23}

COMPANIONS = ["narrowing", "flexion", "osteopenia", "sclerosis", "coarse", "subluxation", "all", "sham"]

Answers = dict[str, np.ndarray]
"""'set/column' to an array with a row a crop (a series for 'growth'); columns as ``_ask`` gives them."""
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


def collect(options: Namespace, predict: Predict, joints: int = 2400, each: int = 300) -> Answers:
    """What the network says to every set of the hold-out."""
    workshop = Workshop(options.data, options.cache, 2, fold=options.fold)
    answers: Answers = {}

    def ask(name: str, crops: Crops) -> None:
        answers.update(_ask(name, predict, crops.image[:, None], options.threshold, hand_of(workshop, crops), crops.percent, crops.kind))

    ask("main", workshop.make(SEED, joints, MIX, views=1))
    ask("bare", workshop.make(SEED + 1, 2 * each, {"lesion": 0.5, "healthy mature": 0.5}, views=1))
    for k, kind in enumerate(COMPANIONS):
        ask(kind, workshop.make(SEED + 10 + k, each, {kind: 1.0}, views=1))
    image, mature, hands = untouched(workshop)
    kinds = np.where(mature, "mature", "growing")
    answers |= _ask("untouched", predict, image, options.threshold, hands, np.zeros(len(image)), kinds)
    ask("spoilt", workshop.make(SEED + 30, 2 * each, {"unscorable": 1.0}, views=1))
    answers |= _steadiness(workshop, predict) | _growth(workshop, predict)
    if options.synthetic:
        drawn = rendered.load(options.synthetic / "test")
        start = (PATCH - CROP) // 2
        image = np.ascontiguousarray(drawn.image[:, None, start : start + CROP, start : start + CROP])
        answers |= _ask("rendered", predict, image, options.threshold, drawn.hand, drawn.percent, np.full(len(image), "rendered"))
    return answers


def _ask(name: str, predict: Predict, image: np.ndarray, threshold: float, hand: np.ndarray, percent: np.ndarray, kind: np.ndarray) -> Answers:
    out = predict(image)
    columns = {
        "grade": out["grade"],
        "erosion": out["erosion"][:, 0],
        "refused": out["scorable"][:, 0] < threshold,
        "percent": percent,
        "kind": kind,
        "hand": hand,
    }
    return {f"{name}/{column}": values for column, values in columns.items()}


def figures(answers: Answers) -> dict[str, tuple[float, float, float]]:
    """Name to value and 95 % interval, by bootstrap over hands."""
    out: dict[str, tuple[float, float, float]] = {}

    def of(name: str) -> tuple[np.ndarray, ...]:
        percent = answers[f"{name}/percent"]
        return answers[f"{name}/grade"], np.array([lesions.grade(p) for p in percent]), percent, answers[f"{name}/hand"]

    grade, truth, percent, hands = of("main")
    guess, ill, error = median_grade(grade), 1 - grade[:, 0], np.abs(answers["main/erosion"] - percent)
    out["quadratic kappa"] = interval(lambda r: kappa(truth[r], guess[r]), hands)
    out["accuracy"] = interval(lambda r: (truth == guess)[r].mean(), hands)
    out["balanced accuracy"] = interval(
        lambda r: np.mean([(guess[r] == k)[truth[r] == k].mean() for k in range(6) if (truth[r] == k).any()]), hands
    )
    out["within one grade"] = interval(lambda r: (np.abs(truth - guess) <= 1)[r].mean(), hands)
    out["accuracy of always 0"] = interval(lambda r: (truth == 0)[r].mean(), hands)
    out["MAE of the eroded share, points"] = interval(lambda r: error[r].mean(), hands)
    out["MAE where eroded, points"] = interval(lambda r: error[r][truth[r] > 0].mean(), hands)
    out["AUC 0 against >= 1"] = interval(lambda r: auc(ill[r], truth[r] > 0), hands)
    low = truth <= 1
    out["AUC 0 against 1"] = interval(lambda r: auc(ill[low][r], truth[low][r] > 0), hands[low])
    for a, b in ((1, 5), (5, 10), (10, 20)):
        pick = (truth == 0) | ((percent > a) & (percent <= b))
        out[f"sensitivity at 90 % specificity, {a}-{b} % eroded"] = interval(
            lambda r, pick=pick: sensitivity(ill[pick][r], truth[pick][r] > 0), hands[pick]
        )
    out["calibration error"] = interval(lambda r: calibration_error(grade[r], truth[r]), hands)

    grade, truth, _, hands = of("bare")
    ill = 1 - grade[:, 0]
    for worse in (1, 2):
        pick = (truth == 0) | (truth == worse)
        out[f"lesions alone: AUC 0 against {worse}"] = interval(lambda r, pick=pick: auc(ill[pick][r], truth[pick][r] > 0), hands[pick])

    for kind in COMPANIONS:
        grade, _, _, hands = of(kind)
        guess = median_grade(grade)
        for least in (1, 2):
            out[f"{kind} alone graded >= {least}"] = interval(lambda r, g=guess, m=least: (g >= m)[r].mean(), hands)

    grade, _, _, hands = of("untouched")
    guess = median_grade(grade)
    for name in ("mature", "growing"):
        pick = answers["untouched/kind"] == name
        if pick.any():
            out[f"untouched {name} joints graded 0"] = interval(lambda r, p=pick: (guess[p] == 0)[r].mean(), hands[pick])
    for name, label in (("untouched", "untouched joints refused"), ("main", "simulated joints refused")):
        refused = answers[f"{name}/refused"]
        out[label] = interval(lambda r, f=refused: f[r].mean(), answers[f"{name}/hand"])
    for kind in sorted(set(answers["spoilt/kind"])):
        pick = answers["spoilt/kind"] == kind
        out[f"refused: {kind}"] = interval(lambda r, p=pick: answers["spoilt/refused"][p][r].mean(), answers["spoilt/hand"][pick])
    moves, falls = answers["steady/moves"], answers["growth/falls"]
    out["same joint, other frame and exposure: moves <= 0.3 grades"] = interval(lambda r: (moves[r] <= 0.3).mean(), answers["steady/hand"])
    if "steady/apart" in answers:
        apart = answers["steady/apart"]
        out["same joint, two frames and exposures: <= 0.3 grades apart"] = interval(
            lambda r: (apart[r] <= 0.3).mean(), answers["steady/apart hand"]
        )
    out["a lesion that grows: expected grade never falls by > 0.25"] = interval(lambda r: (falls[r] <= 0.25).mean(), answers["growth/hand"])
    if "rendered/grade" in answers:
        out |= _rendered(*of("rendered"))
    return out


def confusion(answers: Answers) -> np.ndarray:
    """[6, 6] truth (rows) against median grade of the simulated joints."""
    table = np.zeros((6, 6), int)
    truth = [lesions.grade(p) for p in answers["main/percent"]]
    np.add.at(table, (truth, median_grade(answers["main/grade"])), 1)
    return table


def worst(answers: Answers, count: int = 10) -> list[str]:
    """The simulated joints whose expected grade is furthest off."""
    expected = expected_grade(answers["main/grade"])
    truth = np.array([lesions.grade(p) for p in answers["main/percent"]])
    order = np.argsort(-np.abs(expected - truth), kind="stable")[:count]
    columns = [answers[f"main/{c}"] for c in ("percent", "kind", "erosion")]
    return [f"{k}, {p:.0f} % eroded (grade {truth[i]}): expected grade {expected[i]:.1f}, {e:.0f} %" for i in order for p, k, e in [[c[i] for c in columns]]]


def _rendered(grade: np.ndarray, truth: np.ndarray, _percent: np.ndarray, hand: np.ndarray) -> dict:
    """Hands that the project's renderer drew, with other seeds than in training."""
    guess, healthy = median_grade(grade), truth == 0
    return {
        "rendered hands: within one grade": interval(lambda r: (np.abs(truth - guess) <= 1)[r].mean(), hand),
        "rendered hands: healthy joints graded 0": interval(lambda r: (guess[healthy] == 0)[r].mean(), hand[healthy]),
        "rendered hands: eroded joints graded >= 1": interval(lambda r: (guess[~healthy] > 0)[r].mean(), hand[~healthy]),
        "rendered hands: quadratic kappa": interval(lambda r: kappa(truth[r], guess[r]), hand),
    }


def _steadiness(workshop: Workshop, predict: Predict, joints: int = 250, views: int = 4) -> Answers:
    """The same joint in other frames and exposures: how far the expected grade of each moves from their mean, and how
    far those of two of them lie apart."""
    rng = np.random.default_rng(SEED + 40)
    first, second = np.triu_indices(views, 1)
    moves, pairs, hands = [], [], []
    for _ in range(joints):
        layers, index = workshop.layers(rng)
        what = ["healthy mature", "lesion", "lesion+"][rng.integers(0, 3)]
        joint, source = workshop.joint(rng, what, layers, index)
        crops = np.stack([workshop.view(rng, joint)[0] for _ in range(views)])[:, None]
        grades = expected_grade(predict(crops)["grade"])
        moves += list(np.abs(grades - grades.mean()))
        pairs.append(np.abs(grades[first] - grades[second]))
        hands.append(workshop.patches.hand[source])
    hand = np.array(hands)
    return {
        "steady/moves": np.array(moves),
        "steady/hand": np.repeat(hand, views),
        "steady/apart": np.concatenate(pairs),
        "steady/apart hand": np.repeat(hand, len(first)),
    }


def _growth(workshop: Workshop, predict: Predict, joints: int = 80) -> Answers:
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
    return {"growth/falls": np.array(falls), "growth/hand": np.array(hands)}
