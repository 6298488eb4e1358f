"""A playbook that is broken says where, what is wrong and how to mend it, each fault in words of its own."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from assist.core.errors import PlaybookError
from prompts import load_playbook
from prompts.remarks import remarks

pytestmark = pytest.mark.unit
TELECOM = Path(__file__).parent.parent.parent / "prompts" / "telecom"

CUES = """\
- id: mine.bill
  source: [S4, K1]
  kind: say
  when:
    - phrase: {channel: customer, heard: [这个月…(多|贵)了, 账单…看不懂]}
    - staying: {stage: propose, seconds: 12}
  scope: {scenes: [churn_inbound]}
  only_if: {not_done: [propose.numbers], before_seconds: 300}
  title: 一起看账单
  say: "[{name}，]我陪您把账单看一遍。"
  why: 看得懂才放心。
  opens: mine.bill
  done_when: [propose.numbers]
  must_fire:
    - [{customer: 这个月怎么多了这么些。}]
    - [{customer: 账单我看不懂呀。}]
  must_not_fire:
    - [{customer: 这个月挺好的。}]
    - [{agent: 账单您看得懂吗。}]
- id: mine.greeting
  source: M3
  kind: do
  when:
    - behaviour: [no_greeting]
  title: 先问好
  say: 您好，请讲。
  why: 开头要暖。
  must_fire:
    - [{customer: 喂。}, {agent: 说吧。}]
  must_not_fire:
    - [{agent: 您好。}]
"""
CARDS = """\
- id: mine.bill
  source: K1
  title: 看账单
  when: 客户对账单有疑问。
  steps:
    - {title: 说总数, say: "这个月一共是[{fee}元|这些]。"}
    - {title: 问清楚}
"""
QUESTIONS = """\
id: mine_questions
source: U1
title: 回访
scenes: [churn_inbound]
questions:
  - id: satisfied
    title: 满意吗
    ask: 您用得满意吗？
    asked: [满意吗]
    then: recommend
    answers:
      - {id: "yes", title: 满意, heard: [满意], then: recommend}
      - {id: "no", title: 不满意, heard: [不满意], then: null}
  - id: recommend
    title: 会推荐吗
    ask: 您会推荐给朋友吗？
    asked: [推荐]
    then: null
    answers:
      - {id: "yes", title: 会, heard: [会]}
"""


@dataclass(frozen=True)
class Break:
    """An edit of one file, and the fault it leads to: its code, words of its sentence, and the text of its line."""

    name: str
    old: str
    new: str
    code: str
    says: tuple[str, ...]
    at: str  # begins the line that the error names
    file: str = "cues/mine.yaml"


BREAKS = (
    Break("key missing", "  why: 看得懂才放心。\n", "", "missing_key", ("mine.bill", "'why'"), "- id: mine.bill"),
    Break("key misspelt", "  why: 看得", "  whyy: 看得", "unknown_key", ("whyy", "why"), "  whyy:"),
    Break("title too long", "一起看账单", "一起看账单一起看账单一起看", "too_long", ("13", "12"), "  title:"),
    Break("number where text", "title: 先问好", "title: 404", "wrong_type", ("404", "quotes"), "  title: 404"),
    Break("no such kind", "kind: do", "kind: shout", "choice", ("shout", "avoid"), "  kind:"),
    Break("row of no letter", "source: M3", "source: Z3", "form", ("Z3",), "  source: Z3"),
    Break("no such row", "source: M3", "source: M99", "unknown_row", ("M99", "M3"), "  source: M99"),
    Break("no such trigger", "behaviour: [", "habit: [", "unknown_trigger", ("habit", "behaviour"), "    - habit:"),
    Break("no such scene", "[churn_inbound]", "[churn_upwards]", "unknown_scene", ("churn_upwards",), "  scope:"),
    Break("no such stage", "stage: propose", "stage: proposal", "unknown_stage", ("proposal",), "    - staying:"),
    Break("no such step", "[propose.numbers]\n", "[propose.digits]\n", "unknown_step", ("digits",), "  done_when:"),
    Break("no such card", "opens: mine.bill", "opens: mine.bills", "unknown_card", ("mine.bills",), "  opens:"),
    Break("no such habit", "[no_greeting]", "[no_hello]", "unknown_behaviour", ("no_hello",), "    - behaviour:"),
    Break("no such slot", "{name}", "{nickname}", "unknown_slot", ("nickname", "surname"), "  say:"),
    Break("slot outside brackets", "[{name}，]", "{name}，", "wording", ("outside",), "  say:"),
    Break("bad pattern", "(多|贵)", "(多|贵", "pattern", ("brackets",), "    - phrase:"),
    Break("id twice", "id: mine.greeting", "id: mine.bill", "duplicate_id", ("mine.yaml:1",), "- id: mine.bill"),
    Break("key twice", "  kind: do", "  kind: do\n  kind: say", "duplicate_key", ("kind",), "  kind: say"),
    Break("stage of no model here", "{stage: propose,", "{stage: prepare,", "unreachable", ("prepare",), "    - staying:"),
    Break(
        "conditions that exclude each other",
        "not_done: [propose.numbers]",
        "not_done: [propose.numbers], done: [propose.numbers]",
        "contradiction",
        ("propose.numbers", "not_done"),
        "  only_if:",
    ),
    Break("nothing proves it", "  must_fire:\n    - [{customer: 喂。}, {agent: 说吧。}]\n", "  must_fire: []\n",
          "no_example", ("mine.greeting", "must_fire"), "  must_fire: []"),
    Break("two speakers in a line", "{customer: 喂。}", "{customer: 喂。, agent: 喂。}", "one_of", ("agent", "customer"),
          "    - [{customer: 喂。"),
    Break("a tab", "  kind: do", "\tkind: do", "tab", ("spaces",), "\tkind: do"),
    Break("a bracket left open", "scope: {scenes: [churn_inbound]}", "scope: {scenes: [churn_inbound}", "syntax", ("quotes",),
          "  scope:"),
    Break("an alias", "  kind: do", "  kind: &a do", "alias", ("anchors",), "  kind: &a do"),
    Break("a card of one step", "    - {title: 问清楚}\n", "", "too_few", ("2",), "  - {title", "cards/mine.yaml"),
    Break("a question leads nowhere", "    then: recommend\n", "    then: recomend\n", "unknown_question",
          ("recomend", "satisfied"), "    then: recomend", "questionnaires/mine.yaml"),
    Break("a question is never asked", "then: recommend", "then: null", "unreachable_question",
          ("recommend",), "  - id: recommend", "questionnaires/mine.yaml"),
    Break("no such fallback", "fallback_model: M2", "fallback_model: M99", "unknown_model", ("M99",), "fallback_model",
          "playbook.yaml"),
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The models and scenes of the bundled playbook, with an entry, a card and a questionnaire to break."""
    copy = tmp_path / "mine"
    copy.mkdir()
    shutil.copy(TELECOM / "playbook.yaml", copy)
    for name in ("models", "scenes"):
        shutil.copytree(TELECOM / name, copy / name)
    for name, text in (("cues", CUES), ("cards", CARDS), ("questionnaires", QUESTIONS)):
        (copy / name).mkdir()
        (copy / name / "mine.yaml").write_text(text, encoding="utf-8")
    return copy


