"""Cards: what was measured apart outlives a new card."""

import pytest

from deepxray_training import cards, one_radiograph

TEXT = "# a model, version 1\n\n## Figures\n\nnone\n\n## How it fails\n\nseldom\n"


def test_a_section_goes_before_the_failures_and_is_replaced_by_a_newer_one(tmp_path):
    (tmp_path / "gate" / "1").mkdir(parents=True)
    cards.write_card(tmp_path, "gate", TEXT)
    path = cards.card_path(tmp_path, "gate")
    for body in ("first", "second"):
        cards.put_section(path, "Five folds", body)
    text = path.read_text()
    assert text.count("## Five folds") == 1 and "first" not in text
    assert text.index("## Figures") < text.index("second") < text.index("## How it fails")


def test_a_newer_section_takes_the_place_of_the_older_one(tmp_path):
    (tmp_path / "gate" / "1").mkdir(parents=True)
    cards.write_card(tmp_path, "gate", TEXT)
    path = cards.card_path(tmp_path, "gate")
    for heading, body in (("Five folds", "first"), ("8-bit", "half the time"), ("Five folds", "second")):
        cards.put_section(path, heading, body)
    text = path.read_text()
    assert "first" not in text
    assert text.index("second") < text.index("half the time") < text.index("## How it fails")


def test_a_section_survives_when_the_card_is_written_anew(tmp_path):
    (tmp_path / "gate" / "1").mkdir(parents=True)
    cards.write_card(tmp_path, "gate", TEXT)
    cards.put_section(cards.card_path(tmp_path, "gate"), "8-bit", "half the time")
    cards.write_card(tmp_path, "gate", TEXT.replace("seldom", "often"))
    text = cards.card_path(tmp_path, "gate").read_text()
    assert "half the time" in text and "often" in text and "seldom" not in text


def test_a_section_that_tells_of_the_weights_served_before_says_so_once_and_one_of_other_networks_does_not(tmp_path):
    (tmp_path / "gate" / "1").mkdir(parents=True)
    path = cards.card_path(tmp_path, "gate")

    def card_of(digit: str) -> str:
        return f"{TEXT}\nmodel.onnx: 1 byte, sha256 `{digit * 64}`"

    cards.write_card(tmp_path, "gate", card_of("1"))
    cards.put_section(path, "8-bit", "half the time")
    cards.put_section(path, "Five folds", "networks made to be measured")
    cards.write_card(tmp_path, "gate", card_of("1"))
    assert cards.EARLIER not in path.read_text()
    for digit in ("2", "3"):
        cards.write_card(tmp_path, "gate", card_of(digit))
    text = path.read_text()
    assert text.count(cards.EARLIER) == 1 and f"{'1' * 64}`); measure anew.*\n\nhalf the time" in text
    assert "## Five folds\n\nnetworks made to be measured" in text


def test_a_section_that_would_be_lost_is_refused(tmp_path):
    with pytest.raises(ValueError, match="MEASURED_APART"):
        cards.put_section(tmp_path / "card.md", "Notes", "")


def test_times_on_one_kind_of_core_leave_those_on_another_in_the_card():
    fast, slow = "### On a core with AVX-512 and VNNI", "### On a core with AVX2 alone"
    before = f"Milliseconds.\n\n{fast}\n\n| all | 54 |\n\n{slow}\n\n| all | 390 |\n"
    assert one_radiograph.others(before, slow) == [f"{fast}\n\n| all | 54 |"]
    assert one_radiograph.others(None, slow) == []
