#!/usr/bin/env python3
"""Distils a sentence encoder into a static table: one int8 row a wordpiece. See README.md beside this file."""

import argparse
from pathlib import Path

import numpy as np

import make_vectors
import tablefile
import train
from cache import teacher_vectors
from teacher import Teacher, load_tokenizer, model_folder, vocabulary
from texts import all_texts

CLS, SEP = 101, 102
WORDS_AT_ONCE = 256


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wordnet", type=Path, required=True, help="folder with data.noun, data.verb, ...")
    parser.add_argument("--persona-chat", type=Path, nargs="+", required=True, help="Synthetic-Persona-Chat CSV files")
    parser.add_argument("--work", type=Path, required=True, help="folder for the teacher's vectors (about 0.4 GB)")
    parser.add_argument("--output", type=Path, required=True, help="the table; vectors.json is put beside it")
    parser.add_argument("--id", default="minilm-256-1", help="the encoder's id, which stored vectors carry")
    parser.add_argument("--longest", type=int, default=45, help="longer texts, in tokens, are left out (at most 512)")
    parser.add_argument("--dims", type=int, default=256)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2, help="for the teacher")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    tokenizer = load_tokenizer(model_folder())
    words = vocabulary(tokenizer)
    texts = all_texts(options.wordnet, options.persona_chat)
    token_ids = [encoding.ids for encoding in tokenizer.encode_batch(texts)]
    token_ids = [ids for ids in token_ids if len(ids) <= options.longest]
    print(f"{len(token_ids)} of {len(texts)} texts, {sum(map(len, token_ids))} tokens", flush=True)

    teacher = Teacher(model_folder(), options.threads)
    vectors = teacher_vectors(teacher, token_ids, options.work)
    directions = train.principal_directions(vectors, options.dims)
    targets = train.unit(vectors @ directions)
    start = train.first_rows(words_alone(teacher, len(words)), directions)

    counts = train.count_matrix(token_ids, len(words))
    rows = train.train(start, counts, targets, options.epochs, options.seed)

    scales, values = tablefile.quantise(rows)
    tablefile.write(options.output, tablefile.Table(options.id, words, scales, values))
    make_vectors.write(options.output, options.output.with_name("vectors.json"))


def words_alone(teacher: Teacher, count: int) -> np.ndarray:
    """Of each wordpiece its last hidden state in `[CLS] w [SEP]`."""
    ids = np.full((count, 3), CLS)
    ids[:, 1], ids[:, 2] = np.arange(count), SEP
    batches = [ids[start : start + WORDS_AT_ONCE] for start in range(0, count, WORDS_AT_ONCE)]
    return np.concatenate([teacher.hidden(batch)[:, 1] for batch in batches])


if __name__ == "__main__":
    main()
