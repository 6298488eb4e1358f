"""A playbook that is read again when its files change, so that an edit counts from the next call on."""

import threading
from dataclasses import dataclass

from assist.core.errors import PlaybookError
from assist.core.playbook import Playbook
from prompts import load_playbook, playbook_folder
from prompts.loader import files_of


@dataclass(frozen=True, slots=True)
class Taken:
    """The playbook that counts now. `news` is a sentence when it was read again or an edit was refused, once per change."""

    playbook: Playbook
    news: str | None = None
    refused: bool = False


class Shelf:
    """One playbook by name or folder; calls of any thread may take it. Raises `PlaybookError` when it cannot be read at first."""

    def __init__(self, name: str) -> None:
        self._folder = playbook_folder(name)
        self._lock = threading.Lock()
        self._digest = files_of(self._folder)  # before reading: what changes meanwhile is seen the next time
        self._playbook = load_playbook(self._folder)
        self._complaint: str | None = None

    @property
    def complaint(self) -> str | None:
        """Why the files as they are cannot be used; None when the playbook is what they say."""
        return self._complaint

    def current(self) -> Playbook:
        """The playbook as its files say now, or as they said when they were last right."""
        return self.take().playbook

    def take(self) -> Taken:
        """The same, with what there is to tell about it."""
        with self._lock:
            digest = files_of(self._folder)
            if digest == self._digest:
                return Taken(self._playbook)
            self._digest = digest
            try:
                self._playbook = load_playbook(self._folder)
            except PlaybookError as error:
                self._complaint = error.message
                news = f"the edit of the playbook is not used, the one before it still runs: {error.message}"
                return Taken(self._playbook, news, refused=True)
            self._complaint = None
            return Taken(self._playbook, f"the playbook {self._playbook.id} {self._playbook.version} was read again")
