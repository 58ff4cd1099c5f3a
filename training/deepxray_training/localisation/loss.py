"""What joint localisation is trained on."""

import torch
from torch.nn import functional as F

from ..heatmap import target


def loss(outputs: dict[str, torch.Tensor], batch: dict[str, torch.Tensor], sigma: float = 1.0) -> dict[str, torch.Tensor]:
    """Position, axis and scale count where the joint is there, confidence everywhere (or where ``asked`` is 1)."""
    present, trust = batch["present"], batch["trust"]
    weight = present * trust
    total = weight.sum().clamp(min=1)
    heat = outputs["heat"]
    n, k, h, w = heat.shape
    wanted = target(batch["position"], h, w, sigma).reshape(n, k, -1)
    surprise = -(wanted * F.log_softmax(heat.reshape(n, k, -1), 2)).sum(2)
    distance = torch.sqrt(((outputs["position"] - batch["position"]) ** 2).sum(2) + 1e-8)
    axis = F.normalize(outputs["axis"], dim=2, eps=1e-4)
    turn = 1 - (axis * batch["axis"]).sum(2) + 0.05 * (outputs["axis"].norm(dim=2) - 1) ** 2
    scale = batch["scale"].reshape(n, -1).expand(n, k)
    known = present * torch.isfinite(scale).float()
    return {
        "heat": (surprise * weight).sum() / total,
        "position": 20 * (distance * weight).sum() / total,
        "axis": 3 * (turn * weight).sum() / total,
        "scale": 2 * ((outputs["scale"] - torch.nan_to_num(scale)).abs() * known).sum() / known.sum().clamp(min=1),
        "confidence": F.binary_cross_entropy_with_logits(outputs["confidence"], present, batch.get("asked")),
    }
