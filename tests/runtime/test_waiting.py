"""Whatever comes in whatever order: the urgent first, the newest of an utterance alone, every final exactly once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.core.events import Channel, Transcript
from assist.core.ports import EngineCapabilities, TranscribeJob
from assist.core.spans import Span
from assist.runtime.waiting import Waiting, WaitingJobs
from assist.runtime.worker import ModelWorker

pytestmark = pytest.mark.property
FINAL, PAUSE, PARTIAL = "final", "pause", "partial"
SUBMISSIONS = st.lists(
    st.tuples(
        st.sampled_from(["x", "y"]),  # call
        st.sampled_from(["a1", "a2", "c1"]),
        st.sampled_from([FINAL, PAUSE, PARTIAL]),
        st.integers(1, 9),  # length
    ),
    max_size=40,
)


def _job(utterance: str, kind: str, revision: int, length: int) -> TranscribeJob:
    return TranscribeJob(
        utterance=utterance,
        channel=Channel.AGENT if utterance.startswith("a") else Channel.CUSTOMER,
        revision=revision,
        span=Span(revision * 1000, revision * 1000 + length),  # nobody asks for the same twice
        pcm=np.zeros(length, np.float32),
        final=kind == FINAL,
        pause=kind == PAUSE,
    )


def _kind(waiting: Waiting) -> str:
    return FINAL if waiting.job.final else PAUSE if waiting.job.pause else PARTIAL


@given(steps=st.lists(st.one_of(SUBMISSIONS, st.integers(1, 4)), max_size=12))
def test_what_is_taken_is_the_most_urgent_class_and_nothing_is_lost(steps):
    line, waiting, revision = WaitingJobs(), [], 0
    for step in steps:
        if isinstance(step, int):
            taken = line.take(step)
            first_of = {kind: next((w for w in waiting if _kind(w) == kind), None) for kind in (FINAL, PAUSE, PARTIAL)}
            urgent = next((kind for kind in (FINAL, PAUSE, PARTIAL) if first_of[kind]), None)
            assert {_kind(w) for w in taken} == ({urgent} if urgent else set())
            assert len(taken) == min(step, sum(_kind(w) == urgent for w in waiting))
            assert not taken or urgent != FINAL or taken[0] is first_of[FINAL]
            waiting = [w for w in waiting if w not in taken]
        else:
            for call, utterance, kind, length in step:
                revision += 1
                came = Waiting(_job(utterance, kind, revision, length), call, 0.0, lambda *_: None)
                older = [
                    w for w in waiting if not w.job.final and (w.call, w.job.utterance) == (call, utterance)
                ]  # one at most
                assert line.put(came) is (older[0] if older else None)
                waiting = [w for w in waiting if w not in older] + [came]
        assert len(line) == len(waiting)
    assert sorted(map(id, line.clear())) == sorted(map(id, waiting))
    assert len(line) == 0


def test_the_first_in_line_runs_with_those_of_like_length():
    line = WaitingJobs()
    for revision, length in enumerate([50, 500, 60, 10, 490, 55], 1):
        line.put(Waiting(_job(f"a{revision}", FINAL, revision, length), "", 0.0, lambda *_: None))
    assert [len(w.job.span) for w in line.take(3)] == [50, 60, 55]
    assert [len(w.job.span) for w in line.take(2)] == [500, 490]
    assert [len(w.job.span) for w in line.take(8)] == [10]


class Moody:
    """An engine that fails on every batch with a bad job in it, and notes what it was given together."""

    name = "moody"

    def __init__(self, batch: int, bad: set[int]) -> None:
        self.capabilities = EngineCapabilities(True, False, False, ("zh",), batch=batch)
        self._bad = bad
        self.runs: list[list[TranscribeJob]] = []

    def transcribe(self, jobs: list[TranscribeJob]) -> list[Transcript]:
        self.runs.append(list(jobs))
        if any(job.revision in self._bad for job in jobs):
            raise ValueError("bad")
        return [job.answer(f"{job.utterance} {job.revision}") for job in jobs]


@given(submissions=SUBMISSIONS, batch=st.integers(1, 5), bad=st.sets(st.integers(1, 40)), finish=st.booleans())
def test_every_job_is_answered_once_with_its_own_text(submissions, batch, bad, finish):
    engine = Moody(batch, bad)
    worker = ModelWorker(engine)
    answers: dict[int, list] = {}
    jobs = [_job(utterance, kind, n, length) for n, (_, utterance, kind, length) in enumerate(submissions, 1)]
    for (call, *_), job in zip(submissions, jobs, strict=True):
        worker.submit([job], lambda job, result: answers.setdefault(job.revision, []).append(result), call)
    worker.stop(finish=finish)
    assert sorted(answers) == [job.revision for job in jobs]
    assert all(len(got) == 1 for got in answers.values())
    for job in jobs:
        (result,) = answers[job.revision]
        if result is None:
            assert not (job.final and finish)
        elif job.revision in bad:
            assert (result.transcript.text, result.transcript.suspect, result.fault.code) == ("", True, "engine.failed")
        else:
            assert (result.transcript.text, result.fault) == (f"{job.utterance} {job.revision}", None)
        if result is not None:
            assert (result.transcript.revision, result.transcript.final) == (job.revision, job.final)
    for run in engine.runs:
        assert len(run) <= batch
        assert len({(job.final, job.pause) for job in run}) == 1


def test_deliveries_that_fail_do_not_end_the_worker():
    engine = Moody(2, set())
    worker = ModelWorker(engine)
    heard = []

    def gone(*_: object) -> None:
        raise RuntimeError("this call's loop is closed")

    worker.submit([_job("a1", FINAL, 1, 5)], gone)
    worker.submit([_job("a1", FINAL, 2, 5)], lambda job, result: heard.append(result.transcript.text))
    worker.stop()
    assert heard == ["a1 2"]
