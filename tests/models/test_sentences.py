"""The packaged sentence encoder itself: what is alike in Chinese lies near, whatever the words."""

import numpy as np
import pytest

from models.sentences import packaged_encoder

pytestmark = pytest.mark.model


def test_vectors_have_length_one_and_come_in_order() -> None:
    texts = ["您好", "这个套餐太贵了", ""]
    vectors = packaged_encoder().encode(texts)
    assert vectors.shape == (3, 512)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors[:2], axis=1), 1.0, atol=1e-3)
    np.testing.assert_allclose(packaged_encoder().encode(texts[1:2])[0], vectors[1], atol=1e-4)


def test_nothing_gives_nothing() -> None:
    assert packaged_encoder().encode([]).shape == (0, 512)


def test_a_paraphrase_is_nearer_than_another_matter() -> None:
    own, alike, other = packaged_encoder().encode(["我要找媒体曝光你们", "我找记者把你们曝光", "帮我查一下话费余额"])
    assert own @ alike > own @ other + 0.2
