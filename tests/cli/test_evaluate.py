"""`assist evaluate` as a user sees it, with a classifier that knows a few words and a recogniser that reads the annotation."""

import json
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from assist import wiring
from assist.core.events import ForbiddenHit, ObjectionHit, Promise, TypeProbabilities
from assist.runtime.sources import AnnotatedEngine
from assist.training.calls import read_call
from tests.cli.running import assist
from tests.core.builders import Words, judged

pytestmark = pytest.mark.shell
DATA = Path(__file__).parent.parent / "data"
KNOWN = {
    "不归我管": judged("forbidden", "evade", 1.0, ForbiddenHit("evade", "medium", "不归我管", "我帮您查", "exact")),
    "没办法": judged("forbidden", "evade", 0.8, ForbiddenHit("evade", "medium", "没办法", "我帮您查", "pinyin")),
    "太贵": judged("objection", "price", 0.7, ObjectionHit("price", "real", "now")),
    "回电": judged("commitment", "promise", 1.0, Promise("回电", "3个工作日", None)),
    "销户": judged("intent", "churn", 0.9),
    "不用这个": judged("customer_type", "peaceful", 0.9, TypeProbabilities({"peaceful": 0.9, "power": 0.1})),
}
FORBIDDEN = (
    {"text": "这事不归我管。", "label": "evade", "span": "不归我管", "hard_negative": False},
    {"text": "你自己看着办。", "label": "dismissive", "span": "你自己看着办", "hard_negative": False},
    {"text": "您说没办法，我来想办法。", "label": "none", "span": None, "hard_negative": True},
    {"text": "好的，马上给您查。", "label": "none", "span": None, "hard_negative": False},
)
OBJECTIONS = (
    {"text": "一个月太贵了。", "topic": "price", "kind": "real", "intent": None, "emotion": "calm"},
    {"text": "下次吧，没空。", "topic": "time", "kind": "false", "intent": None, "emotion": "calm"},
)
COMMITMENTS = (
    {"text": "三个工作日内给您回电。", "commitment": True, "what": "回电", "deadline": "三个工作日"},
    {"text": "营业厅九点开门。", "commitment": False, "what": None, "deadline": None},
)


def lines(path: Path, rows: tuple[dict[str, object], ...]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path):
    lines(tmp_path / "forbidden.jsonl", FORBIDDEN)
    lines(tmp_path / "objections.jsonl", OBJECTIONS)
    lines(tmp_path / "commitments.jsonl", COMMITMENTS)
    for ending in (".json", ".timing.json", ".flac"):
        shutil.copy(DATA / f"two_turns{ending}", tmp_path)
    return tmp_path


@pytest.fixture
def evaluate(capsys, monkeypatch):
    monkeypatch.setattr(wiring, "classifiers_of", lambda _: (Words(KNOWN),))
    call = read_call(DATA / "two_turns.json")
    monkeypatch.setattr(wiring, "load_engine", lambda *_, **__: AnnotatedEngine(call))
    return lambda *arguments: assist(capsys, monkeypatch, "evaluate", *arguments)


def figures(done) -> dict:
    assert done.code == 0, done.err
    return json.loads(done.out)


def test_metrics_by_group_and_together(evaluate, folder):
    found = figures(evaluate(folder, "--text", "--json"))
    metrics = found["metrics"]
    assert metrics["forbidden_precision"]["sentences"] == {"value": 0.5, "n": 2, "met": False, "at_least": 0.95}
    assert metrics["forbidden_recall"]["sentences"]["value"] == 0.5
    assert metrics["hard_negatives_fired"]["sentences"] == {"value": 1.0, "n": 1, "met": False, "at_most": 0.03}
    assert metrics["forbidden_category"]["both"] == {"value": 1.0, "n": 1, "met": True, "at_least": 0.85}
    assert metrics["deadline_exact"]["sentences"] == {"value": 1.0, "n": 1, "met": True, "at_least": 0.90}
    assert metrics["intent_macro_f1"]["calls"] == {"value": 1.0, "n": 1, "met": True, "at_least": 0.75}
    assert metrics["emotion_macro_f1"]["both"]["n"] == 3
    assert metrics["type_at_end"]["calls"]["value"] == 1.0
    assert metrics["hidden_found"]["calls"]["value"] is None
    assert metrics["behaviour_f1"]["sentences"]["n"] == 0
    assert found["classes"]["objection_topic"]["both"]["confusion"]["time"] == {"none": 1}
    assert found["recogniser"] is None


