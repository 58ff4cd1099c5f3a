"""What the body-part network is trained on."""

import torch
from torch.nn import functional as F


def loss(outputs: dict[str, torch.Tensor], batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Cross-entropies; turn and polarity count only where a hand is there and they are known (>= 0)."""
    known = (batch["inverted"] >= 0).float()
    inverted = F.binary_cross_entropy_with_logits(outputs["inverted"][:, 0], batch["inverted"].clamp(min=0), reduction="none")
    count = (batch["turned"] >= 0).sum().clamp(min=1)
    return {
        "kind": F.cross_entropy(outputs["kind"], batch["kind"]),
        "turned": F.cross_entropy(outputs["turned"], batch["turned"], ignore_index=-1, reduction="sum") / count,
        "inverted": 0.5 * (inverted * known).sum() / known.sum().clamp(min=1),
    }
