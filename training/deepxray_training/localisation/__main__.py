"""Trains, exports and evaluates joint localisation: ``python -m deepxray_training.localisation --data DATA``."""

from ..data import held_out
from ..engine import arguments, folder, train
from ..hands import load_pictures
from .loss import loss
from .model import Localisation
from .samples import Maker


def main() -> None:
    args = arguments(__doc__, steps=3000, batch=32, lr=2e-3).parse_args()
    pictures = load_pictures(args.data, args.work / "cache", 384, args.fold)
    usable = [p for p in pictures if p.film.split == "train" and p.film.terms_known]
    if args.synthetic:
        from ..synthetic import load_synthetic

        usable += load_synthetic(args.synthetic, 384)
    maker = Maker([p for p in usable if not held_out(p.film)])
    run = folder(args, "joint-localisation")
    net = train(Localisation(), maker, loss, run, args)

    if args.only == "train":
        return
    from .publish import publish

    publish(net, maker, [p for p in usable if held_out(p.film)], pictures, run, args)


if __name__ == "__main__":
    main()
