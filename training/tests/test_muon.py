"""Muon's step: its directions, what it leaves to AdamW, and that a run stopped and gone on is the run never stopped."""

import torch
from torch import nn

from deepxray_training.muon import MuonAndAdamW, orthogonal


def small_net() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 16, 3), nn.BatchNorm2d(16), nn.ReLU(), nn.Conv2d(16, 3, 1))


def learn(net: nn.Module, optimiser: MuonAndAdamW, steps: range) -> None:
    for step in steps:
        crops = torch.randn(4, 1, 9, 9, generator=torch.Generator().manual_seed(step))
        net(crops).square().mean().backward()
        optimiser.step(1.0)


def test_every_direction_of_a_step_is_of_about_one_size_however_unequal_the_gradient():
    torch.manual_seed(0)
    for rows, columns in ((16, 50), (64, 144), (96, 40)):
        gradient = torch.randn(rows, columns) * torch.logspace(0, -3, columns)
        sizes = torch.linalg.svdvals(orthogonal(gradient))
        assert sizes.max() < 1.3 and sizes.median() > 0.6


def test_heads_of_a_few_rows_norms_and_offsets_are_left_to_adamw():
    net = small_net()
    muon, adamw = MuonAndAdamW(net, (0.02, 2e-3)).parts
    assert [id(w) for g in muon.param_groups for w in g["params"]] == [id(net[0].weight)]
    assert sum(len(g["params"]) for g in adamw.param_groups) == len(list(net.parameters())) - 1


def test_a_run_that_stopped_and_went_on_ends_with_the_very_weights_of_one_that_never_stopped():
    whole = small_net()
    learn(whole, MuonAndAdamW(whole, (0.02, 2e-3)), range(8))
    half = small_net()
    first = MuonAndAdamW(half, (0.02, 2e-3))
    learn(half, first, range(4))
    second = MuonAndAdamW(half, (0.02, 2e-3))
    second.load_state_dict(first.state_dict())
    learn(half, second, range(4, 8))
    assert all(torch.equal(a, b) for a, b in zip(whole.state_dict().values(), half.state_dict().values()))
