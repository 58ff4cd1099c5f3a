"""Pictures that are no hand, for the class `other`: the films of other body parts at hand are few,
so hands are bent out of shape and pictures are made up, to teach what a hand is by what comes close."""

import cv2
import numpy as np

from ..hands import hand_scale, landmarks


def flattened_foot(image: np.ndarray, joints: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A hand reshaped to a foot's proportions: no thumb set apart, long metacarpals, short toes in a row."""
    scale, points = hand_scale(joints), landmarks(joints)
    gone = np.zeros(image.shape, np.uint8)
    cv2.line(gone, tuple(int(v) for v in joints[0] - 0.15 * (joints[5] - joints[0])), tuple(int(v) for v in points["tips"][0] + 0.4 * (points["tips"][0] - joints[5])), 255, int(0.9 * scale), cv2.LINE_AA)
    gone = cv2.GaussianBlur(gone, (0, 0), 1.5).astype(np.float32) / 255
    image = image * (1 - gone) + float(np.percentile(image, 10)) * gone
    knuckles = joints[1:5].mean(0)[1]
    tips = points["tips"][1:].min(0)[1]
    wrist = points["wrist"][1]
    toe = rng.uniform(0.25, 0.5)
    mid = rng.uniform(1.0, 1.6)
    narrow = rng.uniform(0.65, 0.95)
    heights = np.array([(knuckles - tips) * toe, (wrist - knuckles) * mid, scale * rng.uniform(0.5, 2.5)])
    margin = 0.4 * scale
    total = int(heights.sum() + 2 * margin)
    out_y = np.arange(total, dtype=np.float32)
    marks_out = np.cumsum([0, margin, *heights])
    marks_in = [tips - margin, tips, knuckles, wrist, wrist + heights[2]]
    source_y = np.interp(out_y, marks_out, marks_in).astype(np.float32)
    left, right = joints[:, 0].min() - 0.5 * scale, joints[1, 0] + 0.7 * scale
    width = max(24, int((right - left) * narrow))
    source_x = np.linspace(left, right, width, dtype=np.float32)
    if rng.random() < 0.7:  # the great toe: the finger on the thumb's side grows broad
        along = np.linspace(0, 1, width)
        power = rng.uniform(1.1, 1.8)
        source_x = (right - (right - left) * (1 - along) ** power if rng.random() < 0.85 else left + (right - left) * along**power).astype(np.float32)
    map_x = np.repeat(source_x[None], total, 0)
    map_y = np.repeat(source_y[:, None], width, 1)
    foot = cv2.remap(image.astype(np.float32), map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=float(np.percentile(image, 5)))
    if rng.random() < 0.7:  # feet grow thicker towards the heel
        flesh = cv2.GaussianBlur((foot > np.percentile(foot, rng.uniform(35, 65))).astype(np.float32), (0, 0), 0.15 * scale)
        rise = np.clip(np.linspace(-0.5, rng.uniform(0.6, 1.3), total), 0, 1)[:, None] * rng.uniform(0.3, 1.3)
        foot = (foot + rise * flesh * float(np.percentile(foot, 98))).astype(np.float32)
    if rng.random() < 0.6:  # feet fill their films
        edge = [int(rng.uniform(0, 0.18) * foot.shape[1]) for _ in range(2)]
        return foot[:, edge[0] : foot.shape[1] - edge[1]]
    pads = [(int(rng.uniform(0, 1.2) * scale), int(rng.uniform(0, 1.2) * scale)) for _ in range(2)]
    return np.pad(foot, pads, constant_values=float(np.percentile(image, 5)))


def bent(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A film bent far out of shape by a smooth field: bones, but of nothing."""
    height, width = image.shape
    knots = int(rng.integers(3, 6))
    field = rng.normal(0, rng.uniform(0.1, 0.22), (2, knots, knots)).astype(np.float32)
    dx, dy = (cv2.resize(f, (width, height), interpolation=cv2.INTER_CUBIC) for f in field)
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return cv2.remap(image, x + dx * width, y + dy * height, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


def side_by_side(parts: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Two views on one film, at times with a bar between them: [h, w] float32."""
    height = max(p.shape[0] for p in parts)
    bar = np.full((height, int(rng.integers(0, 12))), rng.choice([0.0, 255.0]), np.float32)
    padded = [np.pad(p, [(0, height - p.shape[0]), (0, 0)], constant_values=float(np.percentile(p, 5))) for p in parts]
    return np.hstack([padded[0], bar, padded[1]])


def shuffled(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A hand cut into tiles that changed places: its texture without its shape."""
    n = int(rng.integers(3, 6))
    height, width = image.shape[0] // n * n, image.shape[1] // n * n
    image = image[:height, :width]
    tiles = [np.rot90(t, 2 * int(rng.integers(2))) for row in np.split(image, n, 0) for t in np.split(row, n, 1)]
    order = rng.permutation(len(tiles))
    return np.vstack([np.hstack([tiles[i] for i in order[r * n : r * n + n]]) for r in range(n)])


def generated(rng: np.random.Generator, side: int) -> np.ndarray:
    """Blank, gradient, noise, text, texture, shapes like bones: [h, w] float32."""
    height, width = (int(side * v) for v in (1, rng.uniform(0.5, 1)))
    if rng.random() < 0.4:
        height, width = width, height
    draw = rng.integers(6)
    if draw == 0:
        return np.full((height, width), rng.uniform(0, 255), np.float32)
    if draw == 1:
        x, y = np.linspace(-1, 1, width)[None], np.linspace(-1, 1, height)[:, None]
        angle = rng.uniform(0, 2 * np.pi)
        field = np.cos(angle) * x + np.sin(angle) * y if rng.random() < 0.6 else -np.hypot(x - rng.uniform(-0.5, 0.5), y - rng.uniform(-0.5, 0.5))
        return ((field - field.min()) / np.ptp(field) * rng.uniform(20, 255)).astype(np.float32)
    if draw == 2:  # noise at any grain
        noise = rng.standard_normal((height, width)).astype(np.float32)
        sigma = np.exp(rng.uniform(np.log(0.3), np.log(20)))
        noise = cv2.GaussianBlur(noise, (0, 0), sigma)
        return np.clip(128 + noise / (noise.std() + 1e-6) * rng.uniform(10, 80), 0, 255)
    if draw == 3:  # a page of text
        page = np.full((height, width), int(rng.uniform(180, 255)), np.uint8)
        y = int(rng.integers(10, 40))
        size = rng.uniform(0.25, 0.9)
        while y < height - 5:
            line = "".join(rng.choice(list("abcdefghi LMNRST 0123456789 .,-"), int(rng.integers(4, 40))))
            cv2.putText(page, line, (int(rng.integers(4, 40)), y), cv2.FONT_HERSHEY_SIMPLEX, size, float(rng.uniform(0, 90)), int(rng.integers(1, 3)), cv2.LINE_AA)
            y += int(36 * size + rng.integers(0, 20))
        return (page if rng.random() < 0.6 else 255 - page).astype(np.float32)
    canvas = np.full((height, width), rng.uniform(0, 60), np.float32)
    if draw == 4:  # long bones of a limb: one to three shafts with thick ends in soft tissue
        start, end = np.array([width * rng.uniform(0.2, 0.8), -20.0]), np.array([width * rng.uniform(0.2, 0.8), height + 20.0])
        soft = np.zeros_like(canvas)
        cv2.line(soft, tuple(start.astype(int)), tuple(end.astype(int)), 1.0, int(width * rng.uniform(0.3, 0.8)), cv2.LINE_AA)
        canvas += cv2.GaussianBlur(soft, (0, 0), rng.uniform(1, 8)) * rng.uniform(20, 70)
        for _ in range(int(rng.integers(1, 4))):
            shift = np.array([width * rng.uniform(-0.2, 0.2), 0])
            bone = np.zeros_like(canvas)
            thick = width * rng.uniform(0.04, 0.14)
            joint = start + (end - start) * rng.uniform(0.3, 0.7)
            cv2.line(bone, tuple((start + shift).astype(int)), tuple((end + shift).astype(int)), 1.0, int(thick), cv2.LINE_AA)
            cv2.ellipse(bone, tuple((joint + shift).astype(int)), (int(thick * rng.uniform(0.7, 1.6)), int(thick * rng.uniform(0.7, 2))), 0, 0, 360, 1.0, -1)
            if rng.random() < 0.7:
                cv2.line(bone, tuple((joint + shift - [2 * thick, 0]).astype(int)), tuple((joint + shift + [2 * thick, rng.uniform(-9, 9)]).astype(int)), 0.3, int(rng.integers(1, 4)), cv2.LINE_AA)
            canvas += cv2.GaussianBlur(bone, (0, 0), rng.uniform(0.6, 3)) * rng.uniform(40, 110)
    else:  # things: blobs, polygons and lines of many sizes
        for _ in range(int(rng.integers(3, 40))):
            centre = tuple(int(v) for v in rng.uniform(0, [width, height]))
            size = np.exp(rng.uniform(np.log(3), np.log(0.5 * side)))
            grey = float(rng.uniform(0, 255))
            shape = rng.integers(4)
            if shape == 0:
                cv2.ellipse(canvas, centre, (int(size), int(size * rng.uniform(0.2, 1))), rng.uniform(0, 180), 0, 360, grey, -1, cv2.LINE_AA)
            elif shape == 1:
                cv2.rectangle(canvas, centre, tuple(int(v) for v in np.array(centre) + rng.uniform(0, size, 2)), grey, -1)
            elif shape == 2:
                points = (np.array(centre) + rng.uniform(-size, size, (int(rng.integers(3, 8)), 2))).astype(np.int32)
                cv2.fillPoly(canvas, [points], grey, cv2.LINE_AA)
            else:
                far = tuple(int(v) for v in np.array(centre) + rng.uniform(-2 * size, 2 * size, 2))
                cv2.line(canvas, centre, far, grey, int(rng.integers(1, 9)), cv2.LINE_AA)
        if rng.random() < 0.6:
            canvas = cv2.GaussianBlur(canvas, (0, 0), rng.uniform(0.5, 4))
    return np.clip(canvas, 0, 255)
