"""A judgement that is a signal and nothing more."""

from assist.core.events import Evidence, Judgement, Signal, Transcript


def signalled(transcript: Transcript, signal: str, label: str, score: float, *evidence: Evidence) -> Judgement:
    """What a classifier says of an utterance, with its evidence."""
    return Judgement(Signal(signal=signal, label=label, score=score, utterance=transcript.utterance, evidence=evidence))
