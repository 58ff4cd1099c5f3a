"""The network that finds the ten joints on the whole hand."""

import torch
from torch import nn
from torch.nn import functional as F

from ..blocks import Normalise, Residual, conv
from ..heatmap import attention, pooled, soft_argmax, unit

SIDE = 256
FIELDS = 4
"""Per joint: axis x, axis y, log hand scale, confidence."""


class Localisation(nn.Module):
    """A small U-shaped network. Input [n, 1, 256, 256] float32 grey 0-255; heat maps at a quarter of that.

    Gives heat [n, 10, 64, 64] logits, position [n, 10, 2] fractions, axis [n, 10, 2] not yet of unit length,
    scale [n, 10] natural logarithm of the hand scale as a fraction of the side, confidence [n, 10] logits.
    """

    def __init__(self, widths=(16, 28, 48, 80, 112)):
        super().__init__()
        a, b, c, d, e = widths
        self.stem = nn.Sequential(Normalise(15), conv(2, a, 5, 2), conv(a, b, 3, 2))
        self.down1 = nn.Sequential(conv(b, c, 3, 2), Residual(c))
        self.down2 = nn.Sequential(conv(c, d, 3, 2), Residual(d), Residual(d))
        self.down3 = nn.Sequential(conv(d, e, 3, 2), Residual(e), Residual(e))
        self.across2, self.up2 = conv(e, d, 1), conv(d, d)
        self.across1, self.up1 = conv(d, c, 1), conv(c, c)
        self.across0, self.up0 = conv(c, b, 1), conv(b, 32)
        self.heat = nn.Conv2d(32, 10, 1)
        self.fields = nn.Conv2d(32, 10 * FIELDS, 1)
        self.overall = nn.Sequential(nn.Conv2d(2 * e, 64, 1), nn.ReLU(inplace=True), nn.Conv2d(64, 20, 1))

    def forward(self, image: torch.Tensor) -> dict[str, torch.Tensor]:
        x0 = self.stem(image)
        x1 = self.down1(x0)
        x2 = self.down2(x1)
        x3 = self.down3(x2)
        y = self.up2(x2 + enlarge(self.across2(x3)))
        y = self.up1(x1 + enlarge(self.across1(y)))
        y = self.up0(x0 + enlarge(self.across0(y)))
        heat = self.heat(y).float()
        weight = attention(heat)
        found = pooled(weight, self.fields(y).float())
        whole = torch.cat([F.adaptive_avg_pool2d(x3, 1), x3.amax((2, 3), keepdim=True)], 1)
        overall = self.overall(whole).flatten(1).float()
        # A flat map is a joint that was not found. Roots, not a logarithm: onnxruntime's differs in its last
        # bit with the element's place in the batch.
        peak = torch.sqrt(torch.sqrt(weight.amax((2, 3)) + 1e-8))
        return {
            "heat": heat,
            "position": soft_argmax(weight),
            "axis": found[..., :2],
            "scale": found[..., 2] + overall[:, :10] - 1.8,
            "confidence": found[..., 3] + overall[:, 10:] + 6 * peak - 3.0,
        }


def enlarge(x: torch.Tensor) -> torch.Tensor:
    return F.interpolate(x, scale_factor=2, mode="nearest")


class Served(nn.Module):
    """What is exported: [n, 1, 256, 256] uint8 in; position, axis, scale, confidence out."""

    def __init__(self, net: Localisation, temperature: float):
        super().__init__()
        self.net, self.temperature = net, temperature

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        out = self.net(image.float())
        confidence = torch.sigmoid(out["confidence"] / self.temperature)
        return out["position"], unit(out["axis"]), torch.exp(out["scale"].clamp(-6, 1)), confidence
