"""`assist playbook`: what it finds in a small playbook, and that the bundled one is whole and proves itself."""

import json

import pytest

from assist.commands.playbook_trying import tried
from assist.core.triggers import OnQuestion
from assist.wiring import read_playbook
from tests.cli.playbooks import CUES, WORDS, small_playbook, write
from tests.cli.running import assist

pytestmark = pytest.mark.golden


@pytest.fixture
def folder(tmp_path):
    return small_playbook(tmp_path / "mine")


@pytest.fixture(scope="module")
def playbook():
    return read_playbook("telecom")


@pytest.fixture
def run(capsys, monkeypatch):
    return lambda *arguments: assist(capsys, monkeypatch, "playbook", *arguments)


# --- the bundled playbook ------------------------------------------------------------------------------------------


def test_every_example_holds(playbook):
    failed = [proof for some in tried(playbook) for _, proof in some if not proof.holds]
    assert failed == []


# The lines of an example have no voice; tests/core/test_manner.py shows when these behaviours are noticed.
_HEARD_IN_THE_VOICE = ("behaviour.pace_mismatch", "behaviour.loudness_mismatch")


def test_every_entry_proves_when_it_fires_and_when_not(playbook):
    for entry in playbook.entries:
        if not any(isinstance(trigger, OnQuestion) for trigger in entry.when):
            assert len(entry.must_fire) >= 2 or entry.id in _HEARD_IN_THE_VOICE, entry.id
            assert len(entry.must_not_fire) >= 2, entry.id


def test_lines_can_be_said_in_a_breath_and_titles_seen_in_a_glance(playbook):
    for entry in playbook.entries:
        assert len(entry.title) <= 12, entry.id
        for line in (entry.say, *entry.say_for.values()):
            assert len(line) <= 120, entry.id


def test_every_category_of_forbidden_speech_has_words_examples_and_a_line_to_say_instead(playbook):
    wordings: dict[str, int] = dict.fromkeys(playbook.labels["forbidden_categories"], 0)
    for phrase in playbook.lexicon.forbidden:
        wordings[phrase.category] += len(phrase.phrases.heard)
        assert phrase.say_instead
    assert min(wordings.values()) >= 20, wordings
    for category in wordings:
        those = playbook.forbidden_examples[category]
        assert len(those.said) >= 20, category
        assert len(those.harmless) >= 8, category


def test_every_scene_says_what_to_do_and_never_to_do_at_every_stage(playbook):
    for scene in playbook.scenes.values():
        for stage in playbook.models[scene.model].stages:
            if not stage.optional:
                assert scene.guidance[stage.id].do, (scene.id, stage.id)
                assert scene.guidance[stage.id].never, (scene.id, stage.id)


# --- check ---------------------------------------------------------------------------------------------------------


def test_check_lists_what_there_is_and_remarks_what_nobody_will_see(folder, run):
    write(folder, "cues/mine", CUES.replace("  opens: bill.look\n", ""))
    outcome = run("check", folder)
    assert outcome.code == 0
    assert "bill 1, promise 1" in outcome.out
    assert "no entry opens these cards: bill.look" in outcome.out
    assert "no fault" in outcome.out


def test_check_stops_at_the_first_fault(folder, run):
    write(folder, "cues/mine", CUES.replace("opens: bill.look", "opens: bill.lok"))
    outcome = run("check", folder)
    assert outcome.code == 1
    assert f"{folder / 'cues' / 'mine.yaml'}:10: 'bill.lok' is not a known card; known: bill.look" in outcome.err


# --- test ----------------------------------------------------------------------------------------------------------


def test_what_fails_is_told_with_what_was_understood(folder, run, tmp_path):
    write(folder, "cues/mine", CUES.replace("账单我看懂了", "账单真的看不懂"))
    report = tmp_path / "report.json"
    outcome = run("test", folder, "--json", report)
    assert outcome.code == 1
    assert "bill.look: should not fire: customer: 账单真的看不懂。\n    because: 听到“账单真的看不懂”" in outcome.out
    assert "forbidden.insult: should not fire: 手机有毛病您可以拿来看看。\n    because: insult “有毛病”" in outcome.out
    assert "9 of 11 examples hold" in outcome.out
    figures = json.loads(report.read_text(encoding="utf-8"))
    assert figures["categories"]["bill"] == {"examples": 4, "failed": 1, "precision": 0.6667, "recall": 1.0}
    assert figures["categories"]["forbidden.insult"] == {
        "examples": 3,
        "failed": 1,
        "precision": 0.6667,
        "recall": 1.0,
    }
    assert [failure["name"] for failure in figures["failures"]] == ["bill.look", "forbidden.insult"]


def test_what_does_not_come_is_told_with_what_was_understood_instead(folder, run):
    write(folder, "lexicons/mine", WORDS.replace("有毛病]", "神经病]"))
    outcome = run("test", folder, "--entry", "forbidden.insult")
    assert outcome.code == 1
    assert "forbidden.insult: should fire: 你这人有毛病吧。\n    but: nothing was understood" in outcome.out
    assert "1 of 3 examples hold" in outcome.out


def test_many_processes_find_what_one_finds(folder):
    playbook = read_playbook(str(folder))
    one = [proof for some in tried(playbook, processes=1) for proof in some]
    assert sorted(proof for some in tried(playbook, processes=2) for proof in some) == one
    assert len(one) == 11


def test_an_entry_is_tried_alone(folder, run):
    outcome = run("test", folder, "--entry", "promise.")
    assert outcome.code == 0
    assert "4 of 4 examples hold" in outcome.out
    assert "bill" not in outcome.out


def test_an_entry_that_there_is_not_is_named(folder, run):
    outcome = run("test", folder, "--entry", "promisse")
    assert outcome.code == 1
    assert "'promisse'" in outcome.err
