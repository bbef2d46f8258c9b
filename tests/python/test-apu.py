#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The package `apu` on the simulator, with the model of examples/digits."""

import errno
import gc
import os
import pathlib
import pickle
import tempfile
import unittest

from digits import DEVICE, MODEL, TIMEOUT_S, inputs_of, interpret

import apu
import numpy
import tap


class DeviceTest(unittest.TestCase):
    def test_device_has_name_driver_and_limits(self):
        with apu.Device(DEVICE) as device:
            self.assertEqual(device.driver, "sim")
            self.assertEqual(device.limits.cores, 1)
            self.assertEqual(device.limits.timeout_ns, 60 * 10**9)
            self.assertGreaterEqual(device.firmware_version(), (0, 0, 0))
            self.assertTrue(device.name.startswith("sim:"))

    def test_simulator_is_listed(self):
        self.assertIn("sim:", [spec for spec, _ in apu.list_devices()])

    def test_environment_names_the_device(self):
        code = "import apu; print(apu.Device().driver)"
        self.assertEqual(interpret(code, APU_DEVICE="sim:").stdout, "sim\n")

    def test_closed_device_says_so(self):
        device = apu.Device(DEVICE)
        device.close()
        device.close()
        self.assertTrue(device.closed)
        with self.assertRaisesRegex(ValueError, "Device is closed"):
            device.name


class ErrorTest(unittest.TestCase):
    def failure(self, function, *arguments, **options):
        with self.assertRaises(apu.ApuError) as caught:
            function(*arguments, **options)
        return caught.exception

    def test_unknown_scheme_has_cause_and_remedy(self):
        error = self.failure(apu.Device, "abacus:")
        self.assertEqual(error.errno, errno.EINVAL)
        self.assertIsInstance(error, OSError)
        self.assertEqual(error.operation, "open device")
        self.assertEqual(error.object, "abacus:")
        self.assertIn("abacus", error.cause)
        self.assertIn("sim:", error.remedy)
        for part in (error.operation, error.cause, error.remedy):
            self.assertIn(part, str(error))

    def test_missing_file_is_named(self):
        error = self.failure(apu.Model, "no such.tflite")
        self.assertEqual(error.errno, errno.ENOENT)
        self.assertEqual(error.object, "no such.tflite")

    def test_broken_model_is_refused(self):
        error = self.failure(apu.Model, MODEL.read_bytes()[:100])
        self.assertEqual(error.errno, errno.EBADMSG)
        self.assertTrue(error.cause)

    def test_empty_model_is_refused(self):
        self.assertEqual(self.failure(apu.Model, b"").errno, errno.EBADMSG)

    def test_limit_is_obeyed(self):
        error = self.failure(apu.Model, MODEL, max_operators=1)
        self.assertEqual(error.errno, errno.E2BIG)

    def test_unknown_option_is_named(self):
        with self.assertRaisesRegex(TypeError, "colour"):
            apu.Model(MODEL, colour="red")

    def test_error_survives_pickle(self):
        error = self.failure(apu.Device, "abacus:")
        copy = pickle.loads(pickle.dumps(error))
        self.assertEqual(copy.errno, error.errno)
        self.assertEqual(copy.remedy, error.remedy)
        self.assertEqual(str(copy), str(error))

    def test_device_that_runs_nothing_fails_cleanly(self):
        with apu.Device("null:") as device:
            error = self.failure(apu.Model, MODEL, device)
        self.assertTrue(error.cause)

    def test_missing_library_is_an_import_error(self):
        done = interpret("import apu", APU_LIBRARY="/no/such/folder")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("ImportError", done.stderr)
        self.assertIn("set APU_LIBRARY", done.stderr)

    def test_another_library_is_an_import_error(self):
        done = interpret("import apu", APU_LIBRARY="libc.so.6")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("ImportError", done.stderr)


