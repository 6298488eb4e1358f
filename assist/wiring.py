"""Puts a call together: the only place, with the command line, that knows everybody."""

import datetime
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TextIO

from assist.core.errors import EngineError, LogCorrupt, SettingsError, SourceError
from assist.core.events import CallStarted, Channel, PlaybookRef
from assist.core.listening import ListeningRules, PartialRules
from assist.core.playbook import Playbook
from assist.core.ports import AsrEngine, AudioSource, Classifier, Encoder, Head
from assist.core.session import CallSession, SessionRules
from assist.customer_file import read_customer
from assist.runtime.batch import BatchCall
from assist.runtime.log import JsonLines, read_log
from assist.runtime.publisher import Publisher
from assist.runtime.replay import Replay
from assist.runtime.sources import AnnotatedEngine, AnnotatedSource, LoggedCall
from assist.runtime.worker import ModelWorker
from assist.settings import EngineSettings, ReplaySettings, encoder_folder
from assist.training.calls import read_call
from classifiers import build_classifiers
from classifiers.builtin import HEADS
from classifiers.features import VERSION
from classifiers.sentence import classify_sentence
from models import engines
from models.digests import Progress
from models.engines import EngineOptions
from prompts import load_playbook, playbook_folder
from prompts.loader import Files, files_of

LANGUAGE = "zh"
_FIRST_WORDS = "您好，请问有什么可以帮您？"
_MOST_KNOWN = 20  # characters of one thing known; more is no word to expect


@dataclass(frozen=True, slots=True)
class Sounding:
    """A call to be heard: where its sound comes from, and the recogniser, which is slow to load."""

    source: AudioSource
    load_engine: Callable[[], AsrEngine]


@dataclass(frozen=True, slots=True)
class Call:
    """Everything that one replayed call needs, put together but not started."""

    call_id: str
    session: CallSession
    started: CallStarted
    seconds: float | None
    input: Sounding | LoggedCall

    def load_engine(self) -> AsrEngine | None:
        """The recogniser, None when the texts are already there. Slow. Raises `EngineError`."""
        return self.input.load_engine() if isinstance(self.input, Sounding) else None

    async def run(
        self, engine: AsrEngine | None, publish: Publisher, speed: float | None, ready: Callable[[Replay], None]
    ) -> Replay:
        """Replays the call to its end; `ready` gets the driver before the first event. Raises `SourceError` where it breaks off."""
        worker = ModelWorker(engine) if engine is not None else None
        replay = Replay(self.session, worker, publish, speed)
        ready(replay)
        try:
            if isinstance(self.input, LoggedCall):
                await replay.logged(self.input)
            else:
                await replay.source(self.started, self.input.source)
        finally:
            if worker is not None:
                worker.stop()
        return replay


def read_playbook(name: str) -> Playbook:
    """A bundled playbook by name, or one from a folder; read again when its files have changed. Raises `PlaybookError`."""
    folder = playbook_folder(name)
    return _read_playbook(folder, files_of(folder))


@lru_cache(maxsize=4)
def _read_playbook(folder: Path, _: Files) -> Playbook:
    return load_playbook(folder)


def prepare(settings: ReplaySettings, playbook: Playbook, progress: Progress | None = None) -> Call:
    """Opens what is to be replayed: a recording, an annotated call (.json) or an event log (.jsonl).

    Raises `SourceError` or `LogCorrupt` when it cannot be used, `SettingsError` when a setting does not fit it.
    """
    suffix = settings.path.suffix.lower()
    if suffix == ".jsonl":
        return _logged(settings, playbook)
    return _annotated(settings, playbook) if suffix == ".json" else _recorded(settings, playbook, progress)


def load_engine(settings: EngineSettings, playbook: Playbook | None, progress: Progress | None = None) -> AsrEngine:
    """The recogniser with its weights; slow. It puts right the terms of the playbook, none without one.

    Raises `EngineError`, or `SettingsError` naming what cannot be.
    """
    options = EngineOptions(settings.model, settings.device, settings.compute_type, settings.threads, settings.lanes)
    if playbook:
        options = replace(options, terms=playbook.lexicon.terms, words=playbook.lexicon.words)
    engine = engines.load(settings.engine, options, progress)
    _refuse_impossible(engine, settings)
    return engine


