#!/usr/bin/env python3
"""Turn a clean stereo recording of a call into one that looks as if a real recorder had left it.

    python tools/pack_demo.py CALL.flac CALL.timing.json OUT.mka [--bitrate 64000] [--missing-ms 200]

Writes Opus in Matroska (48 kHz, left agent, right customer) with two faults, both where nobody speaks:

* a run of packets is missing; what follows keeps its true time, so the timestamps jump;
* one packet is damaged so that no decoder accepts it; the packets around it are whole.

The timing file ({"turns": [{"start", "end"}]}, seconds) tells where nobody speaks. The shortest pauses that are long
enough are taken, so that the long silences of a call, which mean something, stay as they were. The file is then read
back, and the command fails unless exactly these two faults are found. The same input gives the same bytes.

Needs PyAV built with libopus, as its wheels are.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.error import FFmpegError

RATE = 48_000
FRAME = 960  # samples in one Opus packet: 20 ms
MARGIN = 0.25  # seconds of untouched silence on either side of a fault
# Code 3 with a count of 63 frames (RFC 6716, section 3.2.5): more than the 120 ms that a packet may hold (R5).
UNDECODABLE = b"\xff"


class PackError(Exception):
    """One sentence for the person at the keyboard."""


@dataclass(frozen=True)
class Span:
    """A stretch of the call, in seconds."""

    start: float
    end: float

    @property
    def length(self) -> float:
        return self.end - self.start

    def middle(self, length: float) -> "Span":
        """The stretch of this length around the middle."""
        start = (self.start + self.end - length) / 2
        return Span(start, start + length)


@dataclass(frozen=True)
class Report:
    """What a reader of the packed file meets."""

    jumps: list[Span]
    """stretches that no packet covers"""
    errors: list[tuple[float, str]]
    """time of each packet that does not decode, and what was raised"""
    end: float
    """where the last packet ends"""


def pauses(turns: list[dict[str, float]]) -> list[Span]:
    """The stretches between turns in which neither side speaks."""
    found: list[Span] = []
    spoken_until: float | None = None
    for start, end in sorted((turn["start"], turn["end"]) for turn in turns):
        if spoken_until is not None and start > spoken_until:
            found.append(Span(spoken_until, start))
        spoken_until = end if spoken_until is None else max(spoken_until, end)
    return found


def choose(silences: list[Span], missing: float) -> tuple[Span, Span]:
    """Where the missing stretch goes and where the damaged packet goes: two different pauses."""
    packet = FRAME / RATE
    fitting = sorted((s for s in silences if s.length >= missing + 2 * MARGIN), key=lambda s: (s.length, s.start))
    if not fitting:
        raise PackError(f"no pause is as long as {missing + 2 * MARGIN:.2f} s, so nothing can be left out in silence")
    lost = fitting[0]
    fitting = sorted(
        (s for s in silences if s != lost and s.length >= packet + 2 * MARGIN), key=lambda s: (s.length, s.start)
    )
    if not fitting:
        raise PackError("there is no second pause for the damaged packet")
    return lost.middle(missing), fitting[0].middle(packet)


def encode(source: Path, stream: av.AudioStream) -> Iterator[av.Packet]:
    """The recording as Opus packets of 20 ms."""
    resampler = av.AudioResampler(format="s16", layout="stereo", rate=RATE, frame_size=FRAME)
    with av.open(str(source)) as recording:
        for frame in recording.decode(audio=0):
            for part in resampler.resample(frame):
                yield from stream.encode(part)
    for part in resampler.resample(None):
        yield from stream.encode(part)
    yield from stream.encode(None)


def damaged(packet: av.Packet) -> av.Packet:
    """A packet of the same size, time and duration that no Opus decoder accepts."""
    bad = av.Packet(UNDECODABLE * packet.size)
    bad.pts, bad.dts, bad.duration = packet.pts, packet.dts, packet.duration
    bad.time_base, bad.stream = packet.time_base, packet.stream
    return bad


def pack(source: Path, target: Path, lost: Span, broken: Span, bitrate: int) -> None:
    """Encode the recording, leave out what lies in `lost`, damage the one packet that covers the middle of `broken`."""
    with av.open(str(target), "w", format="matroska", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("libopus", rate=RATE, layout="stereo", bit_rate=bitrate)
        at = (broken.start + broken.end) / 2
        for packet in encode(source, stream):
            start = seconds(packet.pts, packet.time_base)
            middle = start + FRAME / RATE / 2
            if lost.start <= middle < lost.end:
                continue
            container.mux(damaged(packet) if start <= at < start + FRAME / RATE else packet)


def seconds(ticks: int | None, time_base: Fraction | None) -> float:
    if ticks is None or time_base is None:
        raise PackError("the encoder gave a packet without a time")
    return float(ticks * time_base)


def inspect(path: Path) -> Report:
    """Read a file packet by packet and go on after errors, as a careful reader does."""
    jumps: list[Span] = []
    errors: list[tuple[float, str]] = []
    expected: float | None = None
    with av.open(str(path)) as container:
        for packet in container.demux(audio=0):
            if packet.pts is None:  # the empty packet that flushes the decoder
                continue
            start = seconds(packet.pts, packet.time_base)
            if expected is not None and start - expected > FRAME / RATE / 2:
                jumps.append(Span(expected, start))
            try:
                packet.decode()
            except FFmpegError as error:
                errors.append((start, f"{type(error).__name__}: {error}"))
            expected = start + FRAME / RATE  # not the packet's own word: a damaged one cannot be trusted with it
    if expected is None:
        raise PackError(f"{path.name} holds no audio")
    return Report(jumps, errors, expected)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recording", type=Path, help="stereo recording, left agent, right customer")
    parser.add_argument("timing", type=Path, help="start and end of every turn, as JSON")
    parser.add_argument("out", type=Path, help="the .mka file to write")
    parser.add_argument("--bitrate", type=int, default=64_000, help="bits per second (default %(default)s)")
    parser.add_argument("--missing-ms", type=int, default=200, help="length of the missing stretch (default %(default)s)")
    args = parser.parse_args()
    try:
        turns = json.loads(args.timing.read_text(encoding="utf-8"))["turns"]
        lost, broken = choose(pauses(turns), args.missing_ms / 1000)
        pack(args.recording, args.out, lost, broken, args.bitrate)
        report = inspect(args.out)
        if len(report.jumps) != 1 or len(report.errors) != 1:
            raise PackError(
                f"{args.out.name} has {len(report.jumps)} jumps and {len(report.errors)} damaged packets, not one of each"
            )
    except (PackError, OSError, ValueError, KeyError, FFmpegError) as error:
        print(f"pack_demo: {error}", file=sys.stderr)
        return 1
    (jump,), ((at, raised),) = report.jumps, report.errors
    print(f"{args.out.name}: {report.end:.1f} s, {args.out.stat().st_size} bytes")
    print(f"missing: {jump.start:.3f} s to {jump.end:.3f} s")
    print(f"damaged packet at {at:.3f} s: {raised}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
