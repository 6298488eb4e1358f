"""Steps of the call model, stages that are entered by words, and the phrases that cues wait for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assist.core.events import Channel, Evidence, Judgement, Signal, Transcript
from assist.core.lexicon import Phrases
from assist.core.playbook import Model, Playbook, Stage
from assist.core.state import CallState
from assist.core.triggers import OnPhrase, singles
from classifiers.phrases import PhraseSet


@dataclass(frozen=True, slots=True)
class _Listener:
    signal: str  # step, stage, phrase
    label: str
    channel: Channel
    phrases: PhraseSet


class Steps:
    """Listens for the model of the call's scene, and for the interludes of all the others."""

    name = "steps"

    def __init__(self, playbook: Playbook) -> None:
        self._playbook = playbook
        self._models = {model.id: tuple(_of_stages(model.stages)) for model in playbook.models.values()}
        self._interludes = {model.id: tuple(_of_stages(_interludes(model))) for model in playbook.models.values()}
        self._cues = tuple(_of_cues(playbook))

    def classify(self, transcript: Transcript, state: CallState) -> Iterable[Judgement]:
        seen: set[tuple[str, str]] = set()
        for listener in self._listening(state):
            key = (listener.signal, listener.label)
            if listener.channel is not transcript.channel or key in seen:
                continue
            hit = listener.phrases.find(transcript.text)
            if hit is None:
                continue
            seen.add(key)
            why = Evidence(why=f"听到“{hit.matched}”", utterance=transcript.utterance)
            yield Judgement(
                Signal(
                    signal=listener.signal,
                    label=listener.label,
                    score=hit.score,
                    utterance=transcript.utterance,
                    evidence=(why,),
                )
            )

    def _listening(self, state: CallState) -> Iterator[_Listener]:
        own = self._playbook.model_for(state.scene, state.call_model).id
        yield from self._models[own]
        for model, listeners in self._interludes.items():
            if model != own:
                yield from listeners
        yield from self._cues


def _interludes(model: Model) -> Iterator[Stage]:
    return (stage for stage in model.stages if stage.interlude)


def _of_stages(stages: Iterable[Stage]) -> Iterator[_Listener]:
    for stage in stages:
        if stage.enter is not None:  # a stage is what the agent does, so only the agent's words open one
            yield _Listener("stage", stage.id, Channel.AGENT, _compiled(stage.enter))
        for step in stage.steps:
            yield _Listener("step", step.id, step.channel, _compiled(step.phrases))


def _of_cues(playbook: Playbook) -> Iterator[_Listener]:
    for entry in playbook.entries:
        for trigger in entry.when:
            for part in singles(trigger):
                if isinstance(part, OnPhrase):
                    yield _Listener("phrase", part.key, part.channel, _compiled(part.phrases))


def _compiled(phrases: Phrases) -> PhraseSet:
    return PhraseSet(phrases)
