"""Muon: a step in which every direction of a convolution's weights takes an equal part.

K. Jordan and others, "Muon: an optimizer for hidden layers in neural networks" (2024): the momentum of a weight matrix is
replaced by the nearest matrix whose singular values are all one, found by five rounds of a Newton-Schulz iteration. What
few samples agree on is then learnt as fast as what all agree on: the scoring network learns more from as many crops than by
AdamW (ADR 14). torch.optim.Muon takes matrices only and computes in bfloat16, which a processor without it imitates eight
times slower; this one takes convolutions and computes in float32.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

MOMENTUM = 0.95
QUINTIC = (3.4445, -4.7750, 2.0315)
"""Coefficients of the iteration, from the same source."""
ROUNDS = 5
SMALLEST = 8
"""Fewer rows or columns than this, as the heads have, are no matrix worth the work: AdamW has them."""


def orthogonal(matrix: Tensor) -> Tensor:
    """[m, n] -> [m, n] with nearly the same singular vectors, and singular values between about 0.7 and 1.2.

    Each round multiplies by a polynomial of the matrix times its transpose: the rounds go over this small square, and
    only their product over the matrix, less than half the work.
    """
    a, b, c = QUINTIC
    stands = matrix.shape[0] > matrix.shape[1]
    lying = matrix.T if stands else matrix
    lying = lying / (lying.norm() + 1e-7)
    square = lying @ lying.T
    product = unit = torch.eye(len(square), device=matrix.device)
    for _ in range(ROUNDS):
        factor = a * unit + b * square + c * square @ square
        product = factor @ product
        square = factor @ square @ factor
    turned = product @ lying
    return turned.T if stands else turned


class Muon(torch.optim.Optimizer):
    """For weights of two dimensions or more; all but the first are taken as columns."""

    def __init__(self, weights: Iterable[nn.Parameter], lr: float) -> None:
        super().__init__(weights, {"lr": lr})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                state = self.state[weight]
                if not state:
                    state["momentum"] = torch.zeros_like(weight)
                momentum = state["momentum"].lerp_(weight.grad, 1 - MOMENTUM)
                ahead = weight.grad.lerp(momentum, MOMENTUM).flatten(1)
                tall = max(1, ahead.shape[0] / ahead.shape[1]) ** 0.5
                weight.add_(orthogonal(ahead).reshape(weight.shape), alpha=-group["lr"] * tall)


class MuonAndAdamW:
    """Muon for the matrices of ``net``, AdamW for its other parameters; ``rates`` are their peak learning rates."""

    def __init__(self, net: nn.Module, rates: tuple[float, float]) -> None:
        matrices = [w for w in net.parameters() if _is_matrix(w)]
        others = [w for w in net.parameters() if not _is_matrix(w)]
        self.rates = rates
        self.parts = [Muon(matrices, rates[0]), torch.optim.AdamW(others, rates[1], weight_decay=0.01)]

    def step(self, share: float) -> None:
        """At ``share`` of the peak rates; forgets the gradients."""
        for part, rate in zip(self.parts, self.rates):
            for group in part.param_groups:
                group["lr"] = rate * share
            part.step()
            part.zero_grad(set_to_none=True)

    def state_dict(self) -> list[dict]:
        return [part.state_dict() for part in self.parts]

    def load_state_dict(self, saved: list[dict]) -> None:
        for part, state in zip(self.parts, saved):
            part.load_state_dict(state)


def _is_matrix(weight: Tensor) -> bool:
    return weight.ndim > 1 and min(weight.shape[0], weight[0].numel()) >= SMALLEST
