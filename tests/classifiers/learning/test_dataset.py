"""The bundled sentences are sound, and a line that is not is named with its file and number."""

from collections import defaultdict
from pathlib import Path

import pytest

from assist.core.errors import SettingsError
from assist.core.events import Channel
from classifiers.builtin import HEADS
from classifiers.learning.dataset import FOLDER, TASKS, Example, read_examples, unmarked
from classifiers.signs import MALICIOUS, NEEDS
from classifiers.trained import is_chinese
from prompts.loader import taxonomy

pytestmark = pytest.mark.unit

TAXONOMY = {
    "objection_topic": "objection_topics",
    "objection_kind": "objection_kinds",
    "objection_handling": "objection_handling",
    "intent": "intents",
    "emotion": "emotions",
    "customer_type": "customer_types",
    "forbidden": "forbidden_categories",
}
OWN = {
    "commitment": {"yes", "no"},
    "empathy": set("012345"),
    "question": {"specific", "choice", "learning", "clarifying", "consulting", "closed", "open", "none"},
}
FILES = sorted(FOLDER.rglob("*.tsv"))


@pytest.fixture(scope="module")
def bundled() -> dict[str, list[Example]]:
    return {name: read_examples(task) for name, task in TASKS.items()}


def test_there_is_a_task_for_every_head() -> None:
    assert set(TASKS) == set(HEADS)


@pytest.mark.parametrize("name", TASKS)
def test_every_sentence_can_be_learnt_from(bundled: dict[str, list[Example]], name: str) -> None:
    examples = bundled[name]
    assert len(examples) > 300
    odd = [e for e in examples if not e.text.strip() or e.text != unmarked(e.text) or "\t" in e.text]
    assert odd == []
    assert sum(is_chinese(example.text) for example in examples) > 0.99 * len(examples)


@pytest.mark.parametrize("name", TASKS)
def test_every_label_has_sentences_of_several_groups(bundled: dict[str, list[Example]], name: str) -> None:
    groups = defaultdict(set)
    for example in bundled[name]:
        groups[example.label].add(example.group)
    assert min(map(len, groups.values())) >= 4
    assert TASKS[name].none is None or TASKS[name].none in groups


@pytest.mark.parametrize(("name", "kind"), TAXONOMY.items())
def test_labels_are_those_of_the_taxonomy(bundled: dict[str, list[Example]], name: str, kind: str) -> None:
    found = {example.label for example in bundled[name]} - {TASKS[name].none}
    known = set(taxonomy()[kind])
    assert found <= known
    assert known - found <= {
        "hidden",
        "calm",
    }  # the course of a call shows the one, the absence of anything else the other


@pytest.mark.parametrize(("name", "known"), OWN.items())
def test_labels_of_what_has_no_taxonomy(bundled: dict[str, list[Example]], name: str, known: set[str]) -> None:
    assert {example.label for example in bundled[name]} == known


def test_signs_hold_those_that_are_told_apart(bundled: dict[str, list[Example]]) -> None:
    assert {example.label for example in bundled["sign"]} > {*NEEDS, *MALICIOUS, "none"}


@pytest.mark.parametrize("name", TASKS)
def test_no_sentence_has_two_labels(bundled: dict[str, list[Example]], name: str) -> None:
    labels = defaultdict(set)
    for example in bundled[name]:
        labels[example.text].add(example.label)
    assert {text: said for text, said in labels.items() if len(said) > 1} == {}


def test_no_line_stands_in_two_groups() -> None:
    """A sentence in two groups would be judged by a head that has seen it."""
    groups = defaultdict(set)
    for file in FILES:
        for line in file.read_text(encoding="utf-8").splitlines():
            group, *_, text = line.split("\t")
            if file.parent.name != "replies":  # the same answer may be right for two customers
                groups[file.parent.name, unmarked(text)].add(f"{file.stem}/{group}")
    assert {text: those for text, those in groups.items() if len(those) > 1} == {}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_brackets_come_in_pairs(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if "".join(char for char in line if char in "【】").replace("【】", "")] == []


# --- reading -------------------------------------------------------------------------------------------------------


def written(folder: Path, task: str, text: str, name: str = "a_writer") -> Path:
    file = folder / TASKS[task].folder / f"{name}.tsv"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_a_line_is_a_sentence_with_its_group(tmp_path: Path) -> None:
    written(tmp_path, "question", "# 说明\n\nq1\topen\t您平时上网做什么\n")
    assert read_examples(TASKS["question"], tmp_path) == [Example("您平时上网做什么", "open", "a_writer/q1")]


def test_groups_of_two_writers_are_kept_apart(tmp_path: Path) -> None:
    for name in ("b", "a"):
        written(tmp_path, "question", f"q1\topen\t{name}句\n", name)
    assert [example.group for example in read_examples(TASKS["question"], tmp_path)] == ["a/q1", "b/q1"]


def test_each_question_reads_its_own_column(tmp_path: Path) -> None:
    written(
        tmp_path, "intent", "g\tprice\treal\tnow\tchurn\tupset\tpower\t太贵了不用了\ng\t-\t-\t-\t-\tcalm\t-\t你好\n"
    )
    found = {
        name: [example.label for example in read_examples(task, tmp_path)]
        for name, task in TASKS.items()
        if task.folder == "customers"
    }
    assert found == {
        "objection_topic": ["price", "-"],
        "objection_kind": ["real"],  # no objection has no kind
        "objection_handling": ["now"],
        "intent": ["churn", "-"],
        "emotion": ["upset", "calm"],
        "customer_type": ["power", "-"],
    }


def test_the_marked_words_offend_by_themselves_and_the_rest_does_not(tmp_path: Path) -> None:
    written(tmp_path, "forbidden", "g\tevade\t0\t您说的情况我听明白了，【这个不归我们管】。\ng\tnone\t1\t您先别挂\n")
    assert [(example.text, example.label) for example in read_examples(TASKS["forbidden"], tmp_path)] == [
        ("您说的情况我听明白了，这个不归我们管。", "evade"),
        ("这个不归我们管", "evade"),
        ("您说的情况我听明白了", "-"),
        ("您先别挂", "-"),
    ]


def test_a_deadline_is_read_without_its_brackets(tmp_path: Path) -> None:
    written(tmp_path, "commitment", "c\tyes\t我【明天下午】给您回电话\n")
    assert read_examples(TASKS["commitment"], tmp_path)[0].text == "我明天下午给您回电话"


@pytest.mark.parametrize(
    ("task", "broken"),
    [("intent", "g\tprice\treal\t太贵了"), ("question", "g open 您好"), ("forbidden", "g\tevade\t0")],
)
def test_a_broken_line_is_named(tmp_path: Path, task: str, broken: str) -> None:
    columns = {"intent": "g\t-\t-\t-\t-\tcalm\t-\t你好", "question": "g\topen\t好吗", "forbidden": "g\tnone\t0\t您好"}
    file = written(tmp_path, task, f"{columns[task]}\n{broken}\n")
    with pytest.raises(SettingsError) as raised:
        read_examples(TASKS[task], tmp_path)
    assert raised.value.code == "data.columns"
    assert f"{file}:2" in str(raised.value)


def test_no_sentences_at_all_are_named_too(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as raised:
        read_examples(TASKS["sign"], tmp_path)
    assert raised.value.code == "data.missing"
    assert str(tmp_path / "signs") in str(raised.value)


def test_whose_words_they_are() -> None:
    agents = {name for name, task in TASKS.items() if task.channel is Channel.AGENT}
    assert agents == {"forbidden", "commitment", "empathy", "question"}
