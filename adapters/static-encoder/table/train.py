"""Rows at the start, and their training: a text is the normalised sum of its rows."""

import numpy as np
from scipy import sparse

FIRST_ID = 999  # ids below are [PAD], [UNK], [CLS], ... and unused ones: their rows stay zero
FIRST_RANKED_ID = 1996  # "the": from here on the vocabulary is in order of frequency
SMOOTHING = 1e-4
BETA1, BETA2, EPSILON = 0.9, 0.99, 1e-12
RATE = 0.03  # of the rows' root mean square
BATCH_TEXTS = 2048


def principal_directions(vectors: np.ndarray, dims: int) -> np.ndarray:
    """The first directions [from, dims] of the vectors as they are (not centred), the signs fixed."""
    moments = vectors.T.astype(np.float64) @ vectors
    _, directions = np.linalg.eigh((moments + moments.T) / 2)
    directions = directions[:, ::-1][:, :dims]
    largest = np.abs(directions).argmax(axis=0)
    return (directions * np.sign(directions[largest, np.arange(dims)])).astype(np.float32)


def unit(vectors: np.ndarray) -> np.ndarray:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(norms > 0, norms, 1)


def word_probabilities(count: int) -> np.ndarray:
    """Zipf's law on the order of the vocabulary; signs and letters (ids 999 to 1995) count as the most frequent."""
    ids = np.arange(count)
    weights = np.zeros(count)
    weights[FIRST_ID:FIRST_RANKED_ID] = 1 / 2
    weights[FIRST_RANKED_ID:] = 1 / (ids[FIRST_RANKED_ID:] - 1994)
    return weights / weights.sum()


def first_rows(alone: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """Each wordpiece's own hidden state, projected and weighted down by its frequency."""
    weights = SMOOTHING / (SMOOTHING + word_probabilities(len(alone)))
    weights[:FIRST_ID] = 0
    return ((alone @ directions) * weights[:, None]).astype(np.float32)


def count_matrix(token_ids: list[list[int]], columns: int) -> sparse.csr_matrix:
    """How often each wordpiece [column] stands in each text [row]."""
    kept = [[token for token in ids if token >= FIRST_ID] for ids in token_ids]
    starts = np.concatenate([[0], np.cumsum([len(ids) for ids in kept])])
    tokens = np.fromiter((token for ids in kept for token in ids), np.int64, starts[-1])
    counts = sparse.csr_matrix((np.ones(len(tokens), np.float32), tokens, starts), (len(kept), columns))
    counts.sum_duplicates()
    return counts


def train(rows: np.ndarray, counts: sparse.csr_matrix, targets: np.ndarray, epochs: int, seed: int) -> np.ndarray:
    usable = np.flatnonzero(np.diff(counts.indptr) > 0)
    random = np.random.default_rng(seed)
    adam = SparseAdam(rows)
    steps = epochs * -(-len(usable) // BATCH_TEXTS)
    for epoch in range(epochs):
        order = random.permutation(usable)
        losses = []
        for start in range(0, len(order), BATCH_TEXTS):
            batch = order[start : start + BATCH_TEXTS]
            touched, gradient, loss = _gradient(adam.rows, counts[batch], targets[batch])
            adam.step(touched, gradient, (1 + np.cos(np.pi * adam.steps / steps)) / 2)
            losses.append(loss)
        print(f"epoch {epoch + 1} of {epochs}: 1 - cosine {np.mean(losses):.4f}", flush=True)
    return adam.rows


def _gradient(
    rows: np.ndarray, counts: sparse.csr_matrix, targets: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    """Of the mean of 1 - cosine, for the rows that the texts touch."""
    touched, columns = np.unique(counts.indices, return_inverse=True)
    local = sparse.csr_matrix((counts.data, columns, counts.indptr), (counts.shape[0], len(touched)))
    sums = local @ rows[touched]
    norms = np.linalg.norm(sums, axis=1, keepdims=True) + EPSILON
    sums /= norms
    cosines = np.einsum("ij,ij->i", sums, targets)[:, None]
    slope = (cosines * sums - targets) / (norms * len(targets))
    return touched, local.T @ slope, float(1 - cosines.mean())


class SparseAdam:
    """Adam that leaves the moments of untouched rows as they are."""

    def __init__(self, rows: np.ndarray) -> None:
        self.rows = rows.copy()
        self.steps = 0
        self._rate = RATE * float(np.sqrt(np.mean(rows[FIRST_ID:] ** 2)))
        self._first = np.zeros_like(rows)
        self._second = np.zeros_like(rows)

    def step(self, touched: np.ndarray, gradient: np.ndarray, decay: float) -> None:
        self.steps += 1
        first = BETA1 * self._first[touched] + (1 - BETA1) * gradient
        second = BETA2 * self._second[touched] + (1 - BETA2) * gradient**2
        self._first[touched], self._second[touched] = first, second
        first = first / (1 - BETA1**self.steps)
        second = second / (1 - BETA2**self.steps)
        self.rows[touched] -= self._rate * decay * first / (np.sqrt(second) + EPSILON)
