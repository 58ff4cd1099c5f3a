"""The network that refines one joint."""

import torch
from torch import nn
from torch.nn import functional as F

from ..blocks import Normalise, Residual, conv
from ..heatmap import attention, pooled, soft_argmax, unit
from ..localisation.model import enlarge

SIDE = 96
CROP_SCALES = 1.2
"""Side of the crop in hand scales."""


class Refinement(nn.Module):
    """A small U-shaped network. Input [n, 1, 96, 96] float32 grey 0-255.

    Gives heat [n, 1, 24, 24] logits, position [n, 1, 2] fractions, axis [n, 1, 2] not yet of unit length,
    scale [n, 1] natural logarithm of the hand scale as a fraction of the side, confidence [n, 1] logits.
    """

    def __init__(self, widths=(16, 32, 64, 96)):
        super().__init__()
        a, b, c, d = widths
        self.stem = nn.Sequential(Normalise(9), conv(2, a, 5, 2), conv(a, b, 3, 2), Residual(b))
        self.down1 = nn.Sequential(conv(b, c, 3, 2), Residual(c), Residual(c))
        self.down2 = nn.Sequential(conv(c, d, 3, 2), Residual(d), Residual(d))
        self.across1, self.up1 = conv(d, c, 1), conv(c, c)
        self.across0, self.up0 = conv(c, b, 1), conv(b, 32)
        self.heat = nn.Conv2d(32, 1, 1)
        self.fields = nn.Conv2d(32, 4, 1)
        self.overall = nn.Sequential(nn.Conv2d(2 * d, 48, 1), nn.ReLU(inplace=True), nn.Conv2d(48, 4, 1))

    def forward(self, image: torch.Tensor) -> dict[str, torch.Tensor]:
        x0 = self.stem(image)
        x1 = self.down1(x0)
        x2 = self.down2(x1)
        y = self.up1(x1 + enlarge(self.across1(x2)))
        y = self.up0(x0 + enlarge(self.across0(y)))
        heat = self.heat(y).float()
        weight = attention(heat)
        found = pooled(weight, self.fields(y).float())
        whole = torch.cat([F.adaptive_avg_pool2d(x2, 1), x2.amax((2, 3), keepdim=True)], 1)
        found = found + self.overall(whole).flatten(1).float().unsqueeze(1)
        return {
            "heat": heat,
            "position": soft_argmax(weight),
            "axis": found[..., :2],
            "scale": found[..., 2] - 0.18,
            "confidence": found[..., 3],
        }


class Served(nn.Module):
    """What is exported: [n, 1, 96, 96] uint8 in; position [n, 2], axis [n, 2], scale [n, 1], confidence [n, 1] out."""

    def __init__(self, net: Refinement, temperature: float):
        super().__init__()
        self.net, self.temperature = net, temperature

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        out = self.net(image.float())
        confidence = torch.sigmoid(out["confidence"] / self.temperature)
        return out["position"][:, 0], unit(out["axis"])[:, 0], torch.exp(out["scale"].clamp(-4, 2)), confidence
