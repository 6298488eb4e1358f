"""Recordings of any container and rate; what is missing from them is accounted for."""

import itertools

import numpy as np
import pytest

from assist.core.errors import SourceError
from assist.core.events import AudioFrame, AudioGap, Channel
from assist.core.spans import RATE, WINDOW
from audio.blocks import Reblocker, Resampler
from audio.file import FileSource
from tests.audio.files import encoded, tone, wav

pytestmark = pytest.mark.unit


def _audio(source: FileSource, channel: Channel) -> np.ndarray:
    frames = [h for h in source.heard() if isinstance(h, AudioFrame) and h.channel is channel]
    assert [f.start for f in frames] == [i * WINDOW for i in range(len(frames))]
    return np.concatenate([f.pcm for f in frames])


def _pitch(pcm: np.ndarray) -> float:
    """The strongest frequency in Hz."""
    spectrum = np.abs(np.fft.rfft(pcm * np.hanning(len(pcm))))
    return float(np.argmax(spectrum) * RATE / len(pcm))


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000])
def test_any_rate_becomes_16_khz_and_keeps_pitch_and_length(tmp_path, rate):
    path = wav(tmp_path / "a.wav", tone(2.0, rate), rate)
    agent, customer = (_audio(FileSource(path), c) for c in (Channel.AGENT, Channel.CUSTOMER))
    assert abs(len(agent) - 2 * RATE) <= 2 * WINDOW
    assert _pitch(agent[:RATE]) == pytest.approx(220, abs=3)
    assert _pitch(customer[:RATE]) == pytest.approx(440, abs=3)


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [
        ("a.flac", "flac", 16_000),
        ("a.ogg", "libopus", 48_000),
        ("a.mp3", "libmp3lame", 44_100),
        ("a.mka", "flac", 16_000),
        ("a.m4a", "aac", 44_100),
    ],
)
def test_any_container_keeps_the_sides_apart(tmp_path, name, codec, rate):
    pcm = tone(2.0, rate)
    pcm[: rate // 2, 1] = 0  # the customer says nothing in the first half second
    source = FileSource(encoded(tmp_path / name, pcm, rate, codec))
    customer = _audio(source, Channel.CUSTOMER)
    assert np.abs(customer[2000:6000]).max() < 0.01
    assert np.abs(customer[12000:20000]).max() > 0.1


def test_the_cut_of_the_input_changes_nothing(tmp_path):
    path = wav(tmp_path / "a.wav", tone(3.0, 44_100), 44_100)
    runs = []
    for block_ms in (1, 10, 32, 250, 5000):
        runs.append(
            [
                (h.channel, h.start, h.pcm.tobytes(), h.speech.tobytes())
                for h in FileSource(path, block_ms=block_ms).heard()
            ]
        )
    assert all(run == runs[0] for run in runs)


def test_mono_needs_to_know_whose_voice_it_is(tmp_path):
    path = wav(tmp_path / "a.wav", tone(1.0, 16_000, 1), 16_000)
    with pytest.raises(SourceError, match="--channel") as refused:
        FileSource(path)
    assert refused.value.code == "source.mono"
    source = FileSource(path, Channel.CUSTOMER)
    assert source.channels == (Channel.CUSTOMER,)
    assert len(_audio(source, Channel.CUSTOMER)) >= RATE


def test_stereo_with_a_channel_is_refused(tmp_path):
    with pytest.raises(SourceError, match="leave --channel out"):
        FileSource(wav(tmp_path / "a.wav", tone(1.0, 16_000), 16_000), Channel.AGENT)


def test_missing_packets_are_a_gap_and_later_sound_keeps_its_time(tmp_path):
    pcm = tone(3.0, 48_000) * 0
    pcm[2 * 48_000 :] = tone(1.0, 48_000)
    path = encoded(tmp_path / "a.mka", pcm, 48_000, "libopus", drop=tuple(range(50, 60)))
    heard = list(FileSource(path).heard())
    gaps = [h for h in heard if isinstance(h, AudioGap)]
    assert [gap.reason for gap in gaps] == ["not_recorded"]
    assert gaps[0].lost / RATE == pytest.approx(0.2, abs=0.03)
    assert gaps[0].span.start / RATE == pytest.approx(1.0, abs=0.05)
    customer = np.concatenate([h.pcm for h in heard if isinstance(h, AudioFrame) and h.channel is Channel.CUSTOMER])
    assert np.flatnonzero(np.abs(customer) > 0.05)[0] / RATE == pytest.approx(2.0, abs=0.05)


def test_loud_floats_are_limited(tmp_path):
    path = wav(tmp_path / "a.wav", tone(1.0, 16_000) * 1e30, 16_000, floats=True)
    assert np.abs(_audio(FileSource(path), Channel.AGENT)).max() <= 1.0


@pytest.mark.parametrize("size", [b"\xff\xff\xff\xff", b"\x00\x00\x00\x00"])
def test_a_recorder_that_was_killed_leaves_no_length_and_loses_nothing(tmp_path, size):
    path = wav(tmp_path / "a.wav", tone(2.0, 16_000), 16_000)
    content = path.read_bytes()
    path.write_bytes(content[:4] + size + content[8:40] + size + content[44:])
    assert len(_audio(FileSource(path), Channel.AGENT)) >= 2 * RATE


# --- broken files: one sentence that names the file, the fault and the mend ---


def _broken(tmp_path) -> dict[str, tuple[object, str]]:
    nan = tone(1.0, 16_000)
    nan[8000, 0] = np.nan
    infinite = tone(1.0, 16_000)
    infinite[8000, 1] = np.inf
    flac = encoded(tmp_path / "whole.flac", tone(4.0, 16_000), 16_000, "flac").read_bytes()
    return {
        "source.missing": (tmp_path / "none.wav", "no such file"),
        "source.folder": (tmp_path, "folder"),
        "source.empty": (_file(tmp_path / "empty.wav", b""), "empty"),
        "source.not_audio": (_file(tmp_path / "text.wav", "这不是录音\n".encode() * 50), "WAV or FLAC"),
        "source.no_samples": (wav(tmp_path / "zero.wav", tone(0.0, 16_000), 16_000), "no samples"),
        "source.not_finite": (wav(tmp_path / "nan.wav", nan, 16_000, floats=True), "NaN"),
        "source.not_finite ": (wav(tmp_path / "inf.wav", infinite, 16_000, floats=True), "infinity"),
        "source.channels": (wav(tmp_path / "six.wav", tone(1.0, 16_000, 6), 16_000), "6 channels"),
        "source.truncated": (_file(tmp_path / "cut.flac", flac[: len(flac) // 2]), "breaks off"),
    }


def _file(path, content: bytes):
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "code",
    [
        "source.missing",
        "source.folder",
        "source.empty",
        "source.not_audio",
        "source.no_samples",
        "source.not_finite",
        "source.not_finite ",
        "source.channels",
        "source.truncated",
    ],
)
def test_broken_files_are_refused_with_fault_and_mend(tmp_path, code):
    path, words = _broken(tmp_path)[code]
    with pytest.raises(SourceError, match=words) as refused:
        list(FileSource(path).heard())
    assert refused.value.code == code.strip()
    assert str(path) in refused.value.message
    assert "\n" not in refused.value.message


@pytest.mark.parametrize(
    "content",
    [
        b"\x00",
        b"RIFF",
        b"RIFF\xff\xff\xff\xffWAVEfmt ",
        b"fLaC" + b"\xff" * 60,
        b"OggS" + b"\x00" * 80,
        b"ID3\x04" + b"\xff" * 200,
        b"\x1aE\xdf\xa3" + b"\x80" * 64,
        b"<html>" * 100,
    ],
)
def test_hostile_headers_never_end_in_anything_but_a_sentence(tmp_path, content):
    with pytest.raises(SourceError):
        list(FileSource(_file(tmp_path / "x.wav", content)).heard())


# --- blocks ---


@pytest.mark.parametrize("sizes", [(1,), (7, 512, 3), (511, 513), (1600,), (100_000,)])
def test_reblocking_gives_whole_windows_and_loses_nothing(sizes):
    pcm = np.random.default_rng(1).normal(0, 0.1, (5000, 2)).astype(np.float32)
    reblocker, windows, at = Reblocker(2), [], 0
    for size in itertools.cycle(sizes):
        if at >= len(pcm):
            break
        windows += list(reblocker.push(pcm[at : at + size]))
        at += size
    windows += list(reblocker.flush())
    assert {window.shape for window in windows} == {(WINDOW, 2)}
    assert np.array_equal(np.concatenate(windows)[: len(pcm)], pcm)
    assert list(reblocker.flush()) == []


def test_resampling_leaves_no_image_above_the_new_limit():
    rate = 48_000
    high = np.sin(2 * np.pi * 11_000 * np.arange(rate) / rate).astype(np.float32)[:, None]  # beyond 8 kHz: must vanish
    resampler = Resampler(rate, 1)
    out = np.concatenate([resampler.push(high), resampler.push(high[:0], last=True)])
    assert np.sqrt(np.mean(out[1000:-1000] ** 2)) < 1e-3
