"""The steps of `assist bench asr`, ours and the baseline's, and what each of them measured."""

import gc
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial, reduce
from operator import add
from pathlib import Path

import numpy as np

from assist import wiring
from assist.commands.bench import Plan
from assist.commands.bench_runs import (
    Archive,
    SessionRun,
    Setup,
    Tick,
    baseline_archive,
    baseline_run,
    clip_run,
    decoded,
)
from assist.core.events import Channel, Transcript
from assist.core.spans import RATE
from assist.training.calls import Turn
from assist.training.delays import caught_up, delays, lag, waits
from assist.training.figures import Archived, Burdened, Line, Measured, Recognised, System, Waited
from assist.training.recognition import Score, Terms, score
from assist.training.telephone import LINE_RATE, over_telephone
from assist.training.voiced import VoicedCall, clips, without_pauses, write_wave
from models.guards import phantom
from models.plain import PlainWhisper

LAG_LIMIT = 2.0  # seconds; below it a recogniser has caught up
_REST_SECONDS = 15.0  # of silence after talk without a pause
_SETTLING_SECONDS = 3.0  # what a run that was broken off heard last may have no text yet
_ROUNDS = 2  # ours and the baseline take turns over the archive, so that a drifting machine is fair to both


@dataclass(frozen=True, slots=True)
class Step:
    """One piece of the benchmark; `seconds` of recording are its size, for a progress bar."""

    title: str
    seconds: float
    run: Callable[[Tick], None]


