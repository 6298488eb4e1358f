"""The word lists of a playbook, from all their files together."""

from collections.abc import Iterable, Mapping
from typing import Any

from assist.core.lexicon import ForbiddenPhrase, Lexicon, Term, Weighted
from prompts.entries import phrases

_WEIGHTED = (
    "objection_topics",
    "objection_kinds",
    "objection_handling",
    "intents",
    "emotions",
    "customer_types",
    "commitments",
    "hold",
    "acts",
    "replies",
)


def _term(group: str, data: str | Mapping[str, Any]) -> Term:
    if isinstance(data, str):
        return Term(data, group)
    return Term(data["term"], group, tuple(data.get("also", ())), tuple(data.get("sounds_like", ())))


def lexicon(files: Iterable[Mapping[str, Any]]) -> Lexicon:
    """One lexicon."""
    forbidden: list[ForbiddenPhrase] = []
    weighted: dict[str, list[Weighted]] = {name: [] for name in _WEIGHTED}
    hotwords: list[str] = []
    unless: list[str] = []
    terms: list[Term] = []
    words: list[str] = []
    for data in files:
        for item in data.get("forbidden", ()):
            forbidden.append(ForbiddenPhrase(item["category"], item["severity"], phrases(item), item["say_instead"]))
        for name in _WEIGHTED:
            for item in data.get(name, ()):
                weighted[name].append(
                    Weighted(item["label"], phrases(item), float(item.get("weight", 1.0)), item.get("why", ""))
                )
        hotwords += data.get("hotwords", ())
        terms += (_term(group, item) for group, items in data.get("terms", {}).items() for item in items)
        words += data.get("words", ())
        unless += data.get("forbidden_unless", ())
    return Lexicon(
        tuple(forbidden),
        tuple(unless),
        hotwords=tuple(hotwords),
        terms=tuple(terms),
        words=tuple(words),
        **{name: tuple(items) for name, items in weighted.items()},
    )
