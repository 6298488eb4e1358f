#!/usr/bin/env python3
"""Writes the generated parts of the documentation: the wire's JSON Schema, its table of kinds, and the commands' help.

    python tools/make_docs.py            write what has changed
    python tools/make_docs.py --check    write nothing; exit 1 and name each file that is stale

Of `docs/wire.md` only the part between the markers is generated.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from assist.cli import main as assist
from assist.core import wire

ROOT = Path(__file__).resolve().parent.parent
SCHEMA, WIRE, COMMANDS = Path("docs/wire.schema.json"), Path("docs/wire.md"), Path("docs/commands.md")
BEGIN, END = "<!-- generated: kinds -->", "<!-- end of generated: kinds -->"
HELP_WIDTH = 100
ENVELOPE = ("v", "call_id", "seq", "at_ms", "kind")

MEANINGS: Mapping[str, str] = {
    "call_started": "The first record of a call. `started_at` is a moment with its offset (ISO 8601). `known` is what was known "
    "of the customer before: surname with title, name of the plan.",
    "scene_changed": "Which kind of call it is became known: `by` is `inferred`, with `score` and reasons, or `hand`, which is the "
    "last word.",
    "prepared": "What to look up and to have ready, for this scene and this customer; a later list replaces an earlier one.",
    "question_due": "The next question of a questionnaire; `asked` when the agent has asked it already.",
    "question_answered": "What the customer answered, as an option of the questionnaire, and what it counts as.",
    "speech_started": "Somebody began to speak. `start_ms` is where the speech began, which is earlier than `at_ms`.",
    "speech_ended": "An utterance is over. The span runs from its first to its last window with speech. `voice` is how it sounded "
    "in its windows with speech: `speech_ms`, how much they hold; `level_db`, their median level before any gain (dBFS); "
    "`pitch_hz`, the median; `pitch_range_st`, from the 10th to the 90th percentile in semitones; `pauses`, the silences of "
    "0.3 s or more between them. Pitch and level are null where nobody measured them.",
    "transcribed": "A version of an utterance's text. The one with `final: true` is judged, and of an earlier one only "
    "what stands, for forbidden wording; `suspect` marks a text that the recogniser's guards doubt. The first `stable` characters "
    "stand in every later version. `corrections` are terms that were put right, with what was heard; `words` are there when "
    "asked for. `latency_ms` is wall time and differs from run to run.",
    "voice_measured": "How an utterance was spoken, told with its final text. `rate` is in characters a second, pauses counted; "
    "`relative_db` is how much louder it was than the median of the same channel's earlier utterances; `overlap_ms` is how long "
    "the other side spoke too; `talk_share` is the agent's share of both sides' speech so far. A measure is null where too "
    "little was heard for it.",
    "signalled": "What a classifier says of one utterance where no kind of its own exists: `signal` is `emotion`, "
    "`intent`, `step`, `stage`, `phrase`, `hold` or `act`. `score` is not calibrated.",
    "customer_type_changed": "`by` is `inferred`: the likeliest type crossed the playbook's threshold, or fell below it "
    "(`type: null`). Or it is `hand`, which is the last word: nothing is inferred after it, and `type: null` then "
    "says that no type is to be assumed.",
    "objection_raised": "The customer objects. `handling` is null unless the objection is real.",
    "forbidden_said": "The agent said something from the list of forbidden wording, or something like it. `matched` is what was "
    "heard, `via` is `exact`, `pinyin` or `meaning`. It may come while the utterance is still being spoken.",
    "behaviour_noticed": "A habit of the agent, or a required step that was passed over. It holds since `since_ms`.",
    "stage_entered": "The call reached a stage. `done` are the steps heard so far in the call, `missing` the required ones "
    "of this and earlier stages.",
    "commitment_made": "The agent promised something. `deadline` is in the agent's words; `due` is the moment they mean.",
    "cue_shown": "A cue came up. `because` is the evidence, `source` the row of the handbook, `entry` the playbook entry.",
    "cue_retired": "A cue left the screen: `expired`, `dismissed`, `acted_on`, `displaced` or `call_ended`.",
    "cue_suppressed": "A cue was due and was not shown: `cool_down`, `max_per_call`, `no_room` or `showing`.",
    "cue_answered": "What became of a cue. `expired` and `acted_on` are concluded, the others come from the agent.",
    "dead_air": "Nobody spoke for longer than the playbook allows. Written when somebody speaks again.",
    "hold_began": "The agent had asked the customer to wait, and nobody speaks.",
    "hold_ended": "Somebody speaks again after a hold.",
    "audio_gap": "Sound that is not there. Silence stands for it, so later speech keeps its time. `channel: null` is both.",
    "backlog": "The recogniser is `lag_ms` behind the call, and `shed` partial texts were left out; `lag_ms: 0` when it "
    "has caught up.",
    "fault": "A part failed. `code` is stable text for programs, `message` a sentence for people.",
    "call_ended": "The last record of a call. `outcome` is always null in this release.",
}


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(description="Write the generated parts of the documentation.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 and name each stale file")
    check = parser.parse_args(arguments).check
    stale = [(path, text) for path, text in generated(root).items() if _read(root / path) != text]
    for path, text in stale:
        if check:
            print(f"{path.as_posix()} is stale; run: make docs", file=sys.stderr)
        else:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8", newline="\n")
            print(f"wrote {path.as_posix()}")
    return 1 if check and stale else 0


def generated(root: Path) -> dict[Path, str]:
    """Every generated file as it should be; of `docs/wire.md` only the part between the markers is."""
    schema = wire.schema()
    return {
        SCHEMA: json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n",
        WIRE: _between_markers(_read(root / WIRE) or "", kinds(schema)),
        COMMANDS: commands(assist),
    }


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _between_markers(page: str, text: str) -> str:
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise SystemExit(f"{WIRE.as_posix()} lacks the lines {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{text}\n{END}{after}"


# --- the wire ------------------------------------------------------------------------------------------------------


def kinds(schema: Mapping[str, Any]) -> str:
    """A section for each kind: what it means, and its own fields."""
    known = schema["$defs"]
    if set(MEANINGS) != set(known):
        raise SystemExit(f"MEANINGS and the wire's kinds differ: {sorted(set(MEANINGS) ^ set(known))}")
    return "\n".join(_kind(kind, known[kind]) for kind in known)


def _kind(kind: str, described: Mapping[str, Any]) -> str:
    own = {name: what for name, what in described["properties"].items() if name not in ENVELOPE}
    rows = "".join(f"| `{name}` | {what} |\n" for name, what in _fields(own, described["required"]))
    return f"### `{kind}`\n\n{MEANINGS[kind]}\n\n| field | type |\n|---|---|\n{rows}"


def _fields(properties: Mapping[str, Any], required: list[str], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Names and types of fields, those of an object or of the items of a list under its own name."""
    for name, what in properties.items():
        kind = _type(what) + ("" if name in required else ", may be absent")
        yield prefix + name, kind
        inner, step = (what["items"], "[].") if what.get("type") == "array" else (what, ".")
        if "properties" in inner:
            yield from _fields(inner["properties"], inner["required"], f"{prefix}{name}{step}")


