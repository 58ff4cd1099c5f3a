"""Parts the patients: most to learn from, some to choose the best weights and the temperature on, some to test on."""

import numpy as np

from .folder import PARTS, BadFolder, Graded

LEAST = {"learn": 2, "choose": 1, "test": 2}
"""Patients of each part without which nothing can be learnt or measured."""


def part(crops: list[Graded], test_share: float, choose_share: float, seed: int) -> dict[str, np.ndarray]:
    """Rows of each of learn, choose and test; a patient's rows stay together.

    What the table says holds; the rest is drawn, each patient in a layer of its worst grade, so that the few
    patients with much destruction do not all fall on one side. Raises BadFolder where patients are too few.
    """
    rng = np.random.default_rng([seed, 7])
    worst: dict[str, int] = {}
    where: dict[str, str] = {}
    for crop in crops:
        worst[crop.patient] = max(worst.get(crop.patient, 0), crop.grade)
        if crop.part:
            where[crop.patient] = crop.part
    drawn = [patient for patient in sorted(worst) if patient not in where]
    # Neighbours in this order are alike: dealing them out by turns spreads every layer over the parts.
    order = sorted(drawn, key=lambda patient: (worst[patient], rng.random()))
    start = rng.random()
    for index, patient in enumerate(order):
        spot = (start + index * 0.6180339887) % 1
        where[patient] = "test" if spot < test_share else "choose" if spot < test_share + choose_share else "learn"
    rows = {name: np.array([i for i, crop in enumerate(crops) if where[crop.patient] == name], int) for name in PARTS}
    few = [f"{name} {len(set(crops[i].patient for i in rows[name]))} (at least {LEAST[name]})" for name in PARTS if len({crops[i].patient for i in rows[name]}) < LEAST[name]]
    if few:
        raise BadFolder(f"too few patients of {len(worst)} in part: {', '.join(few)}. Grade more patients, or say in a column `part` who goes where")
    return rows