def _fault(folder: Path) -> PlaybookError:
    with pytest.raises(PlaybookError) as raised:
        load_playbook(folder)
    return raised.value


def _broken(folder: Path, fault: Break) -> Path:
    file = folder / fault.file
    text = file.read_text(encoding="utf-8")
    assert fault.old in text
    file.write_text(text.replace(fault.old, fault.new), encoding="utf-8")
    return file


def test_unbroken_it_loads(folder: Path) -> None:
    playbook = load_playbook(folder)
    assert [entry.id for entry in playbook.entries][:2] == ["mine.bill", "mine.greeting"]
    assert playbook.questionnaires[0].question("satisfied").options[1].then is None


@pytest.mark.parametrize("fault", BREAKS, ids=lambda fault: fault.name)
def test_a_fault_is_named_with_its_line_and_its_mend(folder: Path, fault: Break) -> None:
    file = _broken(folder, fault)
    error = _fault(folder)
    assert error.code == f"playbook.{fault.code}"
    where = re.match(rf"{re.escape(str(file))}:(\d+): ", error.message)
    assert where is not None, error.message
    line = file.read_text(encoding="utf-8").splitlines()[int(where[1]) - 1]
    assert line.lstrip(" ").startswith(fault.at.lstrip(" ")), line
    for words in fault.says:
        assert words in error.message


def test_no_two_faults_share_their_code() -> None:
    codes = [fault.code for fault in BREAKS]
    assert len(codes) >= 12
    assert sorted(codes) == sorted(set(codes))


def test_a_file_in_another_encoding_is_named(folder: Path) -> None:
    file = folder / "cues" / "mine.yaml"
    file.write_bytes(CUES.encode("gb18030"))
    error = _fault(folder)
    assert error.code == "playbook.encoding"
    assert error.message == f"{file}:1: not UTF-8; save the file as UTF-8"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("scope: {scenes: [churn_inbound]}", "scope: {scenes: [churn_inbound], channels: [agent]}", "the customer"),
        ("scope: {scenes: [churn_inbound]}", "scope: {scenes: [churn_inbound], stages: [prepare]}", "in churn_inbound"),
        ("staying: {stage: propose, seconds: 12}", "type: [power]", None),
        ("before_seconds: 300", "before_seconds: 30, after_seconds: 60", "before it begins"),
        ("not_done: [propose.numbers]", "months: {from: 12, to: 3}", "swap"),
        (
            "staying: {stage: propose, seconds: 12}",
            "lacking: {first: {staying: {stage: propose, seconds: 9}}, then: {type: [power]}, within_seconds: 9}",
            "no moment",
        ),
        ("scope: {scenes: [churn_inbound]}", "scope: {stages: [prepare]}", "no call of any scene"),
        ("title: 一起看账单", "max_per_call: 3\n  once: true\n  title: 一起看账单", "keep once"),
    ],
)
def test_what_can_never_come_is_told_from_what_can(folder: Path, old: str, new: str, says: str | None) -> None:
    _broken(folder, Break("", old, new, "", (), ""))
    if says is None:
        load_playbook(folder)
        return
    assert says in _fault(folder).message


def test_what_nobody_will_see_is_only_remarked(folder: Path) -> None:
    _broken(folder, Break("", "  opens: mine.bill\n", "", "", (), ""))
    for model in (folder / "models").glob("*.yaml"):  # no step of any model stands for it any more
        text = model.read_text(encoding="utf-8")
        model.write_text(text.replace("        missed: no_greeting\n", ""), encoding="utf-8")
    playbook = load_playbook(folder)
    found = list(remarks(playbook))
    assert "no entry opens these cards: mine.bill" in found
    assert any("mine.greeting (no_greeting)" in remark for remark in found)
