"""A playbook with a bad hotword, term or context sentence is refused with file, line and mend."""

import shutil
from pathlib import Path

import pytest

from assist.core.errors import PlaybookError
from assist.core.lexicon import Term
from prompts import load_playbook, playbook_folder

pytestmark = pytest.mark.unit


_LISTS = tuple(
    f"{name}.yaml"
    for name in (
        "acts", "commitments", "customer_types", "emotions", "forbidden", "intents", "objections", "replies", "terms",
        "words",
    )
)  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    """A copy of the bundled playbook without the lists that are slow to read and have no part here."""
    mine = tmp_path / "mine"
    apart = ("cues", "cards", "examples", "questionnaires", "rehearsals", "preparation.yaml", *_LISTS)
    shutil.copytree(playbook_folder("telecom"), mine, ignore=shutil.ignore_patterns(*apart))
    return mine


def _terms(folder: Path, text: str) -> None:
    (folder / "lexicons" / "terms.yaml").write_text(text, encoding="utf-8")


def _replaced(file: Path, old: str, new: str) -> int:
    """Puts something else into a file; the line where it now stands."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_a_term_is_plain_or_has_fields(folder):
    _terms(
        folder,
        "terms:\n  bill: [账期, {term: 账单, also: [帐单]}, {term: 话费, sounds_like: [花费]}]\n  net: [5G, 光猫]\n",
    )
    assert load_playbook(folder).lexicon.terms == (
        Term("账期", "bill"),
        Term("账单", "bill", ("帐单",)),
        Term("话费", "bill", (), ("花费",)),
        Term("5G", "net"),
        Term("光猫", "net"),
    )


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (["  bill:", "    - 费"], "2 to 8 Chinese characters"),
        (["  bill:", "    - 宽带和电话以及手机的费用"], "2 to 8 Chinese characters"),
        (["  bill:", "    - 账 单"], "2 to 8 Chinese characters"),
        (["  bill:", "    - {term: 账单, also: [帐-单]}"], "2 to 8 Chinese characters"),
        (["  bill:", "    - {term: 账单, sounds_like: [长 单]}"], "2 to 8 Chinese characters"),
        (["  bill: [账单]", "  again: [账单]"], "already stands at terms.yaml:2; keep one"),
        (["  bill: [账单]", "  again: [{term: 单据, also: [账单]}]"], "already stands at terms.yaml:2"),
        (["  net: [WiFi]", "  again: [wifi]"], "already stands at terms.yaml:2"),
        (["  bill: [话费]", "  shop: [{term: 资费, sounds_like: [话费]}]"], "itself a term, at terms.yaml:2"),
        (["  bill:", "    - {also: [帐单]}"], "'term' is missing; write it"),
        (["  bill:", "    - {term: 账单, group: bill}"], "no key 'group' here"),
        (["  bill:", "    - 10000"], "10000 must be text"),
        (["  bill:", "    - {term: 账单, also: []}"], "at least 1 must stand here"),
    ],
)  # fmt: skip
def test_a_bad_term_is_named_with_its_line(folder, lines, fault):
    _terms(folder, "\n".join(["terms:", *lines, ""]))
    with pytest.raises(PlaybookError, match=fault) as caught:
        load_playbook(folder)
    assert "terms.yaml:3: " in str(caught.value)


def test_a_term_stands_in_one_file_only(folder):
    _terms(folder, "terms:\n  bill: [账单]\n")
    (folder / "lexicons" / "words.yaml").write_text("terms:\n  other: [账单]\n", encoding="utf-8")
    with pytest.raises(PlaybookError, match=r"words\.yaml:2: '账单' already stands at terms\.yaml:2"):
        load_playbook(folder)


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        ("scenes/churn_inbound.yaml", "hotwords: [销户,", "hotwords: [销 户,", "is not a hotword"),
        ("scenes/churn_inbound.yaml", "hotwords: [销户, 携号转网,", "hotwords: [销户, 销户,", "stands twice"),
        ("scenes/churn_inbound.yaml", "hotwords: [降档,", "hotwords: [降档。,", "is not a hotword"),
        ("models/M2.yaml", "hotwords: [客服, 工号", "hotwords: [客服, 客服", "stands twice"),
        ("models/M6.yaml", "hotwords: [投诉,", "hotwords: [一, 二, 三, 四, 五, 六, 七, 八, 投诉,", "at most 8 may stand here"),
        ("lexicons/hotwords.yaml", "- 资费", "- 资费!", "is not a hotword"),
        ("scenes/early_warning.yaml", "context: ", "context: 你好。", "not one whole sentence"),
        ("playbook.yaml", "宽带和话费。", "宽带和话费", "not one whole sentence"),
        ("playbook.yaml", "，您放心。", "，您放心", "not one whole sentence"),
        ("playbook.yaml", "，您放心。", "。您放心。", "not one whole sentence"),
    ],
)  # fmt: skip
def test_bad_words_for_the_recogniser_are_named_with_their_line(folder, name, old, new, fault):
    line = _replaced(folder / name, old, new)
    with pytest.raises(PlaybookError, match=fault) as caught:
        load_playbook(folder)
    assert f"{Path(name).name}:{line}: " in str(caught.value)


def _words(folder: Path, text: str) -> Path:
    file = folder / "lexicons" / "words.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_everyday_words_of_all_files_come_together(folder):
    _words(folder, "words: [流程, 为什么]\n")
    (folder / "lexicons" / "more.yaml").write_text("words:\n  - 莫名其妙\n", encoding="utf-8")
    assert sorted(load_playbook(folder).lexicon.words) == sorted(["流程", "为什么", "莫名其妙"])


def test_a_playbook_needs_neither_words_nor_a_manner_of_its_agents(folder):
    assert load_playbook(folder).agent_context
    file = folder / "playbook.yaml"
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("agent_context:")]
    file.write_text("\n".join(lines), encoding="utf-8")
    playbook = load_playbook(folder)
    assert (playbook.agent_context, playbook.lexicon.words) == ("", ())


@pytest.mark.parametrize(
    ("lines", "at"),
    [
        (["words:", "  - 流程", "  - 好"], 3),
        (["words:", "  - 流程", "  - 五个字的词"], 3),
        (["words:", "  - WiFi"], 2),
        (["words:", "  - 流 程"], 2),
        (["words:", "  - 流程。"], 2),
        (["words:", "  - 流程\u0041"], 2),
        (["words:", "  - 流程", "  - 费用", "  - 流程"], 2),
        (["words:", "  - [流程, 费用]"], 2),
        (["words: 流程"], 1),
    ],
)
def test_a_bad_everyday_word_is_named_with_its_line(folder, lines, at):
    _words(folder, "\n".join([*lines, ""]))
    with pytest.raises(PlaybookError) as caught:
        load_playbook(folder)
    assert f"words.yaml:{at}: " in str(caught.value)
