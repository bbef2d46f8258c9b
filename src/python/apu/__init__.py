# SPDX-License-Identifier: MIT
"""Run neural networks on AI processing units, through libapu.

    import apu

    with apu.Device("sim:") as device:
        model = apu.Model("model.tflite", device)
        job = apu.Job(model)
        job.inputs[0][...] = picture
        job.run(timeout=10)
        print(job.outputs[0].argmax())

The objects are those of libapu's headers, which say more: Device, Buffer,
Model with its Tensors, Job, Fence. What fails raises ApuError. Each object may
be closed, used in a `with`, or left to the garbage collector; closing one never
hurts another that was made of it, nor an array that was taken from it.

The library is libapu.so.0 of the system, or what the environment's APU_LIBRARY
names: a file, or the build folder of a source tree.
"""

from apu._library import version
from apu.buffer import Buffer
from apu.device import Device, list_devices
from apu.error import ApuError
from apu.fence import Fence
from apu.job import Job
from apu.model import Model
from apu.tensor import Tensor

__all__ = [
    "ApuError",
    "Buffer",
    "Device",
    "Fence",
    "Job",
    "Model",
    "Tensor",
    "list_devices",
    "version",
]
