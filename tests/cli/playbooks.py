"""A small playbook folder to check, test, compare and change."""

from pathlib import Path

ROOT = """\
id: telecom
version: "1.0"
title: {zh: 小册, en: Small}
default_scene: churn_inbound
fallback_model: M3
thresholds: {cues_a_minute: 20}
"""
MODEL = """\
id: M3
source: M3
title: {zh: 挽留, en: Retention}
stages:
  - id: greeting
    title: {zh: 问候, en: Greeting}
    steps: [{id: hello, title: {zh: 问好, en: Hello}, heard: [您好]}]
  - id: propose
    title: {zh: 方案, en: Proposal}
    steps: [{id: offer, title: {zh: 给方案, en: Offer}, heard: [给您换个套餐]}]
"""
SCENE = """\
id: churn_inbound
source: S4
model: M3
placed_by_us: false
stages: {greeting: {do: [先问好], never: [不理人]}}
"""
CUES = """\
- id: bill.look
  source: [S4, K1]
  kind: say
  when:
    - phrase: {channel: customer, heard: [账单…看不懂]}
  scope: {scenes: [churn_inbound]}
  title: 一起看账单
  say: 我陪您把账单看一遍。
  why: 看得懂才放心。
  opens: bill.look
  cool_down_seconds: 5
  must_fire:
    - [{customer: 账单我看不懂呀。}]
    - [{agent: 您请讲。}, {customer: 这个账单谁看不懂啊，是我。}]
  must_not_fire:
    - [{agent: 账单您看不懂吗。}]
    - [{customer: 账单我看懂了。}]
- id: promise.kept
  source: K6
  kind: do
  when:
    - lacking:
        first: {phrase: {channel: customer, heard: [什么时候…答复]}}
        then: {phrase: {channel: agent, heard: [(今天|明天)…答复]}}
        within_seconds: 8
  priority: 65
  title: 说个时间
  say: 明天中午前我给您答复。
  why: 没有时间的承诺等于没说。
  must_fire:
    - [{customer: 你们什么时候给我答复。}]
    - [{customer: 什么时候答复我。}, {agent: 我记下了。}]
  must_not_fire:
    - [{customer: 你们什么时候给我答复。}, {agent: 明天十点前给您答复。}]
    - [{customer: 我等你答复。}]
"""
CARDS = """\
- id: bill.look
  source: K1
  title: 看账单
  when: 客户对账单有疑问。
  steps: [{title: 说总数}, {title: 问清楚}]
"""
WORDS = """\
forbidden:
  - {category: insult, severity: high, say_instead: 您慢慢说。, heard: [有毛病]}
"""
EXAMPLES = """\
insult:
  source: [F1, F2]
  said: [你这人有毛病吧。, 您是不是有毛病啊。]
  harmless: [手机有毛病您可以拿来看看。]
"""


def small_playbook(folder: Path) -> Path:
    """Writes it; returns the folder."""
    folder.mkdir()
    texts = {"playbook": ROOT, "models/mine": MODEL, "scenes/mine": SCENE, "cues/mine": CUES, "cards/mine": CARDS}
    for name, text in (texts | {"lexicons/mine": WORDS, "examples/mine": EXAMPLES}).items():
        write(folder, name, text)
    return folder


def write(folder: Path, name: str, text: str) -> None:
    """Writes one file of it, as `cues/mine`."""
    file = folder / f"{name}.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
