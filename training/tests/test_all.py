"""The command that rebuilds everything: what it remembers when it is stopped and started again."""

import argparse
import sys
from pathlib import Path

from deepxray_training.all import SHARE, Record, command, run_timed


def test_what_a_stopped_run_took_counts_when_it_goes_on(tmp_path):
    path = tmp_path / "runs" / "all.json"

    def run(exit_code: int) -> int:
        record = Record(path)
        ended = run_timed([sys.executable, "-c", f"import time; time.sleep(0.3); raise SystemExit({exit_code})"], lambda seconds: record.spend("scoring", seconds), every=0.05)
        if not ended:
            record.finish("scoring")
        return ended

    assert run(3) == 3
    stopped = Record(path)
    assert stopped.done == []
    assert stopped.seconds["scoring"] >= 0.3
    assert run(0) == 0
    ended = Record(path)
    assert ended.done == ["scoring"]
    assert ended.seconds["scoring"] >= stopped.seconds["scoring"] + 0.3


def test_the_gate_is_only_measured_on_rendered_hands_that_the_others_learn_from():
    def lines(rendered: Path | None) -> dict[str, str]:
        args = argparse.Namespace(data=Path("data"), work=Path("work"), out=Path("out"), run="all", seed=1, threads=1, workers=1, fold=None, synthetic=rendered, brief=False)
        return {model: " ".join(command(model, args)) for model in SHARE}

    mixed = lines(Path("drawn"))
    assert "--synthetic-test" in mixed["body_part"] and "--synthetic " not in mixed["body_part"]
    assert all("--synthetic " in mixed[model] for model in ("localisation", "refinement", "scoring"))
    assert not any("--synthetic" in line for line in lines(None).values())
