"""Changes to a film that a network must not mind: exposure, noise, borders, markers.

All take and give a [h, w] float32 image in 0-255 unless they say otherwise, and a numpy Generator.
"""

import cv2
import numpy as np

Rng = np.random.Generator


def exposure(image: np.ndarray, rng: Rng) -> np.ndarray:
    """Gamma, contrast and offset, down to the very dim and up to the clipped and fogged."""
    low, high = float(image.min()), float(image.max())
    unit = (image - low) / max(high - low, 1.0)
    if rng.random() < 0.8:
        unit = unit ** np.exp(rng.uniform(-0.7, 0.7))
    if rng.random() < 0.15:  # an s-shaped film curve
        unit = unit * unit * (3 - 2 * unit)
    reach = rng.choice([rng.uniform(25, 90), rng.uniform(90, 200), rng.uniform(200, 330)], p=[0.2, 0.3, 0.5])
    fog = rng.uniform(0, 120) if rng.random() < 0.3 else rng.uniform(0, 12)
    return np.clip(unit * reach + fog, 0, 255)


def shading(image: np.ndarray, rng: Rng) -> np.ndarray:
    """A slow gradient over the film, as from the tube's heel effect or a scanner's lamp."""
    height, width = image.shape
    angle, strength = rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.35)
    x, y = np.linspace(-1, 1, width, dtype=np.float32), np.linspace(-1, 1, height, dtype=np.float32)
    return image * (1 + strength * (np.cos(angle) * x[None] + np.sin(angle) * y[:, None]))


def veil(image: np.ndarray, rng: Rng) -> np.ndarray:
    """A band or one side of the film lighter or darker than the rest, with an edge: overlapping plates, collimator leaves."""
    height, width = image.shape
    angle = rng.integers(0, 4) * np.pi / 2 + rng.normal(0, 0.08)
    x, y = np.linspace(-1, 1, width, dtype=np.float32), np.linspace(-1, 1, height, dtype=np.float32)
    along = np.cos(angle) * x[None] + np.sin(angle) * y[:, None]
    start, sharp = rng.uniform(-0.8, 0.6), rng.uniform(20, 150)
    inside = np.clip((along - start) * sharp + 0.5, 0, 1)
    if rng.random() < 0.5:
        inside = inside * np.clip((start + rng.uniform(0.2, 1.2) - along) * sharp + 0.5, 0, 1)
    spread = float(image.std())
    return image * (1 + inside * rng.uniform(-0.35, 0.35)) + inside * spread * rng.uniform(-0.5, 1.0)


def grain(image: np.ndarray, rng: Rng) -> np.ndarray:
    """Blur, then noise in proportion to the film's contrast."""
    if rng.random() < 0.4:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, 1.6))
    if rng.random() < 0.5:
        contrast = float(image.std())
        noise = rng.standard_normal(image.shape, dtype=np.float32)
        if rng.random() < 0.4:
            noise = cv2.GaussianBlur(noise, (0, 0), 1.0) * 2.5
        image = image + noise * contrast * rng.uniform(0, 0.22)
    return image


def borders(image: np.ndarray, rng: Rng) -> np.ndarray:
    """Collimation and cassette edges: bars or frames of black, white or grey that lie over the film's rim."""
    height, width = image.shape
    image = image.copy()
    value = rng.choice([0.0, 255.0, rng.uniform(0, 255)], p=[0.45, 0.35, 0.2])
    if rng.random() < 0.4:  # a frame, set in from the edge, its outside darkened or left
        inset = int(rng.uniform(0, 0.07) * min(width, height))
        thickness = int(rng.integers(1, 5))
        if rng.random() < 0.5:
            outside = np.ones(image.shape, bool)
            outside[inset : height - inset, inset : width - inset] = False
            image[outside] = rng.choice([0.0, rng.uniform(0, 80)])
        cv2.rectangle(image, (inset, inset), (width - 1 - inset, height - 1 - inset), float(value), thickness)
    else:
        for side in range(4):
            if rng.random() < 0.4:
                depth = int(rng.uniform(0.004, 0.09) * (height if side < 2 else width)) + 1
                part = [np.s_[:depth], np.s_[-depth:], np.s_[:, :depth], np.s_[:, -depth:]][side]
                image[part] = value
    return image


