"""Trains, exports and evaluates joint localisation: ``python -m deepxray_training.localisation --data DATA``."""

from ..data import held_out
from ..engine import TRAINING, arguments, train
from ..hands import load_pictures
from .loss import loss
from .model import Localisation
from .samples import Maker


def main() -> None:
    args = arguments(__doc__, steps=3000, batch=32, lr=2e-3).parse_args()
    pictures = load_pictures(args.data, TRAINING / "cache", 384)
    usable = [p for p in pictures if p.film.split == "train" and p.film.terms_known]
    if args.synthetic:
        from ..synthetic import load_synthetic

        usable += load_synthetic(args.synthetic, 384)
    maker = Maker([p for p in usable if not held_out(p.film)])
    run = TRAINING / "runs" / "joint-localisation" / args.run
    net = train(Localisation(), maker, loss, run, args)

    from .publish import publish

    publish(net, [p for p in usable if held_out(p.film)], pictures, run, args)


if __name__ == "__main__":
    main()