class Bench:
    """Measures calls step by step; `measured` is worth reading after every step, and after one that was broken off.

    `load_baseline` is slow and only called when the plan has the baseline. Copies of recordings go to `folder`. Raises
    `SourceError` when there are no clips where the plan says.
    """

    def __init__(
        self,
        setup: Setup,
        calls: Sequence[VoicedCall],
        plan: Plan,
        load_baseline: Callable[[], PlainWhisper],
        folder: Path,
    ) -> None:
        self._setup, self._calls, self._plan, self._folder = setup, calls, plan, folder
        self._load_baseline = load_baseline
        self._terms = Terms(term.text for term in setup.playbook.lexicon.terms)
        self._clips = clips(plan.clips) if plan.clips is not None else ()
        self.measured = Measured()

    def steps(self) -> Iterator[Step]:
        """In the order in which they must run: ours first, so that its memory is measured before the baseline is loaded."""
        plan, calls = self._plan, self._calls
        for call in calls if plan.real_time else ():
            yield Step(f"实时 live {call.name}", call.seconds, partial(self._live, call))
        if plan.load_seconds is not None:
            yield Step("满负荷 load", plan.load_seconds + _REST_SECONDS, self._burden)
        lines = [Line.CLEAN, Line.TELEPHONE] if plan.telephone else [Line.CLEAN]
        for line in lines:
            for call in calls if line is Line.TELEPHONE or not plan.real_time else ():
                yield Step(f"识别 ours, {line} {call.name}", call.seconds, partial(self._ours, call, line))
        for line in lines if plan.baseline else ():
            for call in calls:
                yield Step(f"基线 baseline, {line} {call.name}", call.seconds, partial(self._theirs, call, line))
        if self._clips:
            seconds = sum(clip.seconds for clip in self._clips)
            yield Step("单句 clips, ours", seconds, partial(self._single, System.OURS))
            if plan.baseline:
                yield Step("单句 clips, baseline", seconds, partial(self._single, System.BASELINE))
        for number in range(_ROUNDS if plan.batch else 0):
            whole = sum(call.seconds for call in calls)
            yield Step(f"批量 batch, ours {number + 1}", whole, self._our_archive)
            if plan.baseline:
                yield Step(f"批量 batch, baseline {number + 1}", whole, self._their_archive)

    @cached_property
    def _baseline(self) -> PlainWhisper:
        return self._load_baseline()

    @cached_property
    def _archive(self) -> Archive:
        return Archive(self._setup, self._folder)

    def _live(self, call: VoicedCall, tick: Tick) -> None:
        run = SessionRun(self._setup, 1.0)
        try:
            run.hear(call.recording, call.call.scene, tick)
        except KeyboardInterrupt:
            self._note_live(call, run, run.timeline.reached - _SETTLING_SECONDS)
            raise
        self._note_live(call, run, math.inf)
        self._judge(System.OURS, Line.CLEAN, call, run.timeline.finals, None)
        gc.collect()  # one recogniser in memory at a time

    def _note_live(self, call: VoicedCall, run: SessionRun, until: float) -> None:
        turns = [turn for turn in call.call.turns if turn.end < until]
        if run.used is None or not turns:
            return
        utterances = run.timeline.utterances.values()
        self.measured.waited.append(
            Waited(
                system=System.OURS,
                call=call.name,
                seconds=min(call.seconds, until),
                delays=delays(utterances, turns),
                used=run.used,
                changed=sum(utterance.broke_its_word() for utterance in utterances),
                backlogs=sum(event.lag > 0 for event in run.timeline.backlogs),
                worst_lag=max((event.lag / RATE for event in run.timeline.backlogs), default=0.0),
                shed=run.shed,
            )
        )

    def _ours(self, call: VoicedCall, line: Line, tick: Tick) -> None:
        run = SessionRun(self._setup, None)
        used = run.hear(self._recording(call, line), call.call.scene, tick)
        self._judge(System.OURS, line, call, run.timeline.finals, used.wall_seconds)
        gc.collect()

    def _theirs(self, call: VoicedCall, line: Line, tick: Tick) -> None:
        utterances, used = baseline_run(self._baseline, self._recording(call, line), tick)
        texts = [utterance.final[1] for utterance in utterances if utterance.final]
        self._judge(System.BASELINE, line, call, texts, used.wall_seconds)
        if line is Line.CLEAN and self._plan.real_time:
            waited = Waited(System.BASELINE, call.name, call.seconds, delays(utterances, call.call.turns), used)
            self.measured.waited.append(waited)

    def _single(self, system: System, tick: Tick) -> None:
        engine = self._baseline if system is System.BASELINE else wiring.load_engine(self._setup.engine, None)
        heard = 0.0
        for clip in self._clips:
            began = time.perf_counter()
            texts = clip_run(engine, clip.recording)
            work = time.perf_counter() - began
            said = Turn(0, Channel.CUSTOMER, clip.text, 0.0, clip.seconds)
            judged = score([said], texts, self._terms, phantom)
            name = clip.recording.stem
            self.measured.recognised.append(Recognised(system, Line.CLIPS, name, clip.seconds, judged, work))
            heard += clip.seconds
            tick(heard)

    def _judge(
        self, system: System, line: Line, call: VoicedCall, texts: Sequence[Transcript], work: float | None
    ) -> None:
        judged = self._scores(call, texts)
        self.measured.recognised.append(Recognised(system, line, call.name, call.seconds, judged, work))

    def _scores(self, call: VoicedCall, texts: Sequence[Transcript]) -> Mapping[Channel, Score]:
        return score(call.call.turns, texts, self._terms, phantom)

    def _recording(self, call: VoicedCall, line: Line) -> Path:
        """The call over a line is what lies beside it, or a copy made here."""
        if line is Line.CLEAN:
            return call.recording
        copy = call.line or self._folder / f"{call.name}.phone.wav"
        if not copy.exists():
            pcm = np.stack(list(decoded(call.recording).values()), axis=1)
            write_wave(copy, over_telephone(pcm, RATE, call.seed), LINE_RATE)
        return copy

    def _burden(self, tick: Tick) -> None:
        seconds = self._plan.load_seconds or 0.0
        recording = self._folder / "load.wav"
        talk = without_pauses([(call.call.turns, partial(decoded, call.recording)) for call in self._calls], seconds)
        silence = np.zeros((round(_REST_SECONDS * RATE), talk.shape[1]), np.float32)
        write_wave(recording, np.concatenate([talk, silence]), RATE)
        del talk
        run = SessionRun(self._setup, 1.0)
        used = run.hear(recording, self._calls[0].call.scene, tick)
        utterances = list(run.timeline.utterances.values())
        self.measured.burdened = Burdened(
            seconds=seconds,
            utterances=len(utterances),
            finals=sum(utterance.final is not None for utterance in utterances),
            waits=tuple(waits(utterances)),
            lag=lag(utterances, seconds),
            caught_up=caught_up(utterances, seconds, LAG_LIMIT),
            backlogs=sum(event.lag > 0 for event in run.timeline.backlogs),
            shed=run.shed,
            used=used,
        )
        gc.collect()

    def _our_archive(self, tick: Tick) -> None:
        texts, wall = self._archive.hear([(call.recording, call.call.scene) for call in self._calls], tick)
        self._note_archive(System.OURS, texts, wall)

    def _their_archive(self, tick: Tick) -> None:
        texts, wall = baseline_archive(self._baseline, [call.recording for call in self._calls], tick)
        self._note_archive(System.BASELINE, texts, wall)

    def _note_archive(self, system: System, texts: Sequence[Sequence[Transcript]], wall: float) -> None:
        scores = (s for call, own in zip(self._calls, texts, strict=True) for s in self._scores(call, own).values())
        seconds = sum(call.seconds for call in self._calls) * len(Channel)
        self.measured.archived.append(Archived(system, seconds, wall, reduce(add, scores)))
