"""The teacher's vectors of all texts, kept in a work folder shard by shard, so that a run that was stopped goes on."""

import hashlib
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from teacher import Teacher, equal_length_batches

SHARD_BATCHES = 64


def teacher_vectors(teacher: Teacher, token_ids: Sequence[Sequence[int]], folder: Path) -> np.ndarray:
    folder.mkdir(parents=True, exist_ok=True)
    batches = list(equal_length_batches(token_ids))
    shards = [batches[at : at + SHARD_BATCHES] for at in range(0, len(batches), SHARD_BATCHES)]
    vectors = None
    for number, shard in enumerate(shards):
        part = _shard_vectors(teacher, token_ids, shard, folder)
        if vectors is None:
            vectors = np.empty((len(token_ids), part.shape[1]), np.float32)
        vectors[np.concatenate(shard)] = part
        print(f"{time.strftime('%H:%M:%S')} teacher: {number + 1} of {len(shards)} shards", flush=True)
    return vectors


def _shard_vectors(
    teacher: Teacher, token_ids: Sequence[Sequence[int]], shard: list[np.ndarray], folder: Path
) -> np.ndarray:
    inputs = [np.array([token_ids[text] for text in batch], np.int64) for batch in shard]
    path = folder / f"{_digest(inputs)}.npy"
    if path.exists():
        return np.load(path)
    vectors = np.concatenate([teacher.encode(ids) for ids in inputs])
    unfinished = path.with_suffix(".part")
    with open(unfinished, "wb") as out:
        np.save(out, vectors)
    unfinished.rename(path)
    return vectors


def _digest(inputs: list[np.ndarray]) -> str:
    digest = hashlib.sha256()
    for ids in inputs:
        digest.update(repr(ids.shape).encode())
        digest.update(ids.tobytes())
    return digest.hexdigest()[:24]
