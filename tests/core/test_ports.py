import inspect

import numpy as np
import pytest

from assist.core.events import AudioFrame, AudioGap, Fault, Transcript
from assist.core.ports import AsrEngine, AudioSource, Classifier, Sink, TranscribeJob
from assist.core.spans import Span
from tests.core.builders import AGENT, Says

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("port", [AsrEngine, Classifier, AudioSource, Sink])
def test_a_port_asks_for_one_or_two_methods_and_no_inheritance(port: type) -> None:
    methods = [name for name, _ in inspect.getmembers(port, inspect.isfunction) if not name.startswith("_")]
    assert 1 <= len(methods) <= 2
    assert port.__mro__[1].__name__ == "Protocol"


def test_a_job_that_says_nothing_of_a_pause_is_not_at_one() -> None:
    job = TranscribeJob(utterance="a1", channel=AGENT, revision=2, span=Span(0, 4), pcm=np.zeros(4), final=False)
    assert not job.pause
    assert isinstance(Says()(job), Transcript)


def test_a_source_yields_sound_gaps_and_faults_and_nothing_else() -> None:
    heard = inspect.signature(AudioSource.heard).return_annotation
    assert heard.__args__[0].__args__ == (AudioFrame, AudioGap, Fault)
