"""The bundled word lists, compiled once, and short ways to say and ask things."""

from collections.abc import Callable
from pathlib import Path

import pytest

from assist.core.events import CallStarted, Channel, PlaybookRef, Transcribed, Transcript
from assist.core.playbook import Lexicon, Model, Playbook, Title
from assist.core.spans import Span, from_seconds
from assist.core.state import CallState, fold
from classifiers.builtin import build_classifiers
from classifiers.sentence import classify_sentence
from prompts import loader

Ask = Callable[[str], dict]


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    folder = Path(loader.__file__).parent / "telecom" / "lexicons"
    return loader._lexicon(loader._page(file, "lexicon").data for file in sorted(folder.glob("*.yaml")))


@pytest.fixture(scope="session")
def judges(lexicon: Lexicon) -> tuple:
    title = Title("空", "empty")
    playbook = Playbook(
        id="test",
        version="1.0",
        title=title,
        default_scene="renewal",
        fallback_model="M2",
        models={"M2": Model("M2", title, ())},
        scenes={},
        entries=(),
        lexicon=lexicon,
        labels={},
    )
    return build_classifiers(playbook)


@pytest.fixture(scope="session")
def agent(judges: tuple) -> Ask:
    return lambda text: classify_sentence(judges, text, Channel.AGENT)


@pytest.fixture(scope="session")
def customer(judges: tuple) -> Ask:
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
