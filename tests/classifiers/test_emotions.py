"""Feelings from words and voice together: the words decide, a raised voice makes them firmer."""

import pytest

from assist.core.events import Channel, Judgement, Signalled
from assist.core.lexicon import Lexicon
from assist.core.state import CallState, fold
from classifiers.emotions import Emotions
from tests.classifiers.answers import RuleHead, always, trained, voiced
from tests.classifiers.conftest import call, said

pytestmark = pytest.mark.unit

LABELS = ("calm", "upset", "angry")
TEXT = "我等到现在也没有人来过"


def with_head(least: float = 0.5, **answer: float) -> Emotions:
    return Emotions(Lexicon(), trained(RuleHead("emotion", LABELS, always(**answer), least)))


def judged(classifier: Emotions, text: str = TEXT, state: CallState | None = None) -> Judgement | None:
    found = list(classifier.classify(said(text), state or call()))
    assert len(found) <= 1
    return found[0] if found else None


def louder(db: float | None) -> CallState:
    return voiced(call(), "u1", relative_db=db)


@pytest.mark.parametrize(
    ("answer", "label"),
    [
        ({"upset": 0.7, "angry": 0.1}, "upset"),
        ({"upset": 0.2, "angry": 0.6}, "angry"),
        ({"upset": 0.2, "angry": 0.1}, None),
        ({}, None),
    ],
)
def test_the_heads_answer(answer: dict[str, float], label: str | None) -> None:
    found = judged(with_head(**answer))
    assert (found.signal.label if found else None) == label


def test_evidence_quotes_the_sentence() -> None:
    found = judged(with_head(upset=0.75))
    assert found is not None
    assert found.signal.score == pytest.approx(0.75)
    assert [one.why for one in found.signal.evidence] == [f"客户说“{TEXT}”"]


@pytest.mark.parametrize("db", [4.0, 12.0, 30.0])
def test_a_raised_voice_makes_half_said_words_a_feeling(db: float) -> None:
    half = with_head(upset=0.45)
    assert judged(half, state=louder(None)) is None
    assert judged(half, state=louder(3.9)) is None
    found = judged(half, state=louder(db))
    assert found is not None
    assert found.signal.label == "upset"
    words, voice = found.signal.evidence
    assert (words.utterance, voice.measure) == ("u1", "relative_db")
    assert voice.why == f"声音比平时高{db:.0f}分贝"


def test_a_raised_voice_without_words_is_nothing(lexicon: Lexicon) -> None:
    assert judged(with_head(upset=0.02), state=louder(30)) is None
    assert judged(with_head(), state=louder(30)) is None
    assert judged(Emotions(lexicon), "我家在人民路二十号三单元", louder(30)) is None


def test_without_a_head_the_voice_is_told_beside_the_words(lexicon: Lexicon) -> None:
    found = judged(Emotions(lexicon), "你们简直太欺负人了，我要去曝光", louder(8))
    assert found is not None
    assert found.signal.label == "angry"
    assert [one.measure for one in found.signal.evidence] == [None, "relative_db"]


def test_another_utterances_voice_is_not_this_ones() -> None:
    assert judged(with_head(upset=0.45), state=voiced(call(), "u0", relative_db=30)) is None


def test_calm_again_is_told_after_a_feeling_and_not_by_how_loud_it_is(lexicon: Lexicon) -> None:
    calm = Emotions(lexicon, trained(RuleHead("emotion", LABELS, always(calm=1.0))))
    assert judged(calm, "那还差不多，谢谢你") is None
    upset = judged(with_head(upset=0.9))
    assert upset is not None
    roused = fold(voiced(call(), "u1", relative_db=9), Signalled(at=0, signal=upset.signal))
    found = judged(calm, "那还差不多，谢谢你", roused)
    assert found is not None
    assert found.signal.label == "calm"
    assert [one.measure for one in found.signal.evidence] == [None]


def test_agents_are_not_asked() -> None:
    assert list(with_head(angry=1.0).classify(said(TEXT, Channel.AGENT), call())) == []
