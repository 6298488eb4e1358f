"""What the overlay needs to know of a playbook: names and check lists, as JSON data."""

from collections.abc import Sequence
from typing import Any

from assist.core.playbook import Model, Playbook, Scene, Stage


def display(playbook: Playbook) -> dict[str, Any]:
    """Names of all labels, and for each scene its stages with steps, do and never-do."""
    lent = playbook.interludes
    scenes = {
        scene.id: _scene(playbook, scene, playbook.models[scene.model], lent) for scene in playbook.scenes.values()
    }
    fallback = playbook.models[playbook.fallback_model]
    for scene_id in playbook.labels["scenes"]:
        if scene_id not in scenes:
            scenes[scene_id] = _scene(playbook, None, fallback, lent) | {"zh": playbook.labels["scenes"][scene_id]}
    return {
        "id": playbook.id,
        "version": playbook.version,
        "title": {"zh": playbook.title.zh, "en": playbook.title.en},
        "labels": {group: dict(names) for group, names in playbook.labels.items()},
        "advice": dict(playbook.advice),
        "scenes": scenes,
        "questionnaires": {
            one.id: {
                "zh": one.title,
                "questions": {
                    question.id: {
                        "zh": question.title,
                        "answers": {option.id: option.title for option in question.options},
                    }
                    for question in one.questions
                },
            }
            for one in playbook.questionnaires
        },
    }


def _scene(playbook: Playbook, scene: Scene | None, model: Model, lent: Sequence[Stage]) -> dict[str, Any]:
    own = {stage.id for stage in model.stages}
    stages = [*model.stages, *(stage for stage in lent if stage.id not in own)]
    return {
        "zh": playbook.labels["scenes"].get(scene.id, scene.id) if scene else "",
        "model": model.id,
        "stages": [_stage(stage, scene) for stage in stages],
    }


def _stage(stage: Stage, scene: Scene | None) -> dict[str, Any]:
    guidance = scene.guidance.get(stage.id) if scene else None
    return {
        "id": stage.id,
        "zh": stage.title.zh,
        "en": stage.title.en,
        "off_call": stage.off_call,
        "interlude": stage.interlude,
        "do": list(guidance.do) if guidance else [],
        "never": list(guidance.never) if guidance else [],
        "steps": [
            {
                "id": step.id,
                "zh": step.title.zh,
                "en": step.title.en,
                "required": step.required,
                "channel": step.channel.value,
            }
            for step in stage.steps
        ],
    }
