"""What the body-part network answers on films that it was not trained on, and the figures that follow from it.

``collect`` keeps every answer, so that the answers of several folds can be put together before they are counted.
"""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from ..export import predict
from ..frames import letterbox
from ..hands import Picture, background, hand_mask
from ..metrics import interval, share
from .model import KINDS
from .samples import Maker

OUTPUTS = {"kind": [4], "turned": [4], "inverted": [1]}
INPUT = 256
OTHER = KINDS.index("other")

Answers = dict[str, np.ndarray]
"""'test/column' to an array; columns: truth, answer, turn, turned, inverted, sure, film, group, note."""
Shown = tuple[np.ndarray, int, int, Picture]
"""Image, its kind, its turn in quarters clockwise, where it came from."""


def collect(path: Path, val: list[Picture], unknown: list[Picture], threshold: float, rendered: Path | None = None) -> Answers:
    """Ask the exported network about films set aside, plain and changed; ``unknown`` are those whose terms are unknown."""
    answers: Answers = {}

    def ask(test: str, shown: list[Shown]) -> None:
        if not shown:
            return
        out = predict(path, list(OUTPUTS), np.stack([letterbox(image, INPUT) for image, *_ in shown])[:, None])
        answers.update({
            f"{test}/truth": np.array([s[1] for s in shown]),
            f"{test}/answer": np.where(out["kind"].max(1) >= threshold, out["kind"].argmax(1), OTHER),
            f"{test}/sure": out["kind"].max(1),
            f"{test}/turn": np.array([s[2] for s in shown]),
            f"{test}/turned": out["turned"].argmax(1),
            f"{test}/inverted": out["inverted"][:, 0] >= 0.5,
            f"{test}/film": np.array([s[3].film.name for s in shown]),
            f"{test}/group": np.array([s[3].film.group for s in shown]),
            f"{test}/note": np.array([s[3].film.note or "other" for s in shown]),
        })  # fmt: skip

    known = [p for p in val if p.film.terms_known]
    hands = [p for p in known if p.joints is not None]
    singles = [v for p in hands for v in views(p)]
    ask("stored", [(p.image[:, ::-1] if p.mirrored else p.image, kind_of(p), 0, p) for p in known])
    ask("turned", singles)
    ask("negative", [(255 - image, kind, turn, p) for image, kind, turn, p in singles])
    for name, change in CHANGES.items():
        changed = [(change(p), p) for p in hands]
        ask(name, [(i, k, 0, p) for image, p in changed for i, k in ((image, 0), (np.ascontiguousarray(image[:, ::-1]), 1))])
    ask("composed", composed(hands))
    ask("others", [v for p in known if p.film.body_part == "other" for v in views(p)])
    ask("unknown", [(p.image, OTHER, 0, p) for p in unknown])
    if rendered:
        from ..synthetic import load_synthetic

        ask("rendered", [v for p in load_synthetic(rendered, 384) for v in views(p)])
    return answers


def kind_of(picture: Picture) -> int:
    return KINDS.index(picture.film.body_part.replace("_", "-"))


def views(picture: Picture) -> list[Shown]:
    """A film in four turns and mirrored."""
    kind = kind_of(picture)
    out = []
    for mirror in (False, True):
        image = picture.image[:, ::-1] if mirror != picture.mirrored else picture.image
        shown = 1 - kind if mirror and kind < 2 else kind
        out += [(np.ascontiguousarray(np.rot90(image, -k)), shown, k, picture) for k in range(4)]
    return out


def composed(hands: list[Picture]) -> list[Shown]:
    """Both hands, each film put together of two single ones."""
    if len(hands) < 2:
        return []
    maker = Maker(hands)
    return [
        (np.clip(maker.pair(np.random.default_rng([888, i])), 0, 255).astype(np.uint8), KINDS.index("both-hands"), 0, picture)
        for i, picture in enumerate(hands)
    ]


