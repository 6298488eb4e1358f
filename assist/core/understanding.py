"""Asks the classifiers about every final text and turns their judgements into events; a failing one is switched off."""

from collections import Counter
from collections.abc import Iterable, Iterator

from assist.core.events import (
    CallEvent,
    CommitmentMade,
    CustomerTypeChanged,
    Fault,
    ForbiddenHit,
    ForbiddenSaid,
    Judgement,
    ObjectionHit,
    ObjectionRaised,
    Promise,
    Signalled,
    Transcribed,
    Transcript,
    TypeProbabilities,
)
from assist.core.ports import Classifier
from assist.core.state import CallState

MAX_FAULTS = 3


class Understanding:
    """The classifiers of a call behind one boundary: an exception becomes a `Fault`, three of them switch it off."""

    def __init__(self, classifiers: Iterable[Classifier], type_threshold: float) -> None:
        self._classifiers = tuple(classifiers)
        self._type_threshold = type_threshold
        self._faults: Counter[str] = Counter()

    def react(self, event: CallEvent, state: CallState) -> Iterator[CallEvent]:
        if isinstance(event, Transcribed) and event.transcript.final and event.transcript.text:
            for classifier in self._classifiers:
                if self._faults[classifier.name] < MAX_FAULTS:
                    yield from self._ask(classifier, event.transcript, state)

    def deadline(self, state: CallState) -> int | None:
        return None

    def due(self, now: int, state: CallState) -> Iterable[CallEvent]:
        return ()

    def _ask(self, classifier: Classifier, text: Transcript, state: CallState) -> Iterator[CallEvent]:
        try:
            judgements = list(classifier.classify(text, state))
        except Exception as error:  # a plug-in's boundary: whatever it raises must not end the call
            self._faults[classifier.name] += 1
            off = self._faults[classifier.name] >= MAX_FAULTS
            message = f"{classifier.name}: {type(error).__name__}" + ("; switched off for this call" if off else "")
            yield Fault(
                at=state.at, component="classifier", code="classifier.failed", message=message, recoverable=not off
            )
            return
        for judgement in judgements:
            yield from self._event(judgement, text, state)

    def _event(self, judgement: Judgement, text: Transcript, state: CallState) -> Iterator[CallEvent]:
        signal, utterance = judgement.signal, text.utterance
        match judgement.hit:
            case ForbiddenHit() as hit:
                yield ForbiddenSaid(at=state.at, utterance=utterance, hit=hit, score=signal.score)
            case ObjectionHit() as hit:
                yield ObjectionRaised(
                    at=state.at, utterance=utterance, hit=hit, score=signal.score, evidence=signal.evidence
                )
            case Promise() as hit:
                yield CommitmentMade(at=state.at, utterance=utterance, promise=hit)
            case TypeProbabilities(probabilities=probabilities):
                known = signal.label if signal.score >= self._type_threshold else None
                if known != state.type:
                    yield CustomerTypeChanged(
                        at=state.at, type=known, probabilities=probabilities, evidence=signal.evidence
                    )
            case None:
                yield Signalled(at=state.at, signal=signal)
