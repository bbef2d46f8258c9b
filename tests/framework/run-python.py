#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run a test program in the environment that scripts/setup framework makes.

    run-python.py SOURCE_ROOT PROGRAM [ARGUMENT...]

Without the environment the program is skipped, in one TAP line that names the
command; where $CI is set that is a failure.
"""

import os
import pathlib
import sys

root, *command = sys.argv[1:]
python = pathlib.Path(root) / ".venv-framework" / "bin" / "python3"
if python.is_file():
    os.execv(python, [str(python), "-B", *command])
why = "there is no .venv-framework: run scripts/setup framework"
if "CI" in os.environ:
    print(f"Bail out! {why}")
    sys.exit(1)
print(f"1..0 # SKIP {why}")
