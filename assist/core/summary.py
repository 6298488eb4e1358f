"""What is known when a call ends."""

from assist.core.events import Channel, Finding, GivenAnswer, QuestionAnswered, StageSpan, Summary
from assist.core.spans import Span
from assist.core.state import CallState


def summarise(state: CallState) -> Summary:
    """The summary of a finished call, from its state alone."""
    agent, customer = state.speech(Channel.AGENT), state.speech(Channel.CUSTOMER)
    speech = agent + customer
    entered = [stage.at for stage in state.stages]
    stages = tuple(
        StageSpan(stage.stage, Span(start, end))
        for stage, start, end in zip(state.stages, entered, [*entered[1:], state.at], strict=True)
    )
    findings = [
        *(Finding(kind="forbidden", label=f.hit.category, moment=f.at, utterance=f.utterance) for f in state.forbidden),
        *(Finding(kind="objection", label=o.hit.topic, moment=o.at, utterance=o.utterance) for o in state.objections),
        *(
            Finding(kind="behaviour", label=b.rule, moment=b.since, utterance=_about(b.evidence))
            for b in state.behaviours
        ),
    ]
    intents = (h.signal.label for h in state.signals if h.signal.signal == "intent")
    return Summary(
        talk_ratio=round(agent / speech, 3) if speech else None,
        stages=stages,
        findings=tuple(sorted(findings, key=lambda finding: finding.moment)),
        commitments=tuple(made.promise for made in state.commitments),
        needs=tuple(dict.fromkeys(intents)),
        outcome=None,
        answers=tuple({(a.questionnaire, a.question): _given(a) for a in state.answers}.values()),
    )


def _given(answered: QuestionAnswered) -> GivenAnswer:
    return GivenAnswer(answered.questionnaire, answered.question, answered.answer, answered.result)


def _about(evidence: tuple[object, ...]) -> str | None:
    return next((u for e in evidence if (u := getattr(e, "utterance", None))), None)
