"""How much money a customer asks for, and whether the claim rises."""

import re
from collections.abc import Iterable

from assist.core.events import Channel, Evidence, Judgement, Transcript
from assist.core.lexicon import Phrases
from assist.core.state import CallState
from classifiers.phrases import PhraseSet, normal_text
from classifiers.signalled import signalled

_SCORE = 0.8
_RISEN = 1.2  # times an earlier claim: less is a slip of the tongue or of the recogniser
_AMOUNT = re.compile(r"(?<![0-9])([0-9]{1,7})(?:点[0-9]+)?(万)?[多来]?(?:块|元)")
_BARE = re.compile(r"(?:赔|偿|退|补)(?:给)?我?([0-9]{2,7})(?![0-9点个年月天次号条兆GgMm%折块元万倍])")
_NEAR = 12  # characters between the demand and the amount

_DEMANDS = PhraseSet(
    Phrases(
        (
            "(赔|赔偿|补偿|补给|退给|退我|退还|返还|减免|免掉|免我)",
            "(得|必须|起码|至少|最少|要|该)(给我|赔|补|退|免)",
            "(我要|我就要|要你们|你们要|你们得|你们必须)(给|赔|补|退)",
            "(我要求|我要你们|我要你)…(给我|赔|补|退)",
            "(我要|我就要|我只要)#[万](块|元)",
            "(精神损失费|误工费|损失费|违约金你们)",
        ),
        (
            "(不要|不用|没要|没让)(你们|你)(赔|补|退)",
            "要(赔|退|补)(你们|给你们)",
            "#(块|元)[钱]的(套餐|流量|宽带|卡|包|档|那)",
        ),
    )
)


class Claims:
    """Signal `claim` with the amount in yuan as its label; `malicious` `rising_claim` when it is more than before."""

    name = "claim"

    def classify(self, transcript: Transcript, state: CallState) -> Iterable[Judgement]:
        if transcript.channel is not Channel.CUSTOMER:
            return
        amount = claimed(transcript.text)
        if amount is None:
            return
        why = Evidence(why=f"客户要求{amount}元", utterance=transcript.utterance)
        yield signalled(transcript, "claim", str(amount), _SCORE, why)
        earlier = [int(heard.signal.label) for heard in state.signals if heard.signal.signal == "claim"]
        if earlier and amount >= _RISEN * max(earlier):
            why = Evidence(why=f"要求从{max(earlier)}元加到{amount}元", utterance=transcript.utterance)
            yield signalled(transcript, "malicious", "rising_claim", _SCORE, why)


def claimed(text: str) -> int | None:
    """The amount in yuan that a sentence demands, the highest of several; None when it demands none."""
    normal = normal_text(text)
    amounts = [(match.start(), match.end(), _yuan(match)) for match in _AMOUNT.finditer(normal.characters)]
    amounts += [(match.start(1), match.end(1), int(match[1])) for match in _BARE.finditer(normal.characters)]
    if not amounts:
        return None
    demands = [hit for hit in _DEMANDS.find_all(text) if hit.via == "exact"]
    places = [(normal.places[start], normal.places[end - 1] + 1, yuan) for start, end, yuan in amounts]
    near = [
        yuan for start, end, yuan in places for hit in demands if start - hit.end <= _NEAR and hit.start - end <= _NEAR
    ]
    return max(near, default=None)


def _yuan(match: "re.Match[str]") -> int:
    return int(match[1]) * (10_000 if match[2] else 1)