def test_every_error_with_what_it_stands_on(evaluate, folder):
    found = figures(evaluate(folder / "forbidden.jsonl", "--json"))
    hard = next(one for one in found["errors"] if one["hard_negative"])
    assert hard == {
        "question": "forbidden",
        "file": "forbidden.jsonl",
        "line": 3,
        "label": "none",
        "predicted": "yes",
        "hard_negative": True,
        "text": FORBIDDEN[2]["text"],
        "recognised": None,
        "evidence": ["evade: “没办法” pinyin 0.80"],
    }
    assert [one["line"] for one in found["errors"]] == [2, 3]


def test_a_call_is_heard_where_its_recording_is_beside_it(evaluate, folder):
    found = figures(evaluate(folder / "two_turns.json", "--json"))
    assert found["recogniser"] == "faster-whisper base"
    assert found["sources"][0]["recording"].endswith("two_turns.flac")
    assert found["metrics"]["intent_macro_f1"]["calls"] == {"value": 1.0, "n": 1, "met": True, "at_least": 0.70}
    wrong = found["errors"]
    assert all(one["file"] == "two_turns.flac" for one in wrong)
    assert all(one["recognised"] for one in wrong if one["turn"] is not None)


def test_another_line_of_a_call_finds_its_labels(evaluate, folder):
    phone = folder / "two_turns.phone.flac"
    shutil.copy(folder / "two_turns.flac", phone)
    found = figures(evaluate(phone, "--json"))
    assert found["sources"] == [
        {"file": str(folder / "two_turns.json"), "recording": str(phone), "turns": 2},
    ]


def test_the_table_names_metrics_confusions_and_errors(evaluate, folder):
    done = evaluate(folder, "--text")
    assert done.code == 0, done.err
    for words in (
        "禁语精确率 forbidden, precision",
        "0.500 ✗ n=2",
        "≥ 0.95",
        "≤ 0.03",
        "异议主题 objection topic",
        "forbidden.jsonl:3  标注 label none (hard negative) → 判成 predicted yes",
        "您说没办法，我来想办法。",
        "· evade: “没办法” pinyin 0.80",
        "1 calls, 0 of them heard; playbook telecom",
    ):
        assert words in done.out, done.out


def test_a_picture_has_a_bar_for_each_metric_with_a_value(evaluate, folder, tmp_path):
    picture = tmp_path / "bars.svg"
    assert evaluate(folder / "forbidden.jsonl", "--plot", picture).code == 0
    assert ET.parse(picture).getroot().tag.endswith("svg")
    assert "forbidden, precision" in picture.read_text(encoding="utf-8")
    small = picture.stat().st_size
    assert evaluate(folder, "--text", "--plot", picture).code == 0
    assert picture.stat().st_size > small


def test_a_classifier_that_fails_in_a_call_is_told(evaluate, folder, monkeypatch):
    monkeypatch.setattr(wiring, "classifiers_of", lambda _: (Words({"您好": KeyError("lost")}),))
    done = evaluate(folder / "two_turns.json", "--text", "--json")
    assert figures(done)["faults"][0]["code"] == "classifier.failed"
    assert "two_turns.json: classifier: words: KeyError" in done.err


def test_files_of_a_folder_that_are_no_labels_are_named(evaluate, folder):
    (folder / "figures.json").write_text('{"v": 1}', encoding="utf-8")
    done = evaluate(folder, "--text")
    assert done.code == 0
    assert "passed over" in done.err
    assert "figures.json" in done.err


def test_broken_labels_and_impossible_plots_are_refused_in_one_sentence(evaluate, folder):
    broken = folder / "broken.jsonl"
    broken.write_text(json.dumps(FORBIDDEN[0]) + "\n{half\n", encoding="utf-8")
    wrong = lines(folder / "wrong.jsonl", ({"text": "好", "label": "rude", "span": None, "hard_negative": False},))
    for arguments, says in [
        ((broken,), "broken.jsonl:2: not JSON"),
        ((wrong,), "wrong.jsonl:1: label must be one of"),
        ((folder / "none.json",), "none.json"),
        ((folder / "forbidden.jsonl", "--plot", folder / "x.pdf"), ".png and .svg"),
        ((folder / "forbidden.jsonl", "--plot", folder / "nowhere" / "x.png"), "nowhere"),
        ((folder / "forbidden.jsonl", "--playbook", "nothing"), "nothing"),
    ]:
        done = evaluate(*arguments)
        assert (done.code, done.out) == (1, ""), done
        assert len(done.err.strip().splitlines()) == 1, done.err
        assert says in done.err


def test_without_matplotlib_a_plot_is_refused_with_the_command_that_mends_it(evaluate, folder, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name, *_: None)
    done = evaluate(folder / "forbidden.jsonl", "--plot", folder / "x.png")
    assert done.code == 1
    assert "call-copilot[bench]" in done.err


def test_without_a_path_it_is_wrong_usage(evaluate):
    assert evaluate().code == 2
