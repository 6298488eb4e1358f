"""What is found in paths to evaluate, and what is said of broken labels."""

import json
from pathlib import Path
from typing import Any

import pytest

from assist.core.errors import SourceError
from assist.training.labelled import material
from assist.training.labels import About

pytestmark = pytest.mark.unit
NAMES = {
    "forbidden_categories": {"evade": "推诿"},
    "objection_topics": {"price": "资费"},
    "objection_kinds": {"real": "真", "false": "假", "hidden": "隐藏"},
    "intents": {"churn": "销户"},
    "emotions": {"calm": "平静", "upset": "不满"},
    "customer_types": {"power": "力量型"},
    "behaviours": {"dead_air": "冷场"},
    "stages": {"greeting": "问候"},
}
FORBIDDEN = {"text": "这事不归我管。", "label": "evade", "span": None, "hard_negative": False}
OBJECTION = {"text": "太贵了。", "topic": "price", "kind": "real", "intent": None, "emotion": "upset"}
COMMITMENT = {"text": "明天给您回电。", "commitment": True, "what": "回电", "deadline": "明天"}
CALL: dict[str, Any] = {
    "call_id": "c1",
    "scene": "churn_inbound",
    "customer_type": "power",
    "behaviours": [{"rule": "dead_air", "turn": 0}],
    "turns": [
        {"channel": "agent", "text": "您好。", "stage": "greeting", "forbidden": [], "commitment": None},
        {"channel": "customer", "text": "太贵了。", "intent": None, "emotion": "upset", "objection": None},
    ],
}


def lines(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def whole(path: Path, data: object) -> Path:
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path


def read(*paths: Path, text: bool = False):
    return material(paths, NAMES, text=text)


def test_utterance_files_are_known_by_their_fields(tmp_path):
    files = [lines(tmp_path / f"{i}.jsonl", row) for i, row in enumerate((FORBIDDEN, OBJECTION, COMMITMENT))]
    found = read(*files)
    assert [file.about for file in found.utterances] == [About.FORBIDDEN, About.OBJECTIONS, About.COMMITMENTS]
    assert found.utterances[2].sentences[0].labels["deadline"] == "明天"


def test_empty_lines_keep_the_count_of_lines(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("\n" + json.dumps(FORBIDDEN) + "\n\n" + json.dumps(FORBIDDEN), encoding="utf-8")
    assert [sentence.line for sentence in read(path).utterances[0].sentences] == [2, 4]


def test_a_folder_gives_calls_and_sentences_and_tells_what_it_passes_over(tmp_path):
    lines(tmp_path / "forbidden.jsonl", FORBIDDEN)
    log = lines(tmp_path / "log.jsonl", {"v": 1, "kind": "call_started"})
    whole(tmp_path / "c1.json", CALL)
    other = whole(tmp_path / "figures.json", {"v": 1})
    whole(tmp_path / "c1.timing.json", {"turns": [{"start": 1.0, "end": 2.0}, {"start": 3.0, "end": 4.5}]})
    (tmp_path / "c1.flac").write_bytes(b"sound")
    found = read(tmp_path)
    assert [file.path.name for file in found.utterances] == ["forbidden.jsonl"]
    assert [call.path.name for call in found.calls] == ["c1.json"]
    assert found.calls[0].recording == tmp_path / "c1.flac"
    assert found.calls[0].call.turns[1].end == 4.5
    assert set(found.passed_over) == {log, other}


def test_with_text_the_recording_is_left_alone(tmp_path):
    path = whole(tmp_path / "c1.json", CALL)
    (tmp_path / "c1.flac").write_bytes(b"sound")
    assert read(path, text=True).calls[0].recording is None
    assert read(path).calls[0].recording == tmp_path / "c1.flac"


def test_a_recording_finds_its_annotation_also_over_another_line(tmp_path):
    whole(tmp_path / "c1.json", CALL)
    sound = tmp_path / "c1.phone.flac"
    sound.write_bytes(b"sound")
    (call,) = read(sound).calls
    assert (call.path.name, call.recording) == ("c1.json", sound)


def test_a_file_given_twice_is_evaluated_once(tmp_path):
    path = lines(tmp_path / "a.jsonl", FORBIDDEN)
    assert len(read(path, tmp_path).utterances) == 1


def test_labels_of_a_call_may_be_missing(tmp_path):
    path = whole(tmp_path / "c1.json", {"turns": [{"channel": "agent", "text": "您好。"}]})
    assert len(read(path).calls[0].call.turns) == 1


BROKEN_LINES = {
    "not JSON": ("{nein", "a.jsonl:2: not JSON"),
    "not an object": ("[1]", "a.jsonl:2: not an object"),
    "no text": (json.dumps({"label": "evade"}), "a.jsonl:2: text is missing"),
    "empty text": (json.dumps(FORBIDDEN | {"text": " "}), "a.jsonl:2: text must be words"),
    "unknown label": (json.dumps(FORBIDDEN | {"label": "rude"}), "a.jsonl:2: label must be one of evade, none"),
    "label of another type": (json.dumps(FORBIDDEN | {"label": ["evade"]}), "a.jsonl:2: label must be one of"),
    "no mark": (json.dumps(FORBIDDEN | {"hard_negative": "no"}), "a.jsonl:2: hard_negative must be true or false"),
}


@pytest.mark.parametrize(("line", "says"), BROKEN_LINES.values(), ids=BROKEN_LINES)
def test_a_broken_line_is_named(tmp_path, line, says):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(FORBIDDEN) + "\n" + line + "\n", encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        read(path)
    assert says in caught.value.message


def without(field: str) -> dict[str, Any]:
    return {name: value for name, value in OBJECTION.items() if name != field}


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (without("emotion"), "emotion is missing"),
        (OBJECTION | {"kind": "maybe"}, "kind must be one of real, false, hidden, null"),
        (OBJECTION | {"intent": "leave"}, "intent must be one of churn, null"),
    ],
)
def test_a_broken_objection_is_named(tmp_path, row, says):
    with pytest.raises(SourceError) as caught:
        read(lines(tmp_path / "o.jsonl", row))
    assert caught.value.message.endswith(f"o.jsonl:1: {says}")


