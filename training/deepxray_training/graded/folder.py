"""graded.csv: read and checked whole, so that a person mends everything in one go."""

import csv
from dataclasses import dataclass
from pathlib import Path

from ..data import JOINTS
from ..scoring import lesions

COLUMNS = ("file", "patient", "joint", "grade", "erosion_percent")
PARTS = ("learn", "choose", "test")
MOST_SHOWN = 50
"""Problems that are told one by one."""


class BadFolder(ValueError):
    """What is wrong with a folder of graded crops, a problem a line."""


@dataclass(frozen=True)
class Graded:
    """A crop and what readers say of it."""

    path: Path
    file: str
    patient: str
    joint: str
    grade: int
    percent: float | None
    """Of the joint surface destroyed; None where only the grade was read."""
    part: str | None
    """learn, choose or test, where the table says so."""

    @property
    def percents(self) -> tuple[float, float]:
        """The least and most percent that the reading allows."""
        if self.percent is not None:
            return self.percent, self.percent
        return (0.0, 0.0) if self.grade == 0 else (20.0 * (self.grade - 1), 20.0 * self.grade)


def read(folder: Path) -> list[Graded]:
    """Every row of ``folder``/graded.csv. Raises BadFolder with all problems, each with its line."""
    table = folder / "graded.csv"
    if not table.is_file():
        raise BadFolder(f"there is no {table}; `--help` shows what it looks like")
    with open(table, newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        named = reader.fieldnames or []
        lacking = [name for name in ("file", "patient", "joint") if name not in named]
        if "grade" not in named and "erosion_percent" not in named:
            lacking.append("grade (or erosion_percent)")
        if lacking:
            raise BadFolder(f"{table}, line 1: no column {', '.join(lacking)}; it has {', '.join(named) or 'none'}")
        rows, problems = [], []
        for row in reader:
            found = _problems_of(row, folder)
            problems += [f"line {reader.line_num}: {problem}" for problem in found]
            rows.append((reader.line_num, row, None if found else _graded(row, folder)))
    problems += _across(rows)
    if not rows:
        problems.append("there is no row below the header")
    if problems:
        more = len(problems) - MOST_SHOWN
        shown = problems[:MOST_SHOWN] + ([f"and {more} more"] if more > 0 else [])
        raise BadFolder("\n".join([f"{table} has {len(problems)} problem{'s' if len(problems) > 1 else ''}:", *shown]))
    return [graded for _, _, graded in rows]


def _cell(row: dict, name: str) -> str:
    return (row.get(name) or "").strip()


def _problems_of(row: dict, folder: Path) -> list[str]:
    """What is wrong with one row by itself."""
    found = []
    if None in row:
        found.append("more cells than the header names")
    file, joint, part = _cell(row, "file"), _cell(row, "joint"), _cell(row, "part")
    if not file:
        found.append("no file")
    elif not (folder / file).is_file():
        found.append(f"there is no file {folder / file}")
    if not _cell(row, "patient"):
        found.append("no patient: crops of one patient must be known as such")
    if joint not in JOINTS:
        found.append(f"joint is '{joint}'; give mcp1 to mcp5 or pip1 to pip5")
    if part and part not in PARTS:
        found.append(f"part is '{part}'; give learn, choose or test, or leave it empty")
    grade, percent = _cell(row, "grade"), _cell(row, "erosion_percent")
    if not grade and not percent:
        found.append("neither grade nor erosion_percent")
    if grade and grade not in list("012345"):
        found.append(f"grade is '{grade}'; give a whole number from 0 to 5")
        grade = ""
    if percent:
        value = _number(percent)
        if value is None or not 0 <= value <= 100:
            found.append(f"erosion_percent is '{percent}'; give a number from 0 to 100")
        elif grade and lesions.grade(value) != int(grade):
            found.append(f"grade is {grade}, but {percent} percent is grade {lesions.grade(value)}; correct one or leave one out")
    return found


def _graded(row: dict, folder: Path) -> Graded:
    file, grade, percent = _cell(row, "file"), _cell(row, "grade"), _number(_cell(row, "erosion_percent"))
    return Graded(
        path=folder / file,
        file=file,
        patient=_cell(row, "patient"),
        joint=_cell(row, "joint"),
        grade=int(grade) if grade else lesions.grade(percent),
        percent=percent,
        part=_cell(row, "part") or None,
    )


def _across(rows: list[tuple[int, dict, Graded | None]]) -> list[str]:
    """What is wrong with rows beside each other: a file twice, a patient on both sides."""
    found, files, parts = [], {}, {}
    for line, row, _ in rows:
        file, patient, part = _cell(row, "file"), _cell(row, "patient"), _cell(row, "part")
        if file and files.setdefault(file, line) != line:
            found.append(f"line {line}: {file} stands in line {files[file]} already")
        first, told = parts.setdefault(patient, (line, part))
        if patient and part != told:
            found.append(f"line {line}: patient {patient} is in part '{part}' here, in '{told}' in line {first}; a patient is never parted")
    return found


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
