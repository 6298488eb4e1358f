"""What CTranslate2 can compute on here, and which wish of the settings cannot be met."""

import ctranslate2

from assist.core.errors import SettingsError


def cuda_devices() -> int:
    """How many graphics cards CTranslate2 can use."""
    return int(ctranslate2.get_cuda_device_count())


def compute_types(device: str) -> frozenset[str]:
    """The number formats that `cpu` or `cuda` computes in without falling back to another."""
    return frozenset(ctranslate2.get_supported_compute_types(device))


def resolve(device: str, compute_type: str) -> tuple[str, str]:
    """The device and number format to use. Raises `SettingsError` naming the setting that asks for what is not there."""
    cards = cuda_devices()
    if device == "cuda" and not cards:
        raise SettingsError(
            "engine.device", "no graphics card that CUDA can use was found; use --device cpu, or see assist doctor"
        )
    chosen = ("cuda" if cards else "cpu") if device == "auto" else device
    able = compute_types(chosen)
    if compute_type not in able and compute_type != "auto":
        known = ", ".join(sorted(able))
        raise SettingsError(
            "engine.compute_type",
            f"this machine's {chosen} does not compute in {compute_type}; choose --compute-type auto, {known}",
        )
    return chosen, compute_type
