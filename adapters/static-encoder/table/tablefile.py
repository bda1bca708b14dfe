"""The table file: little-endian, one file, read by the Rust adapter.

    magic                8 bytes  SOMATAB1
    rows                 u32
    dims                 u32
    length of the id     u32
    id                   UTF-8
    length of the words  u32
    words                UTF-8, one wordpiece a line, "\n" after each, in id order
    scales               rows x f32
    values               rows x dims int8     (row i is scales[i] * values[i])
"""

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

MAGIC = b"SOMATAB1"


@dataclass
class Table:
    encoder_id: str
    words: list[str]
    scales: np.ndarray  # float32 [rows]
    values: np.ndarray  # int8 [rows, dims]

    def rows(self) -> np.ndarray:
        """The rows as float32."""
        return self.values.astype(np.float32) * self.scales[:, None]


def quantise(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One scale a row, so that its largest component becomes 127; a zero row has scale 0."""
    scales = (np.abs(rows).max(axis=1) / 127).astype(np.float32)
    safe = np.where(scales > 0, scales, 1)
    values = np.clip(np.rint(rows / safe[:, None]), -127, 127).astype(np.int8)
    return scales, values


def write(path: Path, table: Table) -> None:
    rows, dims = table.values.shape
    if len(table.words) != rows or table.scales.shape != (rows,):
        raise ValueError("words, scales and values must have as many rows as each other")
    encoder_id = table.encoder_id.encode()
    words = "".join(word + "\n" for word in table.words).encode()
    with open(path, "wb") as out:
        out.write(MAGIC)
        out.write(struct.pack("<II", rows, dims))
        out.write(struct.pack("<I", len(encoder_id)) + encoder_id)
        out.write(struct.pack("<I", len(words)) + words)
        out.write(table.scales.astype("<f4").tobytes())
        out.write(table.values.astype(np.int8).tobytes())


def read(path: Path) -> Table:
    data = Path(path).read_bytes()
    if data[:8] != MAGIC:
        raise ValueError(f"{path} is not a table")
    rows, dims = struct.unpack_from("<II", data, 8)
    encoder_id, at = _blob(data, 16)
    words, at = _blob(data, at)
    scales = np.frombuffer(data, "<f4", rows, at)
    values = np.frombuffer(data, np.int8, rows * dims, at + 4 * rows)
    if at + 4 * rows + rows * dims != len(data):
        raise ValueError(f"{path} has a wrong length")
    return Table(encoder_id.decode(), words.decode().split("\n")[:-1], scales, values.reshape(rows, dims))


def _blob(data: bytes, at: int) -> tuple[bytes, int]:
    (length,) = struct.unpack_from("<I", data, at)
    return data[at + 4 : at + 4 + length], at + 4 + length
