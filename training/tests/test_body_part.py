import numpy as np
import torch

from deepxray_training.body_part.model import BodyPart, FourTurns, anticlockwise
from deepxray_training.body_part.publish import mistakes, settle


def test_a_quarter_turn_is_the_one_of_numpy():
    image = np.random.default_rng(1).integers(0, 256, (2, 1, 8, 8)).astype(np.float32)
    for turns in range(4):
        turned = anticlockwise(torch.from_numpy(image), turns).numpy()
        assert np.array_equal(turned, np.rot90(image, turns, (2, 3)))


def test_the_answer_does_not_depend_on_how_the_film_lies_and_the_turn_follows_it():
    torch.manual_seed(1)
    net = FourTurns(BodyPart().eval())
    image = torch.rand(3, 1, 128, 128) * 255
    with torch.no_grad():
        as_it_came = net(image)
        clockwise = net(anticlockwise(image, 3))
    for key in ("kind", "inverted"):
        assert torch.allclose(as_it_came[key], clockwise[key], atol=1e-4)
    assert torch.allclose(as_it_came["turned"].roll(1, 1), clockwise["turned"], atol=1e-4)


def test_the_threshold_is_the_highest_that_refuses_and_lets_in_few_together():
    sure = np.array([0.99, 0.97, 0.805, 0.805, 0.9, 0.7, 0.4])
    kind = np.array([0, 1, 0, 0, 3, 3, 3])
    answer = np.array([0, 1, 0, 0, 0, 1, 3])
    probability = np.full((7, 4), 0.0)
    probability[np.arange(7), answer] = sure
    assert mistakes(probability, kind, 0.5) == (0.0, 2 / 3)
    assert mistakes(probability, kind, 0.95) == (0.5, 0.0)
    threshold = settle(probability, kind)
    assert np.isclose(threshold, 0.8)
    assert mistakes(probability, kind, threshold) == (0.0, 1 / 3)
