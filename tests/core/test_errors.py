import pytest

from assist.core.errors import AssistError, EngineError, LogCorrupt, PlaybookError, SettingsError, SourceError

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("kind", [SettingsError, SourceError, EngineError, PlaybookError, LogCorrupt])
def test_an_error_carries_a_code_for_programs_and_a_sentence_for_people(kind: type[AssistError]) -> None:
    error = kind("part.fault", "the file is empty; record it again")
    assert isinstance(error, AssistError)
    assert error.code == "part.fault"
    assert error.message == str(error) == "the file is empty; record it again"
