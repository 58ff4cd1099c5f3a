"""The scoring network: 8-bit crop in, grade probabilities, percent, evidence and scorability out.

Everything the server needs is in the graph: normalisation, the ordinal head's cumulative logits turned into
class probabilities, the temperature. 1 x 1 convolutions stand in for matrix products, so that a sample's
outputs are bit-equal at every batch size.
"""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

GRADES = 6
STEADY, RISING = 2.5, 4.0
"""Weights of the terms of ``unsteadiness``."""
TILT = 5.0
"""Degrees. The localisation finds a finger's axis to within 6 in 95 of 100 joints: a crop tilted by as much is as right."""


class Block(nn.Module):
    """Two 3 x 3 convolutions beside a shortcut; halves the sides where ``stride`` is 2."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.one = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm_one = nn.BatchNorm2d(outputs)
        self.two = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm_two = nn.BatchNorm2d(outputs)
        self.short = None
        if stride != 1 or inputs != outputs:
            self.short = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.norm_one(self.one(x)))
        y = self.norm_two(self.two(y))
        return F.relu(y + (x if self.short is None else self.short(x)))


class ScoringNet(nn.Module):
    """[n, 1, 112, 112] grey 0-255 (float or uint8) -> logits of the heads."""

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        w = width
        self.stem = nn.Sequential(nn.Conv2d(2, w, 5, 2, 2, bias=False), nn.BatchNorm2d(w), nn.ReLU())
        self.fine = nn.Sequential(Block(w, w), Block(w, 2 * w, 2), Block(2 * w, 2 * w), Block(2 * w, 4 * w, 2), Block(4 * w, 4 * w))
        self.coarse = nn.Sequential(Block(4 * w, 8 * w, 2), Block(8 * w, 8 * w))
        self.evidence = nn.Conv2d(4 * w, 1, 1)
        self.head = nn.Sequential(nn.Conv2d(2 * 8 * w + 2 * 4 * w, 64, 1), nn.ReLU())
        self.out = nn.Conv2d(64, 7, 1)
        """First cumulative logit, four steps down from it, percent, scorable."""

    @staticmethod
    def normalise(grey: Tensor) -> Tensor:
        """Two channels: zero mean and unit spread over what is film (black edges do not count), and plain grey."""
        x = grey.float() / 255
        film = (x * 40).clamp(0, 1)
        count = film.sum((2, 3), keepdim=True) + 1
        mean = (film * x).sum((2, 3), keepdim=True) / count
        spread = ((film * (x - mean) ** 2).sum((2, 3), keepdim=True) / count + 1e-4).sqrt()
        return torch.cat([((x - mean) / spread).clamp(-4, 6), x * 2 - 1], dim=1)

    def forward(self, grey: Tensor) -> dict[str, Tensor]:
        fine = self.fine(self.stem(self.normalise(grey)))
        coarse = self.coarse(fine)
        pooled = torch.cat([f(x, 1) for x in (coarse, fine) for f in (F.adaptive_avg_pool2d, F.adaptive_max_pool2d)], dim=1)
        out = self.out(self.head(pooled)).flatten(1)
        steps = torch.cat([out[:, :1], -F.softplus(out[:, 1:5])], dim=1)
        return {
            "above": torch.cumsum(steps, 1),
            "percent": out[:, 5:6],
            "scorable": out[:, 6:7],
            "evidence": self.evidence(fine),
        }


def tilted(crop: Tensor, degrees: float) -> Tensor:
    """[n, 1, h, w] turned about the middle, bilinear, float; 0 where the turned frame leaves the crop."""
    height, width = map(int, crop.shape[2:])
    y, x = np.meshgrid(np.arange(height) - (height - 1) / 2, np.arange(width) - (width - 1) / 2, indexing="ij")
    cos, sin = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    grid = np.stack([(cos * x - sin * y) * 2 / width, (sin * x + cos * y) * 2 / height], axis=-1)
    # A constant of the graph: the exporter has no operator for affine grids at our opset.
    return F.grid_sample(crop.float(), torch.from_numpy(grid).float().expand(crop.shape[0], -1, -1, -1), align_corners=False)


def four_views(net: ScoringNet, crop: Tensor) -> dict[str, Tensor]:
    """Heads averaged over views that show the same joint, and together waver less than one: the crop, the crop tilted, and
    both in the mirror. Evidence is averaged over the two that are not tilted, where each cell shows the same place."""
    views = [crop.float(), crop.float().flip(3), tilted(crop, TILT), tilted(crop, -TILT).flip(3)]
    heads = {name: head.reshape(len(views), -1, *head.shape[1:]) for name, head in net(torch.cat(views)).items()}
    upright, mirrored = heads.pop("evidence")[:2]
    return {name: sum(head) / len(views) for name, head in heads.items()} | {"evidence": (upright + mirrored.flip(3)) / 2}


class Served(nn.Module):
    """What is exported: probabilities instead of logits, of the crop in four views."""

    def __init__(self, net: ScoringNet, temperature: float = 1.0, scorable_temperature: float = 1.0) -> None:
        super().__init__()
        self.net = net
        self.temperature = temperature
        self.scorable_temperature = scorable_temperature

    def forward(self, crop: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        heads = four_views(self.net, crop)
        above = torch.sigmoid(heads["above"] / self.temperature)
        """[n, 5] probability that the grade is above 0, 1, 2, 3, 4: never grows."""
        grade = torch.cat([1 - above[:, :1], above[:, :4] - above[:, 1:], above[:, 4:]], dim=1).clamp(0, 1)
        percent = torch.sigmoid(heads["percent"]) * 100
        return grade, percent, torch.sigmoid(heads["evidence"]), torch.sigmoid(heads["scorable"] / self.scorable_temperature)


def loss(heads: dict[str, Tensor], percent: Tensor, grade: Tensor, evidence: Tensor) -> dict[str, Tensor]:
    """Terms of the loss. ``percent`` [n] (-1 unscorable), ``grade`` [n], ``evidence`` [n, h, w] 0-1."""
    scored = percent >= 0
    terms = {"scorable": F.binary_cross_entropy_with_logits(heads["scorable"][:, 0], scored.float()) * 0.7}
    if not scored.any():
        return terms
    levels = (grade[:, None] > torch.arange(GRADES - 1)[None]).float()[scored]
    terms["grade"] = F.binary_cross_entropy_with_logits(heads["above"][scored], levels) * 3
    share = (percent / 100).clamp(0, 1)[scored]
    # L1 keeps the percent of healthy joints at 0 instead of a little above.
    terms["percent"] = (torch.sigmoid(heads["percent"][scored, 0]) - share).abs().mean() * 3
    # Rendered hands come without a map of their lesions.
    mapped = scored & ((grade == 0) | (evidence.flatten(1).amax(1) > 0))
    if mapped.any():
        terms["evidence"] = F.binary_cross_entropy_with_logits(heads["evidence"][mapped, 0], evidence[mapped]) * 2
    return terms


def unsteadiness(above: Tensor, percent: Tensor, grows: Tensor) -> dict[str, Tensor]:
    """What two views of a joint side by side ([2 n] rows) should not do, in expected grades: differ where they show
    one thing; fall where its lesion grows from the first to the second."""
    grade = torch.sigmoid(above).sum(1).reshape(-1, 2)
    scored = (percent >= 0).reshape(-1, 2).all(1).float()
    growing = grows.reshape(-1, 2)[:, 0].float()
    rises = (grade[:, 1] - grade[:, 0]) * scored
    return {
        "moves": STEADY * (rises**2 * (1 - growing)).mean(),
        "falls": RISING * (F.relu(-rises) * growing).mean(),
    }
