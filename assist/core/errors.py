"""What can go wrong, as one small tree.

AssistError                 `code` is stable text for programs, the message is one sentence for people
├── SettingsError           a flag, an environment variable or a combination of plug-ins that cannot work
├── SourceError             audio or a call file that cannot be read
├── EngineError             the recogniser or its weights
├── PlaybookError           a playbook that is not what its schema says; names file and line
└── LogCorrupt              an event log that cannot be folded; names the line
"""


class AssistError(Exception):
    """Something a person can mend; the message says what and how."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class SettingsError(AssistError):
    """A setting, or a combination of settings, that cannot work."""


class SourceError(AssistError):
    """Audio or a call file that cannot be read."""


class EngineError(AssistError):
    """The recogniser or its weights are missing, damaged or refused to run."""


class PlaybookError(AssistError):
    """A playbook that is not what its schema says."""


class LogCorrupt(AssistError):
    """An event log that cannot be read back."""
