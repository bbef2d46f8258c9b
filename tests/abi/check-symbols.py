#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Headers, symbol map and shared library must name the same functions."""

import pathlib
import re
import subprocess
import sys


def header_symbols(folder):
    names = set()
    for path in sorted(pathlib.Path(folder).glob("*.h")):
        text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
        names |= set(re.findall(r"APU_API\b[^;{]*?\b(apu_\w+)\s*\(", text))
    return names


def map_symbols(path):
    text = re.sub(r"/\*.*?\*/", "", pathlib.Path(path).read_text(), flags=re.S)
    globals_only = "".join(re.findall(r"global:(.*?)local:", text, flags=re.S))
    return set(re.findall(r"(\w+);", globals_only))


def library_symbols(path):
    lines = subprocess.run(["nm", "-D", "--defined-only", path], check=True,
                           capture_output=True, text=True).stdout.splitlines()
    names = {line.split()[-1].split("@")[0] for line in lines}
    return {name for name in names if not name.startswith("LIBAPU_")}


def compare(number, name, left, right, left_name, right_name):
    wrong = [f"{n} is only in {left_name}" for n in sorted(left - right)]
    wrong += [f"{n} is only in {right_name}" for n in sorted(right - left)]
    for line in wrong:
        print(f"# {line}")
    print(f"{'not ok' if wrong else 'ok'} {number} - {name}")
    return not wrong


# libdrm_apu's functions: both libraries may be loaded at once.
FOREIGN = re.compile(
    r"apu_(device_new|device_del|device_online|bo_\w+|cached_bo_\w+|new_job|"
    r"job_init|job_get_data|job_wait|job_wait_any|free_job|queue|"
    r"dequeue_result)$")


def main():
    headers, symbol_map, library = sys.argv[1:]
    in_headers = header_symbols(headers)
    in_map = map_symbols(symbol_map)
    in_library = library_symbols(library)

    print("1..4")
    good = compare(1, "the map has what the headers declare", in_headers,
                   in_map, "the headers", "the map")
    good &= compare(2, "the library exports what the map has", in_map,
                    in_library, "the map", "the library")
    foreign = {n for n in in_library if FOREIGN.match(n)}
    good &= compare(3, "no name is libdrm_apu's", foreign, set(),
                    "the library", "nothing")
    print(f"{'ok' if in_headers else 'not ok'} 4 - there are public functions")
    return 0 if good and in_headers else 1


sys.exit(main())
