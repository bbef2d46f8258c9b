#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The delegate under an interpreter's life, and its bad input."""

import gc
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

import ai_edge_litert
import delegate
import numpy
import tap
from ai_edge_litert.schema_py_generated import BuiltinOperator
from small_models import FLOAT64, INT32, Model


def adder(resizable=True):
    """[n, 4] + constants, twice."""
    model = Model()
    given = model.input([1, 4], resizable=resizable)
    one = model.tensor([4], data=numpy.array([1, 2, 3, 4], numpy.float32))
    first = model.add(given, one, [1, 4], resizable=resizable)
    second = model.add(first, one, [1, 4], resizable=resizable)
    return model.finish(second)


def reshaper():
    """ADD, then RESHAPE to what an input says, then RELU, then ADD."""
    model = Model()
    given = model.input([1, 4])
    shape = model.input([2], kind=INT32)
    one = model.tensor([1], data=numpy.array([1], numpy.float32))
    first = model.add(given, one, [1, 4])
    second = model.operator(BuiltinOperator.RESHAPE, [first, shape], [1, 4])
    third = model.operator(BuiltinOperator.RELU, [second], [1, 4])
    return model.finish(third)


def sandwich():
    """ADD, a type that only the interpreter has, ADD of both sides."""
    model = Model()
    given = model.input([1, 4])
    one = model.tensor([4], data=numpy.array([1, 2, 3, 4], numpy.float32))
    first = model.add(given, one, [1, 4])
    wide = model.operator(BuiltinOperator.CAST, [first], [1, 4],
                          kind=FLOAT64)
    second = model.operator(BuiltinOperator.CAST, [wide], [1, 4])
    third = model.add(second, first, [1, 4])
    fourth = model.add(third, one, [1, 4])
    return model.finish(fourth)


def shared(name):
    tap.needs_shared()
    return tap.SHARED / "models" / name / "model.tflite"


def both(model, **options):
    plugin = delegate.load(**options)
    interpreter = delegate.delegated(model, plugin)
    reference = delegate.reference(model)
    interpreter.allocate_tensors()
    reference.allocate_tensors()
    return plugin, interpreter, reference


