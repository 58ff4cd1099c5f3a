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


class Served(nn.Module):
    """What is exported: [n, 1, 256, 256] uint8 in, calibrated probabilities out."""

    def __init__(self, net: BodyPart, temperatures: dict[str, float]):
        super().__init__()
        self.net, self.temperatures = net, temperatures

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        logits = self.net(F.avg_pool2d(image.float(), 2))
        return (
            torch.softmax(logits["kind"] / self.temperatures["kind"], 1),
            torch.softmax(logits["turned"] / self.temperatures["turned"], 1),
            torch.sigmoid(logits["inverted"] / self.temperatures["inverted"]),
        )
