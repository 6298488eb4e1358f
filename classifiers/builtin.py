"""The classifiers that are always there, made from a playbook's word lists."""

from assist.core.playbook import Playbook
from assist.core.ports import Classifier, Encoder
from classifiers.commitments import Commitments
from classifiers.customer_type import CustomerTypes
from classifiers.emotions import Emotions
from classifiers.forbidden import ForbiddenWords
from classifiers.intents import Intents
from classifiers.meaning import Meanings
from classifiers.objections import Objections
from classifiers.questionnaires import Questionnaires
from classifiers.scenes import Scenes
from classifiers.spoken import Spoken
from classifiers.steps import Steps


def build_classifiers(playbook: Playbook, encoder: Encoder | None = None) -> tuple[Classifier, ...]:
    """One of each, in the order in which their judgements are wanted. Compiles every phrase of the playbook.

    Without an encoder nothing is understood by its meaning alone.
    """
    words = playbook.lexicon
    return (
        Scenes(playbook),
        ForbiddenWords(words),
        Objections(words),
        Intents(words),
        Emotions(words),
        Commitments(words),
        CustomerTypes(words),
        Spoken("hold", words.hold),
        Spoken("act", words.acts),
        Questionnaires(playbook),  # before the steps: what was asked in the greeting is not due after it
        Steps(playbook),
        *(() if encoder is None else (Meanings(playbook, encoder),)),
    )
