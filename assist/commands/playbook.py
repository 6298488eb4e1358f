"""`assist playbook`: validate a playbook, and run the examples of its entries."""

from typing import TextIO

from assist.training.examples import failures
from assist.wiring import read_playbook
from classifiers import build_classifiers


def check(name: str, out: TextIO) -> None:
    """Reads everything; raises `PlaybookError` with file, line and mend at the first fault."""
    playbook = read_playbook(name)
    build_classifiers(playbook)
    examples = sum(len(entry.must_fire) + len(entry.must_not_fire) for entry in playbook.entries)
    out.write(
        f"{playbook.id} {playbook.version}: {len(playbook.models)} models, {len(playbook.scenes)} scenes, "
        f"{len(playbook.entries)} entries, {examples} examples, {len(playbook.lexicon.forbidden)} kinds of forbidden wording\n"
    )


def run_examples(name: str, out: TextIO) -> bool:
    """Runs every example; False when one does not do what it says."""
    playbook = read_playbook(name)
    failed = list(failures(playbook, build_classifiers(playbook)))
    for failure in failed:
        lines = " / ".join(f"{line.channel.value}: {line.text}" for line in failure.example)
        out.write(f"{failure.entry}: should {'' if failure.should_fire else 'not '}fire: {lines}\n")
    total = sum(len(entry.must_fire) + len(entry.must_not_fire) for entry in playbook.entries)
    out.write(f"{total - len(failed)} of {total} examples hold\n")
    return not failed
