"""Reads the data folder: films.csv, joints.csv and the films they name.

The layout: ``films.csv`` has a row a film, ``joints.csv`` a row a joint (positions in pixels of the stored
file). Films of one hand or patient share ``group``; no split here ever parts a group.
"""

import csv
import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np

JOINTS = ["mcp1", "mcp2", "mcp3", "mcp4", "mcp5", "pip1", "pip2", "pip3", "pip4", "pip5"]


@dataclass(frozen=True)
class Film:
    path: Path
    name: str
    """Path as films.csv has it."""
    group: str
    body_part: str
    """left_hand, right_hand, both_hands or other."""
    turned: int | None
    """Degrees clockwise from fingers-up: 0, 90, 180, 270; None where unknown or pointless."""
    split: str
    """train or val."""
    bone_age_months: float | None
    sex: str
    width: int
    height: int
    source: str
    licence: str
    note: str
    joints: np.ndarray | None = field(repr=False)
    """[10, 2] float64, px of the stored file (origin top left, a pixel's centre at index + 0.5); None for no single hand."""
    expert: np.ndarray | None = field(repr=False)
    """[10] bool: read by a person (else found by a network)."""
    confidence: np.ndarray | None = field(repr=False)
    """[10] of the positions, 0-1."""

    @property
    def terms_known(self) -> bool:
        """Films without known terms are for tests: no shipped weights are trained on them."""
        return not self.licence.startswith("terms not found")


@dataclass(frozen=True)
class Fold:
    """One of several equal parts of the hands, which a network trained on the others is measured on."""

    number: int
    """From 1."""
    of: int

    @classmethod
    def parse(cls, text: str) -> "Fold":
        """'2/5'. Raises ValueError for anything else."""
        number, _, of = text.partition("/")
        if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of) and int(of) > 1):
            raise ValueError(f"'{text}' is no fold: write 1/5 for the first of five")
        return cls(int(number), int(of))

    def __contains__(self, film: Film) -> bool:
        return int(_share_of(film, "fold") * self.of) == self.number - 1

    def __str__(self) -> str:
        return f"{self.number}-of-{self.of}"


def read_films(root: Path, fold: Fold | None = None) -> list[Film]:
    """Every film of the data folder, in the order of films.csv.

    With a ``fold``, ``split`` says val for its films and train for all others, whatever films.csv says.
    """
    films = _read_films(root)
    if fold is None:
        return films
    return [replace(film, split="val" if film in fold else "train") for film in films]


def _read_films(root: Path) -> list[Film]:
    points: dict[str, dict[str, dict]] = {}
    with open(root / "joints.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            points.setdefault(row["file"], {})[row["joint"]] = row
    films = []
    with open(root / "films.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found = points.get(row["file"], {})
            whole = all(joint in found for joint in JOINTS)
            films.append(
                Film(
                    path=root / row["file"],
                    name=row["file"],
                    group=row["group"],
                    body_part=row["body_part"],
                    turned=int(row["turned_clockwise_deg"]) if row["turned_clockwise_deg"] else None,
                    split=row["split"],
                    bone_age_months=float(row["bone_age_months"]) if row["bone_age_months"] else None,
                    sex=row["sex"],
                    width=int(row["width"]),
                    height=int(row["height"]),
                    source=row["source"],
                    licence=row["licence"],
                    note=row["note"],
                    joints=np.array([[float(found[j]["x"]), float(found[j]["y"])] for j in JOINTS]) if whole else None,
                    expert=np.array([found[j]["source"] == "expert" for j in JOINTS]) if whole else None,
                    confidence=np.array([float(found[j]["confidence"]) for j in JOINTS]) if whole else None,
                )
            )
    return films


def read_grey(film: Film) -> np.ndarray:
    """The film as stored, [height, width] uint8."""
    image = cv2.imread(str(film.path), cv2.IMREAD_GRAYSCALE)
    if image is None:
        raise OSError(f"cannot read {film.path}")
    return image


def held_out(film: Film, share: float = 0.1, salt: str = "held-out") -> bool:
    """Whether the film's group is set aside from training, to choose thresholds and temperatures on.

    ``val`` stays untouched for the figures of the card. The choice is a hash of the group: stable when films
    are added, and never parts the films of a hand.
    """
    return _share_of(film, salt) < share


def _share_of(film: Film, salt: str) -> float:
    """0-1, the same for all films of a group."""
    digest = hashlib.sha256(f"{salt}:{film.group}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def part_of(film: Film) -> str:
    """train, aside (held out of training) or val."""
    return film.split if film.split != "train" else "aside" if held_out(film) else "train"


def upright(image: np.ndarray, turned: int | None) -> np.ndarray:
    """Undo a film's turn (degrees clockwise)."""
    return np.ascontiguousarray(np.rot90(image, (turned or 0) // 90))


def upright_points(points: np.ndarray, width: int, height: int, turned: int | None) -> np.ndarray:
    """Points [n, 2] (px of the stored film) in the frame of ``upright``'s image."""
    x, y = points[:, 0], points[:, 1]
    if not turned:
        return points.copy()
    if turned == 90:  # turned back counter-clockwise
        return np.stack([y, width - x], axis=1)
    if turned == 180:
        return np.stack([width - x, height - y], axis=1)
    return np.stack([height - y, x], axis=1)
