"""Trains, exports and evaluates joint refinement: ``python -m deepxray_training.refinement --data DATA``."""

import numpy as np

from ..data import part_of
from ..engine import arguments, folder, train
from ..hands import load_pictures
from ..localisation.loss import loss
from .model import Refinement
from .patches import load_patches
from .samples import Maker


def main() -> None:
    args = arguments(__doc__, steps=4000, batch=64, lr=2e-3).parse_args()
    pictures = load_pictures(args.data, args.work / "cache", 384, args.fold)
    patches = load_patches(args.data, args.work / "cache", args.fold)
    if args.synthetic:
        from ..synthetic import with_synthetic_patches

        patches = with_synthetic_patches(patches, args.synthetic)
    # Wrists show finger joints at their upper edge: no example of "anything else".
    others = [p for p in pictures if p.film.body_part == "other" and p.film.terms_known and p.film.note != "wrist"]
    split = np.array([part_of(f) for f in patches.films])

    def maker(part: str) -> Maker:
        chosen = [p.image for p in others if part_of(p.film) == part]
        return Maker(patches, split == part, chosen)

    run = folder(args, "joint-refinement")
    learnt = maker("train")
    net = train(Refinement(), learnt, lambda o, b: loss(o, b, sigma=0.8), run, args)

    if args.only == "train":
        return
    from .publish import publish

    publish(net, learnt, maker("aside"), maker("val"), pictures, run, args)


if __name__ == "__main__":
    main()
