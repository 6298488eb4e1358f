"""What can be evaluated: utterance files and annotated calls, found in the paths given, with their labels checked."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assist.core.errors import SourceError
from assist.training.calls import MAX_BYTES, AnnotatedCall, read_call
from assist.training.labels import About, Names, about, call_fault, sentence_fault

RECORDINGS = (".flac", ".mka", ".wav", ".opus", ".ogg", ".m4a", ".mp3")
_TIMING = ".timing.json"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A line of an utterance file. `labels` holds its fields as they stand there."""

    line: int
    text: str
    labels: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Utterances:
    """An utterance file."""

    path: Path
    about: About
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class LabelledCall:
    """An annotated call, and the recording in which it is to be heard; None where its text is to be read."""

    path: Path
    call: AnnotatedCall
    recording: Path | None


@dataclass(frozen=True, slots=True)
class Material:
    """Everything to be evaluated, and the files of folders that are neither a call nor sentences."""

    utterances: tuple[Utterances, ...]
    calls: tuple[LabelledCall, ...]
    passed_over: tuple[Path, ...]


def material(paths: Sequence[Path], names: Names, *, text: bool) -> Material:
    """Reads what files and folders hold; with `text` recordings are not used.

    Raises `SourceError` naming the file, and the line or turn, that is broken, or a folder with nothing to evaluate.
    """
    files = [file for path in paths for file in (_inside(path) if path.is_dir() else [path])]
    listed = set(paths)
    wanted = [file for file in files if file in listed or _is_labelled(file)]
    for folder in (path for path in paths if path.is_dir()):
        if all(file.parent != folder for file in wanted):
            message = f"{folder}: nothing to evaluate in this folder; annotated calls are X.json, sentences X.jsonl"
            raise SourceError("evaluate.folder", message)
    wanted = list(dict.fromkeys(wanted))
    return Material(
        tuple(_utterances(file, names) for file in wanted if file.suffix == ".jsonl"),
        tuple(_call(file, names, text=text) for file in wanted if file.suffix != ".jsonl"),
        tuple(file for file in files if file not in wanted),
    )


def _inside(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.glob("*.jsonl"))
    yield from sorted(file for file in folder.glob("*.json") if not file.name.endswith(_TIMING))


def _is_labelled(file: Path) -> bool:
    """Whether a file of a folder looks as if it were meant; a broken one does, so that it is not passed over unseen."""
    text = _read(file)
    by_line = file.suffix == ".jsonl"
    try:
        data = json.loads(next((line for line in text.splitlines() if line.strip()), "") if by_line else text)
    except (ValueError, RecursionError):
        return True
    return about(data) is not None if by_line else isinstance(data, dict) and "turns" in data


def _utterances(path: Path, names: Names) -> Utterances:
    sentences: list[Sentence] = []
    kind: About | None = None
    for number, line in enumerate(_read(path).split("\n"), 1):
        if not line.strip():
            continue
        row = _row(path, number, line)
        kind = kind or about(row)
        if kind is None:
            needs = "it needs a text, and label, topic or commitment"
            raise SourceError("evaluate.fields", f"{path}:{number}: not a labelled sentence; {needs}")
        fault = sentence_fault(kind, row, names)
        if fault is not None:
            raise SourceError("evaluate.label", f"{path}:{number}: {fault}")
        sentences.append(Sentence(number, row["text"], row))
    if kind is None:
        raise SourceError("evaluate.empty", f"{path}: no sentence in it; each line is one, as JSON")
    return Utterances(path, kind, tuple(sentences))


def _row(path: Path, number: int, line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise SourceError("evaluate.json", f"{path}:{number}: not JSON; each line is one object") from error


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            message = f"{path}: larger than {MAX_BYTES >> 20} MiB; is this labelled material?"
            raise SourceError("evaluate.too_large", message)
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SourceError("source.missing", f"{path}: cannot be read ({error.strerror}); check the path") from error
    except UnicodeDecodeError as error:
        raise SourceError("evaluate.encoding", f"{path}: not UTF-8; save it again as UTF-8") from error


def _call(path: Path, names: Names, *, text: bool) -> LabelledCall:
    is_annotation = path.suffix == ".json"
    annotation = path if is_annotation else _annotation(path)
    call = read_call(annotation)
    fault = call_fault(call.data, names)
    if fault is not None:
        raise SourceError("evaluate.label", f"{annotation}: {fault}")
    recording = _recording(annotation) if is_annotation else path
    return LabelledCall(annotation, call, None if text else recording)


def _annotation(recording: Path) -> Path:
    """The annotation of a recording: X.json for X.flac, and for another sound of the same call, as X.phone.flac."""
    if recording.suffix.lower() not in RECORDINGS:
        message = (
            f"{recording}: give annotated calls (.json), their recordings, sentences (.jsonl), or a folder of them"
        )
        raise SourceError("evaluate.path", message)
    if not recording.is_file():
        raise SourceError("source.missing", f"{recording}: no such file; check the path")
    name = recording.stem
    while not (found := recording.with_name(name + ".json")).is_file():
        name, dot, _ = name.rpartition(".")
        if not dot:
            message = f"{recording}: no annotation beside it; put {recording.stem}.json there"
            raise SourceError("source.missing", message)
    return found


def _recording(annotation: Path) -> Path | None:
    beside = (annotation.with_suffix(ending) for ending in RECORDINGS)
    return next((path for path in beside if path.is_file()), None)
