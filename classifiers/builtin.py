"""The classifiers that are always there, made from a playbook's word lists."""

from assist.core.playbook import Playbook
from assist.core.ports import Classifier
from classifiers.commitments import Commitments
from classifiers.customer_type import CustomerTypes
from classifiers.emotions import Emotions
from classifiers.forbidden import ForbiddenWords
from classifiers.intents import Intents
from classifiers.objections import Objections
from classifiers.spoken import Spoken
from classifiers.steps import Steps


def build_classifiers(playbook: Playbook) -> tuple[Classifier, ...]:
    """One of each, in the order in which their judgements are wanted. Compiles every phrase of the playbook."""
    words = playbook.lexicon
    return (
        ForbiddenWords(words),
        Objections(words),
        Intents(words),
        Emotions(words),
        Commitments(words),
        CustomerTypes(words),
        Spoken("hold", words.hold),
        Spoken("act", words.acts),
        Steps(playbook),
    )
