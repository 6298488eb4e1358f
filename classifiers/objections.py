"""What a customer objects to, of which kind it is and whether it wants an answer now."""

from collections.abc import Iterable
from dataclasses import replace

from assist.core.events import Channel, Evidence, Judgement, ObjectionHit, Signal, Transcript
from assist.core.lexicon import Lexicon, Phrases
from assist.core.state import CallState
from classifiers.phrases import Hit, PhraseSet
from classifiers.weights import Found, Weight, WeightedWords, score_of, total

ENOUGH = 1.0  # weight from which words are taken for an objection
BACKED = 0.5  # the same for words that a refusal or a reproach stands beside
_CUTS = "，。？！,.?!;；"

# A question asks for an answer, an objection gives a reason. Reproaches dressed as questions stay objections.
_ASKS = PhraseSet(
    Phrases(
        (
            "(吗|多少钱|多少流量|多少分钟|多少兆|几块钱|几号|几天|几年|多久|多长时间)",
            "(什么时候|怎么办|怎么弄|怎么收|怎么算|怎么查|怎么开|怎么退|怎么换|怎么交|怎么用|哪里办|在哪办|哪些|有哪)",
            "(能不能|可不可以|是不是可以|行不行|可以不可以|有没有|要不要|需不需要|会不会|是否)",
            "(请问|想问|问一下|问下|咨询|了解一下|查一下|查查)",
        ),
        ("(没|好|这|那|过|前|十|几百|才)(几天|几年|几号|多久)",),
    )
)
_REPROACHES = PhraseSet(
    Phrases(
        (
            "(凭什么|难道|还让不让|还能不能|到底|怎么这么|怎么又|怎么老|怎么还|怎么会|这叫|也叫|岂不是|何必)",
            "(不是|不就|不就是)…(吗|么)",
            "(谁|哪|哪里|哪儿|算什么|有什么)(信|敢|有空|有时间|知道|受得了|用得着|行|用)",
        )
    )
)
# Said openly, even a much avoided fee is no longer hidden.
_OPENLY = PhraseSet(Phrases(("(说实话|说白了|实话说|老实说|坦白|讲真的|主要就是|主要还是|归根到底|其实就是)",)))


class Objections:
    """The heaviest topic of one sentence; questions, claims and requests without a reason are no objections."""

    name = "objection"

    def __init__(self, lexicon: Lexicon) -> None:
        self._topics = WeightedWords(lexicon.objection_topics)
        self._kinds = WeightedWords(lexicon.objection_kinds)
        self._handling = WeightedWords(lexicon.objection_handling)
        self._emotions = WeightedWords(lexicon.emotions)

    def classify(self, transcript: Transcript, state: CallState) -> Iterable[Judgement]:
        if transcript.channel is not Channel.CUSTOMER:
            return ()
        topic = self._topic(transcript.text)
        if topic is None:
            return ()
        kind = "hidden" if _hides_the_fee(topic.label, transcript, state) else self._kind(transcript.text)
        handling = self._when(transcript.text) if kind == "real" else None
        signal = Signal(
            signal="objection",
            label=topic.label,
            score=score_of(topic.total),
            utterance=transcript.utterance,
            evidence=(Evidence(why=f"客户说{topic.why}", utterance=transcript.utterance),),
        )
        return (Judgement(signal, ObjectionHit(topic.label, kind, handling)),)

    def _topic(self, text: str) -> Weight | None:
        reproached = [_clause(text, hit) for hit in _REPROACHES.find_all(text)]
        asked = [_clause(text, hit) for hit in _ASKS.find_all(text) if not _within(hit, reproached)]
        found = [_halved(one) if _within(one.hit, asked) else one for one in self._topics.find(text)]
        heaviest = next(iter(total(found)), None)
        if heaviest is None or heaviest.total < BACKED:
            return None
        return heaviest if heaviest.total >= ENOUGH or self._refuses(text) else None

    def _refuses(self, text: str) -> bool:
        roused = sum(weight.total for weight in self._emotions.weigh(text) if weight.label != "calm")
        return roused >= ENOUGH or self._against(text) >= ENOUGH

    def _against(self, text: str) -> float:
        return next((weight.total for weight in self._kinds.weigh(text) if weight.label == "false"), 0.0)

    def _kind(self, text: str) -> str:
        totals = {weight.label: weight.total for weight in self._kinds.weigh(text)}
        return "false" if totals.get("false", 0.0) >= max(ENOUGH, totals.get("real", 0.0)) else "real"

    def _when(self, text: str) -> str:
        totals = {weight.label: weight.total for weight in self._handling.weigh(text)}
        return "defer" if totals.get("defer", 0.0) >= max(ENOUGH, totals.get("now", 0.0)) else "now"


def _hides_the_fee(topic: str, transcript: Transcript, state: CallState) -> bool:
    """Three objections, each on another topic than the one before, and now the fee comes back, unspoken so far."""
    before = [raised.hit.topic for raised in state.objections if raised.utterance != transcript.utterance]
    if topic != "price" or "price" not in before[:-1] or before[-1] == "price":
        return False
    changes = sum(1 for a, b in zip(before, [*before[1:], topic], strict=True) if a != b)
    return changes >= 2 and len(before) >= 2 and _OPENLY.find(transcript.text) is None


def _halved(found: Found) -> Found:
    return replace(found, weight=found.weight * 0.5)


def _clause(text: str, hit: Hit) -> tuple[int, int]:
    """The stretch between two punctuation marks in which a hit stands."""
    start = max((text.rfind(mark, 0, hit.start) for mark in _CUTS), default=-1) + 1
    ends = [place for mark in _CUTS if (place := text.find(mark, hit.end)) >= 0]
    return start, min(ends, default=len(text))


def _within(hit: Hit, stretches: list[tuple[int, int]]) -> bool:
    return any(start <= hit.start and hit.end <= end for start, end in stretches)