def turn(number: int, **labels: object) -> dict[str, Any]:
    turns = [dict(one) for one in CALL["turns"]]
    turns[number] |= labels
    return CALL | {"turns": turns}


BROKEN_CALLS = {
    "type": (CALL | {"customer_type": "calm"}, "customer_type must be one of power"),
    "behaviour": (CALL | {"behaviours": [{"rule": "rude"}]}, "behaviours rule must be one of dead_air"),
    "behaviour without rule": (CALL | {"behaviours": [{"turn": 1}]}, "behaviours without rule"),
    "behaviours": (CALL | {"behaviours": {"rule": "dead_air"}}, "behaviours must be a list"),
    "forbidden": (turn(0, forbidden=["evade"]), "turn 0: forbidden must hold objects"),
    "category": (turn(0, forbidden=[{"category": "rude"}]), "turn 0: forbidden category must be one of evade"),
    "deadline": (turn(0, commitment={"deadline": 5}), "turn 0: commitment deadline must be words or null"),
    "emotion": (turn(1, emotion="sad"), "turn 1: emotion must be one of calm, upset"),
    "objection": (turn(1, objection="price"), "turn 1: objection must be an object or null"),
    "topic": (turn(1, objection={"kind": "real"}), "turn 1: objection without topic"),
}


@pytest.mark.parametrize(("data", "says"), BROKEN_CALLS.values(), ids=BROKEN_CALLS)
def test_a_broken_label_of_a_call_is_named(tmp_path, data, says):
    with pytest.raises(SourceError) as caught:
        read(whole(tmp_path / "c1.json", data))
    assert f"c1.json: {says}" in caught.value.message


def test_paths_with_nothing_to_evaluate_are_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty.jsonl").write_text("\n", encoding="utf-8")
    (tmp_path / "latin.jsonl").write_bytes("café".encode("latin-1"))
    (tmp_path / "alone.flac").write_bytes(b"sound")
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    lines(tmp_path / "log.jsonl", {"v": 1, "kind": "call_started"})
    for name, says in {
        "empty": "nothing to evaluate",
        "empty.jsonl": "no sentence in it",
        "latin.jsonl": "not UTF-8",
        "alone.flac": "put alone.json there",
        "missing.flac": "no such file",
        "notes.txt": "give annotated calls",
        "missing.jsonl": "cannot be read",
        "log.jsonl": "log.jsonl:1: not a labelled sentence",
    }.items():
        with pytest.raises(SourceError) as caught:
            read(tmp_path / name)
        assert says in caught.value.message, name


def test_a_broken_file_in_a_folder_is_not_passed_over(tmp_path):
    lines(tmp_path / "a.jsonl", FORBIDDEN)
    (tmp_path / "c1.json").write_text("{half", encoding="utf-8")
    with pytest.raises(SourceError, match=r"c1\.json"):
        read(tmp_path)
