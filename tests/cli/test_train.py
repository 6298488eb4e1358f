"""`assist train` and `assist models export-encoder`: a head from made sentences, and what is said when it cannot be had."""

import json
import sys

import numpy as np
import pytest

from assist.core.events import Channel
from assist.settings import DEFAULT_PLAYBOOK, ENCODER_VARIABLE
from assist.wiring import classifiers_of, read_playbook
from classifiers.features import VERSION, Features
from classifiers.sentence import judge_sentence
from models.heads import OnnxHead
from models.hf_encoder import OnnxEncoder
from tests.cli.running import assist
from tests.models import tiny_encoder

pytestmark = pytest.mark.shell

_WHAT = ("宽带", "流量", "话费", "副卡", "套餐", "信号")
_ASKED = (
    "您家的{}是什么时候开的？",
    "请问{}您每个月用多少？",
    "您看{}是要哪一种呢？",
    "{}现在是谁在用？",
    "您为什么想换{}呢？",
)
_TOLD = (
    "{}我已经给您查过了。",
    "好的，{}马上就帮您办。",
    "这边显示{}是正常的。",
    "{}的事我给您记下来了。",
    "嗯，{}明天就能好。",
)


@pytest.fixture
def encoder(tmp_path):
    return tiny_encoder.write_encoder(tmp_path / "tiny-zh")


@pytest.fixture
def data(tmp_path):
    lines = ["# group	kind	sentence", ""]
    for number, what in enumerate(_WHAT):
        lines += [f"g{number}\topen\t{form.format(what)}" for form in _ASKED]
        lines += [f"g{number}\tnone\t{form.format(what)}" for form in _TOLD]
    folder = tmp_path / "data"
    (folder / "questions").mkdir(parents=True)
    (folder / "questions" / "made.tsv").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.fixture
def run(capsys, monkeypatch):
    return lambda *arguments: assist(capsys, monkeypatch, *arguments)


def _refused(outcome, *words):
    assert outcome.code == 1, outcome
    assert len(outcome.err.strip().splitlines()) == 1, outcome.err
    for word in words:
        assert word in outcome.err


def test_a_head_is_trained_with_its_card_and_answers(run, encoder, data, tmp_path):
    out = tmp_path / "out"
    outcome = run("train", "question", "--data", data, "--encoder", encoder, "--out", out)
    assert outcome.code == 0, outcome
    assert "question: 60 sentences" in outcome.out
    assert str(out / "question.onnx") in outcome.out
    loaded = OnnxEncoder(encoder)
    head = OnnxHead(out / "question.onnx", loaded.name, VERSION)
    assert head.labels == ("none", "open")
    features = Features(read_playbook(DEFAULT_PLAYBOOK).lexicon, loaded)
    rows = [features.of(text, head.columns) for text in ("您的宽带是什么时候用的？", "话费马上就帮您查好。")]
    asked, told = head.probabilities(np.stack(rows))[:, 1]
    assert asked > 0.5 > told
    card = (out / "question.md").read_text(encoding="utf-8")
    for words in ("# question", loaded.name, "60 sentences in 6 groups", "| open | 30 |", "Reliability"):
        assert words in card


def test_it_comes_out_the_same_again(run, encoder, data, tmp_path):
    for out in ("one", "two"):
        assert run("train", "question", "--data", data, "--encoder", encoder, "--out", tmp_path / out).code == 0
    for name in ("question.onnx", "question.md"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_call_finds_the_heads_beside_the_encoder(run, encoder, data, tmp_path, monkeypatch):
    (encoder / "fine_tuning.json").write_text("{}")
    outcome = run("train", "question", "--data", data, "--encoder", encoder)
    assert outcome.code == 0, outcome
    assert "flatter" in outcome.out
    assert "flatter" in (encoder / "heads" / "question.md").read_text(encoding="utf-8")
    monkeypatch.setenv(ENCODER_VARIABLE, str(encoder))
    sentence = "您家的宽带是什么时候开的？"
    judged = judge_sentence(classifiers_of(read_playbook(DEFAULT_PLAYBOOK)), sentence, Channel.AGENT)
    assert [each.signal.label for each in judged if each.signal.signal == "question"] == ["open"]
    sentences = tmp_path / "sentences.jsonl"
    sentences.write_text(json.dumps({"text": sentence}, ensure_ascii=False), encoding="utf-8")
    assert run("classify", sentences, "--channel", "agent").code == 0


def test_an_unknown_head_lists_those_there_are(run, data):
    _refused(run("train", "question", "moods", "--data", data), "'moods'", "all, ", "forbidden", "question")


def test_no_head_is_wrong_usage(run):
    outcome = run("train")
    assert outcome.code == 2
    assert "NAME" in outcome.err


def test_the_help_lists_every_head(run):
    from classifiers.learning.dataset import TASKS

    told = run("train", "--help").out.split()
    assert set(TASKS) <= set(told)


def test_a_broken_line_is_named_with_file_and_line(run, encoder, data):
    path = data / "signs" / "mine.tsv"
    path.parent.mkdir()
    path.write_text("# group	sign	sentence\ng1\tthreat\t我要去投诉你们\ng1 threat 我要找媒体\n", encoding="utf-8")
    told = run("train", "question", "sign", "--data", data, "--encoder", encoder)
    _refused(told, f"{path}:3:", "tabs")
    assert not (encoder / "heads").exists()


def test_no_sentences_at_all(run, encoder, tmp_path):
    _refused(run("train", "intent", "--data", tmp_path, "--encoder", encoder), str(tmp_path / "customers"), "*.tsv")


def test_a_label_that_stands_in_one_group_only(run, encoder, data):
    with (data / "questions" / "made.tsv").open("a", encoding="utf-8") as file:
        file.write("\ng5\topne\t您家里几口人？\n")
    _refused(run("train", "question", "--data", data, "--encoder", encoder), "question", "'opne'", "one group")


def test_too_few_groups(run, encoder, data):
    path = data / "questions" / "made.tsv"
    path.write_text(
        "".join(f"g{n}\t{label}\t您好{n}\n" for n in range(3) for label in ("open", "none")), encoding="utf-8"
    )
    _refused(run("train", "question", "--data", data, "--encoder", encoder), "2 labels in 3 groups")


def test_an_encoder_that_cannot_be_used(run, encoder, data):
    (encoder / "tokenizer.json").unlink()
    told = run("train", "question", "--data", data, "--encoder", encoder)
    _refused(told, str(encoder / "tokenizer.json"), "is missing", "export-encoder")


def test_a_folder_that_cannot_be_written(run, encoder, data, tmp_path):
    (tmp_path / "out").write_text("a file")
    told = run("train", "question", "--data", data, "--encoder", encoder, "--out", tmp_path / "out" / "deeper")
    _refused(told, str(tmp_path / "out"), "--out")


def test_without_scikit_learn_the_command_is_named(run, encoder, data, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    told = run("train", "question", "--data", data, "--encoder", encoder)
    _refused(told, "scikit-learn", "pip install 'call-copilot[train]'")


@pytest.mark.parametrize("missing", ["torch", "transformers"])
def test_export_without_its_libraries_names_the_command(run, tmp_path, monkeypatch, missing):
    for name in ("torch", "transformers", "onnx", "onnxscript"):
        monkeypatch.setitem(sys.modules, name, None if name == missing else sys)
    told = run("models", "export-encoder", "BAAI/bge-small-zh-v1.5", "--out", tmp_path / "out")
    _refused(told, missing, "pip install 'call-copilot[encoder]'")
    assert not (tmp_path / "out").exists()
