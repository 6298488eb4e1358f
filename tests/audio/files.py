"""Audio files made by hand, sound and broken."""

import struct
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray


def tone(seconds: float, rate: int, channels: int = 2, frequency: float = 220.0) -> NDArray[np.float32]:
    """A quiet tone of shape (n, channels); each channel an octave above the one before."""
    time = np.arange(int(seconds * rate)) / rate
    return np.stack([0.2 * np.sin(2 * np.pi * frequency * 2**c * time) for c in range(channels)], axis=1).astype(
        np.float32
    )


def wav(path: Path, pcm: NDArray[np.float32], rate: int, *, floats: bool = False) -> Path:
    """A WAV file, 16 bit or float."""
    data = pcm.astype("<f4").tobytes() if floats else (np.clip(pcm, -1, 1) * 32767).astype("<i2").tobytes()
    width, channels = (4 if floats else 2), pcm.shape[1]
    head = struct.pack(
        "<HHIIHH", 3 if floats else 1, channels, rate, rate * channels * width, channels * width, width * 8
    )
    body = b"WAVEfmt " + struct.pack("<I", len(head)) + head + b"data" + struct.pack("<I", len(data)) + data
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    return path


def encoded(path: Path, pcm: NDArray[np.float32], rate: int, codec: str, drop: tuple[int, ...] = ()) -> Path:
    """A file of any container and codec that PyAV writes, with the packets numbered in `drop` left out."""
    layout = {1: "mono", 2: "stereo"}[pcm.shape[1]]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        number = 0
        block = 960
        for start in range(0, len(pcm), block):
            piece = np.ascontiguousarray((pcm[start : start + block] * 32767).astype(np.int16).reshape(1, -1))
            frame = av.AudioFrame.from_ndarray(piece, format="s16", layout=layout)
            frame.rate, frame.pts = rate, start
            for packet in stream.encode(frame):
                if number not in drop:
                    container.mux(packet)
                number += 1
        for packet in stream.encode(None):
            container.mux(packet)
    return path
