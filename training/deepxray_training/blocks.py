"""Building blocks of the networks. All convolutions, also where a linear layer would do: onnxruntime's
matrix product may pick another kernel for another batch size, its convolution works image by image, and a
film's answer must not depend on who else is in the batch."""

import torch
from torch import nn
from torch.nn import functional as F


def conv(cin: int, cout: int, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(cin, cout, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(cout), nn.ReLU(inplace=True))


class Residual(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.body = nn.Sequential(
            conv(width, width), nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(x + self.body(x))


class Normalise(nn.Module):
    """Grey [n, 1, h, w] in 0-255 to two channels: contrast over the whole film, and over each neighbourhood.

    The second shows bones in the dimmest film; the first keeps what is bright overall. Constant
    images come out as 0: the deviations are floored at about a quarter of a grey level.
    """

    def __init__(self, window: int):
        super().__init__()
        self.window = window

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        x = image / 255.0
        mean = F.adaptive_avg_pool2d(x, 1)
        centred = x - mean
        whole = centred / torch.sqrt(F.adaptive_avg_pool2d(centred * centred, 1) + 1e-6)
        near = _box(centred, self.window)
        detail = centred - near
        local = detail / torch.sqrt(_box(detail * detail, self.window) + 4e-6)
        return torch.cat([whole.clamp(-4, 6), local.clamp(-4, 4)], 1)


def _box(x: torch.Tensor, window: int) -> torch.Tensor:
    """Mean over a window, on a grid of a quarter of the resolution (the window is wide, so nothing is lost)."""
    small = F.avg_pool2d(x, 4)
    small = F.avg_pool2d(small, window, 1, window // 2, count_include_pad=False)
    return F.interpolate(small, scale_factor=4, mode="bilinear", align_corners=False)
