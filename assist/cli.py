"""The command line. Exit code 0: done; 1: failed, with one clear sentence on stderr; 2: wrong usage."""

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from assist.commands import bench as bench_command
from assist.commands import doctor as doctor_command
from assist.commands.batch import BatchSettings, run_batch
from assist.commands.bench import BenchSettings, Plan
from assist.commands.classify import classify_lines
from assist.commands.evaluate import EvaluateSettings
from assist.commands.evaluate import evaluate as evaluate_labelled
from assist.commands.models_group import models
from assist.commands.options import Command, Options, Speed, engine_options, with_options
from assist.commands.playbook_group import playbook
from assist.commands.replay import replay_call
from assist.commands.train_command import train
from assist.core.errors import AssistError
from assist.core.events import Channel
from assist.settings import (
    DEFAULT_PLAYBOOK,
    EngineSettings,
    OverlaySettings,
    ReplaySettings,
)

_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 110, "show_default": True}
DEMO = Path(__file__).parent / "demo" / "churn_angry.mka"


def _replay_options(command: Command) -> Command:
    """The options that demo and replay share."""
    options: Options = [
        click.option("--headless", is_flag=True, help="Print transcript and cues here instead of opening the overlay."),
        click.option("--speed", type=Speed(), default="1", help="Times real time, or max: as fast as the machine can."),
        click.option(
            "--events", metavar="FILE|-", help="Write the event log (JSON lines) to a file, or to standard output."
        ),
        click.option(
            "--playbook", default=DEFAULT_PLAYBOOK, metavar="NAME|FOLDER", help="Playbook to judge the call with."
        ),
        *engine_options(),
        click.option("--partials/--no-partials", default=True, help="Show words while they are spoken."),
        click.option("--word-times/--no-word-times", default=False, help="Write down when each word was spoken."),
        click.option(
            "--port",
            type=click.IntRange(1, 65535),
            help="Port of the overlay on this machine.  [default: a free one]",
        ),
        click.option("--browser/--no-browser", default=True, help="Open the overlay in the browser."),
        click.option("--stay/--no-stay", default=True, help="Keep the overlay up after the call, until Ctrl-C."),
    ]
    return with_options(options)(command)


@click.group(context_settings=_CONTEXT)
@click.version_option(package_name="call-copilot", prog_name="assist")
def main() -> None:
    """Real-time assistance for call-centre agents, on this machine alone.

    \b
    Start here:
      assist demo                       watch a call with an angry customer in the browser
      assist demo --headless            the same in the terminal
      assist replay CALL.wav            your own recording: stereo, left agent, right customer
      assist doctor                     what is missing, and the command that mends it
    """


@main.command(context_settings=_CONTEXT)
@_replay_options
def demo(headless: bool, speed: float | None, events: str | None, **rest: Any) -> None:
    """Replay the bundled call: real audio, real recogniser, cues as an agent sees them.

    An angry customer wants to cancel; the agent errs, recovers and keeps him. Two minutes, paced as it was spoken.
    """
    replay_call(_settings(DEMO, "churn_inbound", None, 32, speed, events, rest), _overlay(rest), headless, now=True)


@main.command(context_settings=_CONTEXT)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--scene",
    metavar="ID",
    help="Kind of call, such as churn_inbound.  [default: the call's own, or found out in its first minute]",
)
@click.option("--call-model", metavar="ID", help="Call model to follow instead of the scene's own, such as M7.")
@click.option(
    "--customer",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help='Facts for lines and preparation, as JSON: {"surname": "王", "title": "先生", "plan": "…", "fee": 159, "months": 11}.',
)
@click.option("--channel", type=click.Choice([c.value for c in Channel]), help="Whose voice a mono recording holds.")
@click.option(
    "--block-ms",
    type=click.IntRange(1, 10_000),
    default=32,
    help="Audio read at a time; changes nothing in the result.",
)
@click.option(
    "--started-at",
    metavar="ISO8601",
    help="When the call began; promises are dated from it.  [default: the file's date]",
)
@click.option(
    "--known",
    multiple=True,
    metavar="WORD",
    help="What is known of the customer, such as 王先生 or the name of the plan; the recogniser expects it. May be repeated.",
)
@click.option("--again", is_flag=True, help="Repeat it until Ctrl-C, each time with the playbook as it then is.")
@_replay_options
def replay(
    file: Path, scene: str | None, channel: str | None, block_ms: int, started_at: str | None,
    headless: bool, speed: float | None, events: str | None, **rest: Any,
) -> None:  # fmt: skip
    """Run a recorded call through the same pipeline as a live one.

    \b
    FILE is one of
      a recording      any format PyAV reads; stereo: left agent, right customer; mono: say whose with --channel
      *.json           an annotated call; its turns stand in for the recogniser
      *.jsonl          an event log; what was heard is judged again
    """
    role = Channel(channel) if channel else None
    settings = _settings(file, scene, role, block_ms, speed, events, rest, started_at)
    settings = replace(settings, **{name: rest[name] for name in ("known", "customer", "call_model")})
    replay_call(settings, _overlay(rest), headless, now=False, again=rest["again"])


