#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The package `apu` while jobs are in flight: fences, waits and `await`."""

import asyncio
import errno
import functools
import gc
import os
import select
import unittest

from digits import DEVICE, MODEL, TIMEOUT_S, inputs_of

import apu
import numpy
import tap

BACKLOG = 200
ATTEMPTS = 50


def raced(test):
    """Try again what needs a device that is still at work when it looks."""

    @functools.wraps(test)
    def repeat(self):
        for _ in range(ATTEMPTS - 1):
            try:
                return test(self)
            except AssertionError:
                gc.collect()
        return test(self)

    return repeat


class SlowDeviceTest(unittest.TestCase):
    """A core that has many jobs before it."""

    def setUp(self):
        self.device = apu.Device(DEVICE + ",name=slow")
        model = apu.Model(MODEL, self.device)
        self.jobs = [apu.Job(model) for _ in range(BACKLOG)]

    @raced
    def test_arrays_are_the_devices_in_flight(self):
        fences = [job.submit() for job in self.jobs]
        with self.assertRaises(apu.ApuError) as caught:
            self.jobs[-1].outputs
        self.assertEqual(caught.exception.errno, errno.EBUSY)
        self.assertTrue(caught.exception.remedy)
        fences[-1].wait(TIMEOUT_S)
        self.jobs[-1].outputs

    @raced
    def test_wait_ends_at_its_time(self):
        fences = [job.submit() for job in self.jobs]
        with self.assertRaises(apu.ApuError) as caught:
            fences[-1].wait(0)
        self.assertEqual(caught.exception.errno, errno.ETIME)
        self.assertFalse(fences[-1].done)
        for fence in fences:
            fence.wait(TIMEOUT_S)

    @raced
    def test_job_in_flight_is_not_submitted_again(self):
        fences = [job.submit() for job in self.jobs]
        with self.assertRaises(apu.ApuError) as caught:
            self.jobs[-1].submit()
        self.assertEqual(caught.exception.errno, errno.EBUSY)
        for fence in fences:
            fence.wait(TIMEOUT_S)
        self.jobs[-1].run(TIMEOUT_S)

    @raced
    def test_job_is_given_up_at_its_time(self):
        fences = [job.submit() for job in self.jobs[1:]]
        with self.assertRaises(apu.ApuError) as caught:
            self.jobs[0].run(timeout=0)
        self.assertEqual(caught.exception.errno, errno.ETIMEDOUT)
        for fence in fences:
            fence.wait(TIMEOUT_S)
        self.jobs[1].run(timeout=float("inf"))
        self.jobs[0].run(TIMEOUT_S)

    def test_jobs_closed_in_flight_are_finished(self):
        fences = [job.submit() for job in self.jobs]
        for job in self.jobs:
            job.close()
        for fence in fences:
            fence.wait(TIMEOUT_S)


class AwaitTest(unittest.TestCase):
    def setUp(self):
        self.device = apu.Device(DEVICE)
        self.model = apu.Model(MODEL, self.device)
        self.given = inputs_of(self.model)
        self.wanted = self.model.run(*self.given)[0]

    def new_job(self):
        job = apu.Job(self.model)
        job.inputs[0][...] = self.given[0]
        return job

    async def infer(self, job):
        await job.submit()
        numpy.testing.assert_array_equal(job.outputs[0], self.wanted)

    def test_fence_is_awaited(self):
        asyncio.run(self.infer(self.new_job()))

    def test_many_fences_are_awaited_at_once(self):
        async def infer_all():
            await asyncio.gather(*(self.infer(self.new_job()) for _ in range(40)))

        asyncio.run(infer_all())

    def test_ended_fence_can_be_awaited_again(self):
        async def infer_twice():
            fence = self.new_job().submit()
            await fence
            await fence

        asyncio.run(infer_twice())

    def test_failure_reaches_the_awaiting_task(self):
        async def infer():
            fence = self.new_job().submit()
            fence.wait = fail
            await fence

        def fail(timeout=None):
            raise apu.ApuError(errno.EIO, "the device failed")

        with self.assertRaises(apu.ApuError) as caught:
            asyncio.run(infer())
        self.assertEqual(caught.exception.errno, errno.EIO)

    def test_cancelling_leaves_the_job_alone(self):
        async def infer():
            job = self.new_job()
            fence = job.submit()
            task = asyncio.ensure_future(wait_for(fence))
            await asyncio.sleep(0)
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task
            await fence
            numpy.testing.assert_array_equal(job.outputs[0], self.wanted)

        asyncio.run(infer())

    def test_file_descriptor_polls_readable_at_the_end(self):
        fence = self.new_job().submit()
        fd = fence.export_fd()
        try:
            readable, _, _ = select.select([fd], [], [], 60)
            self.assertEqual(readable, [fd])
            self.assertTrue(fence.done)
        finally:
            os.close(fd)

    def test_threads_wait_when_no_file_descriptor_is_left(self):
        async def infer():
            job = self.new_job()
            fence = job.submit()
            fence.export_fd = fail
            await fence
            numpy.testing.assert_array_equal(job.outputs[0], self.wanted)

        def fail():
            raise apu.ApuError(errno.EMFILE, "no file descriptor is left")

        asyncio.run(infer())

    def test_file_descriptor_is_awaited(self):
        """One of a pipe's, so that it is readable when the test says so."""
        reader, writer = os.pipe()
        order = []

        async def infer():
            fence = self.new_job().submit()
            fence.export_fd = lambda: reader
            task = asyncio.ensure_future(wait_for(fence))
            while not fence.done:
                await asyncio.sleep(0.001)
            order.append(task.done())
            os.write(writer, b"x")
            await task
            order.append(task.done())

        asyncio.run(infer())
        os.close(writer)
        self.assertEqual(order, [False, True])
        with self.assertRaises(OSError):
            os.close(reader)

    @raced
    def test_loop_goes_on_while_a_fence_is_pending(self):
        ticks = 0

        async def tick(fence):
            nonlocal ticks
            while not fence.done:
                ticks += 1
                await asyncio.sleep(0)

        async def infer():
            fences = [self.new_job().submit() for _ in range(BACKLOG)]
            await asyncio.gather(tick(fences[-1]), *map(wait_for, fences))

        asyncio.run(infer())
        self.assertGreater(ticks, 1)


async def wait_for(fence):
    await fence


if __name__ == "__main__":
    tap.main()
