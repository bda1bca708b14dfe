#!/usr/bin/env python3
"""recall@10 of the plain vector search of one or more tables on LoCoMo: corpus = the turns of one conversation.

Tables are `.bin` files of this project or `.npz` files with `q` int8 [rows, dims] and `scale` [rows, 1].
"""

import argparse
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import tablefile
from teacher import load_tokenizer, model_folder
from train import FIRST_ID, count_matrix, unit

TOP = 10
CATEGORIES = (1, 2, 3, 4)
EVIDENCE = re.compile(r"D:?(\d+):(\d+)")


@dataclass
class Conversation:
    name: str
    speakers: list[str]
    turns: list[dict]
    questions: list[tuple[str, list[int]]]  # the question, the places of its evidence among the turns


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--locomo", type=Path, required=True, help="locomo10.json or a part of it")
    parser.add_argument("tables", type=Path, nargs="+")
    options = parser.parse_args()
    tokenizer = load_tokenizer(model_folder())
    conversations = [conversation(sample) for sample in json.loads(options.locomo.read_text(encoding="utf-8"))]
    for path in options.tables:
        rows = load_rows(path)
        print(f"{path.name}: recall@{TOP} in percent, {' '.join(one.name for one in conversations)}, then all questions")
        for texts, (named, cut) in VARIANTS.items():
            for weighted in (False, True):
                per = [recalls(one, tokenizer, rows, named, cut, weighted) for one in conversations]
                figures = " ".join(f"{100 * np.mean(one):5.1f}" for one in [*per, np.concatenate(per)])
                print(f"  {texts:34} query {'sqrt(idf)' if weighted else 'plain':9} {figures}")


VARIANTS = {  # does the speaker's name stand before a turn; are the speakers' names cut from query and turn
    "speaker: text [caption]": (True, False),
    "text [caption]": (False, False),
    "text [caption], speakers' names cut": (False, True),
}


def load_rows(path: Path) -> np.ndarray:
    if path.suffix == ".npz":
        data = np.load(path)
        return data["q"].astype(np.float32) * data["scale"]
    return tablefile.read(path).rows()


def conversation(sample: dict) -> Conversation:
    data = sample["conversation"]
    sessions = sorted((key for key in data if re.fullmatch(r"session_\d+", key)), key=lambda key: int(key[8:]))
    turns = [turn for session in sessions for turn in data[session]]
    places = {turn["dia_id"]: place for place, turn in enumerate(turns)}
    questions = list(questions_of(sample["qa"], places))
    return Conversation(sample["sample_id"], [data["speaker_a"], data["speaker_b"]], turns, questions)


def questions_of(items: list[dict], places: dict[str, int]) -> Iterator[tuple[str, list[int]]]:
    for item in items:
        named = (f"D{int(day)}:{int(turn)}" for entry in item["evidence"] for day, turn in EVIDENCE.findall(entry))
        gold = sorted({places[name] for name in named if name in places})
        if item["category"] in CATEGORIES and gold:
            yield item["question"], gold


def recalls(
    one: Conversation, tokenizer, rows: np.ndarray, named: bool, cut: bool, weighted: bool
) -> np.ndarray:
    """The share of its evidence that each question finds among the best TOP turns."""
    names = name_pattern(one.speakers) if cut else None
    turns = counts(tokenizer, [turn_text(turn, named) for turn in one.turns], names, len(rows))
    queries = counts(tokenizer, [question for question, _ in one.questions], names, len(rows))
    weights = np.sqrt(inverse_frequencies(turns)) if weighted else np.ones(len(rows))
    scores = unit(queries @ (rows * weights[:, None])) @ unit(turns @ rows).T
    best = np.argsort(-scores, axis=1, kind="stable")[:, :TOP]
    return np.array([np.isin(gold, found).mean() for (_, gold), found in zip(one.questions, best)])


def turn_text(turn: dict, named: bool) -> str:
    caption = f" [{turn['blip_caption']}]" if turn.get("blip_caption") else ""
    return (f"{turn['speaker']}: " if named else "") + turn["text"] + caption


def name_pattern(speakers: list[str]) -> re.Pattern:
    words = {word for speaker in speakers for word in re.findall(r"\w+", speaker) if len(word) > 2}
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(words)))})(?:['’]s)?\b", re.IGNORECASE)


def counts(tokenizer, texts: list[str], names: re.Pattern | None, columns: int):
    if names is not None:
        texts = [names.sub(" ", text) for text in texts]
    encodings = tokenizer.encode_batch(texts, add_special_tokens=False)
    return count_matrix([encoding.ids for encoding in encodings], columns)


def inverse_frequencies(turns) -> np.ndarray:
    frequencies = np.asarray((turns > 0).sum(axis=0)).ravel()
    idf = np.log(1 + (turns.shape[0] - frequencies + 0.5) / (frequencies + 0.5))
    idf[:FIRST_ID] = 0
    return idf


if __name__ == "__main__":
    main()
