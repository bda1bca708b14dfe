#!/usr/bin/env python3
"""Writes vectors.json: what an implementation of the encoder must answer for a few texts with a given table.

`ids` are the teacher's wordpieces without [CLS] and [SEP] (rows below id 999 are zero: they carry nothing);
`first` are the first components of the text's vector, the normalised sum of its rows, unweighted.
"""

import argparse
import json
from pathlib import Path

import numpy as np

import tablefile
from teacher import load_tokenizer, model_folder

COMPONENTS = 8
TEXTS = (
    "The cat sat on the mat.",
    "I'm adopting a puppy next Saturday; her name is Biscuit!",
    "When did Caroline go to the LGBTQ support group?",
    "Melanie",
    "Call +49 30 901820 at 7:45pm on 8 May, 2023",
    "Café Müller's naïve façade — São Paulo, Đà Nẵng",
    "Cafe\u0301 in Zu\u0308rich",
    "我喜欢学习中文",
    "東京 is Tokyo",
    "I love it 😂🎉 ❤️",
    "",
    " \t\n",
    "?!... (---) \"'`",
    "antidisestablishmentarianism pneumonoultramicroscopicsilicovolcanoconiosis",
    "x" * 101,
    "tab\there\u00a0and\u200bzero\u0000width",
    "Привет, мир",
    "ΑΘΗΝΑ İstanbul STRASSE ß",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    write(options.table, options.output)


def write(table_path: Path, output: Path) -> None:
    tokenizer = load_tokenizer(model_folder())
    table = tablefile.read(table_path)
    rows = table.rows()
    cases = [case(text, tokenizer.encode(text, add_special_tokens=False).ids, rows) for text in TEXTS]
    lines = ",\n    ".join(json.dumps(one, ensure_ascii=True) for one in cases)
    output.write_text(f'{{\n  "encoder": {json.dumps(table.encoder_id)},\n  "texts": [\n    {lines}\n  ]\n}}\n')


def case(text: str, ids: list[int], rows: np.ndarray) -> dict:
    total = rows[ids].astype(np.float64).sum(axis=0) if ids else np.zeros(rows.shape[1])
    norm = np.linalg.norm(total)
    vector = total / norm if norm > 0 else total
    return {"text": text, "ids": ids, "first": [round(float(value), 7) for value in vector[:COMPONENTS]]}


if __name__ == "__main__":
    main()
