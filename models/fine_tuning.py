"""Teaches an encoder our questions, all at once: a linear layer for each, thrown away afterwards.

Whole groups of sentences are held out and judged at the end, so that what is reported was never learned.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assist.core.errors import SettingsError
from models.hf_export import Source, require_libraries

SEED = 20
_BATCH = 32
_RATE = 3e-5  # of the encoder
_RATE_OF_LAYERS = 1e-3
_WARM_UP = 0.1  # of all steps
_LONGEST = 96  # tokens; sentences of a call are shorter
_NOTHING = -100  # what cross entropy passes over: nobody asked this question about this sentence


@dataclass(frozen=True, slots=True)
class Lesson:
    """A sentence with its label for each question that was asked about it."""

    text: str
    labels: Mapping[str, str]
    held_out: bool


@dataclass(frozen=True, slots=True)
class Learned:
    """Of one question: held-out sentences, the share that came out right, and what the commonest label alone would get."""

    sentences: int
    right: float
    commonest: float


def fine_tune(
    source: Source, lessons: Sequence[Lesson], epochs: int, told: Callable[[int, int], None]
) -> Mapping[str, Learned]:
    """Changes the model of `source`; `told` gets steps done and steps in all. Raises `SettingsError` without libraries."""
    require_libraries()
    import torch

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(SEED)
    order = random.Random(SEED)  # noqa: S311
    learned = [lesson for lesson in lessons if not lesson.held_out]
    if not learned:
        raise SettingsError("data.few", "no sentence to fine-tune on; give more with --data")
    network = _Network(source, _labels(lessons), device)
    steps = epochs * -(-len(learned) // _BATCH)
    optimiser = torch.optim.AdamW(network.rates())
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _pace(step, steps))
    done = 0
    network.train(True)
    for _ in range(epochs):
        order.shuffle(learned)
        for batch in _batches(learned):
            optimiser.zero_grad()
            network.loss(batch).backward()
            torch.nn.utils.clip_grad_norm_(network.weights(), 1.0)
            optimiser.step()
            schedule.step()
            done += 1
            told(done, steps)
    network.train(False)
    found = network.judged([lesson for lesson in lessons if lesson.held_out])
    source.model.to("cpu")
    return found


def _pace(step: int, steps: int) -> float:
    """The share of the learning rate: up for a tenth, then down to nothing."""
    warm = max(1, round(steps * _WARM_UP))
    return (step + 1) / warm if step < warm else max(0.0, (steps - step) / max(1, steps - warm))


def _labels(lessons: Iterable[Lesson]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for lesson in lessons:
        for question, label in lesson.labels.items():
            found.setdefault(question, set()).add(label)
    return {question: tuple(sorted(labels)) for question, labels in sorted(found.items())}


def _batches(lessons: Sequence[Lesson]) -> Iterable[Sequence[Lesson]]:
    return (lessons[i : i + _BATCH] for i in range(0, len(lessons), _BATCH))


class _Network:
    """The encoder with a layer for each question."""

    def __init__(self, source: Source, labels: Mapping[str, tuple[str, ...]], device: Any) -> None:
        import torch

        self._torch, self._source, self._labels, self._device = torch, source, labels, device
        width = source.model.config.hidden_size
        layers = {question: torch.nn.Linear(width, len(known)) for question, known in labels.items()}
        self._layers = torch.nn.ModuleDict(layers).to(device)
        source.model.to(device)

    def train(self, mode: bool) -> None:
        self._source.model.train(mode)

    def weights(self) -> list[Any]:
        return [*self._source.model.parameters(), *self._layers.parameters()]

    def rates(self) -> list[dict[str, Any]]:
        return [
            {"params": list(self._source.model.parameters()), "lr": _RATE},
            {"params": list(self._layers.parameters()), "lr": _RATE_OF_LAYERS},
        ]

    def loss(self, batch: Sequence[Lesson]) -> Any:
        """The sum over the questions of the mean cross entropy of the sentences that have a label for it."""
        scores = self._scores(batch)
        losses = []
        for question, known in self._labels.items():
            places = [
                known.index(lesson.labels[question]) if question in lesson.labels else _NOTHING for lesson in batch
            ]
            if any(place != _NOTHING for place in places):
                wanted = self._torch.tensor(places, device=self._device)
                losses.append(self._torch.nn.functional.cross_entropy(scores[question], wanted, ignore_index=_NOTHING))
        return sum(losses)

    def judged(self, lessons: Sequence[Lesson]) -> Mapping[str, Learned]:
        pairs: dict[str, list[tuple[str, str]]] = {}
        for batch in _batches(lessons):
            with self._torch.no_grad():
                scores = self._scores(batch)
            for question, known in self._labels.items():
                said = [known[place] for place in scores[question].argmax(dim=1).tolist()]
                asked = zip(batch, said, strict=True)
                answers = [(lesson.labels[question], one) for lesson, one in asked if question in lesson.labels]
                pairs.setdefault(question, []).extend(answers)
        return {question: _learned(found) for question, found in pairs.items() if found}

    def _scores(self, batch: Sequence[Lesson]) -> Mapping[str, Any]:
        texts = [lesson.text for lesson in batch]
        tokens = self._source.tokenizer(
            texts, padding=True, truncation=True, max_length=_LONGEST, return_tensors="pt"
        ).to(self._device)
        vectors = self._source.model(**tokens).last_hidden_state
        if self._source.pooling == "cls":
            pooled = vectors[:, 0]
        else:
            mask = tokens["attention_mask"].unsqueeze(-1)
            pooled = (vectors * mask).sum(dim=1) / mask.sum(dim=1)
        return {question: layer(pooled) for question, layer in self._layers.items()}


def _learned(pairs: Sequence[tuple[str, str]]) -> Learned:
    right = sum(true == said for true, said in pairs)
    commonest = Counter(true for true, _ in pairs).most_common(1)[0][1]
    return Learned(len(pairs), right / len(pairs), commonest / len(pairs))
