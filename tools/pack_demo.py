#!/usr/bin/env python3
"""Turn a clean stereo recording of a call into one that looks as if a real recorder had left it.

    python tools/pack_demo.py CALL.flac CALL.timing.json OUT.mka [--bitrate 64000] [--missing-ms 200]

Writes Opus in Matroska (48 kHz, left agent, right customer) with two faults, both where nobody speaks:

* a run of packets is missing; what follows keeps its true time, so the timestamps jump;
* one packet is damaged: a demuxer passes it on, a decoder refuses it. The packets around it are whole.

The two channels are coded apart, not as joint stereo, so that neither side bleeds into the other.

The timing file ({"turns": [{"start", "end"}]}, seconds) tells where nobody speaks. The file is read back when it is
written, and the command fails unless exactly these two faults are found. The same input gives the same bytes.

Needs PyAV built with libopus, as its wheels are.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.error import FFmpegError
from av.stream import Stream

RATE = 48_000
FRAME = 960  # samples in one Opus packet: 20 ms
MARGIN = 0.25  # seconds of untouched silence on either side of a fault
ORDINARY = 2.0  # seconds; a longer silence means something (a hold, dead air) and stays as it was
MISSING_AT, DAMAGED_AT = 0.2, 0.5  # where in the call the faults should lie, as far as its pauses allow
# With the channels coded apart, a packet is the agent's half with its length, then the customer's. A demuxer looks at
# the header of the first half only, so this one survives: a byte of configuration, one or two of length (RFC 6716, B).
HEADER = 3
FAMILY = 18  # where an OpusHead keeps its mapping family
# In the customer's half these bytes announce 63 frames, more than the 120 ms that fit in one (section 3.2.5).
DAMAGE = b"\xff"


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

    def middle(self, length: float) -> Span:
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


def nearest(silences: list[Span], at: float, fault: float) -> Span:
    """The ordinary pause nearest to this time that holds a fault of this length and its margins."""
    need = fault + 2 * MARGIN
    fitting = [silence for silence in silences if need <= silence.length <= ORDINARY]
    if not fitting:
        raise PackError(f"no pause of {need:.2f} s to {ORDINARY:.0f} s is left, so nothing can be broken in silence")
    return min(fitting, key=lambda silence: abs((silence.start + silence.end) / 2 - at))


def choose(turns: list[dict[str, float]], missing: float) -> tuple[Span, Span]:
    """Where the missing stretch goes and where the damaged packet goes: two different pauses."""
    silences = pauses(turns)
    end = max(turn["end"] for turn in turns)
    packet = FRAME / RATE
    lost = nearest(silences, MISSING_AT * end, missing)
    broken = nearest([silence for silence in silences if silence != lost], DAMAGED_AT * end, packet)
    return lost.middle(missing), broken.middle(packet)


def encode(source: Path, stream: av.AudioStream) -> Iterator[av.Packet[av.AudioStream]]:
    """The recording as Opus packets of 20 ms."""
    resampler = av.AudioResampler(format="s16", layout="stereo", rate=RATE, frame_size=FRAME)
    with av.open(str(source)) as recording:
        for frame in recording.decode(audio=0):
            for part in resampler.resample(frame):
                yield from stream.encode(part)
    for part in resampler.resample(None):
        yield from stream.encode(part)
    yield from stream.encode(None)


def call_it_stereo(encoder: av.AudioCodecContext) -> None:
    """Name the channels left and right: family 255, which codes them apart, gives them no names (RFC 7845, 5.1.1)."""
    encoder.open()
    header = bytearray(encoder.extradata or b"")
    header[FAMILY] = 1  # known positions; the table of streams that follows stays as it is
    encoder.extradata = bytes(header)


def damaged(packet: av.Packet[av.AudioStream]) -> av.Packet[Stream]:
    """A packet of the same size, time and duration that a decoder refuses."""
    bad = av.Packet(bytes(packet)[:HEADER] + DAMAGE * (packet.size - HEADER))
    bad.pts, bad.dts, bad.duration = packet.pts, packet.dts, packet.duration
    bad.time_base, bad.stream = packet.time_base, packet.stream
    return bad


def pack(source: Path, target: Path, lost: Span, broken: Span, bitrate: int) -> None:
    """Encode the recording, leave out what lies in `lost`, damage the one packet that covers the middle of `broken`."""
    with av.open(str(target), "w", format="matroska", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream(
            "libopus", rate=RATE, layout="stereo", bit_rate=bitrate, options={"mapping_family": "255"}
        )
        call_it_stereo(stream.codec_context)
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
    parser.add_argument("--missing-ms", type=int, default=200, help="missing milliseconds (default %(default)s)")
    args = parser.parse_args()
    try:
        turns = json.loads(args.timing.read_text(encoding="utf-8"))["turns"]
        lost, broken = choose(turns, args.missing_ms / 1000)
        pack(args.recording, args.out, lost, broken, args.bitrate)
        report = inspect(args.out)
        if len(report.jumps) != 1 or len(report.errors) != 1:
            found = f"{len(report.jumps)} jumps and {len(report.errors)} damaged packets"
            raise PackError(f"{args.out.name} has {found}, not one of each")
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
