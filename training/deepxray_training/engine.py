"""The training loop that all models share: seeded, resumable, with an average of the weights."""

import argparse
import json
import math
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

from . import from_onnx, processor
from .data import Fold

# Before the first use: a forked process that finds OpenCV's threads half set up waits for them for ever.
cv2.setNumThreads(1)

TRAINING = Path(__file__).resolve().parent.parent
REPOSITORY = TRAINING.parent / "model-servers" / "repository"


def arguments(description: str, steps: int, batch: int, lr: float) -> argparse.ArgumentParser:
    """The options that every model's command has."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="data folder with films.csv and joints.csv")
    parser.add_argument("--work", type=Path, default=TRAINING, help="folder for cache/ and runs/, which may be deleted")
    parser.add_argument("--run", default="default", help="name of the folder under runs/<model>/")
    parser.add_argument("--fold", type=Fold.parse, help="k/n: set the k-th of n parts of the hands aside to measure on; writes figures, exports nothing")
    parser.add_argument("--steps", type=int, default=steps)
    parser.add_argument("--batch", type=int, default=batch)
    parser.add_argument("--lr", type=float, default=lr, help="peak learning rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="torch's threads")
    parser.add_argument("--workers", type=int, default=1, help="processes that make samples; 0: in this one")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--precision", choices=["auto", "float32", "bfloat16"], default="auto", help="of the convolutions in training; auto: bfloat16 where the processor has it (twice as fast)")
    parser.add_argument("--synthetic", type=Path, help="folder of rendered hands with their truth, to train on as well")
    parser.add_argument("--synthetic-test", type=Path, help="rendered hands of other seeds, to measure on")
    parser.add_argument("--init", type=Path, help="checkpoint.pt or model.onnx whose weights to start from")
    parser.add_argument("--init-made-by", default="an earlier run of the same command", help="how the weights of --init were made, for the card")
    parser.add_argument("--out", type=Path, default=REPOSITORY, help="model repository to export into")
    parser.add_argument("--only", choices=["train", "publish"], help="one half of the work; publish: export and measure the run's last checkpoint")
    return parser


class Samples(torch.utils.data.Dataset):
    """Sample ``index`` is a pure function of (seed, index): what makes a run resumable and repeatable."""

    def __init__(self, make: Callable[[np.random.Generator], dict], seed: int, first: int, count: int):
        self.make, self.seed, self.first, self.count = make, seed, first, count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> dict:
        return self.make(np.random.default_rng([self.seed, self.first + index]))


class Average:
    """Exponential moving average of weights and statistics; it is what gets exported."""

    def __init__(self, model: nn.Module):
        self.values = {k: v.detach().clone() for k, v in model.state_dict().items()}

    def update(self, model: nn.Module, step: int) -> None:
        decay = min(0.998, (1 + step) / (10 + step))
        for key, value in model.state_dict().items():
            if value.dtype.is_floating_point:
                self.values[key].lerp_(value.detach(), 1 - decay)
            else:
                self.values[key].copy_(value)


def train(model: nn.Module, make: Callable, loss: Callable, run: Path, args: argparse.Namespace) -> nn.Module:
    """Train with AdamW on a cosine schedule, or go on where the run's checkpoint ends; gives the averaged model.

    ``loss(outputs, batch)`` gives a dict of scalars whose sum is minimised.
    """
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    run.mkdir(parents=True, exist_ok=True)
    checkpoint = run / "checkpoint.pt"
    model.to(args.device).to(memory_format=torch.channels_last)
    if args.init and not checkpoint.exists():
        start_from(args.init, model, torch.from_numpy(np.stack([make(np.random.default_rng([args.seed, i]))["image"] for i in range(256)])))
    average = Average(model)
    decayed = [p for p in model.parameters() if p.ndim > 1]
    rest = [p for p in model.parameters() if p.ndim <= 1]
    optimiser = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.03}, {"params": rest, "weight_decay": 0.0}], lr=args.lr)
    warm_up = min(150, args.steps // 10 + 1)

    def rate(step: int) -> float:
        return min((step + 1) / warm_up, 0.5 * (1 + math.cos(math.pi * step / args.steps)) + 0.005)

    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, rate)
    step, seconds = 0, 0.0
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location=args.device, weights_only=False)
        model.load_state_dict(state["model"])
        average.values = state["average"]
        optimiser.load_state_dict(state["optimiser"])
        schedule.load_state_dict(state["schedule"])
        step, seconds = state["step"], state["seconds"]
        print(f"resumed at step {step}", flush=True)
    if args.only == "publish" or step >= args.steps:
        model.load_state_dict(average.values)
        return model.eval().cpu()

    samples = Samples(make, args.seed, step * args.batch, (args.steps - step) * args.batch)
    loader = torch.utils.data.DataLoader(samples, args.batch, num_workers=args.workers, worker_init_fn=_one_thread, persistent_workers=False)
    half = args.precision == "bfloat16" or (args.precision == "auto" and has_bfloat16(args.device))
    model.train()
    started, sums, since = time.time() - seconds, {}, 0
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.2f} M parameters, {args.steps} steps of {args.batch}", flush=True)

    def save() -> None:
        state = {"model": model.state_dict(), "average": average.values, "optimiser": optimiser.state_dict(), "schedule": schedule.state_dict(), "step": step, "seconds": time.time() - started}
        torch.save(state, checkpoint.with_suffix(".tmp"))
        checkpoint.with_suffix(".tmp").replace(checkpoint)
        (run / "progress.json").write_text(json.dumps({"step": step, "steps": args.steps, "batch": args.batch, "seed": args.seed, "seconds": round(time.time() - started)}))

    for batch in loader:
        batch = {k: v.to(args.device) for k, v in batch.items()}
        with torch.autocast(args.device, torch.bfloat16, enabled=half):
            outputs = model(batch["image"])
        parts = loss({k: v.float() for k, v in outputs.items()}, batch)
        total = sum(parts.values())
        optimiser.zero_grad(set_to_none=True)
        total.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        optimiser.step()
        schedule.step()
        step += 1
        average.update(model, step)
        for key, value in parts.items():
            sums[key] = sums.get(key, 0.0) + float(value.detach())
        since += 1
        if step % 50 == 0 or step == args.steps:
            spent = time.time() - started
            shown = "  ".join(f"{k} {v / since:.4f}" for k, v in sums.items())
            print(f"step {step}/{args.steps} ({100 * step // args.steps} %)  {shown}  {spent:.0f} s, {spent / step * (args.steps - step):.0f} s left", flush=True)
            sums, since = {}, 0
        if step % 250 == 0 or step == args.steps:
            save()
    model.load_state_dict(average.values)
    return model.eval().cpu()


def start_from(path: Path, model: nn.Module, examples: torch.Tensor) -> None:
    """Give ``model`` the averaged weights of a checkpoint, or those of a served network; ``examples`` are its inputs."""
    if path.suffix == ".onnx":
        from_onnx.load(path, model, examples.to(next(model.parameters()).device))
    else:
        model.load_state_dict(torch.load(path, map_location="cpu", weights_only=False)["average"])


def folder(args: argparse.Namespace, name: str) -> Path:
    """Where the run of the model ``name`` keeps its checkpoint."""
    without = getattr(args, "without", None)
    return args.work / "runs" / name / (args.run + (f"-fold-{args.fold}" if args.fold else "") + (f"-without-{without}" if without else ""))


def entry_folder(args: argparse.Namespace, run: Path) -> Path:
    """The repository to export into. What is only measured goes into one of its own, which a fold's models share."""
    measured_only = args.fold or getattr(args, "without", None)
    return run.parent.parent / "repositories" / run.name if measured_only else args.out


def has_bfloat16(device: str) -> bool:
    """Whether the device computes in bfloat16 itself: a processor without it imitates it, eight times slower than float32."""
    if device != "cpu":
        return torch.cuda.is_bf16_supported()
    return processor.has("avx512_bf16")


def _one_thread(_worker: int) -> None:
    """A sample-making process keeps to one core, or several of them fight over it."""
    torch.set_num_threads(1)
