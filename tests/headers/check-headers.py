#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each installed header must compile alone, as C17 and C++, without a word."""

import pathlib
import shlex
import subprocess
import sys

FLAGS = ["-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
LANGUAGES = {"c": "-std=c17", "c++": "-std=c++17"}


def compiles(compiler, language, folders, header):
    command = [*compiler, "-x", language, LANGUAGES[language], *FLAGS,
               *folders, "-"]
    source = f"#include <{header}>\n#include <{header}>\n"
    done = subprocess.run(command, input=source, capture_output=True, text=True)
    for line in done.stderr.splitlines():
        print(f"# {line}")
    return done.returncode == 0


def main():
    include, compat = map(pathlib.Path, sys.argv[1:3])
    compilers = {"c": shlex.split(sys.argv[3]), "c++": shlex.split(sys.argv[4])}
    headers = {f"apu/{path.name}": ["-I", str(include)]
               for path in sorted((include / "apu").glob("*.h"))}
    # As its pkg-config file says: with libdrm's, and without libapu's.
    headers |= {name: ["-I", str(compat), *sys.argv[5:]]
                for name in ("apu_drm.h", "apu_drmif.h")}
    failed = number = 0

    print(f"1..{len(headers) * len(LANGUAGES)}")
    for header, folders in headers.items():
        for language, compiler in compilers.items():
            number += 1
            good = compiles(compiler, language, folders, header)
            failed += not good
            print(f"{'ok' if good else 'not ok'} {number} - "
                  f"{header} alone as {language}")
    return 1 if failed or not headers else 0


sys.exit(main())