LETTERS = ["L", "R", "L", "R", "L", "R", "AB", "KMR", "LI", "RE", "1", "PA", "TL", "EMP", "SCA", "G", "1234", "P", "d", "b"]


def marker(rng: Rng, size: float) -> tuple[np.ndarray, np.ndarray]:
    """A lead marker: letters, perhaps in a box, turned and perhaps mirrored. Gives (grey 0-1, opacity 0-1) [h, w]."""
    lines = [str(rng.choice(LETTERS)) for _ in range(int(rng.integers(1, 3)))]
    if rng.random() < 0.6:
        lines[0] = str(rng.choice(["L", "R"]))
    canvas = np.zeros((64, 96), np.uint8)
    for index, text in enumerate(lines):
        font = int(rng.choice([cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_PLAIN]))
        cv2.putText(canvas, text, (12, 28 + 26 * index), font, rng.uniform(0.7, 1.3) if len(text) < 4 else 0.7, 255, int(rng.integers(2, 5)), cv2.LINE_AA)
    plate = np.zeros_like(canvas)
    if rng.random() < 0.5:
        cv2.rectangle(plate, (2, 2), (70, 61), 255, -1 if rng.random() < 0.7 else 2)
    letters, plate = canvas / 255.0, plate / 255.0
    plate_grey = rng.uniform(0.05, 0.6)
    grey = np.maximum(letters, plate * plate_grey).astype(np.float32)
    opacity = np.maximum(letters, plate * rng.uniform(0.5, 1)).astype(np.float32)
    if rng.random() < 0.5:
        grey, opacity = grey[:, ::-1], opacity[:, ::-1]
    angle = rng.choice([rng.uniform(-25, 25), rng.uniform(0, 360)])
    turn = cv2.getRotationMatrix2D((48, 32), angle, size / 60)
    out = int(np.ceil(2 * size)) | 1
    turn[:, 2] += out / 2 - np.array([48, 32])
    return tuple(cv2.warpAffine(np.ascontiguousarray(a), turn, (out, out)) for a in (grey, opacity))


def paste_markers(image: np.ndarray, keep: np.ndarray | None, rng: Rng, count: int) -> np.ndarray:
    """Put markers at random places where ``keep`` ([h, w], 1 on the hand) is low."""
    height, width = image.shape
    image = image.copy()
    top = max(float(image.max()), 60.0)
    for _ in range(count):
        grey, opacity = marker(rng, rng.uniform(0.04, 0.13) * max(width, height))
        side = grey.shape[0]
        for _attempt in range(6):
            x, y = int(rng.uniform(-0.3 * side, width - 0.7 * side)), int(rng.uniform(-0.3 * side, height - 0.7 * side))
            x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + side, width), min(y + side, height)
            if x1 - x0 < 3 or y1 - y0 < 3:
                continue
            cover = opacity[y0 - y : y1 - y, x0 - x : x1 - x]
            if keep is not None and float((keep[y0:y1, x0:x1] * cover).max()) > 0.3:
                continue
            part = image[y0:y1, x0:x1]
            image[y0:y1, x0:x1] = part * (1 - cover) + cover * grey[y0 - y : y1 - y, x0 - x : x1 - x] * top
            break
    return image


def photograph(image: np.ndarray, rng: Rng) -> np.ndarray:
    """Everything that happens to a film between the hand and the file, in its physical order."""
    if rng.random() < 0.4:
        image = shading(image, rng)
    if rng.random() < 0.12:
        image = veil(image, rng)
    image = exposure(image, rng)
    image = grain(image, rng)
    if rng.random() < 0.35:
        image = borders(image, rng)
    return np.clip(image, 0, 255)
