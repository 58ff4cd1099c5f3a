"""Trains, exports and evaluates the body-part model: ``python -m deepxray_training.body_part --data DATA``."""

from ..data import held_out
from ..engine import arguments, folder, train
from ..hands import load_pictures
from .loss import loss
from .model import BodyPart
from .samples import Maker


def main() -> None:
    args = arguments(__doc__, steps=4000, batch=48, lr=2e-3).parse_args()
    pictures = load_pictures(args.data, args.work / "cache", 384, args.fold)
    usable = [p for p in pictures if p.film.split == "train" and p.film.terms_known]
    if args.synthetic:
        from ..synthetic import load_synthetic

        usable += load_synthetic(args.synthetic, 384)
    learnt = [p for p in usable if not held_out(p.film)]
    run = folder(args, "body-part")
    net = train(BodyPart(), Maker(learnt), loss, run, args)

    if args.only == "train":
        return
    from .publish import publish

    publish(net, learnt, [p for p in usable if held_out(p.film)], [p for p in pictures if p.film.split == "val"], pictures, run, args)


if __name__ == "__main__":
    main()
