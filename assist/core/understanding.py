"""Asks the classifiers about every final text and turns their judgements into events; a failing one is switched off.

Some are asked about unfinished texts too, where waiting for the end would be waiting too long. What was said once is not said
again when the final text comes.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

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
from assist.core.ports import Classifier, EarlyClassifier
from assist.core.state import CallState

MAX_FAULTS = 3


class Understanding:
    """The classifiers of a call behind one boundary: an exception becomes a `Fault`, three of them switch it off."""

    def __init__(self, classifiers: Iterable[Classifier], type_threshold: float) -> None:
        self._classifiers = tuple(classifiers)
        self._type_threshold = type_threshold
        self._faults: Counter[str] = Counter()

    def react(self, event: CallEvent, state: CallState) -> Iterator[CallEvent]:
        if not isinstance(event, Transcribed) or not event.transcript.text:
            return
        for classifier in self._classifiers:
            if event.transcript.final:
                yield from self._ask(classifier.name, classifier.classify, event.transcript, state)
            elif isinstance(classifier, EarlyClassifier) and event.transcript.stable:
                yield from self._ask(classifier.name, classifier.classify_partial, event.transcript, state)

    def deadline(self, state: CallState) -> int | None:
        return None

    def due(self, now: int, state: CallState) -> Iterable[CallEvent]:
        return ()

    def _ask(
        self,
        name: str,
        classify: Callable[[Transcript, CallState], Iterable[Judgement]],
        text: Transcript,
        state: CallState,
    ) -> Iterator[CallEvent]:
        if self._faults[name] >= MAX_FAULTS:
            return
        try:
            judgements = list(classify(text, state))
        except Exception as error:  # a plug-in's boundary: whatever it raises must not end the call
            self._faults[name] += 1
            off = self._faults[name] >= MAX_FAULTS
            message = f"{name}: {type(error).__name__}" + ("; switched off for this call" if off else "")
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
                if not _said_before(hit, utterance, state):
                    yield ForbiddenSaid(at=state.at, utterance=utterance, hit=hit, score=signal.score)
            case ObjectionHit() as hit:
                yield ObjectionRaised(
                    at=state.at, utterance=utterance, hit=hit, score=signal.score, evidence=signal.evidence
                )
            case Promise() as hit:
                yield CommitmentMade(at=state.at, utterance=utterance, promise=hit)
            case TypeProbabilities(probabilities=probabilities):
                known = signal.label if signal.score >= self._type_threshold else None
                by_hand = state.customer_type is not None and state.customer_type.by == "hand"
                if known != state.type and not by_hand:
                    yield CustomerTypeChanged(
                        at=state.at, type=known, probabilities=probabilities, evidence=signal.evidence
                    )
            case None:
                yield Signalled(at=state.at, signal=signal)


def _said_before(hit: ForbiddenHit, utterance: str, state: CallState) -> bool:
    """Whether this offence was told already, while the utterance was still being spoken."""
    return any(
        said.utterance == utterance
        and said.hit.category == hit.category
        and (said.hit.matched in hit.matched or hit.matched in said.hit.matched)
        for said in state.forbidden
    )