@main.command(context_settings=_CONTEXT)
@click.argument("file", metavar="FILE.jsonl|-", type=click.File("r", encoding="utf-8"))
@click.option(
    "--channel", type=click.Choice([c.value for c in Channel]), help="Who says it.  [default: judged as both]"
)
@click.option("--playbook", default=DEFAULT_PLAYBOOK, metavar="NAME|FOLDER", help="Playbook whose word lists are used.")
def classify(file: Any, channel: str | None, playbook: str) -> None:
    """What each classifier says of one sentence: {"text": …} per line in, one JSON line out.

    \b
    echo '{"text": "这是公司规定，我也没办法"}' | assist classify - --channel agent
    """
    classify_lines(file, sys.stdout, Channel(channel) if channel else None, playbook)


@main.command(context_settings=_CONTEXT)
@click.argument("paths", metavar="PATH…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--text", is_flag=True, help="Read the turns of calls instead of hearing their recordings.")
@click.option("--json", is_flag=True, help="Print everything as JSON.")
@click.option(
    "--plot", metavar="FILE", type=click.Path(path_type=Path), help="Draw a bar for each metric: .png or .svg."
)
@click.option("--playbook", default=DEFAULT_PLAYBOOK, metavar="NAME|FOLDER", help="Playbook to judge with.")
@with_options(engine_options())
@click.option("--partials/--no-partials", default=True, help="Judge what is half said too, as in a live call.")
def evaluate(
    paths: tuple[Path, ...], text: bool, json: bool, plot: Path | None, playbook: str, **engine: Any
) -> None:  # fmt: skip
    """Compare what is understood with labels: metrics, confusions, every error.

    \b
    PATH is one of
      CALL.json        an annotated call; heard where CALL.flac (.wav, .mka …) is beside it, else read
      CALL.phone.flac  a recording of it, whose labels are in CALL.json
      *.jsonl          labelled sentences: forbidden speech, objections or commitments
      a folder         all calls and sentences in it

    What each figure means: docs/evaluation.md
    """
    evaluate_labelled(
        EvaluateSettings(paths, EngineSettings(**engine), playbook, text, json, plot), sys.stdout, sys.stderr
    )


@main.command(context_settings=_CONTEXT)
@click.option("--playbook", default=DEFAULT_PLAYBOOK, metavar="NAME|FOLDER")
def doctor(playbook: str) -> None:
    """Check this installation and name the one command that mends what is missing."""
    if not doctor_command.examine(playbook, sys.stdout):
        raise SystemExit(1)


main.add_command(models)
main.add_command(playbook)
main.add_command(train)


@main.command(context_settings=_CONTEXT)
@click.argument("paths", metavar="PATH…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out",
    required=True,
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the logs go.",
)
@click.option("--scene", metavar="ID", help="Kind of all these calls.  [default: found out in each one's first minute]")
@click.option("--channel", type=click.Choice([c.value for c in Channel]), help="Whose voice mono recordings hold.")
@click.option("--playbook", default=DEFAULT_PLAYBOOK, metavar="NAME|FOLDER", help="Playbook to judge the calls with.")
@with_options(engine_options())
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=4,
    help="Calls at once; each takes some 50 MB, and more feed a GPU better.",
)
@click.option("--again", is_flag=True, help="Do calls again whose log is there already.")
def batch(
    paths: tuple[Path, ...], out: Path, scene: str | None, channel: str | None, playbook: str,
    jobs: int, again: bool, **engine: Any,
) -> None:  # fmt: skip
    """Write the event logs of many recordings, as fast as this machine can; finals only.

    Each PATH is a recording, or a folder that is searched for them. FOLDER gets a NAME.jsonl for each; while it is being
    written it is called NAME.jsonl.partial, so that a batch that was broken off goes on where it was.
    """
    role = Channel(channel) if channel else None
    recogniser = EngineSettings(**engine, partials=False)
    each = ReplaySettings(Path(), scene, None, None, role, playbook=playbook, engine=recogniser)
    if not run_batch(BatchSettings(paths, out, each, jobs, again)):
        raise SystemExit(1)


@main.group(context_settings=_CONTEXT)
def bench() -> None:
    """Measure this machine."""