class LifeTest(unittest.TestCase):
    def test_resized_inputs_are_compiled_again(self):
        plugin, interpreter, reference = both(adder())
        for seed, rows in enumerate([1, 5, 2, 2, 9, 1]):
            for each in (interpreter, reference):
                index = each.get_input_details()[0]["index"]
                each.resize_tensor_input(index, [rows, 4])
                each.allocate_tensors()
            delegate.check_same(interpreter, reference, seed)
            delegate.check_same(interpreter, reference, seed + 100)
        assert delegate.counts(plugin) == (2, 2, 1)

    def test_a_resize_that_does_not_fit_is_refused_with_its_cause(self):
        _, interpreter, _ = both(adder())
        index = interpreter.get_input_details()[0]["index"]
        interpreter.resize_tensor_input(index, [1, 3])
        with self.assertRaises(RuntimeError) as caught:
            interpreter.allocate_tensors()
        assert str(caught.exception) != ""

    def test_inputs_and_outputs_are_not_copied(self):
        plugin, interpreter, reference = both(shared("mlperf_tiny__kws_ref_model"))
        for seed in range(5):
            delegate.check_same(interpreter, reference, seed)
        runs, in_place, copied_in, copied_out = delegate.profile(plugin)
        print(f"# {in_place} bytes in place, {copied_in + copied_out} copied")
        assert (runs, copied_in, copied_out) == (5, 0, 0) and in_place > 0

    def test_views_of_tensors_see_what_the_device_wrote(self):
        _, interpreter, reference = both(adder())
        given = interpreter.get_input_details()[0]["index"]
        result = interpreter.get_output_details()[0]["index"]
        interpreter.tensor(given)()[:] = [[1, 2, 3, 4]]
        interpreter.invoke()
        assert interpreter.tensor(result)().tolist() == [[3, 6, 9, 12]]

    def test_one_delegate_serves_several_interpreters(self):
        plugin = delegate.load()
        models = [adder(), shared("mlperf_tiny__ad01_int8"), adder()]
        pairs = [(delegate.delegated(m, plugin), delegate.reference(m)) for m in models]
        for one, other in pairs:
            one.allocate_tensors()
            other.allocate_tensors()
        for seed in range(3):
            for one, other in pairs:
                delegate.check_same(one, other, seed)

    def test_interpreters_run_in_several_threads(self):
        plugin = delegate.load(device="sim:cores=2,name=threads", threads=2)
        model = shared("mlperf_tiny__ad01_int8")
        failures = []

        def work(seed):
            try:
                one, other = delegate.delegated(model, plugin), delegate.reference(model)
                one.allocate_tensors()
                other.allocate_tensors()
                for step in range(10):
                    delegate.check_same(one, other, seed * 100 + step)
            except BaseException as error:  # pylint: disable=broad-except
                failures.append(error)

        threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures, failures

    def test_a_delegate_may_be_destroyed_before_the_interpreter(self):
        plugin, interpreter, reference = both(adder())
        pointer = plugin._delegate_ptr
        plugin._library.tflite_plugin_destroy_delegate.argtypes = [
            delegate.ctypes.c_void_p]
        plugin._library.tflite_plugin_destroy_delegate(pointer)
        plugin._library = None
        delegate.check_same(interpreter, reference, 1)
        for each in (interpreter, reference):
            each.resize_tensor_input(each.get_input_details()[0]["index"], [3, 4])
            each.allocate_tensors()
        delegate.check_same(interpreter, reference, 2)

    def test_an_interpreter_may_be_destroyed_before_the_delegate(self):
        plugin, interpreter, _ = both(adder())
        del interpreter
        gc.collect()
        again = delegate.delegated(adder(), plugin)
        again.allocate_tensors()
        delegate.run(again, [numpy.ones([1, 4], numpy.float32)])

    def test_variables_go_on_and_are_reset_with_the_interpreters(self):
        _, interpreter, reference = both(shared("tflm__keyword_scrambled"))
        for seed in range(4):
            delegate.check_same(interpreter, reference, seed)
        for _ in range(2):
            interpreter.reset_all_variables()
            reference.reset_all_variables()
            for seed in range(4):
                delegate.check_same(interpreter, reference, seed)

    def test_dynamic_tensors_are_left_to_the_interpreter_node_by_node(self):
        plugin, interpreter, _ = both(reshaper())
        assert delegate.counts(plugin) == (1, 3, 1)
        assert "not known before it runs" in delegate.report(plugin)
        for shape in ([2, 2], [4, 1], [1, 4]):
            given = numpy.array([[-3, 1, -5, 2]], numpy.float32)
            # LiteRT without a delegate keeps the first shape: no reference.
            want = numpy.maximum(given + 1, 0).reshape(shape)
            got, = delegate.run(interpreter, [given, numpy.array(shape, numpy.int32)])
            delegate.check_equal(got, want)

    def test_what_the_device_lacks_runs_between_partitions(self):
        plugin, interpreter, reference = both(sandwich())
        print("# " + delegate.report(plugin).replace("\n", " "))
        taken, nodes, partitions = delegate.counts(plugin)
        assert (taken, nodes, partitions) == (3, 5, 2)
        for seed in range(3):
            delegate.check_same(interpreter, reference, seed)

    def test_max_partitions_keeps_the_largest(self):
        plugin, interpreter, reference = both(sandwich(), max_partitions=1)
        assert delegate.counts(plugin) == (2, 5, 1)
        assert "max_partitions" in delegate.report(plugin)
        delegate.check_same(interpreter, reference, 1)

    def test_a_run_that_fails_raises_our_cause_and_the_process_goes_on(self):
        plugin = delegate.load(device="sim:timeout_ms=1,name=hasty")
        model = shared("coral__deeplabv3_mnv2_dm05_pascal_quant")
        interpreter = delegate.delegated(model, plugin)
        interpreter.allocate_tensors()
        inputs = delegate.make_inputs(interpreter, 1)
        for _ in range(2):
            with self.assertRaises(RuntimeError) as caught:
                delegate.run(interpreter, inputs)
            print(f"# {caught.exception}".replace("\n", " "))
            assert "apu delegate" in str(caught.exception)
        _, other, reference = both(adder())
        delegate.check_same(other, reference, 1)


class CacheTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def run_once(self):
        model = shared("mlperf_tiny__ad01_int8")
        _, interpreter, reference = both(model, cache_dir=self.folder)
        delegate.check_same(interpreter, reference, 1)
        return sorted(self.folder.iterdir())

    def test_the_second_load_uses_the_entry(self):
        (entry,) = self.run_once()
        before = (entry.stat().st_mtime_ns, entry.stat().st_ino)
        assert self.run_once() == [entry]
        assert (entry.stat().st_mtime_ns, entry.stat().st_ino) == before

    def test_a_corrupt_entry_is_made_again(self):
        (entry,) = self.run_once()
        good = entry.read_bytes()
        middle = len(good) // 2
        for bad in (b"", good[:100], b"\xff" * len(good),
                    good[:middle] + b"\x5a" * 64 + good[middle + 64:]):
            entry.write_bytes(bad)
            assert self.run_once() == [entry]
            assert entry.read_bytes() == good

    def test_another_models_entry_is_made_again(self):
        (entry,) = self.run_once()
        good = entry.read_bytes()
        with tempfile.TemporaryDirectory() as other:
            both(adder(), cache_dir=other)
            (foreign,) = pathlib.Path(other).iterdir()
            shutil.copy(foreign, entry)
        assert self.run_once() == [entry]
        assert entry.read_bytes() == good

    def test_a_folder_that_cannot_be_written_is_no_failure(self):
        _, interpreter, reference = both(adder(), cache_dir="/proc/nowhere")
        delegate.check_same(interpreter, reference, 1)


class BadInputTest(unittest.TestCase):
    def check_refused(self, words, **options):
        with self.assertRaises(ValueError) as caught:
            delegate.load(**options)
        text = str(caught.exception)
        print(f"# {text}".replace("\n", " "))
        for word in words:
            assert word in text, text

    def test_an_unknown_option_is_named(self):
        self.check_refused(["unknown option 'devcie'", "cache_dir"], devcie="sim:")

    def test_a_bad_value_is_named(self):
        self.check_refused(["option strict cannot be 'perhaps'"], strict="perhaps")
        self.check_refused(["option threads cannot be '0'"], threads=0)
        self.check_refused(["option threads cannot be '-1'"], threads=-1)
        self.check_refused(["option max_partitions"], max_partitions="many")
        self.check_refused(["option log cannot be 'loud'"], log="loud")
        self.check_refused(["option cache_dir"], cache_dir="")

    def test_a_missing_device_is_named(self):
        self.check_refused(["/dev/accel/accel7"], device="drm:/dev/accel/accel7")

    def test_a_bad_device_string_is_named(self):
        self.check_refused(["simm"], device="simm:")

    def test_more_threads_than_cores_are_refused(self):
        self.check_refused(["threads is 3", "1 core"], threads=3,
                           device="sim:name=single")

    def test_strict_names_what_it_would_leave(self):
        plugin = delegate.load(strict=True)
        with self.assertRaises(RuntimeError) as caught:
            delegate.delegated(reshaper(), plugin)
        print(f"# {caught.exception}".replace("\n", " "))
        assert "strict" in str(caught.exception)
        assert "RESHAPE" in str(caught.exception)

    def test_strict_takes_what_is_whole(self):
        plugin, interpreter, reference = both(adder(), strict="true")
        delegate.check_same(interpreter, reference, 1)

    def test_a_device_that_runs_nothing_says_so(self):
        with self.assertRaises((RuntimeError, ValueError)) as caught:
            plugin = delegate.load(device="null:")
            interpreter = delegate.delegated(adder(), plugin)
            interpreter.allocate_tensors()
            delegate.run(interpreter, delegate.make_inputs(interpreter, 1))
        print(f"# {caught.exception}".replace("\n", " "))
        assert "apu delegate" in str(caught.exception)

    def test_an_unknown_interpreter_is_refused(self):
        package = pathlib.Path(ai_edge_litert.__file__).parent
        with tempfile.TemporaryDirectory() as folder:
            other = pathlib.Path(folder) / "ai_edge_litert"
            other.mkdir()
            for each in package.iterdir():
                (other / each.name).symlink_to(each)
            (other / "__init__.py").unlink()
            text = (package / "__init__.py").read_text()
            (other / "__init__.py").write_text(
                text.replace(ai_edge_litert.__version__, "9.8.7"))
            program = (
                "import delegate, small_models\n"
                "m = small_models.Model(); i = m.input([1])\n"
                "m = m.finish(m.add(i, i, [1]))\n"
                "delegate.delegated(m, delegate.load())\n"
            )
            done = subprocess.run(
                [sys.executable, "-c", program], text=True, capture_output=True,
                check=False,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(
                    [folder, str(pathlib.Path(__file__).parent)])},
            )
        last = done.stderr.strip().splitlines()
        print(f"# {last[-2:]}")
        assert done.returncode == 1
        assert "has version 9.8.7" in done.stderr


if __name__ == "__main__":
    tap.main()
