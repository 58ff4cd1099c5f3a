"""What all model cards share: sentences, and sections that a command of their own measures and writes."""

import argparse
import re
from pathlib import Path

MEASURED_APART = ["Five folds", "Seeds and ablations", "8-bit", "One radiograph"]
"""Headings of the sections that survive when a model's own command writes its card anew."""
OF_OTHER_WEIGHTS = ["Five folds", "Seeds and ablations"]
"""Those that tell of networks made to be measured: new weights that are served leave them as true as they were."""
EARLIER = "*Of the weights before these"


def command_tail(args: argparse.Namespace) -> str:
    """The options of the command that the shape of the training hangs on."""
    parts = [f" --lr {args.lr:g}"]
    parts += [" --init " + ("PREVIOUS/model.onnx" if args.init.suffix == ".onnx" else "FIRST_RUN/checkpoint.pt")] if args.init else []
    parts += [" --synthetic RENDERED"] if args.synthetic else []
    return "".join(parts)


def history(args: argparse.Namespace) -> str:
    if not args.init:
        return ""
    return f" It went on from the weights of {args.init_made_by}; without --init the command trains from nothing."


def synthetic_note(args: argparse.Namespace) -> str:
    return " Rendered hands (seeds from 100000) as well." if args.synthetic else ""


def card_path(repository: Path, name: str, version: str = "1") -> Path:
    return repository / name / version / "card.md"


def write_card(repository: Path, name: str, text: str) -> None:
    """Write the card; sections that were measured apart are taken over from the one before, and say so where they tell
    of the weights that were served then."""
    path = card_path(repository, name)
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    _replace(path, text.strip() + "\n")
    before, now = _weights(old), _weights(text)
    for heading in MEASURED_APART:
        kept = (section(old, heading) or "").strip()
        if kept and before != now and heading not in OF_OTHER_WEIGHTS and not kept.startswith(EARLIER):
            kept = f"{EARLIER} (sha256 `{before}`); measure anew.*\n\n{kept}"
        if kept:
            put_section(path, heading, kept)


def _weights(card: str) -> str | None:
    """The checksum that a card ends with."""
    found = re.search(r"sha256[^`\n]*`([0-9a-f]{64})`\s*$", card)
    return found.group(1) if found else None


def put_section(path: Path, heading: str, body: str) -> None:
    """Put a section into a card: in the place of one of the same heading, else before '## How it fails'."""
    if heading not in MEASURED_APART:
        raise ValueError(f"'{heading}' would not survive the next card: name it in MEASURED_APART")
    text = path.read_text(encoding="utf-8")
    present = re.search(_pattern(heading), text)
    start, end = present.span() if present else [text.index("## How it fails")] * 2
    _replace(path, f"{text[:start]}## {heading}\n\n{body.strip()}\n\n{text[end:]}")


def section(text: str, heading: str) -> str | None:
    """What stands under a heading of a card's text."""
    found = re.search(_pattern(heading), text)
    return found.group(1) if found else None


def _pattern(heading: str) -> str:
    return rf"## {re.escape(heading)}\n((?:(?!## ).*\n)*)"


def _replace(path: Path, text: str) -> None:
    path.with_suffix(".tmp").write_text(text, encoding="utf-8")
    path.with_suffix(".tmp").replace(path)