class ModelTest(unittest.TestCase):
    def test_path_and_bytes_are_the_same_model(self):
        by_path, by_bytes = apu.Model(str(MODEL)), apu.Model(MODEL.read_bytes())
        self.assertEqual(by_path.inputs, by_bytes.inputs)
        self.assertEqual(by_path.outputs, by_bytes.outputs)
        self.assertEqual(by_path.operators, by_bytes.operators)
        self.assertEqual(by_path.macs, by_bytes.macs)

    def test_tensors_are_described(self):
        model = apu.Model(MODEL)
        tensor = model.inputs[0]
        self.assertEqual(tensor.dtype, "int8")
        self.assertEqual(numpy.prod(tensor.shape), tensor.size)
        self.assertEqual(len(tensor.scales), len(tensor.zero_points))
        self.assertGreater(tensor.scale, 0)
        self.assertIn("CONV_2D", model.operators)

    def test_quantise_undoes_dequantise(self):
        tensor = apu.Model(MODEL).inputs[0]
        every = numpy.arange(-128, 128).astype("int8")
        real = tensor.dequantise(every)
        numpy.testing.assert_array_equal(tensor.quantise(real), every)

    def test_quantise_clips(self):
        tensor = apu.Model(MODEL).inputs[0]
        far = tensor.quantise(numpy.array([-1e9, 1e9]))
        self.assertEqual(far.tolist(), [-128, 127])

    def test_quantises_along_the_axis(self):
        tensor = apu.Tensor("t", "int8", (2, 2), 4, (1.0, 2.0), (0, 1), 0)
        values = tensor.quantise(numpy.array([[3.0, 4.0], [6.0, 8.0]]))
        self.assertEqual(values.tolist(), [[3, 4], [4, 5]])
        self.assertEqual(tensor.dequantise(values).tolist(), [[3, 4], [6, 8]])
        with self.assertRaises(ValueError):
            tensor.scale

    def test_compiled_form_gives_the_same_bytes(self):
        with apu.Device(DEVICE) as device, tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "digits.apu"
            model = apu.Model(MODEL, device)
            model.save(path)
            given = inputs_of(model)
            numpy.testing.assert_array_equal(
                apu.Model(path, device).run(*given), model.run(*given)
            )

    def test_resized_model_runs(self):
        with apu.Device(DEVICE) as device:
            model = apu.Model(MODEL, device)
            given = inputs_of(model)
            resized = model.resize([t.shape for t in model.inputs])
            wanted = model.run(*given)[0]
            model.close()
            numpy.testing.assert_array_equal(resized.run(*given)[0], wanted)

    def test_shape_that_does_not_fit_blames_the_operator(self):
        model = apu.Model(MODEL)
        with self.assertRaises(apu.ApuError) as caught:
            model.resize([(2, *model.inputs[0].shape[1:])])
        self.assertEqual(caught.exception.errno, errno.EINVAL)
        index = caught.exception.operator_index
        self.assertEqual(model.operators[index], "RESHAPE")

    def test_run_refuses_other_shapes_and_types(self):
        with apu.Device(DEVICE) as device:
            model = apu.Model(MODEL, device)
            for wrong in (
                numpy.zeros(model.inputs[0].shape, "float32"),
                numpy.zeros((3,), "int8"),
            ):
                with self.assertRaisesRegex(ValueError, "int8"):
                    model.run(wrong)
            with self.assertRaisesRegex(ValueError, "0 inputs"):
                model.run()

    def test_model_without_device_makes_no_job(self):
        with self.assertRaises(apu.ApuError) as caught:
            apu.Job(apu.Model(MODEL))
        self.assertEqual(caught.exception.errno, errno.EINVAL)


