"""The wordings of forbidden speech in a text, on characters and on sound; who is quoted or denied, offends nobody."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from assist.core.lexicon import ForbiddenPhrase, Lexicon, Phrases
from classifiers.phrases import Hit, PhraseSet

_CUTS, _ENDS = "，。？！,.?!;；", "。？！?!;；"

# Reported speech and negation, as the language has them; who is likely to be quoted in the trade, the playbook says.
# What follows one of these in the same clause is somebody else's words, or denied.
_REPORTS = Phrases(
    (
        "你(刚才|刚刚|刚|之前|上次|前面|先前)[那句](说|讲|提到|反映|问|骂|那句)",
        "你(说|讲|反映|提到|骂|问)",
        "(老|总|一直|有人|别人|他|她|他们|人家|对方)…(问|跟|对|和|骂|说|冲|叫|让)(你|的)",
        "(不是|并不是|并非|不是说|不是要|没有说|没说|不会说|不该说|绝不是)",
    ),
    (
        "你(说|讲|问|反映)(话|这种|这些|那些|得|的|了|什么|错|谎|够|完|清楚|来)",
        "(瞒|话跟|实跟)你(说|讲)",
        "(是不是|又不是|还不是|不就是)",
    ),
)


@dataclass(frozen=True, slots=True)
class FoundWords:
    """Wordings of an offence that were heard, and where."""

    entry: ForbiddenPhrase
    hit: Hit


class ForbiddenWords:
    """One find for each place: where wordings overlap, the surest and then the longest is kept."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._entries = [(entry, PhraseSet(entry.phrases, lexicon.forbidden_unless)) for entry in lexicon.forbidden]
        self._reports = (PhraseSet(_REPORTS), PhraseSet(Phrases(lexicon.forbidden_unless)))

        self._find = lru_cache(maxsize=64)(self._found)

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories there are words for, in the order of their names."""
        return tuple(sorted({entry.category for entry, _ in self._entries}))

    def entry(self, category: str) -> ForbiddenPhrase | None:
        """The first entry of a category, which stands for it where no wording was heard."""
        return next((entry for entry, _ in self._entries if entry.category == category), None)

    def find(self, text: str) -> tuple[FoundWords, ...]:
        """The offences in a text from left to right."""
        return self._find(text)

    def _found(self, text: str) -> tuple[FoundWords, ...]:
        reports = [report for phrases in self._reports for report in phrases.find_all(text)]
        found = (
            FoundWords(entry, hit)
            for entry, phrases in self._entries
            for hit in phrases.find_all(text)
            if not _spans_sentences(hit) and not any(_follows(text, report, hit) for report in reports)
        )
        return tuple(_best(found))


@lru_cache(maxsize=4)
def forbidden_words(lexicon: Lexicon) -> ForbiddenWords:
    """The one compiled list of a playbook."""
    return ForbiddenWords(lexicon)


def _spans_sentences(hit: Hit) -> bool:
    """A gap may have bridged the end of a sentence, where the words before and after no longer belong together."""
    return any(mark in hit.matched for mark in _ENDS)


def _follows(text: str, report: Hit, hit: Hit) -> bool:
    """The hit may begin with the last words of the report: 不是 in 不是后台弄错了 denies 是后台弄错."""
    return report.start < hit.start and not any(mark in text[report.end : hit.start] for mark in _CUTS)


def _best(found: Iterable[FoundWords]) -> Iterator[FoundWords]:
    ranked = sorted(found, key=lambda one: (-one.hit.score, one.hit.start - one.hit.end, one.hit.start))
    kept: list[FoundWords] = []
    for one in ranked:
        if all(one.hit.end <= other.hit.start or other.hit.end <= one.hit.start for other in kept):
            kept.append(one)
    yield from sorted(kept, key=lambda one: one.hit.start)
