"""The bundled playbook is whole: it checks, and every example of every entry holds."""

import shutil
from pathlib import Path

import pytest

from assist.training.examples import failures
from assist.wiring import read_playbook
from classifiers import build_classifiers
from tests.cli.running import assist

pytestmark = pytest.mark.golden
PROMPTS = Path(__file__).parent.parent.parent / "prompts"


@pytest.fixture(scope="module")
def playbook():
    return read_playbook("telecom")


def test_every_example_holds(playbook):
    assert list(failures(playbook, build_classifiers(playbook))) == []


def test_every_entry_proves_when_it_fires_and_when_not(playbook):
    for entry in playbook.entries:
        assert len(entry.must_fire) >= 2, entry.id
        assert len(entry.must_not_fire) >= 2, entry.id


def test_lines_can_be_said_in_a_breath_and_titles_seen_in_a_glance(playbook):
    for entry in playbook.entries:
        assert len(entry.title) <= 12, entry.id
        assert len(entry.say) <= 60, entry.id


def test_every_category_of_forbidden_speech_has_words_and_a_line_to_say_instead(playbook):
    wordings: dict[str, int] = dict.fromkeys(playbook.labels["forbidden_categories"], 0)
    for phrase in playbook.lexicon.forbidden:
        wordings[phrase.category] += len(phrase.phrases.heard)
        assert phrase.say_instead
    assert min(wordings.values()) >= 20, wordings


def test_both_scenes_say_what_to_do_and_never_to_do_at_every_stage(playbook):
    for scene in playbook.scenes.values():
        for stage in playbook.models[scene.model].stages:
            if not stage.optional:
                assert scene.guidance[stage.id].do, (scene.id, stage.id)
                assert scene.guidance[stage.id].never, (scene.id, stage.id)


def test_an_example_that_fails_is_named(tmp_path, capsys, monkeypatch):
    folder = tmp_path / "mine"
    shutil.copytree(PROMPTS / "telecom", folder)
    for file in (folder / "cues").glob("*.yaml"):
        if file.name != "forbidden.yaml":
            file.unlink()
    cues = folder / "cues" / "forbidden.yaml"
    cues.write_text(
        """- id: wrong.example
  source: F1
  kind: avoid
  when: [{forbidden: [insult]}]
  title: 换个说法
  say: 您说，我听着。
  why: 话伤人。
  must_fire: [[{agent: "您好，请问有什么可以帮您？"}]]
  must_not_fire: [[{agent: "您好。"}]]
""",
        encoding="utf-8",
    )
    outcome = assist(capsys, monkeypatch, "playbook", "test", folder)
    assert outcome.code == 1
    assert "wrong.example: should fire: agent: 您好，请问有什么可以帮您？" in outcome.out
    assert "1 of 2 examples hold" in outcome.out
