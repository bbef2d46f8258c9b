#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""libdrm_apu must have the original's functions, in header, map and library."""

import pathlib
import re
import subprocess
import sys

# uapi.md 3.4. The original's own symbol file had forgotten the last five, so
# that no program could link them (4.3, no. 9).
ORIGINAL = set("""
apu_device_new apu_device_ref apu_device_del
apu_bo_new apu_bo_ref apu_bo_del apu_bo_handle apu_bo_dmabuf apu_bo_map
apu_bo_iommu_map apu_bo_iommu_unmap
apu_new_job apu_free_job apu_job_init apu_job_wait apu_queue apu_dequeue_result
apu_job_get_data apu_job_wait_any apu_cached_bo_new apu_bo_user_new
apu_device_online
""".split())

# The functions of this name that libapu has, too.
SHARED = {"apu_device_ref"}


def without_comments(path):
    return re.sub(r"/\*.*?\*/", "", pathlib.Path(path).read_text(),
                  flags=re.S)


def header_symbols(path):
    return set(re.findall(r"\b(apu_\w+)\s*\([^;{]*\);",
                          without_comments(path)))


def map_symbols(path):
    names = "".join(re.findall(r"global:(.*?)local:", without_comments(path),
                               flags=re.S))
    return set(re.findall(r"(\w+);", names))


def library_symbols(path):
    """Name -> version, of what is not the node itself."""
    lines = subprocess.run(["nm", "-D", "--defined-only", path], check=True,
                           capture_output=True, text=True).stdout.splitlines()
    words = [line.split() for line in lines]
    pairs = [word[-1].partition("@@") for word in words if word[1] != "A"]
    return {name: version for name, _, version in pairs}


def soname(path):
    text = subprocess.run(["readelf", "-d", path], check=True,
                          capture_output=True, text=True).stdout
    return re.search(r"SONAME.*\[(.*)\]", text).group(1)


def report(number, name, wrong):
    for line in sorted(wrong):
        print(f"# {line}")
    print(f"{'not ok' if wrong else 'ok'} {number} - {name}")
    return not wrong


def main():
    header, symbol_map, library, libapu = sys.argv[1:]
    exported = library_symbols(library)
    theirs = library_symbols(libapu)
    clash = exported.keys() & theirs.keys()

    print("1..6")
    results = [
        report(1, "the header has the original's functions",
               ORIGINAL ^ header_symbols(header)),
        report(2, "the map has them", ORIGINAL ^ map_symbols(symbol_map)),
        report(3, "the library exports them", ORIGINAL ^ exported.keys()),
        report(4, "the soname is the original's",
               {soname(library)} - {"libdrm_apu.so.1"}),
        report(5, "one name is libapu's, too", clash ^ SHARED),
        # Or the one loaded first would be called for both.
        report(6, "versions tell the two apart",
               {name for name in clash if not exported[name]
                or exported[name] == theirs[name]}),
    ]
    return 0 if all(results) else 1


sys.exit(main())
