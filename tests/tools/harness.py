# SPDX-License-Identifier: MIT
"""What tests of the tool `apu` share: how it is called, and TAP.

A test program is given the tool and the source's root as its two arguments.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

APU = pathlib.Path(sys.argv[1]).resolve()
ROOT = pathlib.Path(sys.argv[2]).resolve()
SHARED = pathlib.Path(os.environ.get("APU_SHARED", ROOT.parent / "shared"))
DIGITS = ROOT / "examples" / "digits"
MODEL = DIGITS / "digits.tflite"
LABELS = DIGITS / "labels.txt"
MOBILENET = SHARED / "models" / "coral__mobilenet_v2_1.0_224_quant"
SAMPLES = SHARED / "samples"

# A sanitizer's build takes its time; the driver's own limit is not under test.
DEVICE = "sim:timeout_ms=60000"
SIDE = 8
PIXELS = SIDE * SIDE
CLASSES = 10
TIMEOUT_S = 300

tests = []


class Skip(Exception):
    """The row cannot run here, and says why."""


def test(name):
    def add(function):
        tests.append((name, function))
        return function

    return add


def call(*args, env=None, stdout=subprocess.PIPE, prepare=None, cwd=None):
    full = {k: v for k, v in os.environ.items() if k != "APU_DEVICE"}
    full.update(env or {})
    return subprocess.run(
        [APU, *map(str, args)],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env=full,
        cwd=cwd,
        preexec_fn=prepare,
        restore_signals=prepare is None,
        timeout=TIMEOUT_S,
    )


def run(*args, **kwargs):
    """`apu run` of the digits model on the simulator, to its success."""
    return succeed("run", MODEL, "--device", DEVICE, *args, **kwargs)


def succeed(*args, **kwargs):
    done = call(*args, **kwargs)
    assert done.returncode == 0, f"exit {done.returncode}: {done.stderr}"
    assert done.stderr == b"", f"standard error is {done.stderr}"
    return done.stdout


def fail(*args, status=1, has=(), **kwargs):
    """The command fails with one line, which has these words in it."""
    done = call(*args, **kwargs)
    text = done.stderr.decode()
    assert done.returncode == status, f"exit {done.returncode}: {text}"
    assert text.startswith("apu: "), text
    assert text.count("\n") == 1 and text.endswith("\n"), f"not a line: {text}"
    assert text.count(": ") >= 3, f"what, why or what to do is missing: {text}"
    for word in has:
        assert str(word) in text, f"no '{word}' in: {text}"
    if done.stdout is not None:
        assert done.stdout == b"", f"standard output is {done.stdout}"
    return text


def fail_run(*args, **kwargs):
    return fail("run", MODEL, "--device", DEVICE, *args, **kwargs)


def to_input(greys):
    """What a grey picture is for the model: v - 128, as int8."""
    return bytes((v - 128) & 0xFF for v in greys)


def digit_files():
    files = sorted(DIGITS.glob("digit-*.pgm"))
    assert len(files) == 12, files
    return files


def pgm_pixels(path):
    return path.read_bytes()[-PIXELS:]


def need_shared(*paths):
    for path in paths:
        if path.exists():
            continue
        assert "CI" not in os.environ, f"{path} is absent"
        raise Skip(f"{path} is absent")


def run_test(number, name, function):
    """Print one TAP line; True unless the row failed."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            function(pathlib.Path(folder))
    except Skip as why:
        print(f"ok {number} - {name} # SKIP {why}", flush=True)
    except Exception as error:
        print(f"not ok {number} - {name}", flush=True)
        for line in f"{type(error).__name__}: {error}".split("\n"):
            print(f"# {line}", flush=True)
        return False
    else:
        print(f"ok {number} - {name}", flush=True)
    return True


def main():
    print(f"1..{len(tests)}", flush=True)
    results = [run_test(i + 1, *row) for i, row in enumerate(tests)]
    return 0 if all(results) else 1
