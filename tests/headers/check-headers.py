#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each public header must compile alone, as C17 and as C++, without a word."""

import pathlib
import shlex
import subprocess
import sys

FLAGS = ["-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
LANGUAGES = {"c": "-std=c17", "c++": "-std=c++17"}


def compiles(compiler, language, include, header):
    command = [*compiler, "-x", language, LANGUAGES[language], *FLAGS,
               "-I", str(include), "-"]
    source = f"#include <apu/{header}>\n#include <apu/{header}>\n"
    done = subprocess.run(command, input=source, capture_output=True, text=True)
    for line in done.stderr.splitlines():
        print(f"# {line}")
    return done.returncode == 0


def main():
    include = pathlib.Path(sys.argv[1])
    compilers = {"c": shlex.split(sys.argv[2]), "c++": shlex.split(sys.argv[3])}
    headers = sorted(path.name for path in (include / "apu").glob("*.h"))
    failed = number = 0

    print(f"1..{len(headers) * len(LANGUAGES)}")
    for header in headers:
        for language, compiler in compilers.items():
            number += 1
            good = compiles(compiler, language, include, header)
            failed += not good
            print(f"{'ok' if good else 'not ok'} {number} - "
                  f"{header} alone as {language}")
    return 1 if failed or not headers else 0


sys.exit(main())
