"""Every test belongs to exactly one layer, and hypothesis draws the same examples on every machine."""

import pytest
from hypothesis import HealthCheck, settings

LAYERS = frozenset({"unit", "property", "contract", "golden", "shell", "model", "browser", "soak"})

settings.register_profile(
    "house",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        layers = {mark.name for mark in item.iter_markers()} & LAYERS
        if len(layers) != 1:
            raise pytest.UsageError(
                f"{item.nodeid} declares {sorted(layers) or 'no layer'}; one of {sorted(LAYERS)} is needed"
            )
