"""The split, seen on the films themselves. Skipped where there are none: DEEPXRAY_DATA names their folder."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from deepxray_training.data import Film, Fold, part_of, read_films, read_grey

DATA = Path(os.environ.get("DEEPXRAY_DATA", Path(__file__).parents[3] / "shared" / "data"))
SIDE = 32
COPY = 0.95
"""Correlation of fine structure: of copies that were saved anew 0.999, of the most alike of two hands 0.89."""

pytestmark = pytest.mark.skipif(not (DATA / "films.csv").exists(), reason=f"no radiographs in {DATA}")


@pytest.fixture(scope="module")
def films() -> list[Film]:
    return read_films(DATA)


def look(image: np.ndarray) -> np.ndarray:
    """[SIDE, SIDE] the structure of a film without its large shades, of mean 0 and length 1."""
    small = cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    fine = small - cv2.GaussianBlur(small, (0, 0), 4)
    fine -= fine.mean()
    return fine / np.linalg.norm(fine)


@pytest.fixture(scope="module")
def looks(films) -> np.ndarray:
    """[films, SIDE, SIDE]"""
    return np.stack([look(cv2.imread(str(film.path), cv2.IMREAD_REDUCED_GRAYSCALE_4)) for film in films])


def in_every_turn_and_mirrored(looks: np.ndarray):
    for image in (looks, looks[:, :, ::-1]):
        yield from (np.rot90(image, turns, axes=(1, 2)) for turns in range(4))


def test_no_hand_of_val_is_a_copy_turned_or_mirrored_of_one_that_is_learnt_from(films, looks):
    hand = np.array([film.body_part != "other" for film in films])
    val = np.array([film.split == "val" for film in films])
    measured = looks[hand & val].reshape(-1, SIDE * SIDE)
    assert len(measured) >= 138
    for turned in in_every_turn_and_mirrored(looks[hand & ~val]):
        assert (measured @ turned.reshape(-1, SIDE * SIDE).T).max() < COPY


def test_a_copy_saved_anew_smaller_turned_and_mirrored_would_be_seen(films, looks):
    film = read_grey(films[0])
    smaller = cv2.resize(film, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    saved = cv2.imdecode(cv2.imencode(".jpg", np.rot90(smaller[:, ::-1]), [cv2.IMWRITE_JPEG_QUALITY, 60])[1], cv2.IMREAD_GRAYSCALE)
    copy = look(saved).reshape(-1)
    assert max(float(turned.reshape(-1) @ copy) for turned in in_every_turn_and_mirrored(looks[:1])) > COPY


@pytest.mark.parametrize("fold", [None, *(Fold(k, 5) for k in range(1, 6))], ids=str)
def test_no_group_of_the_films_is_in_two_parts(fold):
    parts: dict[str, set[str]] = {}
    for film in read_films(DATA, fold):
        parts.setdefault(film.group, set()).add(part_of(film))
    assert all(len(part) == 1 for part in parts.values())
