"""Fits a head: logistic regression on the features, judged on groups it was not fitted to, kept as ONNX."""

import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assist.core.errors import SettingsError
from classifiers.features import Features
from classifiers.learning.dataset import Example, Task
from classifiers.learning.garbling import Garbler

FOLDS = 5
SEED = 20  # of the split
_STRENGTH = 4.0  # inverse of the regularisation
_STEPS = 60  # of the solver; what it would still change after them is noise
_EVENED = 0.5  # how far rare labels are made to count like frequent ones: 0 not, 1 fully


@dataclass(frozen=True, slots=True)
class Judged:
    """What the head said of each sentence when it had not seen its group: probabilities of shape (n, k), true labels."""

    labels: tuple[str, ...]
    truth: tuple[str, ...]
    texts: tuple[str, ...]
    groups: tuple[str, ...]
    probabilities: NDArray[np.float32]

    def said(self) -> list[str]:
        """The likeliest label of each."""
        return [self.labels[i] for i in self.probabilities.argmax(axis=1)]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A trained head: the model, its labels and columns, from where it speaks, and how it was judged."""

    task: Task
    model: Any
    columns: tuple[str, ...]
    least: float
    judged: Judged
    examples: int
    groups: int
    authors: tuple[str, ...]


class Rows:
    """The features of texts, kept sparse: most questions are asked about the same sentences."""

    def __init__(self, features: Features) -> None:
        self._features = features
        self._views: dict[str, Any] = {}
        self._words: dict[tuple[str, tuple[str, ...]], NDArray[np.float32]] = {}

    def columns(self, task: Task) -> tuple[str, ...]:
        """The columns of a task's word lists."""
        return self._features.columns(task.lists)

    def of(self, text: str, columns: tuple[str, ...]) -> Any:
        """One row, as a sparse matrix of shape (1, d)."""
        from scipy.sparse import csr_matrix, hstack

        if text not in self._views:
            self._views[text] = csr_matrix(self._features.view(text)[np.newaxis])
        if (text, columns) not in self._words:
            self._words[text, columns] = self._features.words(text, columns)
        return hstack([self._views[text], csr_matrix(self._words[text, columns][np.newaxis])], format="csr")


def with_garbled(examples: Sequence[Example]) -> list[Example]:
    """The examples, and after them each as a recogniser would garble it, with the characters of the same writer."""
    writers = sorted({_writer(example) for example in examples})
    garblers = {w: Garbler(example.text for example in examples if _writer(example) == w) for w in writers}
    return [*examples, *(replace(one, text=garblers[_writer(one)](one.text)) for one in examples)]


def _writer(example: Example) -> str:
    return example.group.split("/", 1)[0]


def fit(task: Task, examples: Sequence[Example], rows: Rows, advance: Callable[[], None]) -> Fitted:
    """Fits on all examples and on what a recogniser would make of them; `advance` is called for each text.

    Raises `SettingsError` when scikit-learn is missing or the examples are too few to be judged.
    """
    try:
        from scipy.sparse import vstack
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import StratifiedGroupKFold
    except ImportError as error:
        mend = "training needs scikit-learn; run: pip install 'call-copilot[train]'"
        raise SettingsError("train.missing", mend) from error
    _refuse_few(task, examples)
    columns = rows.columns(task)
    heard = with_garbled(examples)
    found = []
    for example in heard:
        found.append(rows.of(example.text, columns))
        advance()
    x = vstack(found).tocsr()
    y = np.array([example.label for example in heard])
    groups = np.array([example.group for example in heard])
    clean = len(examples)
    labels = tuple(sorted(set(y.tolist())))
    count = Counter(y.tolist())
    weights = np.array([(len(y) / len(labels) / count[label]) ** _EVENED for label in y.tolist()])

    def fitted(places: NDArray[np.int64]) -> Any:
        model = LogisticRegression(C=_STRENGTH, max_iter=_STEPS)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            return model.fit(x[places], y[places], sample_weight=weights[places])

    unseen_says = np.zeros((clean, len(labels)), np.float32)
    for seen, unseen in StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED).split(x, y, groups):
        unseen = unseen[unseen < clean]
        model = fitted(seen)
        known = [labels.index(label) for label in model.classes_]  # a rare label may have all its groups in one fold
        unseen_says[np.ix_(unseen, known)] = model.predict_proba(x[unseen])
    texts, where = tuple(e.text for e in examples), tuple(e.group for e in examples)
    judged = Judged(labels, tuple(y[:clean].tolist()), texts, where, unseen_says)
    authors = tuple(sorted({_writer(example) for example in examples}))
    model = fitted(np.arange(len(heard)))
    return Fitted(task, model, columns, least(task, judged), judged, clean, len(set(groups.tolist())), authors)


def _refuse_few(task: Task, examples: Sequence[Example]) -> None:
    groups, labels = {example.group for example in examples}, {example.label for example in examples}
    if len(groups) < FOLDS or len(labels) < 2:
        found = f"{len(groups)} groups and {len(labels)} labels"
        message = f"{task.name}: {found} are too few; write sentences of {FOLDS} groups and 2 labels or more"
        raise SettingsError("data.few", message)


def least(task: Task, judged: Judged) -> float:
    """The probability of `not none` from which the head is to speak: the best F1 among those precise enough."""
    if task.none is None:
        return 0.0
    something = 1 - judged.probabilities[:, judged.labels.index(task.none)]
    true = np.array([label != task.none for label in judged.truth])
    best = (0.0, 0.5)
    for threshold in np.arange(0.2, 0.96, 0.01):
        said = something >= threshold
        right = int((said & true).sum())
        if right and right / int(said.sum()) >= task.precision:
            best = max(best, (2 * right / (int(said.sum()) + int(true.sum())), round(float(threshold), 2)))
    return best[1] if best[0] else 0.95


def to_onnx(fitted: Fitted, notes: Mapping[str, str]) -> bytes:
    """The head as an ONNX model with our notes in its metadata; probabilities are its last output."""
    from onnx.helper import set_model_props
    from skl2onnx import to_onnx as convert
    from skl2onnx.common.data_types import FloatTensorType

    width = fitted.model.coef_.shape[1]
    options = {id(fitted.model): {"zipmap": False}}
    model = convert(fitted.model, initial_types=[("features", FloatTensorType([None, width]))], options=options)
    set_model_props(model, dict(notes))
    return bytes(model.SerializeToString())
