"""The bundled word lists, compiled once, and short ways to say and ask things."""

from collections.abc import Callable
from typing import Any

import pytest

from assist.core.events import CallStarted, Channel, PlaybookRef, Transcribed, Transcript
from assist.core.lexicon import Lexicon
from assist.core.playbook import Playbook
from assist.core.ports import Classifier
from assist.core.spans import Span, from_seconds
from assist.core.state import CallState, fold
from classifiers.builtin import build_classifiers
from classifiers.sentence import classify_sentence
from prompts.loader import load_playbook, playbook_folder

Ask = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="session")
def playbook() -> Playbook:
    return load_playbook(playbook_folder("telecom"))


@pytest.fixture(scope="session")
def lexicon(playbook: Playbook) -> Lexicon:
    return playbook.lexicon


@pytest.fixture(scope="session")
def judges(playbook: Playbook) -> tuple[Classifier, ...]:
    return build_classifiers(playbook)


@pytest.fixture(scope="session")
def agent(judges: tuple[Classifier, ...]) -> Ask:
    return lambda text: classify_sentence(judges, text, Channel.AGENT)


@pytest.fixture(scope="session")
def customer(judges: tuple[Classifier, ...]) -> Ask:
    return lambda text: classify_sentence(judges, text, Channel.CUSTOMER)


def said(
    text: str, channel: Channel = Channel.CUSTOMER, *, utterance: str = "u1", at: float = 0, seconds: float = 4
) -> Transcript:
    span = Span(from_seconds(at), from_seconds(at + seconds))
    return Transcript(utterance=utterance, channel=channel, revision=1, span=span, text=text, final=True)


def call(*texts: Transcript, started_at: str = "2025-06-11T10:20:00+08:00", scene: str = "renewal") -> CallState:
    """A call in which these texts have been heard; 11 June 2025 is a Wednesday."""
    began = CallStarted(
        at=0, source="test", scene=scene, playbook=PlaybookRef("test", "1.0"), started_at=started_at, engine="none"
    )
    state = fold(CallState(), began)
    for text in texts:
        state = fold(state, Transcribed(at=text.span.end, transcript=text))
    return state
