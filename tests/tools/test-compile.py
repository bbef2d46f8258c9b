#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Check `apu compile`, and compiled models in the tool's other commands.

    test-compile.py APU SOURCE_ROOT
"""

import json
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))

from harness import (CLASSES, DEVICE, LABELS, MODEL, digit_files, fail, main,
                     pgm_pixels, succeed, test, to_input)


def compile_model(tmp, *args):
    compiled = tmp / "digits.apu"
    succeed("compile", MODEL, "-o", compiled, *args)
    return compiled


@test("compiled_model_is_described_as_its_source_is")
def _(tmp):
    compiled = compile_model(tmp)
    infos = [json.loads(succeed("info", model, "--json"))
             for model in (MODEL, compiled)]
    assert [info.pop("form") for info in infos] == ["tflite", "compiled"]
    assert infos[1].pop("model") == str(compiled) and infos[0].pop("model")
    assert infos[0] == infos[1]
    text = succeed("info", compiled).decode()
    assert "form: compiled, target ref\n" in text, text


@test("compiled_model_computes_the_same_bytes")
def _(tmp):
    compiled = compile_model(tmp, "--target", "ref")
    source = tmp / "in.raw"
    source.write_bytes(b"".join(to_input(pgm_pixels(f)) for f in digit_files()))
    outputs = []
    for model in (MODEL, compiled):
        target = tmp / "out.raw"
        succeed("run", model, "--device", DEVICE, "--raw-in", source,
                "--raw-out", target)
        outputs.append(target.read_bytes())
    assert len(outputs[0]) == 12 * CLASSES and outputs[0] == outputs[1]


@test("compile_prints_json_and_writes_to_standard_output")
def _(tmp):
    compiled = tmp / "digits.apu"
    told = json.loads(succeed("compile", MODEL, "--output", compiled, "--json"))
    assert told["target"] == "ref" and told["output"] == str(compiled)
    assert told["file_bytes"] == compiled.stat().st_size
    assert 0 < told["program_bytes"] < told["file_bytes"]
    assert succeed("compile", MODEL, "-o", "/dev/stdout") == \
        compiled.read_bytes()
    again = tmp / "again.apu"
    succeed("compile", compiled, "-o", again)
    assert again.read_bytes() == compiled.read_bytes()


@test("failed_compile_leaves_no_file")
def _(tmp):
    compiled = tmp / "digits.apu"
    fail("compile", LABELS, "-o", compiled, has=["labels.txt"])
    fail("compile", MODEL, "-o", compiled, "--target", "mvp", has=["mvp", "ref"])
    fail("compile", MODEL, "-o", tmp / "absent" / "digits.apu", has=["absent"])
    assert list(tmp.iterdir()) == []


@test("damaged_compiled_model_is_refused")
def _(tmp):
    compiled = compile_model(tmp)
    whole = compiled.read_bytes()
    compiled.write_bytes(whole[:-1])
    fail("info", compiled, has=["digits.apu", "compile the model again"])
    compiled.write_bytes(whole[:4] + b"\x02" + whole[5:])
    fail("info", compiled, has=["version 2", "newer", "update libapu"])


if __name__ == "__main__":
    sys.exit(main())
