#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The firmware is portable: prove it with the compilers of three machines.

Each target compiles all of src/firmware without a C library, links it with
libgcc alone, and is checked for what is left over: symbols that it would want
from elsewhere, memory that would outlive a request, stack, recursion.

Usage: check-freestanding.py SOURCE_ROOT; prints TAP.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

TARGETS = [
    ("host", "", []),
    ("cortex-m0plus", "arm-none-eabi-", ["-mcpu=cortex-m0plus", "-mthumb"]),
    ("cortex-m4", "arm-none-eabi-", ["-mcpu=cortex-m4", "-mthumb"]),
    ("rv64imac", "riscv64-unknown-elf-",
     ["-march=rv64imac", "-mabi=lp64", "-mcmodel=medany"]),
]

FLAGS = [
    "-std=c17", "-ffreestanding", "-O2", "-ffp-contract=off",
    "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wvla", "-Werror",
    "-fno-pic", "-fno-stack-protector", "-fcallgraph-info=su",
]

# docs/architecture.md: all that the firmware asks of whoever runs it.
ALLOWED_UNDEFINED = {
    "memcmp", "memcpy", "memmove", "memset",
    # src/firmware/maths.h
    "atan2f", "cosf", "erff", "expf", "fmodf", "logf", "powf", "sinf", "sqrtf",
}

# firmware.h promises 16 KiB. The rest is for the host's two callbacks, for
# libgcc and for those four, whose frames the compiler cannot tell.
STACK_BYTES = 16 * 1024
STACK_RESERVE_BYTES = 4 * 1024

# Which function calls through a pointer (whichever of two is left when the other
# is inlined), and what. Any other such call is one of the host's callbacks.
INDIRECT_CALLS = [
    (r"apui_fw_handle$",
     r"apui_fw_(xrp|copy_.*|fill_.*|buffer_iommu.*|info|run)$"),
    (r"(apui_fw_run_operators|run_operator)$", r"apui_kernel_"),
    (r"apui_fw_xrp$", r"handle_"),
    (r"(apui_window_run|run_pixels)$", r"run_pixel$"),
]


class Failure(Exception):
    pass


def call(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise Failure(f"{' '.join(command[:2])}: {done.stdout}")
    return done.stdout


def compile_all(root, prefix, machine, work):
    sources = []
    for folder, _, names in os.walk(os.path.join(root, "src", "firmware")):
        sources += [os.path.join(folder, n) for n in names
                    if n.endswith(".c")]
    objects = []
    for number, source in enumerate(sorted(sources)):
        objects.append(os.path.join(work, f"{number}.o"))
        call(prefix + "gcc", *FLAGS, *machine,
             "-I" + os.path.join(root, "src"), "-c", source,
             "-o", objects[-1])
    linked = os.path.join(work, "firmware.o")
    call(prefix + "gcc", *machine, "-nostdlib", "-r", *objects, "-lgcc",
         "-o", linked)
    return linked


def check_undefined(prefix, linked):
    """Nothing but these functions is asked of libraries."""
    names = {line.split()[-1]
             for line in call(prefix + "nm", "-u", linked).splitlines()
             if line.strip()}
    extra = sorted(names - ALLOWED_UNDEFINED)
    if extra:
        raise Failure("undefined: " + " ".join(extra))


def check_stateless(prefix, linked):
    """No section can be written: nothing outlives a request."""
    for line in call(prefix + "size", "-A", linked).splitlines():
        fields = line.split()
        if len(fields) == 3 and re.match(r"\.s?(data|bss|tdata|tbss)\b(?!\.rel)",
                                         fields[0]) and int(fields[1]) > 0:
            raise Failure(f"{fields[0]} has {fields[1]} bytes")
    for line in call(prefix + "nm", linked).splitlines():
        if line.split()[-2] in "BbCDdGgSs":
            raise Failure("writable: " + line.split()[-1])


def read_call_graph(work):
    """Returns {function: stack bytes} and {function: callees}."""
    frames, calls = {}, {}
    for name in os.listdir(work):
        if not name.endswith(".ci"):
            continue
        with open(os.path.join(work, name), encoding="utf-8") as file:
            text = file.read()
        for title, label in re.findall(
                r'^node: \{ title: "([^"]*)" label: "([^"]*)"', text, re.M):
            size = re.search(r"(\d+) bytes \(([\w,]+)\)", label)
            if not size:
                continue
            # Bounded: aligned for vectors, with the bound in the number.
            if size.group(2) not in ("static", "dynamic,bounded"):
                raise Failure(f"{title}: the stack's size is {size.group(2)}")
            frames[title] = int(size.group(1))
        for caller, callee in re.findall(
                r'^edge: \{ sourcename: "([^"]*)" targetname: "([^"]*)"',
                text, re.M):
            calls.setdefault(caller, set()).add(callee)
    return frames, calls


def name_of(function):
    """A static function's title is FILE:NAME."""
    return function.rsplit(":", 1)[-1]


def expand(caller, callee, frames):
    if callee != "__indirect_call":
        return [callee]
    for callers, callees in INDIRECT_CALLS:
        if re.match(callers, name_of(caller)):
            return [f for f in frames if re.match(callees, name_of(f))]
    return []


def find_deepest(function, frames, calls, path):
    """Returns the stack of the deepest chain from @function, and the chain."""
    if function in path:
        raise Failure("recursion: " + " ".join(path + [function]))
    best, chain = 0, []
    for callee in calls.get(function, ()):
        for target in expand(function, callee, frames):
            if target not in frames:
                continue
            depth = find_deepest(target, frames, calls, path + [function])
            if depth[0] > best:
                best, chain = depth
    own = frames[function]
    return best + own, [f"{name_of(function)} {own}"] + chain


def check_stack(work):
    frames, calls = read_call_graph(work)
    deepest, chain = find_deepest("apui_fw_handle", frames, calls, [])
    print(f"# {deepest} bytes of stack: " + ", ".join(chain))
    if deepest > STACK_BYTES - STACK_RESERVE_BYTES:
        raise Failure(f"{deepest} bytes of stack")


def check_target(root, prefix, machine):
    with tempfile.TemporaryDirectory() as work:
        linked = compile_all(root, prefix, machine, work)
        check_undefined(prefix, linked)
        check_stateless(prefix, linked)
        check_stack(work)
        text = call(prefix + "size", linked).splitlines()[1].split()[0]
        print(f"# {text} bytes of code and constants")


def main():
    root = sys.argv[1]
    print(f"1..{len(TARGETS)}")
    for number, (name, prefix, machine) in enumerate(TARGETS, 1):
        if not shutil.which(prefix + "gcc"):
            missing = f"no {prefix}gcc"
            print(f"not ok {number} - {name}: {missing}"
                  if os.environ.get("CI")
                  else f"ok {number} - {name} # SKIP {missing}")
            continue
        try:
            check_target(root, prefix, machine)
            print(f"ok {number} - {name}")
        except Failure as failure:
            for line in str(failure).splitlines():
                print("# " + line)
            print(f"not ok {number} - {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
