"""Sentences that all model cards share."""

import argparse


def command_tail(args: argparse.Namespace) -> str:
    """The options of the command that the shape of the training hangs on."""
    parts = [f" --lr {args.lr:g}"]
    parts += [" --init FIRST_RUN/checkpoint.pt"] if args.init else []
    parts += [" --synthetic RENDERED"] if args.synthetic else []
    return "".join(parts)


def history(args: argparse.Namespace) -> str:
    return " It went on from a first run on films alone, of the same command without --init and --synthetic." if args.init else ""
