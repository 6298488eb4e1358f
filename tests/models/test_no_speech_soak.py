"""Twenty minutes of everything a call carries besides speech."""

import pytest

from tests.audio.sounds import twenty_minutes
from tests.models.test_no_speech import texts_of

pytestmark = pytest.mark.soak


def test_twenty_minutes_without_speech_give_no_characters(tmp_path):
    pieces = twenty_minutes()
    assert sum(piece.seconds for piece in pieces) > 20 * 60
    assert texts_of(pieces, tmp_path) == {}
