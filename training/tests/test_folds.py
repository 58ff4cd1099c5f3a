"""Folds and parts: no hand is ever on both sides."""

import numpy as np
import pytest

from deepxray_training import pool
from deepxray_training.data import JOINTS, Fold, part_of, read_films

FOLDS = [Fold(k, 5) for k in range(1, 6)]
COLUMNS = "file,group,body_part,turned_clockwise_deg,split,bone_age_months,sex,width,height,source,licence,note"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A data folder's tables for 120 hands, two films each (one turned), without pixels."""
    folder = tmp_path_factory.mktemp("data")
    films, joints = [COLUMNS], ["file,joint,x,y,source,confidence"]
    for hand in range(120):
        for turned in (0, 90):
            name = f"films/{hand}-{turned}.png"
            films.append(f"{name},hand-{hand},left_hand,{turned},{'val' if hand % 8 == 0 else 'train'},200,F,300,400,made up,made up,")
            joints += [f"{name},{joint},{10 * k},{20 * k},expert,1" for k, joint in enumerate(JOINTS)]
    (folder / "films.csv").write_text("\n".join(films))
    (folder / "joints.csv").write_text("\n".join(joints))
    return folder


def test_every_film_is_measured_in_exactly_one_fold(root):
    measured = [film.name for fold in FOLDS for film in read_films(root, fold) if film.split == "val"]
    assert sorted(measured) == sorted(film.name for film in read_films(root))


@pytest.mark.parametrize("fold", [None, *FOLDS], ids=str)
def test_no_hand_is_in_two_parts(root, fold):
    parts: dict[str, set[str]] = {}
    for film in read_films(root, fold):
        parts.setdefault(film.group, set()).add(part_of(film))
    assert all(len(part) == 1 for part in parts.values())
    assert {part for each in parts.values() for part in each} == {"train", "aside", "val"}


def test_folds_are_about_equal(root):
    sizes = [sum(film.split == "val" for film in read_films(root, fold)) for fold in FOLDS]
    assert max(sizes) < 2.5 * min(sizes)


@pytest.mark.parametrize("text", ["0/5", "6/5", "1/1", "2", "a/b", ""])
def test_a_fold_that_is_none_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="write 1/5"):
        Fold.parse(text)


def test_pooling_names_the_fold_that_was_not_measured(tmp_path):
    for k in (1, 2, 3):
        with pytest.raises(FileNotFoundError, match=f"--fold {k}/3"):
            pool.pooled(tmp_path, "folds", 3)
        folder = tmp_path / f"folds-fold-{k}-of-3"
        folder.mkdir()
        np.savez(folder / "answers.npz", right=np.array([True, k == 2]))
    assert list(pool.pooled(tmp_path, "folds", 3)["right"]) == [True, False, True, True, True, False]
