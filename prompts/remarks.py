"""What is not wrong in a playbook but likely not meant: things that nobody will ever see."""

from collections.abc import Iterator

from assist.core.behaviours import RULES
from assist.core.playbook import Playbook
from assist.core.triggers import OnBehaviour

_OF_SILENCE = ("dead_air",)


def remarks(playbook: Playbook) -> Iterator[str]:
    """One sentence for each kind of thing, with the ids of what it is about."""
    for sentence, ids in (
        ("no scene follows these models, a call does only when asked to", _unused(playbook)),
        ("no entry opens these cards", _unopened(playbook)),
        ("nothing notices the habits that these entries wait for", _deaf(playbook)),
        ("no sentences under examples/ prove these categories of forbidden speech", _unproved(playbook)),
    ):
        if found := ", ".join(ids):
            yield f"{sentence}: {found}"


def _unused(playbook: Playbook) -> Iterator[str]:
    used = {scene.model for scene in playbook.scenes.values()} | {playbook.fallback_model}
    lends = {model.id for model in playbook.models.values() if any(stage.interlude for stage in model.stages)}
    yield from (model for model in playbook.models if model not in used | lends)


def _unopened(playbook: Playbook) -> Iterator[str]:
    opened = {entry.opens for entry in playbook.entries}
    yield from (card for card in playbook.cards if card not in opened)


def _deaf(playbook: Playbook) -> Iterator[str]:
    noticed = behaviours(playbook)
    for entry in playbook.entries:
        habits = [trigger.rules for trigger in entry.when if isinstance(trigger, OnBehaviour)]
        if len(habits) == len(entry.when) and not any(noticed & set(rules) for rules in habits):
            yield f"{entry.id} ({', '.join(rule for rules in habits for rule in rules)})"


def _unproved(playbook: Playbook) -> Iterator[str]:
    categories = playbook.labels["forbidden_categories"]
    yield from (category for category in categories if category not in playbook.forbidden_examples)


def behaviours(playbook: Playbook) -> frozenset[str]:
    """Habits that the program notices: by a rule, by silence, or by a step that a model says was missed."""
    stages = (stage for model in playbook.models.values() for stage in model.stages)
    missed = {step.missed for stage in stages for step in stage.steps if step.missed is not None}
    return frozenset({*RULES, *_OF_SILENCE, *missed})
