#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run a program with and one without assertions, and compare what they print.

    compare-verdicts.py WITH WITHOUT ARGUMENT...
"""

import subprocess
import sys


def run(program, arguments):
    done = subprocess.run([program, *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, errors="replace")
    if done.returncode != 0:
        print(f"# {program} ended with {done.returncode}: "
              + done.stderr.strip().replace("\n", " "))
    return done.returncode, done.stdout.splitlines()


def main():
    checked, checked_lines = run(sys.argv[1], sys.argv[3:])
    plain, plain_lines = run(sys.argv[2], sys.argv[3:])
    verdicts = [line for line in checked_lines if line.startswith("# ")]
    loaded = sum(line.startswith("# 0 ") for line in verdicts)
    for a, b in zip(checked_lines, plain_lines):
        if a != b:
            print(f"# with assertions: {a}\n# without them: {b}")
            break
    good = (checked == plain == 0 and checked_lines == plain_lines
            and 0 < loaded < len(verdicts))
    print("1..1")
    print("{} 1 - {} verdicts, {} models loaded, the same without "
          "assertions".format("ok" if good else "not ok", len(verdicts),
                              loaded))
    return 0 if good else 1


sys.exit(main())
