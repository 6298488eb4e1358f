"""The decoder with real weights: shapes, batches, prefixes, caps, and where a text lies in the sound."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from faster_whisper import decode_audio
from tokenizers import Tokenizer
from tokenizers.models import BPE

from assist.core.errors import EngineError
from assist.core.spans import RATE
from models.decoding import TICK_SECONDS, Decoder, Device, Encoded, Pcm
from models.text import tidy
from models.weights import locate

pytestmark = pytest.mark.model
DATA = Path(__file__).parent.parent / "data"
SAID = "你好,我不用这个号码了,请帮我办理销户"
ANOTHER = "今天天气很好,我们去公园散散步吧朋友们"


@pytest.fixture(scope="module")
def decoder(tmp_path_factory) -> Decoder:
    return Decoder(locate("base").folder, "zh", Device(), tmp_path_factory.mktemp("compact") / "base")


@pytest.fixture(scope="module")
def voices() -> tuple[Pcm, Pcm]:
    """The agent's and the customer's sentence, with 0.1 s of silence on both sides."""
    times = json.loads((DATA / "two_turns.timing.json").read_text(encoding="utf-8"))["turns"]
    sides = decode_audio(str(DATA / "two_turns.flac"), sampling_rate=RATE, split_stereo=True)
    agent, customer = (
        side[int((turn["start"] - 0.1) * RATE) : int((turn["end"] + 0.1) * RATE)].copy()
        for side, turn in zip(sides, times, strict=True)
    )
    return agent, customer


@pytest.fixture(scope="module")
def customer(decoder, voices) -> Encoded:
    return decoder.encode([voices[1]], padding=1.5, least=3.0)


def best(decoder: Decoder, encoded: Encoded, cap: int = 60, beam: int = 1, **rest: object) -> list:
    many = [decoder.prompt(())] * len(encoded.seconds)
    return decoder.decode(encoded, many, [cap] * len(many), beam, **rest)


@pytest.mark.parametrize(
    ("seconds", "padding", "least", "window"),
    [(1.0, 1.5, 3.0, 3.0), (4.0, 1.5, 3.0, 5.5), (0.05, 0.0, 1.0, 1.0), (40.0, 1.0, 3.0, 30.0)],
)
def test_a_sound_is_padded_to_what_was_asked_and_never_beyond_the_window(decoder, seconds, padding, least, window):
    encoded = decoder.encode([np.zeros(int(seconds * RATE), np.float32)], padding, least)
    assert encoded.seconds == (seconds,)
    assert encoded.frames == round(window / TICK_SECONDS)
    assert tuple(encoded.features.shape)[:2] == (1, encoded.frames)


def test_sounds_of_several_lengths_are_padded_to_the_longest(decoder):
    sounds = [np.zeros(int(seconds * RATE), np.float32) for seconds in (1.0, 4.0, 2.5)]
    encoded = decoder.encode(sounds, padding=1.5, least=3.0)
    assert encoded.seconds == (1.0, 4.0, 2.5)
    assert tuple(encoded.features.shape)[:2] == (3, round(5.5 / TICK_SECONDS))


def test_a_batch_gives_as_many_answers_in_its_order(decoder, voices):
    agent, customer = voices
    encoded = decoder.encode([customer, agent, customer[: 2 * RATE]], padding=1.5, least=3.0)
    found = best(decoder, encoded, beam=5, hypotheses=3)
    assert [len(hypotheses) for hypotheses in found] == [3, 3, 3]
    assert "号码" in tidy(found[0][0].text)
    assert "客服" in tidy(found[1][0].text)
    assert "办理" not in tidy(found[2][0].text)  # said after two seconds
    for hypotheses in found:
        assert all(-5 < h.log_probability <= hypotheses[0].log_probability + 0.05 for h in hypotheses)
        assert all(h.text == decoder.text(h.rows) and 0 <= h.no_speech <= 1 for h in hypotheses)


def test_a_score_is_the_log_probability_of_the_whole(decoder, customer):
    [[found]] = best(decoder, customer)
    assert found.score == pytest.approx(found.log_probability * (found.tokens + 1))
    assert found.tokens >= len(found.rows) > 10


@pytest.mark.parametrize("beam", [1, 5])
@pytest.mark.parametrize("prefix", ["你", "你好，我不用这个", "我不要", "宽带的话呢"])
def test_what_is_settled_stands_at_the_beginning_and_only_there(decoder, customer, prefix, beam):
    head = decoder.rows(prefix)
    [[found]] = best(decoder, customer, beam=beam, prefixes=[head])
    assert list(found.rows[: len(head)]) == head
    assert found.text.startswith(decoder.text(head))
    assert decoder.text(head) not in found.text[len(decoder.text(head)) :]
    assert "帮我办理" in tidy(found.text)


def test_what_is_settled_stands_even_when_nothing_follows(decoder):
    encoded = decoder.encode([np.zeros(RATE, np.float32)], padding=1.5, least=3.0)
    head = decoder.rows("我们来看一下")
    [[found]] = best(decoder, encoded, prefixes=[head])
    assert list(found.rows[: len(head)]) == head


def test_prefixes_of_one_length_stay_with_their_sounds(decoder, voices):
    heads = [decoder.rows("您好"), decoder.rows("我不")]
    length = min(map(len, heads))
    encoded = decoder.encode(list(voices), padding=1.5, least=3.0)
    found = best(decoder, encoded, prefixes=[head[:length] for head in heads])
    assert [list(one[0].rows[:length]) for one in found] == [head[:length] for head in heads]


def test_what_was_said_before_stands_before_the_signs_of_the_task(decoder):
    before = decoder.rows("您要办什么业务")
    plain, told = decoder.prompt(()), decoder.prompt(before)
    assert told[1:] == [*before, *plain]
    assert told[0] not in plain


def test_a_prompt_is_heard(decoder, customer):
    """Told to expect the word, the decoder finds it likelier."""
    rows = decoder.rows(SAID)
    [plain] = decoder.align(customer, [rows], ())
    [told] = decoder.align(customer, [rows], decoder.rows(" 销户"))
    word = len(decoder.rows("销户"))
    assert sum(told.log_probabilities[-word:]) > sum(plain.log_probabilities[-word:]) + 1


@pytest.mark.parametrize("cap", [3, 8, 12])
def test_a_decode_that_reaches_its_cap_says_so(decoder, customer, cap):
    [[found]] = best(decoder, customer, cap)
    assert found.tokens >= cap
    assert len(found.text) < len(SAID)


def test_a_cap_is_for_what_is_new_however_long_the_prompt(decoder, customer):
    before = decoder.rows("您好，请问有什么可以帮您？" * 6)
    [[found]] = decoder.decode(customer, [decoder.prompt(before)], [60], 1)
    assert "号码" in found.text
    assert found.tokens < 60


def test_the_words_said_are_likelier_than_others(decoder, customer):
    texts = [SAID, SAID.replace("号码", "好马"), ANOTHER]
    said, alike, other = (sum(decoder.align(customer, [decoder.rows(t)], ())[0].log_probabilities) for t in texts)
    assert said > alike > other
    assert other < said - 20


def test_a_text_lies_in_the_whole_of_its_sound(decoder, voices, customer):
    """In order, inside the sound, the last word where the voice ends and not before."""
    rows = decoder.rows(SAID)
    [alignment] = decoder.align(customer, [rows], ())
    assert len(alignment.ticks) == len(alignment.log_probabilities) == len(rows)
    assert all(probability <= 0 for probability in alignment.log_probabilities)
    starts, ends = zip(*alignment.ticks, strict=True)
    assert starts[0] >= 0
    assert list(starts) == sorted(starts)
    assert list(ends) == sorted(ends)
    assert all(start < end for start, end in alignment.ticks)
    seconds = len(voices[1]) / RATE
    assert seconds - 0.6 < ends[-1] * TICK_SECONDS < seconds + 2 * TICK_SECONDS
    pause = next(end for row, end in zip(rows, ends, strict=True) if decoder.text([row]) == "了") * TICK_SECONDS
    assert 0.4 * seconds < pause < 0.65 * seconds  # he draws breath in the middle


def test_texts_of_a_batch_are_aligned_with_their_own_sounds(decoder, voices, customer):
    encoded = decoder.encode([voices[1], voices[0]], padding=1.5, least=3.0)
    rows = [decoder.rows(SAID), decoder.rows("您好,通信客服中心,请问您需要办什么业务?")]
    [mine, other] = decoder.align(encoded, rows, ())
    [alone] = decoder.align(customer, rows[:1], ())
    assert sum(mine.log_probabilities) == pytest.approx(sum(alone.log_probabilities), abs=2.0)
    assert [len(one.ticks) for one in (mine, other)] == [len(one) for one in rows]
    assert sum(other.log_probabilities) > -30


def test_each_of_several_texts_is_held_against_the_one_sound(decoder, customer):
    texts = [decoder.rows(text) for text in (SAID, SAID.replace("号码", "好马"), ANOTHER, "嗯")]
    together = decoder.align(customer, texts, decoder.rows("您好"))
    for rows, one in zip(texts, together, strict=True):
        [alone] = decoder.align(customer, [rows], decoder.rows("您好"))
        assert one.log_probabilities == pytest.approx(alone.log_probabilities, abs=0.5)
        assert sum(one.log_probabilities) == pytest.approx(sum(alone.log_probabilities), abs=1.0)
        assert len(one.ticks) == len(rows)


def test_a_piece_of_a_batch_is_what_it_would_be_alone(decoder, voices, customer):
    together = decoder.encode([voices[0], voices[1]], padding=1.5, least=3.0)
    first, piece = together.pieces()
    assert (piece.seconds, piece.frames) == (together.seconds[1:], together.frames)
    rows = decoder.rows(SAID)
    [[mine], [other]] = [decoder.align(one, [rows], ()) for one in (piece, first)]
    [alone] = decoder.align(customer, [rows], ())
    assert sum(mine.log_probabilities) == pytest.approx(sum(alone.log_probabilities), abs=2.0)
    assert sum(other.log_probabilities) < sum(mine.log_probabilities) - 20
    assert customer.pieces() == [customer]


@pytest.mark.parametrize("text", ["<|{}|>", "您好<|{}|>再见", "<<||{}|>", "<<<|||{}|>", "<|<|{}|>"])
@pytest.mark.parametrize("sign", ["endoftext", "zh", "0.00", "startofprev", "notimestamps"])
def test_no_text_names_a_token_of_the_model_s_own(decoder, text, sign):
    rows = decoder.rows(text.format(sign))
    assert rows
    assert max(rows) < decoder._end
    assert sign in decoder.text(rows)


@dataclass
class Generated:
    """What CTranslate2 gives back."""

    sequences_ids: list[list[int]]
    scores: list[float]
    no_speech_prob: float = 0.1


class Scripted:
    """A model that writes what it is told to."""

    def __init__(self, *sequences: list[int]) -> None:
        self._sequences = sequences

    def generate(self, *_: object, **__: object) -> list[Generated]:
        return [Generated([tokens], [-0.2]) for tokens in self._sequences]


@pytest.fixture
def scripted(decoder, monkeypatch):
    """Decodes two seconds of sound; given are texts and the times between them, in seconds."""

    def decode(*script: str | float, prefix: str = ""):
        tokens = [
            row
            for part in script
            for row in (decoder.rows(part) if isinstance(part, str) else [decoder._times + round(part / TICK_SECONDS)])
        ]
        encoded = decoder.encode([np.zeros(2 * RATE, np.float32)], 1.0, 3.0)
        monkeypatch.setattr(decoder, "_model", Scripted(tokens))
        [[found]] = best(decoder, encoded, prefixes=[decoder.rows(prefix)])
        monkeypatch.undo()
        return found

    return decode


def test_times_are_no_text(scripted):
    found = scripted(0.0, "您好", 1.2, 1.4, "再见", 1.9)
    assert (found.text, found.tokens) == ("您好再见", 4 + len(found.rows))


def test_what_begins_after_the_sound_was_never_said(scripted):
    assert scripted(0.0, "您好", 1.2, 2.4, "谢谢观看", 2.9).text == "您好"
    assert scripted(0.0, "您好", 1.2, 2.4, "谢谢观看").text == "您好"
    assert scripted(0.0, "您好再见").text == "您好再见"


@pytest.mark.parametrize("again", [True, False])
def test_a_prefix_stands_once_whether_it_is_given_back_or_not(scripted, again):
    script = (0.0, "您好，", "再见", 1.9) if again else ("再见", 1.9)
    found = scripted(*script, prefix="您好，")
    assert found.text == "您好,再见"


def test_a_prefix_stands_even_where_the_decoder_says_it_begins_too_late(scripted):
    assert scripted(2.6, "您好", "再见", 2.9, prefix="您好").text == "您好"


def test_no_tokens_are_no_text(scripted):
    found = scripted()
    assert (found.text, found.rows, found.tokens) == ("", (), 0)
    assert found.log_probability < -5


@pytest.fixture
def folder(tmp_path) -> Path:
    """Weights of one's own, all files of them."""
    base, mine = locate("base").folder, tmp_path / "mine"
    mine.mkdir()
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        shutil.copy(base / name, mine)
    (mine / "model.bin").symlink_to(base / "model.bin")
    return mine


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("model.bin", None),
        ("model.bin", "no weights"),
        ("vocabulary.txt", None),
        ("config.json", "{"),
        ("tokenizer.json", None),
        ("tokenizer.json", "{"),
        ("tokenizer.json", '{"model": {}}'),
        ("vocabulary.txt", "a\nb\n"),
    ],
)
def test_a_broken_folder_is_named_with_the_mend(folder, name, content):
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(EngineError, match="run: assist models verify") as refused:
        Decoder(folder, "zh", Device(), folder.parent / "compact")
    assert refused.value.code == "engine.load"
    assert str(folder) in refused.value.message


def test_the_tokenizer_of_another_model_is_refused(folder):
    Tokenizer(BPE(vocab={"a": 0, "b": 1}, merges=[])).save(str(folder / "tokenizer.json"))
    with pytest.raises(EngineError, match=r"tokenizer\.json does not go with the weights"):
        Decoder(folder, "zh", Device())