def _type(what: Mapping[str, Any]) -> str:
    if "anyOf" in what:
        return " or ".join(_type(one) for one in what["anyOf"])
    if "enum" in what:
        return ", ".join(f"`{one}`" for one in what["enum"])
    if what["type"] == "array":
        return f"list of {_type(what['items'])}s"
    if "additionalProperties" in what:
        return f"object of {_type(what['additionalProperties'])}s"
    return str(what["type"])


# --- the commands --------------------------------------------------------------------------------------------------


def commands(group: click.Command) -> str:
    """The help of every command, in the order in which the command line lists them."""
    sections = [f"## `{name}`\n\n```text\n{text}\n```\n" for name, text in _helps(group, "assist", None)]
    head = (
        "# Commands\n\nWhat `assist … --help` prints. This page is generated: `make docs` writes it again.\n\n"
        "Exit code 0: done. 1: failed, with one sentence on standard error. 2: wrong usage. 130: stopped with Ctrl-C.\n"
    )
    return "\n".join([head, *sections])


def _helps(command: click.Command, name: str, parent: click.Context | None) -> Iterator[tuple[str, str]]:
    context = command.make_context(name, [], parent=parent, resilient_parsing=True, terminal_width=HELP_WIDTH)
    yield context.command_path, "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            if found is not None and not found.hidden:
                yield from _helps(found, inner, context)


if __name__ == "__main__":
    sys.exit(main())
