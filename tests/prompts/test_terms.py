"""The bundled playbook's words for the recogniser: enough of them, writable as they stand, and the same everywhere."""

from itertools import chain

import pytest
from opencc import OpenCC

from assist.core.playbook import Playbook
from prompts import load_playbook, playbook_folder

pytestmark = pytest.mark.golden


@pytest.fixture(scope="module")
def playbook() -> Playbook:
    return load_playbook(playbook_folder("telecom"))


def _hotwords(playbook: Playbook) -> set[str]:
    stages = chain.from_iterable(model.stages for model in playbook.models.values())
    guidance = chain.from_iterable(scene.guidance.values() for scene in playbook.scenes.values())
    holders = (*stages, *guidance, *playbook.scenes.values(), playbook.lexicon)
    return set(chain.from_iterable(holder.hotwords for holder in holders))


def test_every_group_of_the_trade_has_terms(playbook: Playbook) -> None:
    groups = [term.group for term in playbook.lexicon.terms]
    assert len(groups) >= 350
    for group in (
        "tariff",
        "contract",
        "account",
        "network",
        "device",
        "product",
        "competitor",
        "service",
        "complaint",
    ):
        assert groups.count(group) >= 20, group


def test_terms_are_simplified_and_none_is_its_own_variant(playbook: Playbook) -> None:
    simplified = OpenCC("t2s")
    for term in playbook.lexicon.terms:
        assert simplified.convert(term.text) == term.text
        assert term.text not in term.also + term.sounds_like


def test_words_that_a_recogniser_expects_are_those_it_may_correct_to(playbook: Playbook) -> None:
    """Terms of the trade, or everyday words, which take better evidence."""
    known = {term.text for term in playbook.lexicon.terms} | set(playbook.lexicon.words)
    assert {word for word in _hotwords(playbook) if len(word) > 1} - known == set()


def test_no_everyday_word_is_a_word_of_the_trade(playbook: Playbook) -> None:
    """Nor another way to write one: evidence that is enough for a term would be asked of the same word twice over."""
    words = playbook.lexicon.words
    terms = {form for term in playbook.lexicon.terms for form in (term.text, *term.also)}
    assert len(words) >= 500
    assert not terms & set(words)


def test_an_everyday_word_that_sounds_like_a_term_may_still_become_it(playbook: Playbook) -> None:
    """What is in the list of words is never changed, which would take the evidence for the term away."""
    alike = {form for term in playbook.lexicon.terms for form in term.sounds_like}
    assert not alike & set(playbook.lexicon.words)


def test_everyday_words_are_simplified_and_stand_once(playbook: Playbook) -> None:
    simplified = OpenCC("t2s")
    words = playbook.lexicon.words
    assert len(words) == len(set(words))
    assert [word for word in words if simplified.convert(word) != word] == []


def test_how_an_agent_speaks_is_one_short_sentence(playbook: Playbook) -> None:
    assert 12 <= len(playbook.agent_context) <= 25
    assert playbook.agent_context.count("。") == 1


def test_every_stage_on_the_call_has_a_few_words_of_its_own(playbook: Playbook) -> None:
    for model in playbook.models.values():
        for stage in model.stages:
            assert (not stage.hotwords) if stage.off_call else 4 <= len(stage.hotwords) <= 8, (model.id, stage.id)


def test_every_scene_says_what_the_call_is_about(playbook: Playbook) -> None:
    for scene in (*playbook.scenes, None):
        before = playbook.expected(scene, None).before
        assert 12 <= len(before) <= 25, scene
    assert len({scene.context for scene in playbook.scenes.values()}) == len(playbook.scenes)
