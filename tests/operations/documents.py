"""What a runbook says: its commands, the answers that it shows, its tables and its links."""

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Command:
    """One command as it is typed, with its line breaks."""

    text: str
    line: int

    @property
    def short(self):
        """On one line, as cases name it."""
        return re.sub(r"\s*\\\n\s*", " ", self.text).strip()

    def is_for_kubernetes(self):
        """Whether only an API server can answer it."""
        return self.short.startswith("kubectl ") and not re.match(r"kubectl (logs|exec) ", self.short)


@dataclass(frozen=True)
class Sample:
    """An answer in JSON, with the comment before it."""

    title: str
    value: dict
    line: int


class Document:
    """A page of Markdown."""

    def __init__(self, path):
        self.path, self.text = Path(path), Path(path).read_text()
        self.commands, self.samples = [], []
        for language, first, lines in self.blocks():
            if language == "bash":
                self.read(first, lines)

    def blocks(self):
        """Every fenced block: its language, the number of its first line, its lines."""
        language, lines = None, []
        for number, line in enumerate(self.text.splitlines(), 1):
            if language is None and (fence := re.fullmatch(r"\s*```(\w*).*", line)):
                language, lines = fence[1], []
            elif language is not None and line.strip() == "```":
                yield language, number - len(lines), lines
                language = None
            elif language is not None:
                lines.append(line)

    def read(self, first, lines):
        """Commands, comments and answers of a block."""
        title, at = "", 0
        while at < len(lines):
            begin, line = at, lines[at]
            at += 1
            if not line.strip():
                continue
            if line.lstrip().startswith("#"):
                title = line.lstrip("# ")
                continue
            whole = is_json if line.startswith("{") else is_complete
            while not whole(line) and at < len(lines):
                line += "\n" + lines[at]
                at += 1
            if line.startswith("{"):
                self.samples.append(Sample(title, json.loads(line), first + begin))
            else:
                self.commands.append(Command(line, first + begin))

    def table(self, header):
        """The first column of the table whose head begins so, code marks off."""
        rows = self.text.split(f"| {header} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
        return [name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])]

    def endpoints(self):
        """Those of a list such as: - `GET /health` - what it does."""
        return re.findall(r"^- `([A-Z]+) (/\S+)` - ", self.text, re.M)

    def anchors(self):
        """What links may lead to in this page."""
        titles = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", self.text, flags=re.M | re.S), re.M)
        return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}

    def links(self):
        """Links to pages and headings of the repository."""
        prose = re.sub(r"^```.*?^```", "", self.text, flags=re.M | re.S)
        return [link for link in re.findall(r"\]\(([^)\s]+)\)", prose) if "://" not in link]


def is_json(text):
    try:
        json.loads(text)
    except json.JSONDecodeError:
        return False
    return True


def is_complete(text):
    """Whether a shell would run it and not wait for more."""
    if text.endswith("\\"):
        return False
    return subprocess.run(["bash", "-n", "-c", text], capture_output=True).returncode == 0


def broken_links(document, folder=None):
    """Links of a page that lead nowhere; the page is in its own folder, or as if it stood in another."""
    for link in document.links():
        path, _, anchor = link.partition("#")
        target = ((folder or document.path.parent) / path).resolve() if path else document.path
        if not target.exists():
            yield f"{link}: no such file"
        elif anchor and target.suffix == ".md" and anchor not in Document(target).anchors():
            yield f"{link}: no such heading"


def unlike(sample, answer, at=""):
    """Where an answer lacks what a sample has, or has it as another type."""
    if isinstance(sample, dict):
        if not isinstance(answer, dict):
            return [f"{at or 'it'} is no object"]
        missing = [f"{at}.{key} is missing" for key in sample if key not in answer]
        return missing + [found for key in sample if key in answer for found in unlike(sample[key], answer[key], f"{at}.{key}")]
    number = (int, float)
    same = (
        isinstance(answer, number)
        if isinstance(sample, number) and not isinstance(sample, bool)
        else type(sample) is type(answer)
    )
    return [] if same else [f"{at} is {answer!r}, not like {sample!r}"]
