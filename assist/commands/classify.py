"""`assist classify`: one sentence per line in, what each classifier says of it alone out."""

import json
from typing import TextIO

from assist.core import wire
from assist.core.errors import SourceError
from assist.core.events import Channel
from assist.core.ports import Classifier
from assist.wiring import classifiers_of, read_playbook
from classifiers.sentence import classify_sentence


def classify_lines(source: TextIO, out: TextIO, channel: Channel | None, playbook_name: str) -> None:
    """Writes one JSON line for each line read. Raises `SourceError` naming the line that cannot be read."""
    playbook = read_playbook(playbook_name)
    classifiers: tuple[Classifier, ...] | None = None  # slow to load: not before there is a line that can be read
    for number, line in enumerate(source, 1):
        if not line.strip():
            continue
        text = _text(line, number)
        if classifiers is None:
            classifiers = classifiers_of(playbook)
        out.write(json.dumps(classify_sentence(classifiers, text, channel), ensure_ascii=False) + "\n")
        out.flush()


def _text(line: str, number: int) -> str:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise SourceError("classify.json", f'line {number}: not JSON; each line is {{"text": "…"}}') from error
    if not isinstance(data, dict) or not isinstance(data.get("text"), str):
        raise SourceError("classify.text", f'line {number}: needs a "text" string; each line is {{"text": "…"}}')
    text = str(data["text"])
    if not wire.writable(text):
        raise SourceError(
            "classify.characters", f"line {number}: the text has broken characters; save the file as UTF-8"
        )
    return text
