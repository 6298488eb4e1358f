"""Sentences by their meaning, with an encoder whose directions are known."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from assist.core.events import Channel, Signal
from assist.core.lexicon import Phrases
from assist.core.state import CallState
from assist.core.triggers import OnMeaning, OnPhrase, OnSequence
from classifiers.meaning import Meanings
from tests.classifiers.conftest import said
from tests.core.builders import entry, tiny

pytestmark = pytest.mark.unit

DIRECTIONS = {"找媒体曝光": 0.0, "去网上发帖": 20.0, "想办宽带业务": 90.0, "告诉电视台去": 25.0, "看看电视节目": 60.0}


class Compass:
    """Every sentence is a direction in the plane; what it does not know points away."""

    name = "compass"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        angles = np.radians([DIRECTIONS.get(text, 180.0) for text in texts])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


MEDIA = OnMeaning(Channel.CUSTOMER, ("找媒体曝光", "去网上发帖"), ("看看电视节目",), 0.8, "media/1")


def heard(text: str, *, channel: Channel = Channel.CUSTOMER, compass: Compass | None = None) -> list[Signal]:
    phrase = OnPhrase(Channel.CUSTOMER, Phrases(("x",)), "media")
    playbook = tiny(entry("media", phrase, MEDIA), entry("pair", OnSequence(phrase, replace(MEDIA, key="pair/1"), 5)))
    meanings = Meanings(playbook, compass or Compass())
    return [judgement.signal for judgement in meanings.classify(said(text, channel), CallState())]


def test_a_sentence_near_an_example_is_signalled_under_the_triggers_key() -> None:
    found = heard("告诉电视台去")
    assert [(signal.signal, signal.label) for signal in found] == [("phrase", "media/1"), ("phrase", "pair/1")]
    assert found[0].score == pytest.approx(np.cos(np.radians(5)), abs=1e-3)
    assert found[0].evidence[0].why == "意思接近“去网上发帖”"


@pytest.mark.parametrize("text", ["想办宽带业务", "看看电视节目", "告诉", "长" * 121, ""])
def test_what_is_far_or_nearer_to_a_look_alike_or_too_short_or_long_is_not(text: str) -> None:
    assert heard(text) == []


def test_the_other_side_is_not_asked_at_all() -> None:
    compass = Compass()
    assert heard("告诉电视台去", channel=Channel.AGENT, compass=compass) == []
    assert compass.asked == []


def test_examples_are_encoded_once() -> None:
    compass = Compass()
    meanings = Meanings(tiny(entry("media", MEDIA)), compass)
    for _ in range(3):
        list(meanings.classify(said("告诉电视台去", Channel.CUSTOMER), CallState()))
    assert len(compass.asked) == 3 + 3
