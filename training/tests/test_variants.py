"""Runs side by side: what the seed moves stands beside what an ingredient is worth."""

from deepxray_training.scoring import variants


def figures(kappa: float) -> dict[str, float]:
    return {name: 0.5 for name in variants.SHOWN} | {"quadratic kappa": kappa}


def test_the_spread_between_seeds_leaves_ablations_out():
    lines = variants.table({"whole, seed 1": figures(0.9), "whole, seed 2": figures(0.93), "without erosion": figures(0.2)}).splitlines()
    assert [line.split("|")[1].strip() for line in lines[2:]] == ["whole, seed 1", "whole, seed 2", "without erosion", "*between seeds*"]
    assert lines[-1].split("|")[2].strip() == "0.030"


def test_one_seed_alone_has_no_spread():
    assert "between seeds" not in variants.table({"whole, seed 1": figures(0.9), "without erosion": figures(0.2)})
