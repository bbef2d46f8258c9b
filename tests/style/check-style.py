#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What clang-format does not see: its own verdict, licences, sizes, names."""

import pathlib
import re
import shutil
import subprocess
import sys

ROOMS = ["include", "src", "tests", "examples"]
MAX_FILE_LINES = 800
# Kernel code has the kernel's style, and its checkpatch.pl.
KERNEL = pathlib.PurePath("tests", "kernel", "apu")
# Programs may print and exit.
PROGRAMS = {"deviced", "tools"}


def sources(root, *suffixes):
    for room in ROOMS:
        for path in sorted((root / room).rglob("*")):
            if (path.suffix in suffixes and path.is_file()
                    and KERNEL not in path.relative_to(root).parents):
                yield path


def unformatted(root):
    if shutil.which("clang-format") is None:
        return ["clang-format is not installed"]
    paths = [path for path in sources(root, ".c", ".h")
             if "uapi" not in path.parts]
    done = subprocess.run(["clang-format", "--dry-run", *paths], text=True,
                          capture_output=True, cwd=root)
    bad = {line.split(":")[0] for line in done.stderr.splitlines()
           if "warning:" in line or "error:" in line}
    return [f"{path}: run clang-format -i" for path in sorted(bad)]


def without_licence(root):
    return [f"{path.relative_to(root)}: no SPDX line on top"
            for path in sources(root, ".c", ".h", ".py", ".sh", ".build")
            if "SPDX-License-Identifier:" not in
            "".join(path.open().readlines()[:2])]


def too_long(root):
    return [f"{path.relative_to(root)}: {lines} lines, at most {MAX_FILE_LINES}"
            for path in sources(root, ".c", ".h", ".py")
            if (lines := len(path.read_text().splitlines())) > MAX_FILE_LINES]


def odd_guards(root):
    return [f"{path.relative_to(root)}: no include guard APU..._H"
            for path in sources(root, ".h")
            if not re.search(r"^#ifndef APU\w*_H$", path.read_text(), re.M)]


def printing(root):
    """The library never prints, exits or aborts; the tool may."""
    word = re.compile(r"\b(printf|puts|fprintf|perror|exit|_exit|abort)\s*\(")
    return [f"{path.relative_to(root)}:{number}: {line.strip()}"
            for path in sources(root, ".c")
            if path.parts[len(root.parts)] == "src" and
            not PROGRAMS & set(path.parts)
            for number, line in enumerate(path.read_text().splitlines(), 1)
            if word.search(line)]


def stale_readme(root):
    """The program in the README is the one that is built and tested."""
    program = (root / "examples" / "first.c").read_text()
    body = program.split("\n", 1)[1]
    return [] if body in (root / "README.md").read_text() else [
        "README.md does not show examples/first.c as it is"]


CHECKS = {
    "clang-format agrees": unformatted,
    "every source names its licence": without_licence,
    "no file is over 800 lines": too_long,
    "every header has its guard": odd_guards,
    "the library does not print or exit": printing,
    "the README shows the program that is tested": stale_readme,
}


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    failed = 0

    print(f"1..{len(CHECKS)}")
    for number, (name, check) in enumerate(CHECKS.items(), 1):
        bad = check(root)
        failed += bool(bad)
        for line in bad:
            print(f"# {line}")
        print(f"{'not ok' if bad else 'ok'} {number} - {name}")
    return 1 if failed else 0


sys.exit(main())