class JobTest(unittest.TestCase):
    def setUp(self):
        self.device = apu.Device(DEVICE)
        self.model = apu.Model(MODEL, self.device)
        self.given = inputs_of(self.model)
        self.wanted = self.model.run(*self.given, timeout=TIMEOUT_S)[0]

    def job(self):
        job = apu.Job(self.model)
        job.inputs[0][...] = self.given[0]
        return job

    def assert_right(self, job):
        numpy.testing.assert_array_equal(job.outputs[0], self.wanted)

    def test_job_agrees_with_model_run(self):
        job = self.job()
        job.run(TIMEOUT_S)
        self.assert_right(job)

    def test_arrays_are_the_buffers_memory(self):
        job = self.job()
        first, again = job.inputs[0], job.inputs[0]
        self.assertEqual(first.ctypes.data, again.ctypes.data)
        self.assertFalse(first.flags.owndata)
        output = job.outputs[0]
        job.run(TIMEOUT_S)
        numpy.testing.assert_array_equal(output, self.wanted)

    def test_submission_is_waited_for(self):
        job = self.job()
        fence = job.submit()
        fence.wait(TIMEOUT_S)
        fence.wait(0)
        self.assertTrue(fence.done)
        submitted, ended = fence.times_ns
        self.assertLessEqual(submitted, ended)
        self.assert_right(job)

    def test_dropped_fence_does_not_stop_the_job(self):
        job = self.job()
        job.submit()
        gc.collect()
        job._fence.wait(TIMEOUT_S)
        self.assert_right(job)

    def test_job_is_run_again_and_again(self):
        job = self.job()
        for seed in range(5):
            given = inputs_of(self.model, seed)
            job.inputs[0][...] = given[0]
            job.run(TIMEOUT_S)
            wanted = self.model.run(*given)[0]
            numpy.testing.assert_array_equal(job.outputs[0], wanted)

    def test_closing_the_device_hurts_nobody(self):
        job = self.job()
        self.device.close()
        self.model.close()
        job.run(TIMEOUT_S)
        self.assert_right(job)

    def test_arrays_outlive_everything(self):
        job = self.job()
        job.run(TIMEOUT_S)
        output = job.outputs[0]
        job.close()
        self.model.close()
        self.device.close()
        del job
        gc.collect()
        numpy.testing.assert_array_equal(output, self.wanted)

    def test_callers_buffers_are_bound_in_place(self):
        job = apu.Job(self.model)
        tensor = self.model.inputs[0]
        buffer = apu.Buffer(self.device, 64 + tensor.size)
        with buffer.access():
            buffer.array(tensor.shape, tensor.dtype, 64)[...] = self.given[0]
        job.bind_input(0, buffer, 64)
        job.run(TIMEOUT_S)
        self.assert_right(job)
        numpy.testing.assert_array_equal(job.inputs[0], self.given[0])

    def test_output_is_bound_in_place(self):
        job = self.job()
        tensor = self.model.outputs[0]
        buffer = apu.Buffer(self.device, tensor.size)
        job.bind_output(0, buffer)
        job.run(TIMEOUT_S)
        with buffer.access(write=False) as memory:
            self.assertEqual(bytes(memory), self.wanted.tobytes())

    def test_bad_bindings_are_refused(self):
        job = self.job()
        buffer = apu.Buffer(self.device, self.model.inputs[0].size)
        for index, offset, code in ((0, 1, errno.EINVAL), (9, 0, errno.ERANGE)):
            with self.assertRaises(apu.ApuError) as caught:
                job.bind_input(index, buffer, offset)
            self.assertEqual(caught.exception.errno, code)
        job.run(TIMEOUT_S)
        self.assert_right(job)

    def test_missing_core_is_refused(self):
        with self.assertRaises(apu.ApuError) as caught:
            self.job().set_core(9)
        self.assertEqual(caught.exception.errno, errno.ENODEV)

    def test_closed_job_says_so(self):
        job = self.job()
        job.close()
        for use in (lambda: job.inputs, lambda: job.run(), lambda: job.submit()):
            with self.assertRaisesRegex(ValueError, "Job is closed"):
                use()

    def test_nothing_is_left_open(self):
        def once():
            with apu.Device(DEVICE + ",name=leak") as device:
                job = apu.Job(apu.Model(MODEL, device))
                job.run(TIMEOUT_S)
                return job.outputs[0].sum()

        once()
        before = open_files(), threads()
        for _ in range(20):
            once()
        gc.collect()
        self.assertEqual((open_files(), threads()), before)


class ShutdownTest(unittest.TestCase):
    def test_objects_alive_at_exit_are_no_matter(self):
        done = interpret(
            "import apu, sys\n"
            f"device = apu.Device({DEVICE!r})\n"
            f"model = apu.Model({str(MODEL)!r}, device)\n"
            "job = apu.Job(model)\n"
            "array = job.inputs[0]\n"
            "fence = job.submit()\n"
            "sys.modules['keep'] = (fence, array, job)\n"
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_thread_that_waits_at_exit_is_no_matter(self):
        done = interpret(
            "import apu, threading\n"
            f"device = apu.Device({DEVICE!r})\n"
            f"model = apu.Model({str(MODEL)!r}, device)\n"
            "job = apu.Job(model)\n"
            "def work():\n"
            "    while True: job.submit().wait()\n"
            "threading.Thread(target=work, daemon=True).start()\n"
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_package_works_without_numpy(self):
        done = interpret(
            "import sys; sys.modules['numpy'] = None\n"
            "import apu\n"
            f"print(apu.Model({str(MODEL)!r}).inputs[0].dtype)\n"
            f"buffer = apu.Buffer(apu.Device({DEVICE!r}), 4)\n"
            "with buffer.access() as memory: memory[:] = b'four'\n"
            "print(bytes(buffer.memory()))\n"
        )
        self.assertEqual(done.stderr, "")
        self.assertEqual(done.stdout, "int8\nb'four'\n")


def open_files():
    return len(os.listdir("/proc/self/fd"))


def threads():
    return len(os.listdir("/proc/self/task"))


if __name__ == "__main__":
    tap.main()
