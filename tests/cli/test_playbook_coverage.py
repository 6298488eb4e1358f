"""`assist playbook coverage`: what serves a row, which rows nobody serves, and whether measures name what there is."""

import json
import re
from pathlib import Path

import pytest

from assist.core import wire
from assist.training.playbook_measures import measured, measures
from assist.wiring import read_playbook
from prompts.loader import rows, taxonomy
from prompts.remarks import behaviours
from tests.cli.playbooks import CUES, small_playbook, write
from tests.cli.running import assist

pytestmark = pytest.mark.golden


@pytest.fixture
def folder(tmp_path):
    return small_playbook(tmp_path / "mine")


@pytest.fixture
def covered(capsys, monkeypatch):
    def run(name, *options):
        outcome = assist(capsys, monkeypatch, "playbook", "coverage", name, *options)
        return outcome.code, outcome.out

    return run


def test_the_bundled_playbook_serves_every_row_of_knowledge(covered):
    code, out = covered("telecom", "--json")
    unserved = json.loads(out)["unserved"]
    assert [row for row in unserved if row[0] not in "BP"] == []
    assert code == 0


def test_a_row_is_served_by_everything_that_names_it(folder, covered):
    code, out = covered(folder, "--json")
    found = json.loads(out)
    assert code == 1
    assert found["rows"]["K1"] == {"served": True, "by": ["entry bill.look", "card bill.look"]}
    assert found["rows"]["F2"]["by"] == ["examples insult"]
    assert found["rows"]["B4"]["by"] == ["behaviour no_backchannel"]
    assert found["rows"]["X2"] == {"served": False, "by": []}
    assert "X2" in found["unserved"]
    assert list(found["rows"]) == [row for those in rows().values() for row in those]


def test_a_row_that_loses_its_source_is_listed(folder, covered):
    write(folder, "cues/mine", CUES.replace("source: K6", "source: K1"))
    code, out = covered(folder)
    assert code == 1
    assert "not served:" in out
    assert "K6" in out.split("not served:")[1]
    assert "PERFECT" in out


def test_every_measure_names_a_habit_an_event_or_a_category_that_exists(folder):
    playbook = read_playbook(str(folder))
    labels = taxonomy()
    for row, those in measures(playbook).items():
        assert row in rows()[row[0]]
        for measure in those:
            there = {
                "behaviour": labels["behaviours"],
                "event": wire.KINDS,
                "forbidden": labels["forbidden_categories"],
            }
            assert measure.name in there[measure.kind], (row, measure)


def test_rows_of_habits_are_the_behaviours_of_the_taxonomy_in_its_order(folder):
    playbook = read_playbook(str(folder))
    assert [row for row in measures(playbook) if row[0] == "B"] == list(rows()["B"])


def test_a_habit_that_nothing_notices_measures_nothing(folder):
    playbook = read_playbook(str(folder))
    noticed = behaviours(playbook)
    assert "B4" in {row for row, _ in measured(playbook, noticed)}
    assert "B4" not in {row for row, _ in measured(playbook, noticed - {"no_backchannel"})}


def test_every_habit_of_the_taxonomy_is_noticed_and_the_page_names_each():
    page = (Path(__file__).parent.parent.parent / "docs" / "playbooks.md").read_text(encoding="utf-8")
    table = page[page.index("| rows | behaviour | noticed by |") : page.index("| P3, P4 |")]
    named = {name for row in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", row.split("|")[2])}
    playbook = read_playbook("telecom")
    assert named == set(playbook.labels["behaviours"]) == behaviours(playbook)