def _in_other_surroundings(picture: Picture, around: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> np.ndarray:
    """The hand amid what ``around`` makes of the film's plain background and of the hand's mask."""
    mask = hand_mask(picture.image.shape, picture.joints)
    plain = background(picture.image, mask)
    return np.clip(picture.image * mask + around(plain, mask) * (1 - mask), 0, 255).astype(np.uint8)


def _wiped(picture: Picture) -> np.ndarray:
    return _in_other_surroundings(picture, lambda plain, mask: plain)


def _around_mirrored(picture: Picture) -> np.ndarray:
    return _in_other_surroundings(picture, lambda plain, mask: picture.image[:, ::-1] * (1 - mask[:, ::-1]) + plain * mask[:, ::-1])


def _markers_moved(picture: Picture) -> np.ndarray:
    """What is brighter than the plain background around the hand, half a film further down (or up again)."""

    def moved(plain: np.ndarray, mask: np.ndarray) -> np.ndarray:
        letters = np.maximum(picture.image - plain, 0) * (1 - mask)
        return plain + np.roll(letters, picture.image.shape[0] // 2, axis=0) * (1 - mask)

    return _in_other_surroundings(picture, moved)


def _wrong_letter(picture: Picture) -> np.ndarray:
    image = _wiped(picture)
    size = image.shape[0] / 400
    cv2.putText(image, "R", (int(0.04 * image.shape[1]), int(0.75 * image.shape[0])), cv2.FONT_HERSHEY_DUPLEX, 1.4 * size, int(max(60, image.max())), 2, cv2.LINE_AA)
    return image


CHANGES: dict[str, Callable[[Picture], np.ndarray]] = {
    "markers wiped": _wiped,
    "surroundings mirrored in place": _around_mirrored,
    "markers moved by half a film": _markers_moved,
    "a wrong letter pasted": _wrong_letter,
}


def rows(answers: Answers) -> list[tuple[str, str]]:
    """Name and value of each figure, on all answers together."""

    def of(test: str) -> tuple[np.ndarray, ...]:
        return tuple(answers[f"{test}/{column}"] for column in ("truth", "answer", "turn", "turned", "inverted"))

    truth, answer, *_ = of("stored")
    group = np.unique(answers["stored/group"], return_inverse=True)[1]

    def balanced(chosen: np.ndarray) -> float:
        return float(np.mean([(answer[chosen] == k)[truth[chosen] == k].mean() for k in np.unique(truth[chosen])]))

    value, low, high = interval(balanced, group)
    out = [("films as stored: balanced accuracy of the four kinds", f"{100 * value:.1f} % ({100 * low:.1f}–{100 * high:.1f})")]
    for kind, name in enumerate(KINDS):
        out.append((f"… {name} answered {name}", _share((answer == kind)[truth == kind])))
    out.append(("… other answered left-hand", _share((answer == 0)[truth == OTHER])))
    truth, answer, turn, turned, inverted = of("turned")
    accepted = answer < 2
    out += [
        ("single hands in 4 turns, plain and mirrored: side right", _share(answer == truth)),
        ("… taken for the other side", _share(answer == 1 - truth)),
        ("… turn right, of all", _share(turned == turn)),
        ("… turn right, of those accepted", _share((turned == turn)[accepted])),
        ("… polarity right", _share(~inverted)),
    ]
    truth, answer, turn, turned, inverted = of("negative")
    out += [("… inverted: side right", _share(answer == truth)), ("… inverted: turn right", _share(turned == turn)), ("… inverted: polarity right", _share(inverted))]
    # Answers that were collected before a change was asked about have none of it.
    for name in [name for name in CHANGES if f"{name}/truth" in answers]:
        truth, answer, *_ = of(name)
        out.append((f"single hands, plain and mirrored, {name}: side right", _share(answer == truth)))
    truth, answer, *_ = of("composed")
    out.append(("both hands, composed of two single ones: answered both-hands", _share(answer == truth)))
    _, answer, *_ = of("others")
    out += [("others in 4 turns, plain and mirrored: taken for a left hand", _share(answer == 0)), ("… taken for any hand", _share(answer < OTHER))]
    _, answer, *_ = of("unknown")
    out += [
        ("films without known terms (never trained on): taken for a left hand", _share(answer == 0)),
        ("… taken for any hand", _share(answer < OTHER)),
    ]
    if "rendered/truth" in answers:
        truth, answer, turn, turned, _ = of("rendered")
        single = truth < 2
        out += [
            ("rendered hands (unseen seeds) in 4 turns, plain and mirrored: kind right", _share(answer == truth)),
            ("… turn right", _share((turned == turn)[single])),
        ]
    return out


def _share(hits: np.ndarray) -> str:
    return share(int(hits.sum()), len(hits))


def worst(answers: Answers, count: int = 10) -> list[str]:
    """Films answered wrongly or refused, as stored and of unknown terms; the surest mistakes first, then the least sure."""
    lines = []
    for test in ("stored", "unknown"):
        columns = [answers[f"{test}/{c}"] for c in ("truth", "answer", "sure", "film", "note")]
        for truth, answer, sure, film, note in zip(*columns):
            if answer != truth:
                what = note if truth == OTHER else KINDS[truth]
                lines.append((-float(sure) if answer != OTHER else 1 - float(sure), f"{film} ({what} answered {KINDS[answer]}, {sure:.2f})"))
    right = answers["stored/answer"] == answers["stored/truth"]
    for index in np.argsort(answers["stored/sure"] + 2 * ~right)[: max(0, count - len(lines))]:
        lines.append((3.0, f"{answers['stored/film'][index]} (answered rightly, {answers['stored/sure'][index]:.2f})"))
    return [line for _, line in sorted(lines, key=lambda x: x[0])[:count]]
