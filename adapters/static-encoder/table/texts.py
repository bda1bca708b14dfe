"""The texts that the teacher encodes: WordNet and Synthetic-Persona-Chat, without duplicates, in a fixed order."""

import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

WORDNET_FILES = ("data.noun", "data.verb", "data.adj", "data.adv")
EXAMPLE = re.compile(r'"([^"]+)"')
ADJECTIVE_POSITION = re.compile(r"\((a|p|ip)\)$")
SPEAKER = re.compile(r"^User [12]:\s*")
PERSONA_COLUMNS = ("user 1 personas", "user 2 personas")
DIALOGUE_COLUMN = "Best Generated Conversation"


def all_texts(wordnet: Path, persona_chats: Iterable[Path]) -> list[str]:
    texts: dict[str, None] = {}
    for name in WORDNET_FILES:
        texts.update(dict.fromkeys(wordnet_texts(wordnet / name)))
    for path in persona_chats:
        texts.update(dict.fromkeys(persona_chat_texts(path)))
    return list(texts)


def wordnet_texts(path: Path) -> Iterator[str]:
    """Of every synset: its gloss behind its words, each example, and the list of its words if it has several."""
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("  "):  # the licence stands in front, indented
                yield from _synset_texts(line)


def _synset_texts(line: str) -> Iterator[str]:
    data, _, gloss = line.partition("|")
    words = _synset_words(data.split())
    definition = EXAMPLE.sub("", gloss)
    definition = re.sub(r"\s*;(\s*;)*\s*$", "", re.sub(r"\s+", " ", definition)).strip(" ;")
    if definition:
        yield f"{', '.join(words)}: {definition}"
    for example in EXAMPLE.findall(gloss):
        yield example.strip()
    if len(words) > 1:
        yield ", ".join(words)


def _synset_words(fields: list[str]) -> list[str]:
    count = int(fields[3], 16)
    words = fields[4 : 4 + 2 * count : 2]
    return [ADJECTIVE_POSITION.sub("", word).replace("_", " ") for word in words]


def persona_chat_texts(path: Path) -> Iterator[str]:
    """The personas' sentences and the utterances, without the speakers' labels."""
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for column in (*PERSONA_COLUMNS, DIALOGUE_COLUMN):
                for line in row[column].splitlines():
                    text = SPEAKER.sub("", line).strip()
                    if text:
                        yield text