@bench.command("asr", context_settings=_CONTEXT)
@click.argument("paths", metavar="[CALL.json|FOLDER]…", nargs=-1, type=click.Path(path_type=Path))
@click.option("--real-time/--no-real-time", default=True, help="Play every call as it was spoken: how long words take.")
@click.option("--telephone/--no-telephone", default=True, help="Error rates over a telephone line too.")
@click.option("--baseline/--no-baseline", default=True, help="faster-whisper as it comes, on the same recordings.")
@click.option("--batch", is_flag=True, help="Throughput over whole recordings, against BatchedInferencePipeline.")
@click.option(
    "--load",
    metavar="SECONDS",
    type=click.FloatRange(5, 3600),
    help="Play both channels talking without a pause for so long.",
)
@click.option(
    "--clips",
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False),
    help="Error rate on single recordings too, listed in its manifest.jsonl; no playbook helps there.",
)
@click.option("--calls", is_flag=True, help="Print the error rates of each call too.")
@click.option("--json", metavar="FILE", type=click.Path(path_type=Path), help="Write all figures here.")
@click.option("--plot", metavar="FILE", type=click.Path(path_type=Path), help="Draw them: .png, .svg or .pdf.")
@click.option("--playbook", default=DEFAULT_PLAYBOOK, metavar="NAME|FOLDER", help="Whose words are to be expected.")
@click.option(
    "--model",
    default="base",
    metavar="NAME|FOLDER",
    help="Whisper weights: a name of `assist models list`, or a CTranslate2 folder.",
)
@click.option("--device", default="cpu", metavar="cpu|cuda|auto", help="Where both recognisers compute.")
@click.option("--compute-type", default="int8", metavar="TYPE", help="Such as int8, float16, float32.")
@click.option("--threads", type=click.IntRange(1, 64), default=2, help="CPU threads of each recogniser.")
def bench_asr(
    *, paths: tuple[Path, ...], calls: bool, json: Path | None, plot: Path | None, playbook: str,
    model: str, device: str, compute_type: str, threads: int, load: float | None, clips: Path | None, **plan: bool,
) -> None:  # fmt: skip
    """How fast and how well this machine recognises calls, beside faster-whisper as it comes.

    Each CALL.json is an annotated call, with its recording (CALL.flac, .wav, .mka …) and the true times of its turns
    (CALL.timing.json) beside it; a FOLDER gives all that it has. Without any, the bundled call. A call takes about three
    times as long as it is; let the machine do nothing else. Ctrl-C prints what has been measured so far.

    \b
    assist bench asr                                     the bundled call: some six minutes
    assist bench asr --no-real-time --no-telephone       error rates alone
    assist bench asr CALLS/ --json mine.json --plot mine.png
    assist bench asr CALLS/ --batch --load 300           throughput of archives, and five minutes of talk
    What each figure means: docs/benchmarks.md
    """
    engine = EngineSettings(model, threads, device=device, compute_type=compute_type)
    settings = BenchSettings(
        paths or (DEMO.with_suffix(".json"),),
        engine,
        playbook,
        Plan(load_seconds=load, clips=clips, **plan),
        json,
        plot,
        calls,
    )
    if not bench_command.bench_asr(settings, sys.stdout, sys.stderr):
        raise SystemExit(130)


def _settings(
    path: Path,
    scene: str | None,
    channel: Channel | None,
    block_ms: int,
    speed: float | None,
    events: str | None,
    rest: dict[str, Any],
    started_at: str | None = None,
) -> ReplaySettings:
    names = ("engine", "model", "device", "compute_type", "threads", "partials", "word_times")
    engine = EngineSettings(**{name: rest[name] for name in names})
    return ReplaySettings(path, scene, speed, events, channel, block_ms, rest["playbook"], engine, started_at)


def _overlay(rest: dict[str, Any]) -> OverlaySettings:
    return OverlaySettings(rest["port"], rest["browser"], rest["stay"])


def run() -> None:
    """Entry point: no traceback reaches a user."""
    try:
        main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        raise SystemExit(2) from None
    except (click.Abort, KeyboardInterrupt):
        raise SystemExit(130) from None
    except AssistError as error:
        _fail(error.message)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has gone; nothing is left to say
        raise SystemExit(1) from None
    except Exception as error:
        if os.environ.get("ASSIST_TRACEBACK"):
            raise
        _fail(f"unexpected {type(error).__name__}; run it again with ASSIST_TRACEBACK=1 and report what it prints")


def _fail(sentence: str) -> None:
    click.echo(f"assist: {sentence}", err=True)
    raise SystemExit(1)


if __name__ == "__main__":
    run()
