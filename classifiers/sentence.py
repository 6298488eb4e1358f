"""What each classifier says of one sentence by itself, for `assist classify`."""

from collections.abc import Iterable
from typing import Any

from assist.core.events import Channel, ForbiddenHit, Judgement, ObjectionHit, Promise, Transcript
from assist.core.playbook import Playbook
from assist.core.ports import Classifier
from assist.core.spans import Span
from assist.core.state import CallState
from classifiers import build_classifiers

_NOTHING = Span(0, 0)


def classify_sentence(judges: Playbook | Iterable[Classifier], text: str, channel: Channel | None) -> dict[str, Any]:
    """The fields of one line of output. Without a channel, every question is asked.

    A caller with many sentences builds the classifiers once and hands them over instead of the playbook.
    """
    judged = judge_sentence(build_classifiers(judges) if isinstance(judges, Playbook) else judges, text, channel)
    return {
        "forbidden": [_forbidden(judgement.hit) for judgement in judged if isinstance(judgement.hit, ForbiddenHit)],
        "objection": next((_objection(one, one.hit) for one in judged if isinstance(one.hit, ObjectionHit)), None),
        "intent": _label(judged, "intent"),
        "emotion": _label(judged, "emotion") or "calm",
        "commitment": next((_promise(one.hit) for one in judged if isinstance(one.hit, Promise)), None),
    }


def judge_sentence(classifiers: Iterable[Classifier], text: str, channel: Channel | None) -> list[Judgement]:
    """All that the classifiers say of one sentence by itself; without a channel, as if either had said it."""
    asked = tuple(classifiers)
    channels = tuple(Channel) if channel is None else (channel,)
    return [
        judgement
        for side in channels
        for classifier in asked
        for judgement in classifier.classify(_transcript(text, side), CallState())
    ]


def _transcript(text: str, channel: Channel) -> Transcript:
    return Transcript(utterance="sentence", channel=channel, revision=1, span=_NOTHING, text=text, final=True)


def _label(judged: Iterable[Judgement], signal: str) -> str | None:
    return next((judgement.signal.label for judgement in judged if judgement.signal.signal == signal), None)


def _forbidden(hit: ForbiddenHit) -> dict[str, Any]:
    return {
        "category": hit.category,
        "matched": hit.matched,
        "severity": hit.severity,
        "say_instead": hit.say_instead,
    }


def _objection(judgement: Judgement, hit: ObjectionHit) -> dict[str, Any]:
    return {"topic": hit.topic, "objection": hit.objection, "score": judgement.signal.score}


def _promise(hit: Promise) -> dict[str, Any]:
    return {"what": hit.what, "deadline": hit.deadline}
