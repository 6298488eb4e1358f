"""The classifiers that are always there, made from a playbook's word lists and the trained heads at hand."""

from collections.abc import Iterable

from assist.core.events import Channel
from assist.core.playbook import Playbook
from assist.core.ports import Classifier, Encoder, Head
from classifiers.claims import Claims
from classifiers.commitments import Commitments
from classifiers.customer_type import CustomerTypes
from classifiers.emotions import Emotions
from classifiers.features import Features
from classifiers.forbidden import ForbiddenSpeech
from classifiers.intents import Intents
from classifiers.meaning import Meanings
from classifiers.objections import Objections
from classifiers.questionnaires import Questionnaires
from classifiers.replies import Empathy, Questions
from classifiers.scenes import Scenes
from classifiers.signs import Signs
from classifiers.spoken import Spoken
from classifiers.steps import Steps
from classifiers.trained import Trained

HEADS = (
    "forbidden",
    "objection_topic",
    "objection_kind",
    "objection_handling",
    "intent",
    "emotion",
    "commitment",
    "customer_type",
    "sign",
    "empathy",
    "question",
)


def build_classifiers(
    playbook: Playbook, encoder: Encoder | None = None, heads: Iterable[Head] = ()
) -> tuple[Classifier, ...]:
    """One of each, in the order in which their judgements are wanted. Compiles every phrase of the playbook.

    Without an encoder nothing is understood by its meaning alone; without a head the word lists answer its question.
    """
    words = playbook.lexicon
    trained = Trained(Features(words, encoder), heads) if encoder is not None else Trained()
    harmless = [text for examples in playbook.forbidden_examples.values() for text in examples.harmless]
    return (
        Scenes(playbook),
        ForbiddenSpeech(words, trained, harmless),
        Emotions(words, trained),
        Objections(words, trained),
        Intents(words, trained),
        Commitments(words, trained),
        CustomerTypes(words, trained),
        Signs(trained),
        Claims(),
        Empathy(trained),
        Questions(trained),
        Spoken("hold", words.hold),
        Spoken("act", words.acts),
        Spoken("reply", words.replies, Channel.CUSTOMER),
        Questionnaires(playbook),  # before the steps: what was asked in the greeting is not due after it
        Steps(playbook),
        *(() if encoder is None else (Meanings(playbook, encoder),)),
    )
