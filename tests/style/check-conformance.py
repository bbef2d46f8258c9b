#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""docs/conformance.md and the suite name the same cases.

	check-conformance.py ROOT		TAP
	check-conformance.py ROOT --table	the tables as they should be
"""

import pathlib
import re
import sys

CASE = re.compile(r'\{\s*"([^"]+)",\s*([\w|\s]+?),\s*\w+\s*,?\s*\}')
ROWS = re.compile(r"struct conformance_case \w+\[\] = \{(.*?)\n\};", re.S)
DEVICES = ["sim:", "drm:", "null:"]
HEADING = "## All cases"


def devices_of(needs):
    if "CANNOT_" in needs:
        return ["null:"]
    return DEVICES if needs.strip() == "CAN_ALWAYS" else ["sim:", "drm:"]


def cases(root):
    """(name, file, devices) in the order of files and rows."""
    found = []
    for path in sorted((root / "tests" / "conformance").glob("*.c")):
        for rows in ROWS.findall(path.read_text()):
            found += [(name, path.name, devices_of(needs))
                      for name, needs in CASE.findall(rows)]
    return found


def case_table(found):
    lines = ["| case | file | devices |", "|---|---|---|"]
    return lines + [
        f"| {name} | {file} | "
        f"{'all' if devices == DEVICES else ', '.join(devices)} |"
        for name, file, devices in found]


def count_table(found):
    """A refusal's case is not missed where nothing is refused."""
    rows = []
    for device in DEVICES:
        run = sum(device in devices for _, _, devices in found)
        skipped = sum(device not in devices and devices != ["null:"]
                      for _, _, devices in found)
        rows.append(f"| {device} | {run} | {skipped} |")
    return rows


def stale_tables(root):
    text = (root / "docs" / "conformance.md").read_text()
    lines = set(text.splitlines())
    wanted = case_table(cases(root)) + count_table(cases(root))
    listed = set(text.split(HEADING)[1].splitlines()) - {""}
    return ([f"not in docs/conformance.md: {line}" for line in wanted
             if line not in lines] +
            [f"no such case: {line}" for line in listed
             if line.startswith("|") and line not in wanted])


def unknown_cases(root):
    text = (root / "docs" / "conformance.md").read_text()
    names = {name for name, _, _ in cases(root)}
    return [f"docs/conformance.md names no case: {name}"
            for line in text.split(HEADING)[0].splitlines()
            if line.startswith("|")
            for name in re.findall(r'"([^"]+)"', line) if name not in names]


def unknown_tests(root):
    text = (root / "docs" / "conformance.md").read_text()
    bad = []
    for program, name in re.findall(r"`((?:guest|test)-[\w-]+): (\w+)`", text):
        room = "kernel" if program.startswith("guest-") else "unit"
        path = root / "tests" / room / f"{program}.c"
        if not path.exists() or not re.search(rf"\b{name}\b",
                                              path.read_text()):
            bad.append(f"docs/conformance.md names no test: {program}: {name}")
    return bad


def repeated(root):
    names = [name for name, _, _ in cases(root)]
    return [f"two cases have one name: {name}" for name in sorted(set(names))
            if names.count(name) > 1]


def unread(root):
    """A row that the pattern does not know would not be missed."""
    bad = []
    for path in sorted((root / "tests" / "conformance").glob("*.c")):
        for rows in ROWS.findall(path.read_text()):
            if len(CASE.findall(rows)) != rows.count("{"):
                bad.append(f"{path.name}: a case that is not understood")
    return bad


CHECKS = {
    "every case is in docs/conformance.md, with its devices": stale_tables,
    "every case that docs/conformance.md names is there": unknown_cases,
    "every test that docs/conformance.md names is there": unknown_tests,
    "no two cases have one name": repeated,
    "every row of the suite is understood": unread,
}


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    failed = 0

    if "--table" in sys.argv:
        print("\n".join(count_table(cases(root)) + case_table(cases(root))))
        return 0
    print(f"1..{len(CHECKS)}")
    for number, (name, check) in enumerate(CHECKS.items(), 1):
        bad = check(root)
        failed += bool(bad)
        for line in bad:
            print(f"# {line}")
        print(f"{'not ok' if bad else 'ok'} {number} - {name}")
    return 1 if failed else 0


sys.exit(main())
