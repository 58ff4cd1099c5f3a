"""The command that rebuilds everything: what it remembers when it is stopped and started again."""

import sys

from deepxray_training.all import Record, run_timed


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
