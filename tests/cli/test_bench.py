"""`assist bench asr` as a user sees it, with recognisers that answer from the annotation."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from assist import wiring
from assist.commands import bench
from assist.core.events import Channel, Transcript
from assist.core.ports import TranscribeJob
from assist.core.spans import Span, from_seconds
from assist.runtime.sources import AnnotatedEngine
from assist.training.calls import read_call
from assist.training.voiced import write_wave
from audio.decoding import DecodedFile
from models import plain
from tests.cli.running import assist

pytestmark = pytest.mark.shell
CALL = Path(__file__).parent.parent / "data" / "two_turns.json"
MACHINE = {
    "cpu": "a processor", "cores": 2, "versions": {"ctranslate2": "0"},
    "model": {"name": "scripted", "compute_type": "int8", "device": "cpu", "threads": 1},
}  # fmt: skip


class Dull:
    """A baseline that hears the annotation with every 销户 as 消互."""

    def __init__(self, *_: object) -> None:
        self._engine = AnnotatedEngine(read_call(CALL))

    def transcribe(self, jobs: Sequence[TranscribeJob]) -> Sequence[Transcript]:
        return [
            job.answer(text.text.replace("销户", "消互")) for job in jobs for text in self._engine.transcribe([job])
        ]

    def whole(self, pcm: object, channel: Channel) -> list[Transcript]:
        return [
            Transcript(
                utterance=f"{channel.value[0]}{turn.index}",
                channel=channel,
                revision=1,
                span=Span(from_seconds(turn.start), from_seconds(turn.end)),
                text=turn.text,
                final=True,
            )
            for turn in read_call(CALL).turns
            if turn.channel is channel
        ]


@pytest.fixture
def bench_asr(capsys, monkeypatch):
    monkeypatch.setattr(wiring, "load_engine", lambda *_, **__: AnnotatedEngine(read_call(CALL)))
    monkeypatch.setattr(plain, "PlainWhisper", Dull)
    monkeypatch.setattr(bench, "describe", lambda _: MACHINE)
    return lambda *arguments: assist(capsys, monkeypatch, "bench", "asr", CALL, *arguments)


def test_error_rates_of_both_sides_with_their_ratio(bench_asr, tmp_path):
    path = tmp_path / "figures.json"
    done = bench_asr("--no-real-time", "--calls", "--json", path)
    assert done.code == 0, done.err
    found = json.loads(path.read_text(encoding="utf-8"))
    assert found["complete"] is True
    for line in ("clean", "telephone"):
        errors = found["errors"][line]
        assert errors["baseline"]["errors"] >= 2
        assert errors["ours"]["errors"] < errors["baseline"]["errors"]
        assert errors["compared"]["fewer_errors"] > 0
    assert found["calls"]["two_turns"]["clean"]["customer"]["baseline"]["errors"] >= 2
    assert "live" not in found
    assert "字错误率" in done.out
    assert "telephone" in done.out
    assert "two_turns" in done.out


def test_ours_alone(bench_asr, tmp_path):
    path = tmp_path / "figures.json"
    assert bench_asr("--no-real-time", "--no-telephone", "--no-baseline", "--json", path).code == 0
    assert json.loads(path.read_text(encoding="utf-8"))["errors"].keys() == {"clean"}


def test_single_clips_are_compared_too(bench_asr, tmp_path):
    sound = tmp_path / "mono.wav"
    pcm = np.concatenate([samples.pcm for samples in DecodedFile(CALL.with_suffix(".flac")).pieces()])
    write_wave(sound, pcm[:, 1:], 16_000)
    row = {"audio": sound.name, "text": read_call(CALL).turns[1].text, "seconds": len(pcm) / 16_000}
    (tmp_path / "manifest.jsonl").write_text(json.dumps(row), encoding="utf-8")
    path = tmp_path / "figures.json"
    done = bench_asr("--no-real-time", "--no-telephone", "--clips", tmp_path, "--json", path)
    assert done.code == 0, done.err
    found = json.loads(path.read_text(encoding="utf-8"))
    assert found["errors"]["clips"]["ours"]["errors"] == 0
    assert found["errors"]["clips"]["compared"]["points_worse"] < 0
    assert sound.stem not in found["calls"]


def test_archives_take_turns(bench_asr, tmp_path):
    path = tmp_path / "figures.json"
    done = bench_asr("--no-real-time", "--no-telephone", "--batch", "--json", path)
    assert done.code == 0, done.err
    batch = json.loads(path.read_text(encoding="utf-8"))["batch"]
    assert batch["ours"]["rounds"] == batch["baseline"]["rounds"] == 2
    assert batch["baseline"]["errors"] == 0
    assert batch["compared"]["times_throughput"] > 0


def test_ctrl_c_prints_what_has_been_measured(bench_asr, tmp_path, monkeypatch):
    def interrupted(*_: object) -> list[Transcript]:
        raise KeyboardInterrupt

    monkeypatch.setattr(Dull, "transcribe", interrupted)
    path = tmp_path / "figures.json"
    done = bench_asr("--no-real-time", "--no-telephone", "--json", path)
    assert done.code == 130
    assert "字错误率" in done.out
    assert "not complete" in done.out
    found = json.loads(path.read_text(encoding="utf-8"))
    assert found["complete"] is False
    assert found["errors"]["clean"].keys() == {"ours"}


def test_a_call_without_times_or_a_plot_that_cannot_be_drawn_is_refused_before_anything_is_measured(
    capsys, monkeypatch, tmp_path
):
    lonely = tmp_path / "lonely.json"
    lonely.write_text(CALL.read_text(encoding="utf-8"), encoding="utf-8")
    for arguments, says in [
        ((lonely,), "lonely.timing.json"),
        ((CALL, "--plot", tmp_path / "x.gif"), ".svg"),
        ((CALL, "--json", tmp_path / "nowhere" / "x.json"), "nowhere"),
        ((tmp_path,), "no voiced call"),
    ]:
        done = assist(capsys, monkeypatch, "bench", "asr", *arguments)
        assert done.code == 1
        assert done.out == ""
        assert says in done.err


def test_without_matplotlib_a_plot_is_refused_with_the_command_that_mends_it(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr("importlib.util.find_spec", lambda name, *_: None)
    done = assist(capsys, monkeypatch, "bench", "asr", CALL, "--plot", tmp_path / "x.png")
    assert done.code == 1
    assert "call-copilot[bench]" in done.err
