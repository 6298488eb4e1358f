"""The real page in a real browser, fed by the real server, replaying a call through the real session."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from assist.core import wire
from assist.server.app import STATIC

pytestmark = pytest.mark.browser
DATA = Path(__file__).parent.parent / "data"
CALL = DATA / "short_call.json"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 20_000


def _chromium() -> str:
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
    if found is None or not (STATIC / "index.html").is_file():
        message = "needs Chromium (Debian: apt-get install chromium) and the built page (make install)"
        if os.environ.get("ASSIST_TESTS_COMPLETE"):
            pytest.fail(message)
        pytest.skip(message)
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = _chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1100, "height": 800}, locale="zh-CN")
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert not [p for p in problems if "WebSocket" not in p and "ERR_CONNECTION" not in p], problems


class Replaying:
    """`assist replay` in a process of its own, with its overlay's link."""

    def __init__(self, path: Path, log: Path, speed: str, *more: str) -> None:
        self.log = log
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "assist.cli",
                "replay",
                str(path),
                "--no-browser",
                "--speed",
                speed,
                "--events",
                str(log),
                *more,
            ],
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        line = ""
        while "#token=" not in line:
            line = self._process.stderr.readline()
            assert line or self._process.poll() is None, "the command ended before it gave a link"
        self.link = re.search(r"http://\S+", line).group()
        self.origin = self.link.split("/#")[0]

    def events(self) -> list[wire.Recorded]:
        return [wire.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]

    def wait_for(self, kind: str, **fields: object) -> dict:
        """The first record of a kind with these fields, once it is in the log."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            lines = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
            for line in lines:
                record = json.loads(line) if line.endswith("}") else {}
                if record.get("kind") == kind and all(record.get(name) == value for name, value in fields.items()):
                    return record
            time.sleep(0.05)
        raise AssertionError(f"no {kind} {fields} in the log")

    def stop(self) -> None:
        self._process.kill()
        self._process.wait(20)
        self._process.stderr.close()


@pytest.fixture
def replaying(tmp_path) -> Iterator[object]:
    started: list[Replaying] = []

    def start(path: Path = CALL, speed: str = "1", *more: str) -> Replaying:
        started.append(Replaying(path, tmp_path / f"log{len(started)}.jsonl", speed, *more))
        return started[-1]

    yield start
    for one in started:
        one.stop()


def _finals(page: Page) -> list[tuple[str, str]]:
    lines = page.locator('[data-testid=utterance][data-final="true"]')
    return [(line.get_attribute("data-utterance"), line.inner_text()) for line in lines.all()]


def test_a_partial_turns_final_a_cue_comes_is_dismissed_and_the_answer_reaches_the_log(page, replaying):
    call = replaying()
    page.goto(call.link)
    expect(page.locator('[data-testid=utterance][data-final="false"]').first).to_be_visible(timeout=PATIENCE)
    first = page.locator("[data-testid=utterance]").first.get_attribute("data-utterance")
    expect(page.locator(f'[data-testid=utterance][data-utterance={first}][data-final="true"]')).to_be_visible(
        timeout=PATIENCE
    )
    alarm = page.locator("[data-testid=alarm]")
    expect(alarm).to_be_visible(timeout=PATIENCE)
    assert (
        alarm.get_attribute("role") == "alert"
        or alarm.locator("[role=alert]").count()
        or page.locator("[role=alert]").count()
    )
    cue = page.locator("[data-testid=cue]").first
    cue_id = cue.get_attribute("data-cue")
    cue.locator("[data-testid=cue-dismiss]").click()
    expect(page.locator(f'[data-testid=cue][data-cue="{cue_id}"]')).to_have_count(0, timeout=PATIENCE)
    assert call.wait_for("cue_answered", cue_id=cue_id)["answer"] == "dismissed"
    assert call.wait_for("cue_retired", cue_id=cue_id)["reason"] == "dismissed"


def test_a_reload_in_mid_call_loses_nothing_and_doubles_nothing(page, replaying):
    call = replaying(CALL, "2")
    page.goto(call.link)
    assert "token" not in page.url or page.wait_for_url(re.compile(r"^[^#]*#?$"), timeout=PATIENCE) is None
    expect(page.locator('[data-testid=utterance][data-final="true"]')).to_have_count(3, timeout=PATIENCE)
    before = _finals(page)
    page.reload()
    expect(page.locator('[data-testid=utterance][data-final="true"]').first).to_be_visible(timeout=PATIENCE)
    expect(page.locator("[data-testid=summary]")).to_be_visible(timeout=60_000)
    after = _finals(page)
    assert [utterance for utterance, _ in after][: len(before)] == [utterance for utterance, _ in before]
    spoken = [
        r.event.transcript.utterance
        for r in call.events()
        if wire.kind_of(type(r.event)) == "transcribed" and r.event.transcript.final
    ]
    assert sorted(utterance for utterance, _ in after) == sorted(spoken)
    assert len(set(spoken)) == len(spoken)


def test_two_overlays_see_the_same(browser, page, replaying):
    call = replaying(CALL, "4")
    other = browser.new_page()
    page.goto(call.link)
    other.goto(call.link)
    for one in (page, other):
        expect(one.locator("[data-testid=summary]")).to_be_visible(timeout=60_000)
    assert [u for u, _ in _finals(page)] == [u for u, _ in _finals(other)]
    other.close()


def test_a_customers_markup_is_shown_as_text(page, replaying, tmp_path):
    hostile = '<img src=x onerror="document.title=1">太贵了<script>document.title=2</script>\u202e'
    call = tmp_path / "hostile.json"
    turns = [
        {"i": 0, "channel": "customer", "text": hostile, "gap": 0.2},
        {"i": 1, "channel": "agent", "text": "您好。", "gap": 0.5},
    ]
    call.write_text(json.dumps({"call_id": "hostile", "scene": "churn_inbound", "turns": turns}), encoding="utf-8")
    running = replaying(call, "8")
    page.goto(running.link)
    line = page.locator('[data-testid=utterance][data-final="true"]').first
    expect(line).to_contain_text("<img src=x onerror", timeout=PATIENCE)
    title = page.title()
    page.wait_for_timeout(300)
    assert page.title() == title
    assert page.locator("[data-testid=utterance] img").count() == 0


def test_a_page_without_the_token_hears_nothing(page, replaying):
    call = replaying(CALL, "4")
    page.goto(call.origin + "/#token=" + "0" * 64)
    page.wait_for_timeout(1500)
    assert page.locator("[data-testid=utterance]").count() == 0
    page.goto("about:blank")
    page.goto(call.origin + "/")
    page.wait_for_timeout(500)
    assert page.locator("[data-testid=utterance]").count() == 0


def test_a_page_from_another_origin_cannot_connect(page, replaying):
    """The foreign page is the same server under a name it does not answer to, and one of its own without any server."""
    call = replaying(CALL, "4")
    token = call.link.split("=")[1]
    page.goto("about:blank")  # its origin is "null"
    outcome = page.evaluate(
        """([url, token]) => new Promise(done => {
            const socket = new WebSocket(url);
            socket.onopen = () => socket.send(JSON.stringify({type: 'hello', token, call_id: null, after: 0}));
            socket.onmessage = () => done('heard');
            socket.onclose = () => done('refused');
        })""",
        [call.origin.replace("http", "ws") + "/ws", token],
    )
    assert outcome == "refused"


def test_the_page_works_by_keyboard(page, replaying):
    call = replaying()
    page.goto(call.link)
    expect(page.locator("[data-testid=alarm]")).to_be_visible(timeout=PATIENCE)
    page.wait_for_timeout(500)  # the digit of a cue that has just left does nothing for a moment
    page.keyboard.press("1")
    answered = call.wait_for("cue_answered", answer="accepted")
    assert any(
        r.event.cue.id == answered["cue_id"] for r in call.events() if wire.kind_of(type(r.event)) == "cue_shown"
    )


def test_the_customers_type_is_set_by_keyboard_with_its_reasons_and_back_to_none(page, replaying):
    call = replaying()
    page.goto(call.link)
    panel = page.locator("[data-testid=customer-type]")
    choice = page.get_by_role("combobox", name="客户类型", exact=True)
    expect(choice).to_be_enabled(timeout=PATIENCE)
    choice.focus()
    page.keyboard.press("ArrowDown")
    told = call.wait_for("customer_type_changed", by="hand")
    assert told["type"]
    expect(panel).to_have_attribute("data-type", told["type"], timeout=PATIENCE)
    expect(choice).to_have_value(told["type"])
    page.keyboard.press("Tab")
    expect(page.locator("#type-why")).to_be_visible()
    expect(page.locator("#type-why")).to_contain_text("手动设定")
    choice.select_option(label="不定类型")
    call.wait_for("customer_type_changed", by="hand", type=None)
    expect(panel).to_have_attribute("data-type", "unknown", timeout=PATIENCE)
    expect(choice).to_have_value("-")
