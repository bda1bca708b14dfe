#!/usr/bin/env python3
"""Measures `somabrain bench plan` beside pyperplan and Fast Downward on the same problems.

    cargo build --release -p somabrain
    cargo run --release -p somabrain-pddl --example instances -- /tmp/instances
    python3 -m venv /tmp/planners
    /tmp/planners/bin/pip install pyperplan==2.1 up-fast-downward
    scripts/bench-planners.py /tmp/instances --venv /tmp/planners --somabrain target/release/somabrain

The folder holds pairs NAME.domain.pddl and NAME.pddl, or one domain.pddl for all NAME.pddl. pyperplan (gbf, hff) and Fast
Downward (lama-first) are GPL programs for measuring only: nothing here depends on them. Search times are what each
planner says itself; `whole` is the time of the process, grounding included. A run that is over its time counts as not
solved. The last table compares search times on the problems that both planners solve.
"""

import argparse
import json
import math
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path


def run(command, seconds, folder):
    """Output and time of a process; None for the output of one that was stopped."""
    begin = time.monotonic()
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    try:
        output = process.communicate(timeout=seconds)[0]
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        output = None
    return output, time.monotonic() - begin


def number(pattern, text):
    found = re.search(pattern, text)
    return float(found.group(1)) if found else None


def solved(length, search, whole):
    return {"length": int(length), "search": search, "whole": whole}


def somabrain(args, domain, problem, folder):
    command = [args.somabrain, "bench", "plan", "--json", "--time", str(args.seconds)]
    output, whole = run(command + ["--domain", domain, "--problem", problem], args.seconds + 5, folder)
    answer = json.loads(output.splitlines()[0]) if output and output.startswith("{") else {}
    return solved(answer["length"], answer["search_ms"] / 1000, whole) if answer.get("valid") else None


def pyperplan(args, domain, problem, folder):
    # It writes its plan beside the problem: give it a copy.
    copy = Path(folder) / "problem.pddl"
    copy.write_text(Path(problem).read_text())
    command = [f"{args.venv}/bin/python", "-m", "pyperplan", "-s", "gbf", "-H", "hff", domain, str(copy)]
    output, whole = run(command, args.seconds, folder)
    length, search = number(r"Plan length: (\d+)", output or ""), number(r"Search time: ([\d.e+-]+)", output or "")
    return None if length is None else solved(length, search, whole)


def fast_downward(args, domain, problem, folder):
    driver = next(Path(args.venv).glob("lib/python3*/site-packages/up_fast_downward/downward/fast-downward.py"))
    command = [f"{args.venv}/bin/python", str(driver), "--alias", "lama-first", domain, problem]
    output, whole = run(command, args.seconds, folder)
    length = number(r"Plan length: (\d+) step", output or "")
    return None if length is None else solved(length, number(r"Search time: ([\d.]+)s", output), whole)


PLANNERS = {"somabrain": somabrain, "pyperplan": pyperplan, "fast-downward": fast_downward}


def problems(folder):
    for problem in sorted(folder.glob("*.pddl")):
        own, shared = folder / f"{problem.stem}.domain.pddl", folder / "domain.pddl"
        if not problem.stem.endswith("domain"):
            yield problem.stem, str((own if own.exists() else shared).resolve()), str(problem.resolve())


def show(one):
    return "–" if one is None else f"{one['length']} / {one['search']:.3f} s"


def mean(values):
    return math.exp(sum(math.log(max(value, 1e-6)) for value in values) / len(values)) if values else float("nan")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--somabrain", default="target/release/somabrain")
    parser.add_argument("--venv", default="/tmp/planners")
    parser.add_argument("--seconds", type=float, default=60, help="for each planner and problem, grounding included")
    parser.add_argument("--only", nargs="*", choices=PLANNERS, default=list(PLANNERS))
    parser.add_argument("--match", default="", help="only problems whose names hold this")
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    args = parser.parse_args()
    args.somabrain = str(Path(args.somabrain).resolve())
    results = {}
    print("| problem | " + " | ".join(args.only) + " |\n|---" + "|---" * len(args.only) + "|")
    for name, domain, problem in problems(args.folder):
        if args.match not in name:
            continue
        results[name] = {}
        for planner in args.only:
            with tempfile.TemporaryDirectory() as folder:
                results[name][planner] = PLANNERS[planner](args, domain, problem, folder)
        print(f"| {name} | " + " | ".join(show(results[name][planner]) for planner in args.only) + " |", flush=True)
    summary(results, args.only)
    if args.json:
        args.json.write_text(json.dumps(results, indent=1))


def summary(results, planners):
    groups = defaultdict(list)
    for name, one in results.items():
        groups[name.split("-")[0]].append(one)
        groups["all"].append(one)
    print("\n| domain | problems | " + " | ".join(f"{planner} solves" for planner in planners) + " |")
    print("|---|---" + "|---" * len(planners) + "|")
    for group, ones in groups.items():
        counts = [sum(one[planner] is not None for one in ones) for planner in planners]
        print(f"| {group} | {len(ones)} | " + " | ".join(map(str, counts)) + " |")
    print("\n| somabrain beside | both solve | search time, sums | geometric mean of the ratios | steps, sums |\n|---|---|---|---|---|")
    for other in planners:
        both = [(one["somabrain"], one[other]) for one in results.values() if one.get("somabrain") and one[other]]
        if other == "somabrain" or not both:
            continue
        sums = [sum(pair[at]["search"] for pair in both) for at in (0, 1)]
        steps = [sum(pair[at]["length"] for pair in both) for at in (0, 1)]
        ratio = mean([mine["search"] / max(theirs["search"], 1e-6) for mine, theirs in both if theirs["search"] > 0])
        print(f"| {other} | {len(both)} | {sums[0]:.2f} s : {sums[1]:.2f} s | {ratio:.4f} | {steps[0]} : {steps[1]} |")


if __name__ == "__main__":
    sys.exit(main())
