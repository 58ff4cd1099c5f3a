"""The body-part network."""

import torch
from torch import nn
from torch.nn import functional as F

from ..blocks import Normalise, Residual, conv

KINDS = ["left-hand", "right-hand", "both-hands", "other"]
SIDE = 128
"""Pixels the network works on; the served input is twice that and averaged inside the graph."""


class BodyPart(nn.Module):
    """A small residual network with three heads. Input [n, 1, 128, 128] float32 grey 0-255.

    Gives logits: kind [n, 4], turned [n, 4] (0, 90, 180, 270 degrees clockwise), inverted [n, 1].
    """

    def __init__(self, widths=(24, 40, 72, 136)):
        super().__init__()
        a, b, c, d = widths
        self.body = nn.Sequential(
            Normalise(7),
            conv(2, a, 5, 2),
            conv(a, b, 3, 2), Residual(b),
            conv(b, c, 3, 2), Residual(c), Residual(c),
            conv(c, d, 3, 2), Residual(d), Residual(d),
        )  # fmt: skip
        self.head = nn.Sequential(nn.Dropout(0.1), nn.Conv2d(2 * d, 9, 1))

    def forward(self, image: torch.Tensor) -> dict[str, torch.Tensor]:
        features = self.body(image)
        pooled = torch.cat([F.adaptive_avg_pool2d(features, 1), features.amax((2, 3), keepdim=True)], 1)
        logits = self.head(pooled).flatten(1)
        return {"kind": logits[:, :4], "turned": logits[:, 4:8], "inverted": logits[:, 8:9]}


class FourTurns(nn.Module):
    """The network's mean word on a film and its three quarter turns: a hand that it doubts in one turn it mostly
    knows in the others. Shapes as of `BodyPart`; `turned` is of the film as it came."""

    def __init__(self, net: nn.Module):
        super().__init__()
        self.net = net

    def forward(self, image: torch.Tensor) -> dict[str, torch.Tensor]:
        logits = self.net(torch.cat([anticlockwise(image, turns) for turns in range(4)]))
        kind, turned, inverted = (logits[key].unflatten(0, (4, -1)) for key in ("kind", "turned", "inverted"))
        # Turned back by a quarter, a film that lay at 90 degrees is one that lies at 0.
        as_it_came = torch.stack([turned[turns].roll(turns, 1) for turns in range(4)])
        return {"kind": kind.mean(0), "turned": as_it_came.mean(0), "inverted": inverted.mean(0)}


def anticlockwise(image: torch.Tensor, turns: int) -> torch.Tensor:
    """Square images turned by quarters, as `torch.rot90` does it, in operators that ONNX has."""
    if turns == 1:
        return image.transpose(2, 3).flip(2)
    if turns == 2:
        return image.flip((2, 3))
    if turns == 3:
        return image.transpose(2, 3).flip(3)
    return image


class Served(nn.Module):
    """What is exported: [n, 1, 256, 256] uint8 in, calibrated probabilities out."""

    def __init__(self, net: nn.Module, temperatures: dict[str, float]):
        super().__init__()
        self.net, self.temperatures = net, temperatures

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        logits = self.net(F.avg_pool2d(image.float(), 2))
        return (
            torch.softmax(logits["kind"] / self.temperatures["kind"], 1),
            torch.softmax(logits["turned"] / self.temperatures["turned"], 1),
            torch.sigmoid(logits["inverted"] / self.temperatures["inverted"]),
        )
