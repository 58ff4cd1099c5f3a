"""Trains the scoring network on shards that worker processes keep making. Resumable, seeded."""

import json
import math
import multiprocessing
import time
from argparse import Namespace
from collections import deque

import numpy as np
import torch

from ..engine import has_bfloat16, start_from
from ..muon import MuonAndAdamW
from . import shards
from .network import ScoringNet, loss, unsteadiness
from .shards import Crops

BATCH = 16
JOINTS = 1000
"""Simulated joints of a shard."""
RATES = 0.01, 2e-3
"""Peak learning rates of Muon and of AdamW."""
WARM_UP = 2000
"""Crops over which the learning rates rise."""
REPLAY = 3
"""Older shards that a round draws from besides its new one."""
AVERAGE = 0.998
"""Decay of the running mean of the weights, which is what is exported."""


def tensors(crops: Crops, rows: np.ndarray) -> tuple[torch.Tensor, ...]:
    return (
        torch.from_numpy(crops.image[rows])[:, None],
        torch.from_numpy(crops.percent[rows]),
        torch.from_numpy(crops.grade[rows]),
        torch.from_numpy(crops.evidence[rows]).float() / 255,
    )


class Averaged:
    """Running mean of a network's weights."""

    def __init__(self, net: ScoringNet) -> None:
        self.net = ScoringNet()
        self.net.load_state_dict(net.state_dict())
        self.steps = 0

    @torch.no_grad()
    def update(self, net: ScoringNet) -> None:
        self.steps += 1
        decay = min(AVERAGE, (1 + self.steps) / (10 + self.steps))
        for mine, new in zip(self.net.state_dict().values(), net.state_dict().values()):
            if mine.dtype.is_floating_point:
                mine.lerp_(new, 1 - decay)
            else:
                mine.copy_(new)


def train(options: Namespace) -> None:
    """Learn from ``options.samples`` crops, or as many as ``options.minutes`` allow; leaves run/trained.pt.

    The learning rate falls with the share of samples (or minutes) spent, so either limit ends in a settled net.
    """
    data, cache, run, seed, samples, minutes = (
        getattr(options, name) for name in ("data", "cache", "run", "seed", "samples", "minutes")
    )
    run.mkdir(parents=True, exist_ok=True)
    state = run / "checkpoint.pt"
    torch.set_num_threads(options.threads)
    torch.manual_seed(seed)
    workshop = shards.Workshop(data, cache, 0, fold=options.fold)  # builds the caches before the workers need them
    net = ScoringNet()
    if options.init and not state.exists():
        start_from(options.init, net, torch.from_numpy(workshop.make(seed, 100).image)[:, None])
    del workshop
    net = net.to(memory_format=torch.channels_last)
    average = Averaged(net)
    optimiser = MuonAndAdamW(net, RATES)
    seen, spent, first = 0, 0.0, 0
    if state.exists():
        saved = torch.load(state, weights_only=True)
        net.load_state_dict(saved["net"])
        average.net.load_state_dict(saved["average"])
        average.steps = saved["steps"]
        optimiser.load_state_dict(saved["optimiser"])
        seen, spent, first = saved["seen"], saved["spent"], saved["shard"]
        print(f"resumed at {seen} crops", flush=True)
    on_gpu = torch.cuda.is_available()
    device = torch.device("cuda" if on_gpu else "cpu")
    half = has_bfloat16(device.type)
    net.to(device)
    average.net.to(device)
    context = multiprocessing.get_context("spawn")
    rng = np.random.default_rng([seed, first])
    with context.Pool(options.workers, shards.start_worker, (data, cache, 0, options.synthetic and options.synthetic / "train", options.fold, options.without, options.steady)) as pool:
        wanted = ((seed * 1_000_003 + k, JOINTS) for k in range(first, 10**9))
        # A few shards ahead, and no more: a pool would otherwise make them all.
        waiting = deque(pool.apply_async(shards.make_in_worker, (next(wanted),)) for _ in range(options.workers + 1))
        old: deque[Crops] = deque(maxlen=REPLAY)
        shard = first
        started = time.monotonic() - spent
        while True:
            if old and not waiting[0].ready():
                new = None  # the makers are behind: go over what is there once more
                parts = list(old)
            else:
                new = waiting.popleft().get()
                waiting.append(pool.apply_async(shards.make_in_worker, (next(wanted),)))
                shard += 1
                parts = [new] + list(old)
            order = [(new, rows) for _ in range(2) for rows in _batches(rng, JOINTS, options.steady)] if new is not None else []
            for part in old:
                order += [(part, rows) for rows in _batches(rng, JOINTS // (3 if new is not None else 1), options.steady)]
            sums: dict[str, float] = {}
            learnt = 0
            net.train()
            for i in rng.permutation(len(order)):
                part, rows = order[i]
                share = seen / samples
                if minutes is not None:
                    share = max(share, (time.monotonic() - started) / 60 / minutes)
                if share >= 1:
                    break
                rate = min(1, (seen + 1) / WARM_UP) * (0.5 + 0.5 * math.cos(math.pi * share)) + 1e-3
                image, percent, grade, evidence = (t.to(device) for t in tensors(part, rows))
                with torch.autocast(device.type, torch.bfloat16, enabled=half):
                    heads = net(image.contiguous(memory_format=torch.channels_last))
                heads = {name: head.float() for name, head in heads.items()}
                terms = loss(heads, percent, grade, evidence)
                if options.steady:
                    terms |= unsteadiness(heads["above"], percent, torch.from_numpy(part.grows[rows]).to(device))
                sum(terms.values()).backward()
                torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
                optimiser.step(rate)
                average.update(net)
                seen += len(rows)
                learnt += 1
                for name, term in terms.items():
                    sums[name] = sums.get(name, 0.0) + float(term.detach())
            if new is not None:
                old.append(new)
            spent = time.monotonic() - started
            line = {"done, %": round(100 * min(share, 1)), "crops": seen, "minutes": round(spent / 60, 1)}
            line["minutes left"] = round(spent / 60 * max(0, 1 / max(share, 1e-3) - 1), 1)
            line["shards"] = shard
            line |= {name: round(value / learnt, 4) for name, value in sums.items()}
            print(json.dumps(line), flush=True)
            torch.save(
                {
                    "net": net.state_dict(),
                    "average": average.net.state_dict(),
                    "steps": average.steps,
                    "optimiser": optimiser.state_dict(),
                    "seen": seen,
                    "spent": spent,
                    "shard": shard,
                    "seed": seed,
                },
                state.with_suffix(".new"),
            )
            state.with_suffix(".new").replace(state)
            if share >= 1:
                break
        pool.terminate()
    average.net.to("cpu")
    torch.save({"average": average.net.state_dict(), "seen": seen, "minutes": spent / 60, "seed": seed}, run / "trained.pt")


def _batches(rng: np.random.Generator, joints: int, in_pairs: bool) -> list[np.ndarray]:
    """Rows of a shard, BATCH at a time: of ``joints`` of its joints two views each, ``in_pairs`` side by side and in order."""
    order = rng.permutation(JOINTS)[:joints]
    skipped = rng.integers(0, shards.VIEWS, joints)
    pairs = np.array([[v for v in range(shards.VIEWS) if v != s] for s in range(shards.VIEWS)])[skipped]
    rows = (order[:, None] * shards.VIEWS + pairs).ravel()
    if not in_pairs:
        rows = rng.permutation(rows)
    return [rows[i : i + BATCH] for i in range(0, len(rows) - BATCH + 1, BATCH)]
