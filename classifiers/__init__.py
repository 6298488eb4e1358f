"""From one utterance's text to judgements. One file per question, all behind the `Classifier` port of the core."""

from classifiers.builtin import build_classifiers

__all__ = ["build_classifiers"]
