"""Where localisation finds joints on films that it was not trained on, and the figures that follow; alone or with refinement.

``collect`` keeps every joint, so that the joints of several folds can be put together before they are counted.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from ..data import JOINTS, read_grey, upright
from ..hands import Picture, finger_axes, hand_scale
from ..locate import Found, diagonal
from ..metrics import clustered_share, interval
from .cutoffs import cut_films

Find = Callable[[np.ndarray], tuple[Found, np.ndarray]]
"""An upright left hand [h, w] uint8 to its joints, and which are believed to be there [10] bool."""
Joints = dict[str, np.ndarray]
"""'test/column' to an array with a row a joint; columns: error (% of the diagonal), expert, believed, there
(1, 0, or -1 near a cut), film, group; of whole films also angle (degrees), and scale (error, a film)."""


def collect(val: list[Picture], find: Find, rendered: Path | None = None) -> Joints:
    joints = whole(val, find)
    found = [(find(image)[1], there, picture) for image, _, there, picture in cut_films(val, 12345)]
    joints |= {
        "cut/believed": np.concatenate([b for b, *_ in found]),
        "cut/there": np.concatenate([t for _, t, _ in found]),
        "cut/group": np.repeat([p.film.group for *_, p in found], 10),
    }
    if rendered:
        joints |= _rendered(rendered, find)
    return joints


def whole(val: list[Picture], find: Find) -> Joints:
    """On the films as stored, upright, right hands mirrored: all joints are there."""
    parts: dict[str, list] = {k: [] for k in ("error", "angle", "scale", "expert", "believed", "film", "group")}
    for picture in val:
        image = upright(read_grey(picture.film), picture.film.turned)
        if picture.mirrored:
            image = np.ascontiguousarray(image[:, ::-1])
        truth = picture.joints * np.array(image.shape[::-1]) / np.array(picture.image.shape[::-1])
        found, believed = find(image)
        cosine = (found.axes * finger_axes(truth)).sum(1)
        parts["error"].append(100 * np.linalg.norm(found.joints - truth, axis=1) / diagonal(truth))
        parts["angle"].append(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
        parts["scale"].append(np.full(10, 100 * abs(np.log(found.scale / hand_scale(truth)))))
        parts["expert"].append(picture.film.expert)
        parts["believed"].append(believed)
        parts["film"].append(np.full(10, picture.film.name))
        parts["group"].append(np.full(10, picture.film.group))
    return {f"whole/{name}": np.concatenate(values) for name, values in parts.items()}


def _rendered(folder: Path, find: Find) -> Joints:
    """Rendered hands of unseen seeds, some with amputated rays."""
    from ..synthetic import read_as_left

    error, believed, there, hand = [], [], [], []
    for number, (image, joints, present) in enumerate(read_as_left(folder)):
        found, sure = find(image)
        error.append(100 * np.linalg.norm(found.joints - joints, axis=1) / diagonal(joints))
        believed.append(sure)
        there.append(present)
        hand.append(np.full(10, f"rendered-{number}"))
    columns = {"error": error, "believed": believed, "there": there, "group": hand}
    return {f"rendered/{name}": np.concatenate(values) for name, values in columns.items()}


def positions(joints: Joints) -> list[tuple[str, str]]:
    """Name and value of each figure of ``whole``'s positions; intervals by bootstrap over hands."""
    error, expert, group = (joints[f"whole/{c}"] for c in ("error", "expert", "group"))
    out = []
    for name, chosen in (("expert points", expert), ("machine points", ~expert)):
        if chosen.any():
            out.append((f"{name}: error, % of the diagonal: median", _median(error[chosen], group[chosen])))
            out.append(("… 95th percentile / worst", f"{np.percentile(error[chosen], 95):.2f} / {error[chosen].max():.1f}"))
            out.append(("… within 4 %", clustered_share(error[chosen] <= 4, group[chosen])))
    return out


def rows(joints: Joints) -> list[tuple[str, str]]:
    """Name and value of each figure, on all joints together."""
    out = positions(joints)
    group = joints["whole/group"]
    angle, scale = joints["whole/angle"], joints["whole/scale"]
    out += [
        ("axis, degrees off: median / 95th percentile", f"{np.median(angle):.1f} / {np.percentile(angle, 95):.1f}"),
        ("hand scale, % off: median / 95th percentile", f"{np.median(scale):.1f} / {np.percentile(scale, 95):.1f}"),
        ("whole hands: present joint wrongly missing", clustered_share(~joints["whole/believed"], group)),
    ]
    believed, there, group = (joints[f"cut/{c}"] for c in ("believed", "there", "group"))
    out += [
        ("made-up cut-offs: absent joint reported missing", clustered_share(~believed[there == 0], group[there == 0])),
        ("… present joint wrongly missing", clustered_share(~believed[there == 1], group[there == 1])),
    ]
    if "rendered/error" in joints:
        error, believed, there, group = (joints[f"rendered/{c}"] for c in ("error", "believed", "there", "group"))
        out += [
            ("rendered hands (unseen seeds): error, % of the diagonal: median", _median(error[there], group[there])),
            ("… present joint wrongly missing", clustered_share(~believed[there], group[there])),
            ("… joint of an amputated ray reported missing", clustered_share(~believed[~there], group[~there])),
        ]
    return out


def _median(values: np.ndarray, group: np.ndarray) -> str:
    value, low, high = interval(lambda r: float(np.median(values[r])), np.unique(group, return_inverse=True)[1])
    return f"{value:.2f} ({len(values)} joints; {low:.2f}–{high:.2f})"


def worst(joints: Joints, count: int = 10) -> list[str]:
    """Films by their joints wrongly missing, then by their largest error, with the joint that it lies at."""
    films = []
    for film in np.unique(joints["whole/film"]):
        chosen = joints["whole/film"] == film
        errors, lost = joints["whole/error"][chosen], np.flatnonzero(~joints["whole/believed"][chosen])
        farthest = int(errors.argmax())
        names = ", ".join(JOINTS[joint] for joint in lost)
        line = f"{film} ({errors[farthest]:.1f} % off at {JOINTS[farthest]}" + (f"; wrongly missing: {names})" if names else ")")
        films.append((len(lost), float(errors[farthest]), line))
    return [line for *_, line in sorted(films, reverse=True)[:count]]
