"""What a customer objects to, of which kind it is and whether it wants an answer now."""

from collections.abc import Iterable
from dataclasses import replace

from assist.core.events import Channel, Evidence, Judgement, ObjectionHit, Signal, Transcript
from assist.core.lexicon import Lexicon, Phrases
from assist.core.state import CallState
from classifiers.phrases import Hit, PhraseSet
from classifiers.trained import NONE, Trained, besides, best
from classifiers.weights import Found, Weight, quoted, score_of, total, weighted_words

ENOUGH = 1.0  # weight from which words are taken for an objection
BACKED = 0.5  # the same for words that a refusal or a reproach stands beside
_CUTS = "，。？！,.?!;；"
_FEE = "price"
_NOT_IN_FRONT = (_FEE, "billing", "service")  # a wrong bill and bad service are grievances, no excuses
_IN_FRONT = 3  # other topics that stand in front of the fee
_HINTS = 2  # times that the fee comes up
_HINT = 0.05  # probability of an objection to the fee from which a sentence hints at it
_SURELY_FALSE = 0.8  # probability of an excuse; whoever means it and is not believed, is lost
_ALONE = 0.5  # probability of an objection for which no list has words
_BACKED_TOPIC = 0.25  # probability from which the words of the list decide the topic
_BY_COURSE = 0.5  # score of what only the course shows
_TITLES = {
    "competitor": "竞争对手",
    "network": "网络信号",
    "device": "终端",
    "billing": "账单扣费",
    "service": "服务",
    "contract": "合约",
    "need": "没有需求",
    "time": "没时间",
    "trust": "不信任",
    "number": "号码",
}

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

Said = tuple[str, float, str]  # topic, score, the words that say it


class Objections:
    """The heaviest topic of one sentence; questions, claims and requests without a reason are no objections."""

    name = "objection"

    def __init__(self, lexicon: Lexicon, trained: Trained | None = None) -> None:
        self._trained = trained or Trained()
        self._topics = weighted_words(lexicon.objection_topics)
        self._kinds = weighted_words(lexicon.objection_kinds)
        self._handling = weighted_words(lexicon.objection_handling)
        self._emotions = weighted_words(lexicon.emotions)

    def classify(self, transcript: Transcript, state: CallState) -> Iterable[Judgement]:
        if transcript.channel is not Channel.CUSTOMER:
            return ()
        text = transcript.text
        found = self._found(text)
        course = self._hidden(found, transcript, state)
        if found is None and not course:
            return ()
        topic, score, words = found or (_FEE, _BY_COURSE, quoted(text))
        kind = "hidden" if course else self._kind(text)
        handling = self._when(text) if kind == "real" else None
        signal = Signal(
            signal="objection",
            label=_FEE if course else topic,
            score=score,
            utterance=transcript.utterance,
            evidence=(Evidence(why=f"客户说{words}", utterance=transcript.utterance), *course),
        )
        return (Judgement(signal, ObjectionHit(signal.label, kind, handling)),)

    def _hidden(self, found: Said | None, transcript: Transcript, state: CallState) -> list[Evidence]:
        """The turns that show that the fee hides behind other objections; nothing when it does not, or was told already.

        It does when objections on several other topics came, none of which closed the matter when it was answered, while the
        fee came back again and again, unspoken.
        """
        before = [raised for raised in state.objections if raised.utterance != transcript.utterance]
        in_front = {raised.hit.topic: raised.utterance for raised in before if raised.hit.topic not in _NOT_IN_FRONT}
        if found is not None and found[0] not in _NOT_IN_FRONT:
            in_front[found[0]] = transcript.utterance
        told = any(raised.hit.objection == "hidden" for raised in before)
        angry = any((one.signal.signal, one.signal.label) == ("emotion", "angry") for one in state.signals)
        if len(in_front) < _IN_FRONT or told or angry or _OPENLY.find(transcript.text) is not None:
            return []
        fees = [raised.utterance for raised in before if raised.hit.topic == _FEE]
        said = [t for t in state.finals if t.channel is Channel.CUSTOMER and t.utterance != transcript.utterance]
        fees += [text.utterance for text in (*said, transcript) if self._hints_at_the_fee(text.text)]
        hints = list(dict.fromkeys(fees))
        if len(hints) < _HINTS or (found is None and hints[-1] != transcript.utterance):
            return []
        shown = [
            Evidence(why=f"提过“{_TITLES.get(topic, topic)}”，答完就换了话题", utterance=utterance)
            for topic, utterance in list(in_front.items())[-_IN_FRONT:]
        ]
        return [*shown, *(Evidence(why="又绕回费用", utterance=utterance) for utterance in hints[-_HINTS:])]

    def _hints_at_the_fee(self, text: str) -> bool:
        answer = self._trained.ask("objection_topic", text)
        if answer is not None:
            return answer[_FEE] >= _HINT
        return any(weight.label == _FEE and weight.total >= BACKED for weight in self._topics.weigh(text))

    def _found(self, text: str) -> Said | None:
        answer = self._trained.ask("objection_topic", text)
        if answer is None:
            topic = self._topic(text)
            return None if topic is None else (topic.label, score_of(topic.total), topic.why)
        something = 1 - answer[NONE]
        listed = self._topic(text)
        if something < max(self._trained.least("objection_topic"), 0.0 if listed else _ALONE):
            return None
        label, _ = besides(answer)
        if listed is not None and answer.get(listed.label, 0.0) >= _BACKED_TOPIC:
            label = listed.label  # of two that the sentence may be about, the one that the playbook has words for
        return label, round(something, 3), self._topics.why(text, label)

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
        answer = self._trained.ask("objection_kind", text)
        if answer is not None:
            return "false" if answer["false"] >= _SURELY_FALSE else "real"
        totals = {weight.label: weight.total for weight in self._kinds.weigh(text)}
        return "false" if totals.get("false", 0.0) >= max(ENOUGH, totals.get("real", 0.0)) else "real"

    def _when(self, text: str) -> str:
        answer = self._trained.ask("objection_handling", text)
        if answer is not None:
            return best(answer)[0]
        totals = {weight.label: weight.total for weight in self._handling.weigh(text)}
        return "defer" if totals.get("defer", 0.0) >= max(ENOUGH, totals.get("now", 0.0)) else "now"


def _halved(found: Found) -> Found:
    return replace(found, weight=found.weight * 0.5)


def _clause(text: str, hit: Hit) -> tuple[int, int]:
    """The stretch between two punctuation marks in which a hit stands."""
    start = max((text.rfind(mark, 0, hit.start) for mark in _CUTS), default=-1) + 1
    ends = [place for mark in _CUTS if (place := text.find(mark, hit.end)) >= 0]
    return start, min(ends, default=len(text))


def _within(hit: Hit, stretches: list[tuple[int, int]]) -> bool:
    return any(start <= hit.start and hit.end <= end for start, end in stretches)
