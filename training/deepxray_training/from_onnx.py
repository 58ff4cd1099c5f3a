"""Weights of a served model.onnx back into the network that it was exported from, to train on from them.

The export folds each batch normalisation into the convolution before it. Here the convolution takes the folded
weights, and the normalisation gets statistics from examples and the scale and shift that undo it: the network
gives the same answers, and can be trained further. From a file of 8-bit weights it gives nearly the same.
"""

from pathlib import Path

import numpy as np
import onnx
import torch
from torch import nn


def load(path: Path, net: nn.Module, examples: torch.Tensor) -> None:
    """Give ``net`` the weights of ``path``; ``examples`` [n, ...] are inputs of the network as in training.

    Raises ValueError where the file is of another network.
    """
    pairs = _convolutions(net, examples[:2])
    stored = _stored(path)
    names = {_scope(name): conv for name, conv in net.named_modules() if isinstance(conv, nn.Conv2d)}
    shapes = {scope: tuple(conv.weight.shape) for scope, conv in names.items()}
    if shapes != {scope: weight.shape for scope, (weight, _) in stored.items()}:
        raise ValueError(f"{path} is of another network than the one to be trained: its convolutions are not the same")
    with torch.no_grad():
        for scope, conv in names.items():
            (weight, bias), norm = stored[scope], pairs[conv]
            conv.weight.copy_(torch.from_numpy(weight))
            if conv.bias is not None:
                conv.bias.copy_(torch.from_numpy(bias))
            if norm is not None:
                norm.running_mean.zero_()
                norm.running_var.fill_(1 - norm.eps)
                norm.weight.fill_(1)
                norm.bias.copy_(torch.from_numpy(bias))
    _measure([norm for norm in pairs.values() if norm is not None], net, examples)


def _convolutions(net: nn.Module, example: torch.Tensor) -> dict[nn.Conv2d, nn.BatchNorm2d | None]:
    """Each convolution and the normalisation that follows it."""
    found: list[list] = []

    def seen(module: nn.Module, _inputs, output: torch.Tensor) -> None:
        found.append([module, None, output])

    def normalised(module: nn.Module, inputs) -> None:
        for entry in found:
            if entry[2] is inputs[0]:
                entry[1] = module

    hooks = [m.register_forward_hook(seen) for m in net.modules() if isinstance(m, nn.Conv2d)]
    hooks += [m.register_forward_pre_hook(normalised) for m in net.modules() if isinstance(m, nn.BatchNorm2d)]
    net.eval()
    with torch.no_grad():
        net(example)
    for hook in hooks:
        hook.remove()
    return {conv: norm for conv, norm, _ in found}


def _scope(module: str) -> str:
    """As the exporter writes a module's name: 'body.3.one' is 'body/body.3/one'."""
    labels: list[str] = []
    for part in module.split("."):
        labels.append(f"{labels[-1]}.{part}" if part.isdecimal() else part)
    return "/".join(labels)


def _stored(path: Path) -> dict[str, tuple[np.ndarray, np.ndarray | None]]:
    """Weight and bias (float32) of the file's convolutions, by the scope of their module."""
    graph = onnx.load(str(path)).graph
    values = {weight.name: onnx.numpy_helper.to_array(weight).copy() for weight in graph.initializer}
    for node in graph.node:
        if node.op_type in ("Cast", "Identity") and node.input[0] in values:
            values[node.output[0]] = values[node.input[0]].astype(np.float32)
        if node.op_type == "DequantizeLinear" and node.input[0] in values:
            values[node.output[0]] = _dequantised(*(values[name].astype(np.float32) for name in node.input))
    return {
        # '/net/' in front: the network inside what is served; '/Conv' behind.
        "/".join(node.name.split("/")[2:-1]): (values[node.input[1]], values[node.input[2]] if len(node.input) > 2 else None)
        for node in graph.node
        if node.op_type == "Conv"
    }


def _dequantised(weight: np.ndarray, scale: np.ndarray, zero: np.ndarray | float = 0.0) -> np.ndarray:
    """8-bit weights by output channel (the first axis), or one scale for all."""
    by_channel = (-1, *[1] * (weight.ndim - 1)) if np.ndim(scale) and np.size(scale) > 1 else ()
    return ((weight - np.reshape(zero, by_channel)) * np.reshape(scale, by_channel)).astype(np.float32)


def _measure(norms: list[nn.BatchNorm2d], net: nn.Module, examples: torch.Tensor) -> None:
    """Statistics of what each normalisation is given, and the scale and shift with which its answer stays."""
    sums = {norm: [0.0, 0.0, 0] for norm in norms}

    def add(norm: nn.BatchNorm2d, inputs) -> None:
        x = inputs[0].double()
        entry = sums[norm]
        entry[0] = entry[0] + x.sum((0, 2, 3))
        entry[1] = entry[1] + (x * x).sum((0, 2, 3))
        entry[2] += x.numel() // x.shape[1]

    hooks = [norm.register_forward_pre_hook(add) for norm in norms]
    with torch.no_grad():
        for start in range(0, len(examples), 32):
            net(examples[start : start + 32])
    for hook in hooks:
        hook.remove()
    with torch.no_grad():
        for norm, (total, squares, count) in sums.items():
            mean = total / count
            variance = (squares / count - mean * mean).clamp(min=1e-6)
            norm.running_mean.copy_(mean.float())
            norm.running_var.copy_(variance.float())
            norm.weight.copy_((variance + norm.eps).sqrt().float())
            norm.bias.add_(mean.float())
    net.train()
