"""Learns from graded crops, starting at the served weights. Seeded; a run that stopped goes on."""

import hashlib
import math
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from ..scoring import exposure, unscorable
from ..scoring.network import ScoringNet, loss

BATCH = 32
SPOILT = 0.06
"""Share of the crops that are blanked or cut off: refusing them must not be forgotten."""
EVERY = 50
"""Steps between two looks at the patients to choose on."""


class Views:
    """Batches of augmented views; batch ``step`` is a function of the seed and the step alone."""

    def __init__(self, patches: np.ndarray, grade: np.ndarray, low: np.ndarray, high: np.ndarray, seed: int) -> None:
        self.patches, self.grade, self.low, self.high, self.seed = patches, grade, low, high, seed
        count = np.bincount(grade, minlength=6)
        # Destroyed joints are few: shown more often, though not as often as healthy ones.
        weight = 1 / np.sqrt(count[grade])
        self.chance = weight / weight.sum()

    def batch(self, step: int) -> tuple[torch.Tensor, ...]:
        """Crops [n, 1, CROP, CROP] uint8, grade [n], least and most percent [n] (-1 where spoilt)."""
        rng = np.random.default_rng([self.seed, step])
        rows = rng.choice(len(self.patches), BATCH, p=self.chance)
        low, high = self.low[rows].copy(), self.high[rows].copy()
        crops = []
        for index, row in enumerate(rows):
            crop = exposure.cut(self.patches[row].astype(np.float32), exposure.frame(rng))
            image = exposure.expose(rng, crop)
            if rng.random() < SPOILT:
                image = unscorable.washed_out(rng, crop) if rng.random() < 0.5 else unscorable.beyond_film(rng, image)
                low[index] = high[index] = -1
            crops.append(image)
        return tuple(map(torch.from_numpy, (np.stack(crops)[:, None], self.grade[rows], low, high)))


def terms_of(net: ScoringNet, batch: tuple[torch.Tensor, ...]) -> torch.Tensor:
    """The loss of a batch. A grade without a percent allows a span of percents: within it nothing pulls."""
    image, grade, low, high = batch
    heads = net(image)
    percent = (torch.sigmoid(heads["percent"][:, 0]) * 100).detach().clamp(0, 100)
    target = torch.where(low < 0, low, torch.minimum(torch.maximum(percent, low), high))
    # Readers draw no maps of what they see: only healthy crops, whose map is empty, teach the evidence.
    maps = torch.zeros(len(image), exposure.EVIDENCE, exposure.EVIDENCE)
    return sum(loss(heads, target, grade, maps).values())


def fingerprint(*arrays: np.ndarray) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:16]


def finetune(
    net: ScoringNet,
    views: Views,
    badness: Callable[[ScoringNet], float],
    run: Path,
    steps: int,
    rate: float,
    say: Callable[[str], None],
) -> tuple[ScoringNet, int]:
    """Gives the weights of least ``badness`` (step 0, the weights as they came, among them) and their step.

    Statistics of the batch normalisations stay: a few patients' films would bend them.
    """
    optimiser = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=0.01)
    state = run / "checkpoint.pt"
    mark = fingerprint(views.patches, views.grade, views.low, views.high, np.array([views.seed, steps, rate]))
    step, best, spent = 0, None, 0.0
    if state.exists():
        saved = torch.load(state, weights_only=True)
        if saved["mark"] != mark:
            raise ValueError(f"{state} is of other crops or options: name another --run, or remove it")
        net.load_state_dict(saved["net"])
        optimiser.load_state_dict(saved["optimiser"])
        step, best, spent = saved["step"], saved["best"], saved["spent"]
        say(f"goes on at step {step}")
    started = time.monotonic() - spent
    total, since = 0.0, 0
    while True:
        if step % EVERY == 0 or step == steps:
            now = badness(net.eval())
            if best is None or now < best["badness"]:
                best = {"badness": now, "step": step, "net": {k: v.clone() for k, v in net.state_dict().items()}}
            spent = time.monotonic() - started
            torch.save(
                {"net": net.state_dict(), "optimiser": optimiser.state_dict(), "step": step, "best": best, "spent": spent, "mark": mark},
                state.with_suffix(".new"),
            )
            state.with_suffix(".new").replace(state)
            left = spent / step * (steps - step) if step else 0
            learnt = f"loss {total / since:.3f}, " if since else ""
            say(f"step {step}/{steps} ({100 * step // max(1, steps)} %): {learnt}on patients to choose {now:.4f}, best {best['badness']:.4f} at {best['step']}; {left:.0f} s left")
            total, since = 0.0, 0
        if step >= steps:
            break
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1, (step + 1) / 20) * (0.5 + 0.5 * math.cos(math.pi * step / steps)) + 1e-7
        terms = terms_of(net, views.batch(step))
        optimiser.zero_grad(set_to_none=True)
        terms.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        total, since, step = total + float(terms.detach()), since + 1, step + 1
    net.load_state_dict(best["net"])
    return net.eval(), best["step"]
