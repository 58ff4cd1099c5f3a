import numpy as np
import pytest

from deepxray_training import frames


def blob(width, height, x, y, sigma=3.0):
    """An image with one bright spot whose centroid is the point (x, y)."""
    xs, ys = np.arange(width) + 0.5, np.arange(height) + 0.5
    spot = np.exp(-((xs[None] - x) ** 2 + (ys[:, None] - y) ** 2) / (2 * sigma**2))
    return (spot * 255).round().astype(np.uint8)


def centroid(image):
    """Of the brightness, as a fraction of the (square) image."""
    weight = image.astype(float)
    side = image.shape[0]
    grid = (np.arange(side) + 0.5) / side
    return np.array([(weight.sum(0) * grid).sum(), (weight.sum(1) * grid).sum()]) / weight.sum()


@pytest.mark.parametrize("width,height", [(600, 800), (801, 533), (100, 90), (256, 256)])
def test_letterbox_puts_a_point_where_its_matrix_says(width, height):
    point = np.array([width * 0.31, height * 0.62])
    image = blob(width, height, *point, sigma=max(width, height) / 60)
    out = frames.letterbox(image, 256)
    assert out.shape == (256, 256)
    expected = frames.apply(frames.letterbox_matrix(width, height, 256), point)
    assert np.abs(centroid(out) - expected).max() * 256 < 0.15


@pytest.mark.parametrize("angle", [0, 17, 90, -135])
@pytest.mark.parametrize("side", [60.0, 150.0, 333.3])
def test_crop_puts_a_point_where_its_matrix_says(angle, side):
    centre = np.array([310.2, 287.7])
    axis = np.array([np.sin(np.radians(angle)), -np.cos(np.radians(angle))])
    matrix = frames.crop_matrix(centre, axis, side)
    point = centre + 0.15 * side * axis + 0.1 * side * np.array([-axis[1], axis[0]])
    assert np.allclose(frames.apply(matrix, point), [0.6, 0.35])
    out = frames.crop_along_finger(blob(640, 600, *point, sigma=side / 40), centre, axis, side, 96)
    assert np.abs(centroid(out) - [0.6, 0.35]).max() * 96 < 0.2


def test_crop_matrices_are_inverse():
    args = ((51.5, 20.25), (0.3, -0.8), 77.0)
    point = np.array([[3.0, 4.0], [100.0, -20.0]])
    there = frames.apply(frames.crop_matrix(*args), point)
    assert np.allclose(frames.apply(frames.crop_matrix_inverse(*args), there), point)


def test_crop_is_zero_beyond_the_film_and_averages_when_it_shrinks():
    image = np.full((400, 400), 200, np.uint8)
    out = frames.crop_along_finger(image, (0, 200), (0, -1), 200, 50)
    assert (out[:, :24] == 0).all() and (out[:, 26:] == 200).all()
    checker = ((np.indices((400, 400)).sum(0) % 2) * 255).astype(np.uint8)
    out = frames.crop_along_finger(checker, (200, 200), (0, -1), 320, 80)
    assert abs(int(out.min()) - 127) < 12 and abs(int(out.max()) - 127) < 12
