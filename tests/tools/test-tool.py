#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Check the tool `apu` as a user meets it: words in, files and words out.

    test-tool.py APU SOURCE_ROOT

Prints TAP. Rows that need the models and pictures of $APU_SHARED (default: the
folder `shared` beside the source) are skipped where it is absent, and fail
where it is absent and $CI is set.
"""

import json
import pathlib
import resource
import signal
import stat
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))

import pictures
from harness import (CLASSES, DEVICE, DIGITS, LABELS, MOBILENET, MODEL, PIXELS,
                     ROOT, SAMPLES, SIDE, call, digit_files, fail, fail_run,
                     main, need_shared, pgm_pixels, run, succeed, test, tests,
                     to_input)


# Usage.

USAGE = [
    ("no_command", [], "none was given"),
    ("unknown_command", ["fly"], "fly"),
    ("unknown_option", ["run", MODEL, "--fast"], "--fast"),
    ("unknown_short_option", ["run", MODEL, "-x"], "-x"),
    ("compile_without_output", ["compile", MODEL], "--output"),
    ("compile_with_two_outputs", ["compile", MODEL, "-o", "a", "--output", "b"],
     "--output"),
    ("compile_without_value", ["compile", MODEL, "-o"], "-o"),
    ("output_letter_of_another_command", ["info", MODEL, "-o", "a"], "-o"),
    ("option_of_another_command", ["info", MODEL, "--repeat", "1"], "--repeat"),
    ("missing_value", ["run", MODEL, "--device"], "--device"),
    ("value_of_a_flag", ["run", MODEL, "--json=1"], "--json"),
    ("missing_model", ["run", "--device", DEVICE], "MODEL"),
    ("missing_model_of_info", ["info"], "MODEL"),
    ("two_models", ["info", MODEL, "other"], "other"),
    ("operand_of_devices", ["devices", "all"], "all"),
    ("option_twice", ["run", MODEL, "--top", "1", "--top", "2"], "twice"),
    ("top_of_zero", ["run", MODEL, "--top", "0"], "--top"),
    ("negative_repeat", ["run", MODEL, "--repeat", "-1"], "--repeat"),
    ("repeat_of_words", ["run", MODEL, "--repeat", "many"], "many"),
    ("number_with_a_tail", ["run", MODEL, "--top", "5x"], "5x"),
    ("huge_number", ["run", MODEL, "--timeout-ms", "9" * 30], "--timeout-ms"),
    ("unknown_pass", ["run", MODEL, "--without", "fold,speed"], "speed"),
    ("empty_pass", ["info", MODEL, "--without", "fold,"], "--without"),
    ("std_of_zero", ["run", MODEL, "--image", "x", "--std", "0"], "--std"),
    ("mean_without_image", ["run", MODEL, "--mean", "1"], "--image"),
    ("mean_of_nan", ["run", MODEL, "--mean", "nan"], "nan"),
    ("input_without_name", ["run", MODEL, "--input", "=x"], "NAME=FILE"),
    ("input_without_file", ["run", MODEL, "--input", "x="], "NAME=FILE"),
    ("input_without_equals", ["run", MODEL, "--input", "x"], "NAME=FILE"),
    ("empty_file_name", ["run", MODEL, "--raw-in", ""], "empty"),
    ("raw_in_and_image", ["run", MODEL, "--raw-in", "x", "--image", "y"], "all"),
    ("help_of_nothing", ["help", "fly"], "fly"),
    ("help_of_much", ["help", "run", "info"], "info"),
]

for case, words, word in USAGE:

    def check_usage(_, words=words, word=word):
        fail(*words, status=2, has=[word, "try apu help"])

    tests.append((f"usage_{case}_is_refused", check_usage))


@test("help_names_every_command")
def _(_):
    for words in (["help"], ["--help"], ["-h"]):
        text = succeed(*words).decode()
        for name in ("apu compile", "apu devices", "apu info", "apu run",
                     "apu --version"):
            assert name in text, text


@test("help_of_a_command_fits_in_80_columns")
def _(_):
    for name in ("compile", "devices", "info", "run"):
        text = succeed("help", name).decode()
        assert text == succeed(name, "--help").decode()
        assert "--json" in text
        assert max(map(len, text.split("\n"))) <= 80, text


@test("docs_name_every_option")
def _(_):
    docs = (ROOT / "docs" / "tool.md").read_text()
    for name in ("compile", "devices", "info", "run"):
        for line in succeed("help", name).decode().split("\n"):
            if line.startswith("  --"):
                assert f"`{line.split()[0]}" in docs, line


@test("version_is_printed")
def _(_):
    assert succeed("--version").startswith(b"apu 0."), "no version"


# Devices.


@test("devices_lists_the_simulators")
def _(_):
    text = succeed("devices").decode()
    assert "sim:" in text and "null:" in text, text


@test("devices_json_parses")
def _(_):
    devices = json.loads(succeed("devices", "--json"))["devices"]
    simulator = [d for d in devices if d["device"] == "sim:"][0]
    assert simulator["cores"] == 1 and simulator["driver"] == "sim"
    assert simulator["firmware"].count(".") == 2


@test("devices_shows_the_named_one")
def _(_):
    args = ["devices", "--device", "sim:cores=2", "--json"]
    (device,) = json.loads(succeed(*args))["devices"]
    assert device["device"] == "sim:cores=2" and device["cores"] == 2


@test("unknown_device_string_is_refused")
def _(_):
    fail("devices", "--device", "warp:", has=["warp"])
    fail("devices", "--device", "sim:cores=99", has=["cores"])
    fail("run", MODEL, "--device", "nonsense", has=["nonsense"])


@test("device_of_the_environment_is_used")
def _(tmp):
    image = ["--image", digit_files()[0]]
    env = {"APU_DEVICE": "sim:timeout_ms=59999"}
    done = json.loads(succeed("run", MODEL, "--json", *image, env=env))
    assert done["device"] == "sim:timeout_ms=59999"
    assert done["device_is_fallback"] is False
    fail("run", MODEL, *image, env={"APU_DEVICE": "warp:"}, has=["warp"])


@test("simulator_is_used_with_a_note_where_there_is_no_node")
def _(tmp):
    done = call("run", MODEL, "--image", digit_files()[0], "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["device_is_fallback"] is True
    note = b"apu: no apu node found: using the simulator sim:\n"
    assert done.stderr == note, done.stderr


@test("device_without_commands_cannot_run")
def _(tmp):
    fail("run", MODEL, "--device", "null:", "--image", digit_files()[0])


# Info.


@test("info_needs_no_device")
def _(_):
    text = succeed("info", MODEL, env={"APU_DEVICE": "warp:"}).decode()
    for word in ("multiply-accumulates: ", "arena: ", "weights: ", "program: ",
                 "inputs: 1", "outputs: 1", "operators: ", "tensors: ",
                 "CONV_2D", "int8 [1, 8, 8, 1]", "zero point -128"):
        assert word in text, f"no '{word}' in {text}"


@test("info_json_parses")
def _(_):
    info = json.loads(succeed("info", MODEL, "--json"))
    assert info["macs"] == sum(op["macs"] for op in info["operators"]) > 0
    assert info["weight_bytes"] > 0 and info["arena_bytes"] > 0
    assert info["program_bytes"] >= info["weight_bytes"]
    (image,) = info["inputs"]
    assert image["shape"] == [1, SIDE, SIDE, 1] and image["dtype"] == "int8"
    assert image["quantisation"]["zero_points"] == [-128]
    (scores,) = info["outputs"]
    assert scores["bytes"] == CLASSES and not scores["constant"]
    for op in info["operators"]:
        for tensor in op["inputs"] + op["outputs"]:
            assert -1 <= tensor < len(info["tensors"]), op


@test("info_tells_how_well_the_arena_is_planned")
def _(_):
    info = json.loads(succeed("info", MODEL, "--json"))
    bound = info["arena_bound_bytes"]
    assert 64 <= bound <= info["arena_bytes"] <= 1.1 * bound
    assert abs(info["arena_ratio"] - info["arena_bytes"] / bound) < 1e-6
    assert info["program_operators"] > 0
    text = succeed("info", MODEL).decode()
    for word in ("arena, at least: ", "arena ratio: 1.", "program operators: "):
        assert word in text, f"no '{word}' in {text}"


@test("info_without_passes_has_more_operators")
def _(_):
    some = json.loads(succeed("info", MODEL, "--json"))
    less = json.loads(succeed("info", MODEL, "--json", "--without=inplace,fold"))
    least = json.loads(succeed("info", MODEL, "--json", "--without", "all"))
    assert some["program_operators"] < less["program_operators"]
    assert less["program_operators"] <= least["program_operators"]
    assert some["operators"] == least["operators"]


@test("info_lists_operators_and_tensors")
def _(_):
    info = json.loads(succeed("info", MODEL, "--json"))
    short = succeed("info", MODEL).count(b"\n")
    full = succeed("info", MODEL, "--operators", "--tensors").count(b"\n")
    kinds = {(op["name"], op["version"]) for op in info["operators"]}
    more = len(info["operators"]) - len(kinds) + len(info["tensors"])
    assert full - short == more, (full, short, more)


@test("missing_model_file_is_refused")
def _(tmp):
    fail("info", tmp / "absent.tflite", has=["absent.tflite"])
    fail("run", tmp / "absent.tflite", "--device", DEVICE, has=["absent"])


@test("directory_as_model_is_refused")
def _(tmp):
    fail("info", tmp, has=["directory"])


@test("file_that_is_no_model_is_refused")
def _(_):
    fail("info", LABELS, has=["labels.txt"])
    fail("info", "/dev/null")


@test("model_that_is_cut_off_is_refused")
def _(tmp):
    whole = MODEL.read_bytes()
    cut = tmp / "cut.tflite"
    for size in (0, 4, 8, len(whole) // 2, len(whole) - 1):
        cut.write_bytes(whole[:size])
        fail("info", cut, has=["cut.tflite"])


# Raw files.


def raw_inputs(tmp):
    """Two pictures that the model sees as two inferences."""
    greys = pgm_pixels(digit_files()[0]) + pgm_pixels(digit_files()[1])
    file = tmp / "in.bin"
    file.write_bytes(to_input(greys))
    return file


def run_bytes(tmp, *args):
    out = tmp / "out.bin"
    run("--raw-out", out, *args)
    return out.read_bytes()


@test("passes_change_no_output_byte")
def _(tmp):
    file = raw_inputs(tmp)
    expected = run_bytes(tmp, "--raw-in", file)
    assert run_bytes(tmp, "--raw-in", file, "--without", "all") == expected
    assert run_bytes(tmp, "--raw-in", file, "--without=fuse,pad") == expected


def run_greys(tmp, greys):
    """What the model answers to these pixels: what all else is held to."""
    file = tmp / "greys.bin"
    file.write_bytes(to_input(greys))
    return run_bytes(tmp, "--raw-in", file)


@test("raw_in_of_n_times_the_size_runs_n_times")
def _(tmp):
    pixels = [pgm_pixels(file) for file in digit_files()]
    alone = [run_greys(tmp, greys) for greys in pixels]
    assert len(set(alone)) > 1, "the model says the same of all digits"
    assert all(len(scores) == CLASSES for scores in alone)
    assert run_greys(tmp, b"".join(pixels)) == b"".join(alone)


@test("raw_in_of_another_size_is_refused_with_both_numbers")
def _(tmp):
    file, out = tmp / "in.bin", tmp / "out.bin"
    for size in (0, 1, PIXELS - 1, PIXELS + 1, 3 * PIXELS - 1):
        file.write_bytes(bytes(size))
        fail_run("--raw-in", file, "--raw-out", out,
                 has=[f"{size} bytes", f"{PIXELS} bytes"])
        assert not out.exists()


@test("raw_in_that_cannot_be_read_is_refused")
def _(tmp):
    fail_run("--raw-in", tmp / "absent", has=["absent", "No such file"])
    fail_run("--raw-in", tmp, has=["directory"])


@test("run_without_input_is_refused")
def _(_):
    fail_run(has=["--raw-in"])


@test("input_and_output_go_by_name_and_by_number")
def _(tmp):
    info = json.loads(succeed("info", MODEL, "--json"))
    source = raw_inputs(tmp)
    expected = run_bytes(tmp, "--raw-in", source)
    names = (info["inputs"][0]["name"], info["outputs"][0]["name"])
    assert all(names), names
    for name_in, name_out in (names, ("0", "0")):
        out = tmp / "named.bin"
        run("--input", f"{name_in}={source}", "--output", f"{name_out}={out}")
        assert out.read_bytes() == expected
        out.unlink()


@test("unknown_tensor_name_is_refused_with_the_names")
def _(tmp):
    info = json.loads(succeed("info", MODEL, "--json"))
    source = raw_inputs(tmp)
    fail_run("--input", f"nose={source}",
             has=["nose", info["inputs"][0]["name"]])
    fail_run("--input", f"1={source}", has=[info["inputs"][0]["name"]])
    fail_run("--raw-in", source, "--output", f"nose={tmp / 'out'}",
             has=["nose", info["outputs"][0]["name"]])
    assert not (tmp / "out").exists()


@test("input_given_twice_is_refused")
def _(tmp):
    source = raw_inputs(tmp)
    fail_run("--input", f"0={source}", "--input", f"0={source}", status=2,
             has=["twice"])


@test("two_outputs_to_one_file_are_refused")
def _(tmp):
    out = tmp / "out"
    fail_run("--raw-in", raw_inputs(tmp), "--raw-out", out, "--output",
             f"0={out}", status=2, has=["two outputs"])
    assert not out.exists()


# Output files.


@test("full_device_is_reported")
def _(tmp):
    source = raw_inputs(tmp)
    fail_run("--raw-in", source, "--raw-out", "/dev/full",
             has=["/dev/full", "No space"])
    fail_run("--raw-in", source, "--output", "0=/dev/full", has=["No space"])


@test("full_standard_output_is_reported")
def _(_):
    for args in (["devices"], ["info", MODEL], ["info", MODEL, "--json"],
                 ["help"]):
        with open("/dev/full", "wb") as full:
            fail(*args, stdout=full, has=["standard output", "No space"])


def limit_file_size():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4, 4))


@test("full_disk_leaves_nothing_behind")
def _(tmp):
    source = raw_inputs(tmp)
    folder = tmp / "full"
    folder.mkdir()
    old = folder / "old.bin"
    old.write_bytes(b"old")
    for out in (folder / "new.bin", old):
        fail_run("--raw-in", source, "--raw-out", out,
                 prepare=limit_file_size, has=[out.name, "too large"])
    assert old.read_bytes() == b"old"
    assert list(folder.iterdir()) == [old], list(folder.iterdir())


@test("one_bad_output_keeps_the_others_from_appearing")
def _(tmp):
    folder = tmp / "out"
    folder.mkdir()
    fail_run("--raw-in", raw_inputs(tmp), "--raw-out", folder / "good.bin",
             "--output", "0=/dev/full", has=["/dev/full"])
    assert list(folder.iterdir()) == [], list(folder.iterdir())


@test("output_that_cannot_be_written_is_reported")
def _(tmp):
    source = raw_inputs(tmp)
    fail_run("--raw-in", source, "--raw-out", tmp / "no" / "out",
             has=["No such file"])
    fail_run("--raw-in", source, "--raw-out", tmp, has=["directory"])


@test("output_replaces_the_target_of_a_link_and_keeps_its_mode")
def _(tmp):
    target, link = tmp / "target", tmp / "link"
    target.write_bytes(b"a longer text than the output will ever be")
    target.chmod(0o640)
    link.symlink_to(target)
    run("--raw-in", raw_inputs(tmp), "--raw-out", link)
    assert link.is_symlink()
    assert target.stat().st_size == 2 * CLASSES
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


@test("output_to_standard_output_is_bytes_alone")
def _(tmp):
    source = raw_inputs(tmp)
    expected = run_bytes(tmp, "--raw-in", source)
    args = ["run", MODEL, "--device", DEVICE, "--raw-in", source, "--raw-out",
            "/dev/stdout"]
    assert call(*args).stdout == expected
    with open(tmp / "redirected", "wb") as redirected:
        call(*args, stdout=redirected)
    assert (tmp / "redirected").read_bytes() == expected


# Pictures.


def check_picture(tmp, name, data, greys):
    """The model answers to the picture as to these pixels."""
    file = tmp / name
    file.write_bytes(data)
    expected = run_greys(tmp, greys)
    answer = run_bytes(tmp, "--image", file)
    assert answer == expected, (name, list(answer), list(expected))


GREYS = bytes((37 * i + i * i) & 0xFF for i in range(PIXELS))
GREY_RGB = bytes(v for grey in GREYS for v in (grey, grey, grey))
CLEAR = bytes(v for grey in GREYS for v in (grey, grey, grey, 0))

PICTURES = [
    ("grey_pgm", "a.pgm", pictures.pgm(SIDE, SIDE, GREYS), GREYS),
    ("grey_png", "a.png", pictures.png(SIDE, SIDE, GREYS, 1), GREYS),
    ("rgb_png", "a.png", pictures.png(SIDE, SIDE, GREY_RGB, 3), GREYS),
    ("ppm", "a.ppm", pictures.ppm(SIDE, SIDE, GREY_RGB), GREYS),
    ("bmp", "a.bmp", pictures.bmp(SIDE, SIDE, GREY_RGB), GREYS),
    ("jpeg", "a.jpg", pictures.jpeg(1, 1), bytes([200] * PIXELS)),
    ("png_of_another_name", "a.txt", pictures.png(SIDE, SIDE, GREYS, 1), GREYS),
    # Rec. 601: 0.299, 0.587 and 0.114 of 255, rounded.
    ("red", "r.ppm", pictures.ppm(SIDE, SIDE, [255, 0, 0] * PIXELS),
     bytes([76] * PIXELS)),
    ("green", "g.ppm", pictures.ppm(SIDE, SIDE, [0, 255, 0] * PIXELS),
     bytes([150] * PIXELS)),
    ("blue", "b.ppm", pictures.ppm(SIDE, SIDE, [0, 0, 255] * PIXELS),
     bytes([29] * PIXELS)),
    ("clear", "c.png", pictures.png(SIDE, SIDE, CLEAR, 4),
     bytes([255] * PIXELS)),
    ("larger", "l.pgm", pictures.pgm(31, 17, [99] * 31 * 17),
     bytes([99] * PIXELS)),
    ("smaller", "s.pgm", pictures.pgm(1, 1, [7]), bytes([7] * PIXELS)),
]

for case, name, data, greys in PICTURES:

    def check_image(tmp, name=name, data=data, greys=greys):
        check_picture(tmp, name, data, greys)

    tests.append((f"image_{case}_becomes_what_was_drawn", check_image))


@test("image_is_told_of")
def _(tmp):
    file = tmp / "wide.pgm"
    file.write_bytes(pictures.pgm(20, 10, [1] * 200))
    text = run("--image", file).decode()
    line = [line for line in text.split("\n") if line.startswith("image: ")][0]
    for word in (str(file), "20x10 rgb -> 8x8 grey", "int8 scale 0.0039215",
                 "zero point -128", "v - 128"):
        assert word in line, line
    image = json.loads(run("--image", file, "--json"))["image"]
    assert (image["width"], image["height"]) == (20, 10)
    assert (image["input_width"], image["input_channels"]) == (8, 1)


@test("image_is_turned_as_its_exif_says")
def _(tmp):
    file = tmp / "turned.jpg"
    file.write_bytes(pictures.jpeg(2, 1, orientation=6))
    image = json.loads(run("--image", file, "--json"))["image"]
    assert (image["width"], image["height"]) == (8, 16), image
    assert image["turned_upright"] is True
    assert "turned upright" in run("--image", file).decode()


@test("image_mean_and_std_quantise_as_the_input_says")
def _(tmp):
    file = tmp / "a.pgm"
    file.write_bytes(pictures.pgm(SIDE, SIDE, GREYS))
    plain = run_bytes(tmp, "--image", file)
    assert run_bytes(tmp, "--image", file, "--mean", "0", "--std", "255") == plain
    # (v - 0) / 765 is a third of v / 255, rounded to the nearest.
    dark = bytes((v + 1) // 3 for v in GREYS)
    assert run_bytes(tmp, "--image", file, "--std", "765") == run_greys(tmp, dark)
    # Far outside the range it saturates.
    bright = run_greys(tmp, bytes([255] * PIXELS))
    assert run_bytes(tmp, "--image", file, "--mean", "-1e9") == bright


BROKEN = [
    ("empty", "a.png", b""),
    ("text", "a.png", b"This is not a picture.\n"),
    ("cut_png", "a.png", pictures.png(SIDE, SIDE, GREYS, 1)[:60]),
    ("cut_pgm", "a.pgm", pictures.pgm(SIDE, SIDE, GREYS)[:30]),
    ("cut_bmp", "a.bmp", pictures.bmp(SIDE, SIDE, GREY_RGB)[:100]),
    ("cut_bmp_header", "a.bmp", pictures.bmp(SIDE, SIDE, GREY_RGB)[:20]),
    ("cut_jpeg", "a.jpg", pictures.jpeg(4, 4)[:-2]),
    ("cut_jpeg_header", "a.jpg", pictures.jpeg(1, 1)[:80]),
]

for case, name, data in BROKEN:

    def check_broken(tmp, name=name, data=data):
        file, out = tmp / name, tmp / "out"
        file.write_bytes(data)
        fail_run("--image", file, "--raw-out", out, has=[name])
        assert not out.exists()

    tests.append((f"image_{case}_is_refused", check_broken))


@test("image_that_cannot_be_read_is_refused")
def _(tmp):
    fail_run("--image", tmp / "absent.png", has=["absent.png", "No such file"])
    fail_run("--image", tmp, has=["directory"])


# Labels.


@test("labels_name_the_best_classes")
def _(tmp):
    right = 0
    for file in digit_files():
        lines = run("--image", file, "--labels", LABELS, "--top", "3")
        ranks = [line.split("  ") for line in lines.decode().split("\n")
                 if line[:1].isdigit()]
        assert [rank for rank, _, _ in ranks] == ["1", "2", "3"], ranks
        scores = [float(score) for _, _, score in ranks]
        assert scores == sorted(scores, reverse=True) and scores[0] <= 1
        right += ranks[0][1] == file.name.split("-")[1]
    assert right >= 11, f"{right} of 12 digits are right"


@test("top_without_labels_gives_numbers")
def _(_):
    text = run("--image", digit_files()[0], "--top", "1").decode()
    assert "\n1  class " in text, text


@test("top_over_the_classes_gives_all_of_them")
def _(_):
    done = run("--image", digit_files()[0], "--top", "1000", "--json")
    (classes,) = json.loads(done)["classes"]
    assert sorted(c["class"] for c in classes) == list(range(CLASSES))


@test("classes_of_every_inference_are_listed")
def _(tmp):
    source = raw_inputs(tmp)
    done = json.loads(run("--raw-in", source, "--labels", LABELS, "--json"))
    assert done["inferences"] == 2 and len(done["classes"]) == 2
    assert all(len(classes) == 5 for classes in done["classes"])
    text = run("--raw-in", source, "--labels", LABELS, "--top", "1").decode()
    assert "inference 0:\n1  " in text and "inference 1:\n1  " in text, text


@test("labels_of_another_count_are_refused_with_both_numbers")
def _(tmp):
    file = tmp / "labels.txt"
    image = digit_files()[0]
    for count in (0, CLASSES - 1, CLASSES + 1):
        file.write_text("name\n" * count)
        fail_run("--image", image, "--labels", file,
                 has=[f"{count} labels", f"{CLASSES} classes"])
    fail_run("--image", image, "--labels", tmp / "absent", has=["absent"])


@test("labels_may_have_any_line_ends")
def _(tmp):
    file = tmp / "labels.txt"
    names = [f"name {i}" for i in range(CLASSES)]
    for end in ("\n", "\r\n"):
        for tail in ("", end, end + end):
            file.write_bytes((end.join(names) + tail).encode())
            done = run("--image", digit_files()[0], "--labels", file, "--json")
            best = json.loads(done)["classes"][0][0]
            assert best["label"] == f"name {best['class']}", best


# The run itself.


@test("repeat_counts_and_orders_its_times")
def _(_):
    args = ["--image", digit_files()[0], "--repeat", "5"]
    time = json.loads(run(*args, "--json"))["time"]
    assert time["runs"] == 5
    assert 0 < time["min_ms"] <= time["median_ms"] <= time["max_ms"], time
    text = run(*args).decode()
    assert "time: 5 runs, min " in text and "median " in text, text


@test("one_operator_a_request_gives_the_same_bytes")
def _(tmp):
    source = raw_inputs(tmp)
    whole = run_bytes(tmp, "--raw-in", source)
    assert run_bytes(tmp, "--raw-in", source, "--work-budget", "1") == whole


@test("run_json_tells_of_everything")
def _(tmp):
    out = tmp / "out.bin"
    done = json.loads(run("--raw-in", raw_inputs(tmp), "--raw-out", out,
                          "--json"))
    assert done["model"] == str(MODEL) and done["device"] == DEVICE
    assert done["files"] == [{"file": str(out), "bytes": 2 * CLASSES}]
    assert done["outputs"][0]["shape"] == [1, CLASSES]
    assert done["classes"] == [] and done["time"]["runs"] == 2


@test("names_of_files_cannot_break_the_line")
def _(tmp):
    fail_run("--raw-in", tmp / "two\nlines\x1b[2J", has=["two?lines?[2J"])


SAMPLE_PICTURES = [
    ("grace_hopper", ["military uniform"]),
    ("cat", ["Egyptian cat", "tabby", "tiger cat"]),
    ("bird", ["chickadee"]),
]

for case, labels in SAMPLE_PICTURES:

    def check_sample(_, case=case, labels=labels):
        picture = SAMPLES / f"{case}.bmp"
        names = SAMPLES / "imagenet_labels.txt"
        model = MOBILENET / "model.tflite"
        need_shared(picture, names, model)
        done = succeed("run", model, "--device", DEVICE, "--image", picture,
                       "--labels", names, "--top", "3", "--json")
        (classes,) = json.loads(done)["classes"]
        best = classes[0]["label"]
        assert any(best.startswith(label) for label in labels), classes

    tests.append((f"mobilenet_names_{case}", check_sample))


if __name__ == "__main__":
    sys.exit(main())
