"""Draws how-to sentences and numbered lists from Markdown files, by a rule and a seed that were fixed before any was looked at.

Files: `*.md`, the documentation comments of `*.rs` or the comments of `*.go`, below the folders given, but for licences and
lists of changes; of a Go module, crate or package only those whose licence file is one of MIT, BSD, ISC or Apache-2.0, so that a sentence may be quoted with its source.
Sentences: 6 to 40 words, beginning with a capital letter and ending with a full stop or colon, that hold a word of order,
purpose or means (CUE) and tell the reader to do something (READER). Lists: 2 to 10 numbered items, of at most 60 words an item,
with the line before them if it ends in a colon.
Of each kind those of one source are shuffled and MOST at most kept, then all are shuffled and the first N taken.

    python3 draw.py .md SEED SENTENCES LISTS MOST DRAWN FOLDER… > drawn.tsv

Drawn so far, M for the folders of Go modules, Node.js, npm packages (from the second on also Go, the Google Cloud CLI, Java, pyenv, the
Rust toolchains), C for the crates of this workspace and their READMEs:

    drawn_1.tsv   .md 20261129 300 100 25  nothing                      M, by an earlier form of this script that kept near twins
    drawn_2.tsv   .md 20261130 350 75 100  drawn_1                      M
    drawn_3.tsv   .rs 20261131 450 80 4    drawn_1, 2, what was developed on    C
    drawn_4.tsv   .go 20261132 500 80 8    the same and drawn_3         Go and its modules
    drawn_5.tsv   .md 20261133 400 40 400  the same and drawn_4         M, and behind it
                  .rs 20261133 450 40 12   the same                     C

DRAWN is what was drawn before: none of it, and nothing that differs only in what is quoted, in names or in numbers, comes again.
"""

import os
import random
import re
import sys

LICENCE = re.compile(
    r"Permission is hereby granted, free of charge|Permission to use, copy, modify, and/or distribute"
    r"|Redistribution and use in source and binary forms|Apache License\s+Version 2\.0",
)
CUE = re.compile(
    r"\b(before|after|first|then|requires?|need to|must|once|until|unless|make sure|depends on)\b|^(To|In order to) |\bby \w+ing\b"
    r"|^(Run|Use|Execute|Invoke|Type|Enter|Call|Pass|Set|Add)\b.* to ",
    re.I,
)
VERB = (
    "add|adjust|apply|build|call|change|check|choose|clone|commit|compile|configure|copy|create|define|delete|disable|download|edit|enable"
    "|ensure|enter|execute|export|generate|get|give|go|import|include|initialize|insert|install|invoke|load|look|make|mount|move|open|pass"
    "|press|provide|push|put|read|reboot|remove|replace|resolve|restart|restore|run|save|see|select|send|set|specify|start|stop|switch|try|turn"
    "|type|update|upgrade|use|verify|wait|write"
)
READER = re.compile(
    rf"^(please )?({VERB})\b|^(do not|never|you (must|need to|have to|should|cannot|can't|can not|can))\b"
    rf"|^(to|in order to|before|after|once|first|firstly)\b[^,]*,( please| first| then| simply| just)* ({VERB}|you|you'll)\b",
    re.I,
)
COMMENT = {".rs": r"\s*//[/!] ?(.*)", ".go": r"\s*// ?(.*)"}
MARK = re.compile(r"^\s*\d{1,3}[.)]\s+")


def sources(folder):
    """Each folder with a licence that allows quoting, with the files below it that no nearer one has."""
    for place, folders, files in os.walk(folder):
        folders.sort()
        licences = [name for name in files if re.match(r"licen[cs]e|copying|copyright", name, re.I)]
        texts = "".join(read(os.path.join(place, name)) for name in sorted(licences))
        if LICENCE.search(texts):
            name = os.path.relpath(place, folder)
            yield os.path.basename(os.path.abspath(folder)) if name == "." else name, place
            folders.clear()


def read(path):
    if not os.path.isfile(path):
        return ""
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def documents(place, suffix):
    for here, folders, files in os.walk(place):
        folders.sort()
        for name in sorted(files):
            if name.lower().endswith(suffix) and not re.match(r"licen|change|history|news|release|copy|code_of", name, re.I):
                text = read(os.path.join(here, name))
                text = comments(text, COMMENT[suffix]) if suffix in COMMENT else text
                yield re.sub(r"```.*?(```|\Z)|<!--.*?-->", "\n\n", text, flags=re.S)


def comments(text, mark):
    lines = (re.match(mark, line) for line in text.split("\n"))
    return "\n".join(line.group(1) if line else "" for line in lines)


def plain(text):
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", text)
    text = re.sub(r"\[([^\]]*)\](\([^)]*\)|\[[^\]]*\])", r"\1", text)
    return " ".join(re.sub(r"\*\*|__", "", text).split())


def sentences(text):
    for paragraph in re.split(r"\n\s*\n|\n(?=\s*(?:[-*#|>•]|\d+[.)]))", text):
        joined = re.sub(r"^(?:[-*•]|\d+[.)])\s+", "", plain(paragraph))
        for one in re.split(r"(?<=[.:!?])\s+(?=[A-Z`\"])", joined):
            if 6 <= len(one.split()) <= 40 and re.match(r"[A-Z]", one) and one[-1] in ".:" and CUE.search(one) and READER.search(one):
                yield one


def lists(text):
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        if not MARK.match(lines[at]):
            at += 1
            continue
        begin, items = at, []
        while at < len(lines):
            if MARK.match(lines[at]):
                items.append(MARK.sub("", lines[at]))
            elif lines[at].strip() and lines[at].startswith((" ", "\t")):
                items[-1] += " " + lines[at].strip()
            elif lines[at].strip() or not any(MARK.match(line) for line in lines[at + 1 : at + 3]):
                break
            at += 1
        before = [plain(line) for line in lines[max(0, begin - 2) : begin] if line.strip()]
        heading = before[-1:] if before and before[-1].endswith(":") else []
        items = [plain(item) for item in items]
        if 2 <= len(items) <= 10 and all(1 <= len(item.split()) <= 60 for item in items):
            yield "\\n".join(heading + [f"{n}. {item}" for n, item in enumerate(items, 1)])


def form(text):
    """A text without quotations, capitalised words and numbers: near twins have the same."""
    return " ".join(word for word in re.sub(r"`[^`]*`", "", text).split() if word.isalpha() and word.islower())


def drawn(kind, suffix, chance, wanted, most, before, folders):
    pool, seen = [], {form(one) for one in before}
    for folder in folders:
        for source, place in sources(folder):
            own = list({form(one): one for text in documents(place, suffix) for one in kind(text)}.items())
            own = [(key, one) for key, one in own if key not in seen]
            chance.shuffle(own)
            seen.update(key for key, _ in own)
            pool.extend((source, one) for _, one in own[:most])
    print(kind.__name__, len(pool), file=sys.stderr)
    chance.shuffle(pool)
    return pool[:wanted]


def main():
    suffix = sys.argv[1]
    seed, wanted_sentences, wanted_lists, most = map(int, sys.argv[2:6])
    before = [line.split("\t")[1] for line in read(sys.argv[6]).splitlines()]
    chance = random.Random(seed)
    for kind, wanted in ((sentences, wanted_sentences), (lists, wanted_lists)):
        for source, one in drawn(kind, suffix, chance, wanted, most, before, sys.argv[7:]):
            print(f"{source}\t{one}")


main()
