"""From heat maps to points and pooled fields, in plain element-wise operations.

An answer must not depend on the rest of the batch, to the last bit. So there are no matrix products (their
kernels change with the batch size), no logarithm (onnxruntime's differs in the last bit with the element's
place), and sums over a map are global average pools (onnxruntime's general reduction adds up in another order
for a batch of one).
"""

import torch
from torch.nn import functional as F


def attention(heat: torch.Tensor) -> torch.Tensor:
    """Softmax over the map: logits [n, k, h, w] to weights [n, k, h, w] that sum to 1."""
    n, k, h, w = heat.shape
    return torch.softmax(heat.reshape(n, k, h * w), 2).reshape(n, k, h, w)


def soft_argmax(weight: torch.Tensor) -> torch.Tensor:
    """The mean position under the weights [n, k, h, w], as fractions of width and height: [n, k, 2]."""
    h, w = weight.shape[2:]
    x = torch.arange(w, dtype=torch.float32, device=weight.device) + 0.5
    y = torch.arange(h, dtype=torch.float32, device=weight.device).unsqueeze(1) + 0.5
    return torch.stack([F.adaptive_avg_pool2d(weight * (x * h), 1), F.adaptive_avg_pool2d(weight * (y * w), 1)], 2).flatten(2)


def pooled(weight: torch.Tensor, fields: torch.Tensor) -> torch.Tensor:
    """Fields [n, k * f, h, w] averaged where each point lies: weights [n, k, h, w] to [n, k, f]."""
    n, k, h, w = weight.shape
    products = fields.reshape(n, k, -1, h, w) * (weight * (h * w)).unsqueeze(2)
    return F.adaptive_avg_pool2d(products.reshape(n, -1, h, w), 1).reshape(n, k, -1)


def unit(vector: torch.Tensor) -> torch.Tensor:
    """[..., 2] scaled to length 1; finite also for 0."""
    return vector / torch.sqrt((vector * vector).sum(-1, keepdim=True) + 1e-8)


def target(position: torch.Tensor, h: int, w: int, sigma: float) -> torch.Tensor:
    """Gaussians around positions [n, k, 2] (fractions), sigma in cells: [n, k, h, w] that sum to 1."""
    x = torch.arange(w, dtype=torch.float32, device=position.device) + 0.5
    y = torch.arange(h, dtype=torch.float32, device=position.device) + 0.5
    gx = torch.exp(-((x - position[..., 0:1] * w) ** 2) / (2 * sigma**2))
    gy = torch.exp(-((y - position[..., 1:2] * h) ** 2) / (2 * sigma**2))
    field = gy.unsqueeze(3) * gx.unsqueeze(2)
    return field / field.sum((2, 3), keepdim=True).clamp(min=1e-6)
