"""Which syllables of Mandarin (pinyin without tone) are taken for each other, by people and by recognisers."""

from functools import cache

_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))
_FINALS = (("ang", "an"), ("eng", "en"), ("ing", "in"))
_WHOLE = {"hu": "fu"}  # 户 is heard as 负; other syllables with h and f are kept apart
_KINDRED = {"p": "b", "t": "j", "k": "g", "q": "j", "x": "j", "c": "z", "s": "z", "r": "l", "h": "f", "d": "j"}


@cache
def fold(syllable: str) -> str:
    """One form for syllables that many speakers do not tell apart: zh and z, n and l, in and ing."""
    syllable = _WHOLE.get(syllable, syllable)
    for long, short in _INITIALS:
        if syllable.startswith(long) and len(syllable) > len(long):
            syllable = short + syllable[len(long) :]
            break
    for long, short in _FINALS:
        if syllable.endswith(long):
            return syllable[: -len(long)] + short
    return syllable


@cache
def coarse(syllable: str) -> str:
    """One form for syllables that sound alike over a poor line: initials made at the same place are one."""
    folded = fold(syllable)
    return _KINDRED.get(folded[:1], folded[:1]) + folded[1:]


@cache
def rime(syllable: str) -> str:
    """What rhymes: the syllable without its initial and the glide after it, so that huai rhymes with dai."""
    folded = fold(syllable)
    final = folded.lstrip("bpmfdtlnkghjqxzcsryw") or folded
    return final[1:] if len(final) > 1 and final[0] in "iuv" and final[1] in "aeo" else final
