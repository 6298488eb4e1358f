"""Forbidden speech as a whole: what the words find, what the meaning of the sentence adds and what it takes back."""

import pytest

from assist.core.events import Channel, Judgement, Transcript
from assist.core.lexicon import ForbiddenPhrase, Lexicon, Phrases
from assist.core.ports import EarlyClassifier
from assist.core.state import CallState
from classifiers.forbidden import ForbiddenSpeech
from tests.classifiers.answers import Rule, RuleHead, always, trained
from tests.classifiers.conftest import said

pytestmark = pytest.mark.unit

LABELS = ("-", "evade", "insult", "command")
LEXICON = Lexicon(
    forbidden=(
        ForbiddenPhrase("evade", "high", Phrases(("不归我们管",)), "我来帮您问"),
        ForbiddenPhrase("command", "medium", Phrases(("你必须",)), "麻烦您"),
    )
)
BY_SOUND = "这个不归我们馆"
ANOTHER_WORDING = "那边的事别来问我们"


def rule(says: Rule, *, least: float = 0.7, lexicon: Lexicon = LEXICON) -> ForbiddenSpeech:
    return ForbiddenSpeech(lexicon, trained(RuleHead("forbidden", LABELS, says, least)))


def judged(classifier: ForbiddenSpeech, text: str) -> list[Judgement]:
    return list(classifier.classify(said(text, Channel.AGENT), CallState()))


def categories(classifier: ForbiddenSpeech, text: str) -> list[str]:
    return [judgement.hit.category for judgement in judged(classifier, text)]


def partial(text: str, stable: int, channel: Channel = Channel.AGENT) -> Transcript:
    whole = said(text, channel)
    return Transcript(
        utterance=whole.utterance, channel=channel, revision=3, span=whole.span, text=text, final=False, stable=stable
    )


def early(classifier: ForbiddenSpeech, text: str, stable: int, channel: Channel = Channel.AGENT) -> list[str]:
    found = classifier.classify_partial(partial(text, stable, channel), CallState())
    return [judgement.hit.matched for judgement in found]


# --- meaning -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("probability", "found"), [(0.69, []), (0.71, ["evade"]), (1.0, ["evade"])])
def test_meaning_speaks_only_from_least(probability: float, found: list[str]) -> None:
    assert categories(rule(always(evade=probability)), ANOTHER_WORDING) == found


@pytest.mark.parametrize("text", ["好的", "嗯，好的。", "哦，那行", "收到啊", "知道了"])
def test_a_short_reply_has_no_meaning_of_its_own(text: str) -> None:
    assert categories(rule(always(evade=1.0)), text) == []


def test_what_counts_is_how_likely_any_offence_is() -> None:
    (judgement,) = judged(rule(always(evade=0.4, command=0.35)), ANOTHER_WORDING)
    assert judgement.hit.category == "evade"
    assert judgement.signal.score == pytest.approx(0.75, abs=0.001)


def test_a_hit_by_meaning_has_the_line_and_the_severity_of_its_category() -> None:
    (judgement,) = judged(rule(always(evade=0.9)), ANOTHER_WORDING)
    hit = judgement.hit
    assert (hit.via, hit.severity, hit.say_instead) == ("meaning", "high", "我来帮您问")
    assert hit.matched == ANOTHER_WORDING
    assert judgement.signal.evidence[0].utterance == "u1"
    assert "按意思识别" in judgement.signal.evidence[0].why


def test_a_category_that_the_playbook_does_not_forbid_is_passed_over() -> None:
    assert categories(rule(always(insult=1.0)), ANOTHER_WORDING) == []


def test_the_telling_clause_is_shown() -> None:
    worst = "那边的事别来问"
    classifier = rule(lambda text: {"evade": 0.95 if text == worst else 0.8 if worst in text else 0.1})
    (judgement,) = judged(classifier, f"您好，{worst}，我先给您登记一下。")
    assert judgement.hit.matched == worst
    assert judgement.signal.score == pytest.approx(0.8)


def test_a_sentence_of_one_clause_is_shown_whole_but_not_endless() -> None:
    long = "那边的事" * 30
    assert judged(rule(always(evade=0.9)), "那边营业厅的事别来问我。")[0].hit.matched == "那边营业厅的事别来问我"
    assert judged(rule(always(evade=0.9)), long)[0].hit.matched == long[:40]


# --- words with a head beside them ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("harmless", "found"), [(0.95, []), (0.85, ["evade"])])
def test_a_hit_by_sound_is_dropped_when_the_sentence_is_certainly_harmless(harmless: float, found: list[str]) -> None:
    assert categories(rule(always(evade=1 - harmless)), BY_SOUND) == found


@pytest.mark.parametrize(("harmless", "found"), [(0.95, ["evade"]), (0.999, [])])
def test_a_hit_by_characters_takes_more_to_drop(harmless: float, found: list[str]) -> None:
    assert categories(rule(always(evade=1 - harmless)), "这个不归我们管") == found


def test_words_that_stand_are_told_and_not_the_meaning_too() -> None:
    (judgement,) = judged(rule(always(command=0.99)), "这个不归我们管")
    assert (judgement.hit.category, judgement.hit.via, judgement.signal.score) == ("evade", "exact", 1.0)


def test_without_a_head_the_words_decide() -> None:
    alone = ForbiddenSpeech(LEXICON)
    assert categories(alone, "这个不归我们管") == categories(alone, BY_SOUND) == ["evade"]
    assert categories(alone, ANOTHER_WORDING) == []


def test_the_customer_is_not_judged() -> None:
    head = RuleHead("forbidden", LABELS, always(evade=1.0))
    classifier = ForbiddenSpeech(LEXICON, trained(head))
    assert list(classifier.classify(said("这个不归我们管"), CallState())) == []
    assert early(classifier, "这个不归我们管，你去问他们", 12, Channel.CUSTOMER) == []
    assert head.asked == []


@pytest.mark.parametrize("text", ["", "好", "It is not our job, sorry", "😀" * 30])
def test_what_is_not_chinese_has_no_meaning_here(text: str) -> None:
    assert judged(rule(always(evade=1.0)), text) == []


# --- unfinished texts ----------------------------------------------------------------------------------------------


def test_it_may_speak_early() -> None:
    assert isinstance(ForbiddenSpeech(LEXICON), EarlyClassifier)


@pytest.mark.parametrize(
    ("stable", "found"),
    [
        (0, []),
        (7, []),  # the words stand at the edge: what follows may still take them back
        (10, []),
        (11, ["不归我们管"]),
        (17, ["不归我们管"]),
    ],
)
def test_only_what_is_settled_and_away_from_the_edge_is_told_early(stable: int, found: list[str]) -> None:
    assert early(ForbiddenSpeech(LEXICON), "这个不归我们管，您打别的电话去问吧", stable) == found


def test_meaning_is_never_told_early() -> None:
    head = RuleHead("forbidden", LABELS, always(evade=1.0))
    classifier = ForbiddenSpeech(LEXICON, trained(head))
    text = f"{ANOTHER_WORDING}，您打别的电话去问吧"
    assert early(classifier, text, len(text)) == []
    assert head.asked == []
    assert [judgement.hit.via for judgement in judged(classifier, text)] == ["meaning"]


def test_early_and_final_words_are_the_same() -> None:
    text = "這個不歸我們管，您打别的电话去问吧"
    (final,) = judged(ForbiddenSpeech(LEXICON), text)
    assert early(ForbiddenSpeech(LEXICON), text, len(text)) == [final.hit.matched] == ["不歸我們管"]
