"""Measures how long an agent waits: from the true end of speech to the final text, and to the cue on the page.

    python tools/measure_latency.py [CALL.flac] [--json FILE]

Replays a voiced call in real time through the real recogniser and the real server, with the page open in a headless
Chromium that notes when each thing appears. True ends of speech come from the call's `.timing.json`.
"""

import argparse
import asyncio
import json
import os
import platform
import shutil
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright

from assist import wiring
from assist.core.events import CallEvent, CallStarted, Channel, CueShown, SpeechEnded, Transcribed
from assist.core.spans import RATE
from assist.runtime.publisher import Publisher
from assist.server.app import Overlay
from assist.server.display import display
from assist.server.feed import Feed
from assist.server.gate import new_token
from assist.server.serve import LOOPBACK, listen, serving
from assist.settings import EngineSettings, ReplaySettings

DEMO = Path(__file__).parent.parent / "assist" / "demo" / "churn_angry.mka"
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]

# Notes the wall time at which each final text and each cue first stands in the page.
_WATCH = """() => {
  window.seen = {};
  const note = () => {
    const now = performance.timeOrigin + performance.now();
    for (const e of document.querySelectorAll('[data-testid=utterance][data-final="true"]'))
      seen['final ' + e.dataset.utterance] ??= now;
    for (const e of document.querySelectorAll('[data-testid=cue]'))
      seen['cue ' + e.dataset.cue] ??= now;
  };
  new MutationObserver(note).observe(document.body, {subtree: true, childList: true, attributes: true, characterData: true});
}"""


@dataclass
class Measured:
    """Wall times, in seconds of the system clock."""

    began: float = 0.0
    finals: dict[str, tuple[Transcribed, float]] = field(default_factory=dict)
    first_partials: dict[str, float] = field(default_factory=dict)
    speech: dict[str, SpeechEnded] = field(default_factory=dict)
    cues: list[CueShown] = field(default_factory=list)
    page: dict[str, float] = field(default_factory=dict)

    def note(self, _: int, event: CallEvent) -> None:
        now = time.time()
        match event:
            case CallStarted():
                self.began = now
            case SpeechEnded():
                self.speech[event.utterance] = event
            case Transcribed(transcript=text) if text.final:
                self.finals[text.utterance] = (event, now)
            case Transcribed(transcript=text):
                self.first_partials.setdefault(text.utterance, now)
            case CueShown():
                self.cues.append(event)
            case _:
                pass


async def measure(path: Path, threads: int) -> tuple[Measured, int]:
    """Replays once in real time; also returns how many partials were left out."""
    playbook = wiring.read_playbook("telecom")
    settings = ReplaySettings(path, engine=EngineSettings(threads=threads))
    call = wiring.prepare(settings, playbook)
    engine = await asyncio.to_thread(call.load_engine)
    feed, token, measured = Feed(), new_token(), Measured()
    overlay = Overlay(feed, token, display(playbook), lambda cue, answer: True)
    sock = listen(None)
    async with serving(overlay, sock), async_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = await playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        page: Page = await browser.new_page(viewport={"width": 400, "height": 800})
        await page.goto(f"http://{LOOPBACK}:{sock.getsockname()[1]}/#token={token}")
        await page.evaluate(_WATCH)
        await asyncio.wait_for(overlay.connected.wait(), 30)
        feed.begin(call.call_id)
        replay = await call.run(engine, Publisher([], [feed.publish, measured.note]), 1.0, lambda _: None)
        await asyncio.sleep(1)
        measured.page = {key: value / 1000 for key, value in (await page.evaluate("() => window.seen")).items()}
        await browser.close()
    return measured, replay.shed


def delays(measured: Measured, turns: list[tuple[Channel, float]]) -> dict[str, list[float]]:
    """Seconds from the true end of each turn to what follows from it."""
    found: dict[str, list[float]] = {"final text": [], "final text on the page": [], "cue on the page": []}
    ends: dict[str, float] = {}
    for channel, end in turns:
        covering = [u for u, s in measured.speech.items() if s.channel is channel and s.span.start / RATE < end]
        if covering:
            ends[max(covering, key=lambda u: measured.speech[u].span.start)] = end
    for utterance, end in ends.items():
        _, at = measured.finals[utterance]
        found["final text"].append(at - measured.began - end)
        if f"final {utterance}" in measured.page:
            found["final text on the page"].append(measured.page[f"final {utterance}"] - measured.began - end)
    for shown in measured.cues:
        causes = [e.utterance for e in shown.cue.because if e.utterance in ends]
        seen = measured.page.get(f"cue {shown.cue.id}")
        if causes and seen is not None:
            found["cue on the page"].append(seen - measured.began - ends[str(causes[0])])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("call", nargs="?", type=Path, default=DEMO)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path, help="write the figures here too")
    arguments = parser.parse_args()
    stem = arguments.call.with_suffix("")
    labels = json.loads(stem.with_suffix(".json").read_text(encoding="utf-8"))["turns"]
    times = json.loads(stem.with_suffix(".timing.json").read_text(encoding="utf-8"))["turns"]
    turns = [(Channel(turn["channel"]), float(moment["end"])) for turn, moment in zip(labels, times, strict=True)]
    busy = os.times()
    measured, shed = asyncio.run(measure(arguments.call, arguments.threads))
    used = os.times()
    figures: dict[str, Any] = {
        "call": arguments.call.name,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "cpu_seconds": round(used.user + used.system - busy.user - busy.system, 1),
        "partials_left_out": shed,
    }
    for name, seconds in delays(measured, turns).items():
        if len(seconds) > 1:
            tail = statistics.quantiles(seconds, n=20, method="inclusive")[-1]
            figures[name] = {
                "n": len(seconds),
                "median_s": round(statistics.median(seconds), 2),
                "p95_s": round(tail, 2),
            }
    json.dump(figures, sys.stdout, ensure_ascii=False, indent=1)
    print()
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
