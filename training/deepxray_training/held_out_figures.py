"""The figures of any network file on the ``val`` rows: to compare variants of a model."""

from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path

from .export import session
from .hands import Picture, load_pictures


@dataclass
class HeldOut:
    data: Path
    cache: Path
    repository: Path
    """Whose other models a chain uses."""
    threshold: float
    """Of the model in question."""


def held_out_figures(model: str, file: Path, held: HeldOut) -> list[tuple[str, str]]:
    """Name and value of each figure of ``file`` in the place of the served model."""
    if model == "joint-scoring":
        from .scoring import entry, evaluate

        options = Namespace(data=held.data, cache=held.cache, threshold=held.threshold, fold=None, synthetic=None)
        answers = evaluate.collect(options, entry.predictor(session(file)))
        return [(name, f"{value:.3f} ({low:.3f}–{high:.3f})") for name, (value, low, high) in evaluate.figures(answers).items()]
    pictures = load_pictures(held.data, held.cache, 384)
    val = [p for p in pictures if p.film.split == "val"]
    if model == "body-part":
        from .body_part import measure as gate

        unknown = [p for p in pictures if p.film.body_part == "other" and not p.film.terms_known]
        return gate.rows(gate.collect(file, val, unknown, held.threshold))
    return _positions(model, file, held, [p for p in val if p.joints is not None])


def _positions(model: str, file: Path, held: HeldOut, hands: list[Picture]) -> list[tuple[str, str]]:
    from .localisation import measure
    from .locate import Locator

    locator = Locator(held.repository)
    if model == "joint-refinement":
        locator.fine = session(file)
        return measure.rows(measure.collect(hands, locator.chained))
    locator.coarse = session(file)
    return measure.rows(measure.collect(hands, locator.coarsely))
