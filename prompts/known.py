"""What a playbook has that its files may name: stages, steps, scenes, cards, and the labels and rows of the program."""

from collections.abc import Mapping

from prompts.pages import Pages

Labels = Mapping[str, Mapping[str, str]]


class Known:
    """Ids by what they belong to."""

    def __init__(self, pages: Pages, labels: Labels, rows: Labels) -> None:
        self.labels = labels
        self.rows = frozenset(row for those in rows.values() for row in those)
        self.stages_of = {page.data["id"]: {stage["id"] for stage in page.data["stages"]} for page in pages.models}
        self.steps_of = {page.data["id"]: _steps(page.data) for page in pages.models}
        self.model_of = {page.data["id"]: str(page.data["model"]) for page in pages.scenes}
        self.stages = set().union(*self.stages_of.values())
        self.steps = set().union(*self.steps_of.values())
        self.scenes = tuple(self.model_of)
        self.cards = {item["id"] for page in pages.cards for item in page.data}
        lent = [(page.data, stage) for page in pages.models for stage in page.data["stages"] if stage.get("interlude")]
        self._lent_stages = {stage["id"] for _, stage in lent}
        self._lent_steps = {step for model, stage in lent for step in _steps({"stages": [stage]})}
        self._off_call = {
            page.data["id"]: {stage["id"] for stage in page.data["stages"] if stage.get("off_call")}
            for page in pages.models
        }

    def stages_in(self, scene: str) -> set[str]:
        """Stages that a call of a scene may come to: of its model, of models to be asked for, and interludes of any."""
        return self._lent_stages.union(*(self.stages_of[m] - self._off_call[m] for m in self._models(scene)))

    def steps_in(self, scene: str) -> set[str]:
        """Steps that may be heard in a call of a scene."""
        return self._lent_steps.union(*(self.steps_of[model] for model in self._models(scene)))

    def _models(self, scene: str) -> list[str]:
        """A scene's own model, and those of no scene: a call follows one of these only when asked to."""
        of_scenes = set(self.model_of.values())
        return [model for model in self.stages_of if model not in of_scenes or model == self.model_of[scene]]


def _steps(model: Mapping[str, list[dict[str, list[dict[str, str]]]]]) -> set[str]:
    return {f"{stage['id']}.{step['id']}" for stage in model["stages"] for step in stage.get("steps", ())}