def _refuse_impossible(engine: AsrEngine, settings: EngineSettings) -> None:
    """Says which setting asks for what the recogniser cannot do."""
    able = engine.capabilities
    if settings.partials and not able.partials:
        raise SettingsError("engine.partials", f"{engine.name} gives no partial texts; add --no-partials")
    if settings.word_times and not able.word_times:
        raise SettingsError(
            "engine.word_times", f"{engine.name} does not tell when words are said; add --no-word-times"
        )
    if LANGUAGE not in able.languages:
        raise SettingsError("engine.language", f"{engine.name} does not know Chinese; choose another with --model")


def open_log(call_id: str, target: str, source: Path) -> tuple[JsonLines, TextIO]:
    """The event log that a setting names: a file, or standard output for `-`. Raises `SourceError`."""
    if target == "-":
        return JsonLines(call_id, sys.stdout), sys.stdout
    _refuse_to_overwrite(Path(target), source)
    try:
        out = Path(target).open("w", encoding="utf-8", newline="\n")  # noqa: SIM115 - the command closes it after the call
    except OSError as error:
        raise SourceError(
            "events.unwritable", f"{target}: cannot be written ({error.strerror}); choose another file"
        ) from error
    return JsonLines(call_id, out), out


def _refuse_to_overwrite(target: Path, source: Path) -> None:
    """An earlier log may be replaced; a recording or anything else that is not a log may not."""
    if not target.exists():
        return
    if source.exists() and target.samefile(source):
        raise SourceError(
            "events.source", f"{target} is what is being replayed; write the log to another file with --events"
        )
    if target.is_file() and target.stat().st_size:
        try:
            next(read_log(target))
        except (LogCorrupt, SourceError) as error:
            message = f"{target} exists and is not an event log; choose another file with --events"
            raise SourceError("events.other_file", message) from error


def _checked_date(text: str) -> str:
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError as error:
        message = f"--started-at {text!r} is not a date; write it as 2026-01-31T09:30:00+08:00"
        raise SettingsError("started_at", message) from error
    return (moment if moment.tzinfo else moment.astimezone()).isoformat(timespec="seconds")


def _logged(settings: ReplaySettings, playbook: Playbook) -> Call:
    records = list(read_log(settings.path))
    try:
        logged = LoggedCall.from_log(records)
    except ValueError as error:
        raise SourceError("log.start", f"{settings.path}:1: {error}; is this a whole log?") from error
    return Call(logged.call_id, _session(settings, playbook, ()), logged.started, logged.end / 16_000, logged)


def _annotated(settings: ReplaySettings, playbook: Playbook) -> Call:
    call = read_call(settings.path)
    source = AnnotatedSource(call)
    engine = AnnotatedEngine(call)
    started = _started(settings, playbook, call.scene, engine.name)
    session = _session(settings, playbook, source.channels)
    return Call(_id(call.call_id), session, started, source.seconds, Sounding(source, lambda: engine))


def _recorded(settings: ReplaySettings, playbook: Playbook, progress: Progress | None) -> Call:
    from audio.file import (
        FileSource,
    )  # ONNX Runtime and PyAV are slow to load; a log or an annotated call needs neither

    source = FileSource(settings.path, settings.channel, settings.block_ms)
    engines.find(settings.engine.engine)
    started = _started(settings, playbook, None, settings.engine.title)
    sounding = Sounding(source, lambda: load_engine(settings.engine, playbook, progress))
    return Call(
        _id(settings.path.stem), _session(settings, playbook, source.channels), started, source.seconds, sounding
    )


def _started(settings: ReplaySettings, playbook: Playbook, own_scene: str | None, engine: str) -> CallStarted:
    customer = read_customer(settings.customer) if settings.customer else None
    told = customer.known() if customer else ()
    if settings.call_model is not None and settings.call_model not in playbook.models:
        message = f"no call model {settings.call_model!r}; known: {', '.join(sorted(playbook.models))}"
        raise SettingsError("call_model.unknown", message)
    return CallStarted(
        at=0,
        source=settings.path.name,
        scene=settings.scene or own_scene,
        playbook=PlaybookRef(playbook.id, playbook.version),
        started_at=_checked_date(settings.started_at) if settings.started_at else _recorded_at(settings.path),
        engine=engine,
        known=tuple(word.strip()[:_MOST_KNOWN] for word in (*settings.known, *told) if word.strip()),
        customer=customer,
        call_model=settings.call_model,
    )


