"""The real weights with the small vocabulary: every text can be spelt, and the same is heard as with the whole one."""

import json
import unicodedata
from pathlib import Path

import pytest
from faster_whisper import decode_audio
from hypothesis import assume, given
from hypothesis import strategies as st

from assist.core.spans import RATE
from models.decoding import Decoder, Device
from models.vocabulary import Vocabulary, compact, open_vocabulary
from models.weights import locate

pytestmark = pytest.mark.model
DATA = Path(__file__).parent.parent / "data"

HANZI = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)
MARKS = st.sampled_from("，。、？！；：“”‘’（）《》…—·￥％ ")
ASCII = st.characters(min_codepoint=0x20, max_codepoint=0x7E)
SPOKEN = st.text(HANZI | MARKS | ASCII, max_size=40)


@pytest.fixture(scope="module")
def base() -> Path:
    return locate("base").folder


@pytest.fixture(scope="module")
def copy(base, tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("compact")
    assert compact(base, home) == home
    return home


@pytest.fixture(scope="module")
def whole(base) -> Vocabulary:
    return Vocabulary(base)


@pytest.fixture(scope="module")
def small(base, copy) -> Vocabulary:
    return open_vocabulary(copy, base)


@given(text=SPOKEN)
def test_any_text_comes_back_as_it_went_in(whole, small, text):
    assume("<|" not in text)  # a sign of the task, not a text
    for vocabulary in (whole, small):
        rows = vocabulary.encode(text)
        assert vocabulary.decode(rows) == text
        assert all(0 <= row < len(vocabulary) for row in rows)


@given(text=st.text(max_size=20))
def test_what_nobody_says_on_a_call_can_be_spelt_too(small, text):
    assume("<|" not in text)
    assert small.decode(small.encode(text)) == text


def test_chinese_is_spelt_with_hardly_more_tokens_than_before(whole, small):
    turns = json.loads((DATA / "short_call.json").read_text(encoding="utf-8"))["turns"]
    said = "".join(turn["text"] for turn in turns)
    assert len(small) < len(whole) / 6
    assert len(small.encode(said)) <= 1.02 * len(whole.encode(said))


def test_a_row_of_the_copy_is_its_token(base, copy, whole, small):
    """The tokenizer's numbers find the same signs of the task in both, at other places."""
    words = (base / "vocabulary.txt").read_text(encoding="utf-8").split("\n")
    rows = (copy / "vocabulary.txt").read_text(encoding="utf-8").split("\n")
    for sign in ("<|startoftranscript|>", "<|zh|>", "<|transcribe|>", "<|0.00|>", "<|30.00|>", "<|endoftext|>"):
        token = words.index(sign)
        assert [rows[row] for row in small.rows([token])] == [words[row] for row in whole.rows([token])] == [sign]


def test_the_same_is_heard_with_the_small_vocabulary(base, copy):
    """Sums in another order move a probability by a little; letters stay the same."""
    times = json.loads((DATA / "two_turns.timing.json").read_text(encoding="utf-8"))["turns"]
    sides = decode_audio(str(DATA / "two_turns.flac"), sampling_rate=RATE, split_stereo=True)
    sounds = [
        side[int(t["start"] * RATE) - 3200 : int(t["end"] * RATE) + 3200] for side, t in zip(sides, times, strict=True)
    ]
    heard = []
    for home in (None, copy):
        decoder = Decoder(base, "zh", Device(), home)
        encoded = decoder.encode(sounds, 1.5, 3.0)
        heard.append([best[0] for best in decoder.decode(encoded, [decoder.prompt(())] * 2, [60, 60], 5)])
    for plain, fast in zip(*heard, strict=True):
        assert _letters(fast.text) == _letters(plain.text)
        assert len(_letters(plain.text)) > 12
        assert fast.log_probability == pytest.approx(plain.log_probability, abs=0.1)
        assert fast.no_speech == pytest.approx(plain.no_speech, abs=0.05)


def _letters(text: str) -> str:
    return "".join(char for char in text if unicodedata.category(char)[0] in "LN")
