"""The model card of a head: on what it was trained, how well it did on groups it had not seen, and what it cannot do."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from classifiers.learning.courses import SAID, courses
from classifiers.learning.fitting import FOLDS, Fitted, Judged

BINS = 10
_MOST_CONFUSIONS = 12
Bin = tuple[float, float, int]
_LIMITS = {
    "objection_topic": "Ordinary turns of a call that touch on a topic without objecting to it are its usual false alarms.",
    "objection_kind": "Irony and an excuse with details are taken for meant; the course of the call is not seen here.",
    "objection_handling": "Whether something is within the agent's authority is guessed from the matter.",
    "intent": "A turn with two wishes gets one; complaints about a fault and fault reports are the closest pair.",
    "emotion": "Words alone. Cold anger in polite words is often taken for discontent.",
    "customer_type": "One sentence says little; it is added up over the call. How somebody speaks, not what they are.",
    "sign": "Signs overlap (raging, noisy, domineering); most need the course of the call to be sure.",
    "forbidden": "Irony, and offences that only the sentence before makes one, are missed.",
    "commitment": "Promises told about others and rules stated as promises are the closest pairs.",
    "empathy": "Neighbouring levels are easily confused; off by one is common.",
    "question": "Kinds overlap: a choice may ask for a specific fact.",
}


def write_card(fitted: Fitted, encoder: str) -> str:
    """The card as Markdown."""
    return "\n".join(_lines(fitted, encoder)) + "\n"


def _lines(fitted: Fitted, encoder: str) -> Iterator[str]:
    task, judged = fitted.task, fitted.judged
    yield f"# {task.name}"
    yield ""
    yield "Written by `assist train`."
    yield ""
    yield "- **Model:** multinomial logistic regression (scikit-learn) as ONNX, over the features of `classifiers/features.py`:"
    yield f"  sentence vector of {encoder}, characters and syllables in buckets"
    words = f"and the word lists ({', '.join(task.lists)})" if task.lists else "and no word lists"
    yield f"  {words}."
    yield f"- **Data:** {fitted.examples} sentences in {fitted.groups} groups by {len(fitted.authors)} writers"
    yield f"  (`classifiers/data/{task.folder}`: {', '.join(fitted.authors)}), each also as a recogniser might garble it."
    yield "  Written for this purpose; no recorded call and no sentence of the annotated calls is among them."
    yield f"- **Judged** on clean sentences by {FOLDS} folds that no group straddles. Speaks from {fitted.least:.2f}."
    yield f"- **Limits:** {_LIMITS[task.name]}"
    yield ""
    yield "| label | sentences | precision | recall | F1 |"
    yield "|---|---:|---:|---:|---:|"
    scores = []
    for label in judged.labels:
        count, precision, recall, f1 = _score(judged, label)
        scores.append(f1)
        yield f"| {label} | {count} | {precision:.2f} | {recall:.2f} | {f1:.2f} |"
    right = sum(a == b for a, b in zip(judged.truth, judged.said(), strict=True))
    yield ""
    yield f"Macro-F1 {np.mean(scores):.3f}, accuracy {right / len(judged.truth):.3f}."
    yield ""
    yield "Commonest confusions (true → said):"
    yield ""
    yield from _confusions(judged)
    yield ""
    yield "Reliability (how often the likeliest label is right, by its probability):"
    yield ""
    yield "| probability | sentences | right |"
    yield "|---|---:|---:|"
    yield from _table(reliability(judged))
    if task.name == "customer_type":
        yield from _course(judged)


def _table(rows: Sequence[Bin]) -> Iterator[str]:
    for said, share, count in rows:
        yield f"| {said:.2f} | {count} | {share:.2f} |"


def _course(judged: Judged) -> Iterator[str]:
    """The posterior that `classifiers/customer_type.py` makes of a call's sentences, on calls that were not seen."""
    steps = list(courses(judged))
    yield ""
    yield "Over a call (the sentences of one caller in turn, none of them seen):"
    yield ""
    yield "| sentences heard | calls | likeliest is right | said (≥ 0.6) | right when said |"
    yield "|---:|---:|---:|---:|---:|"
    for heard in sorted({step.heard for step in steps}):
        there = [step for step in steps if step.heard == heard]
        said = [step for step in there if step.probability >= SAID]
        right = sum(step.right for step in said) / max(len(said), 1)
        share = sum(step.right for step in there) / len(there)
        yield f"| {heard} | {len(there)} | {share:.2f} | {len(said) / len(there):.2f} | {right:.2f} |"
    yield ""
    yield "| probability over a call | moments | right |"
    yield "|---|---:|---:|"
    yield from _table(bins([step.probability for step in steps], [step.right for step in steps]))


def _score(judged: Judged, label: str) -> tuple[int, float, float, float]:
    said = judged.said()
    true = sum(one == label for one in judged.truth)
    claimed = sum(one == label for one in said)
    both = sum(a == b == label for a, b in zip(judged.truth, said, strict=True))
    return true, both / max(claimed, 1), both / max(true, 1), 2 * both / max(claimed + true, 1)


def _confusions(judged: Judged) -> Iterator[str]:
    wrong = Counter(pair for pair in zip(judged.truth, judged.said(), strict=True) if pair[0] != pair[1])
    for (true, said), count in sorted(wrong.items(), key=lambda item: (-item[1], item[0]))[:_MOST_CONFUSIONS]:
        yield f"- {true} → {said}: {count}"


def reliability(judged: Judged) -> Sequence[Bin]:
    """How often the likeliest label is right, per tenth of its probability."""
    top: NDArray[np.float32] = judged.probabilities.max(axis=1)
    right = [a == b for a, b in zip(judged.truth, judged.said(), strict=True)]
    return bins(top.tolist(), right)


def bins(said: Sequence[float], right: Sequence[bool]) -> Sequence[Bin]:
    """Mean probability, share of right ones and their number, for each tenth of probability that occurs."""
    top, truth = np.array(said), np.array(right)
    places = np.minimum((top * BINS).astype(int), BINS - 1)
    return [
        (float(top[places == i].mean()), float(truth[places == i].mean()), int((places == i).sum()))
        for i in range(BINS)
        if (places == i).any()
    ]