def _session(settings: ReplaySettings, playbook: Playbook, channels: tuple[Channel, ...]) -> CallSession:
    engine = settings.engine
    listening = ListeningRules(partials=PartialRules() if engine.partials else None, words=engine.word_times)
    rules = SessionRules(listening, channels)
    return CallSession(playbook, classifiers_of(playbook), rules)


def classifiers_of(playbook: Playbook) -> tuple[Classifier, ...]:
    """The classifiers of a playbook, ready for their first sentence. Slow the first time in a process.

    What of the encoder and the heads cannot be used is named on stderr once, and the word lists answer instead.
    Raises `SettingsError` when the setting for the encoder names no folder.
    """
    encoder, heads = _learned(encoder_folder())
    classifiers = build_classifiers(playbook, encoder, heads)
    for channel in Channel:  # compiles most of what they look for, so that nobody's first sentence has to wait for it
        classify_sentence(classifiers, _FIRST_WORDS, channel)
    return classifiers


def encoder_of(folder: Path | None) -> Encoder:
    """The sentence encoder of a folder, the packaged one without. Raises `EngineError` naming what it lacks."""
    if folder is None:
        from models.sentences import packaged_encoder

        return packaged_encoder()
    from models.hf_encoder import encoder_in

    return encoder_in(folder)


def _learned(folder: Path | None) -> tuple[Encoder | None, tuple[Head, ...]]:
    from models.heads import load_heads

    try:
        encoder = encoder_of(folder)
    except EngineError as error:
        _say(f"{error}; until then the word lists answer alone")
        return None, ()
    if folder is None:
        return encoder, load_heads(HEADS, encoder.name, VERSION, _say)
    heads, train = heads_of(folder), f"assist train {{name}} --encoder {folder}"
    if not any(heads.glob("*.onnx")):
        _say(f"{heads} holds no heads, the word lists answer alone; run: {train.format(name='all')}")
        return encoder, ()
    return encoder, load_heads(HEADS, encoder.name, VERSION, _say, heads, train)


def heads_of(encoder: Path) -> Path:
    """Where the heads of an encoder that somebody brings along are kept."""
    return encoder / "heads"


@lru_cache(maxsize=256)
def _say(sentence: str) -> None:
    """Once in a process: a batch puts the classifiers together for each of its calls."""
    print(sentence, file=sys.stderr)


def _recorded_at(path: Path) -> str:
    """When the recording was finished, by its file: promises said in it are due relative to that day."""
    return datetime.datetime.fromtimestamp(path.stat().st_mtime).astimezone().isoformat(timespec="seconds")


def _id(name: str) -> str:
    return re.sub(r"[^\w.-]+", "_", name)[:64] or "call"


@dataclass(frozen=True, slots=True)
class FileRecording:
    """A recording of a batch: where its event log goes, and how its call is put together."""

    settings: ReplaySettings
    playbook: Playbook
    engine: str
    log: Path

    @property
    def name(self) -> str:
        return str(self.settings.path)

    def open(self) -> BatchCall:
        """Opens the recording and builds its session, and the scout that hears ahead of it. Raises `SourceError`."""
        from audio.file import FileSource

        source = FileSource(self.settings.path, self.settings.channel)
        started = _started(self.settings, self.playbook, None, self.engine)
        finals_only = ListeningRules(partials=None, speculate=False, words=self.settings.engine.word_times)
        rules = SessionRules(finals_only, source.channels)
        session = CallSession(self.playbook, classifiers_of(self.playbook), rules)
        scout = CallSession(self.playbook, (), rules)
        return BatchCall(_id(self.settings.path.stem), started, source, session, scout)


def check_scene(scene: str | None, playbook: Playbook) -> None:
    """Raises `SettingsError`, naming the scenes there are, for one that the playbook does not know."""
    if scene is not None and scene not in playbook.labels["scenes"]:
        known = ", ".join(playbook.labels["scenes"])
        raise SettingsError("scene.unknown", f"no scene {scene!r}; known: {known}")
