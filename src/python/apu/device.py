# SPDX-License-Identifier: MIT
"""A device: one open of an accelerator, real or simulated."""

import ctypes
from typing import List, NamedTuple, Optional, Tuple

from apu._handle import Handle, made
from apu._library import lib, text
from apu.error import check

_CORES, _BUFFER_BYTES, _REQUEST_BYTES, _TIMEOUT_NS, _IN_FLIGHT = range(1, 6)
_NEVER_NS = 2**63 - 1


class Limits(NamedTuple):
    """What a device can do; apu_device_query() explains each."""

    cores: int
    buffer_bytes: int
    request_bytes: int
    timeout_ns: int
    in_flight: int


class Device(Handle):
    """An open device.

    Device("sim:") is the simulated accelerator of this process, Device("drm:")
    the kernel driver's first one; docs/sim.md lists the options. Device() takes
    the environment's APU_DEVICE, else the kernel driver's first one.

    Safe from any thread.
    """

    def __init__(self, spec: Optional[str] = None) -> None:
        encoded = None if spec is None else spec.encode()
        super().__init__(made(lib.apu_device_open, encoded), lib.apu_device_unref)

    def _share(self) -> "Device":
        """One more reference, for an object that outlives a close() of this."""
        shared = Device.__new__(Device)
        Handle.__init__(shared, lib.apu_device_ref(self._pointer), lib.apu_device_unref)
        return shared

    @property
    def name(self) -> str:
        """The string that opens this device again."""
        return text(lib.apu_device_name(self._pointer))

    @property
    def driver(self) -> str:
        """The driver behind it, for one "sim"."""
        return text(lib.apu_device_driver(self._pointer))

    @property
    def limits(self) -> Limits:
        """What the device can do; asks no firmware."""
        value = ctypes.c_uint64()
        found = []
        for limit in (_CORES, _BUFFER_BYTES, _REQUEST_BYTES, _TIMEOUT_NS, _IN_FLIGHT):
            check(lib.apu_device_query(self._pointer, limit, ctypes.byref(value)))
            found.append(value.value)
        return Limits(*found)

    def firmware_version(self, core: int = 0) -> Tuple[int, int, int]:
        """Ask a core's firmware for its version: (major, minor, micro)."""
        value = ctypes.c_uint32()
        check(lib.apu_device_firmware_version(self._pointer, core, ctypes.byref(value)))
        return value.value >> 16, value.value >> 8 & 0xFF, value.value & 0xFF

    def _deadline_ns(self, timeout: Optional[float]) -> int:
        """An absolute deadline; None is never."""
        return int(lib.apu_device_deadline_ns(self._pointer, timeout_ns(timeout)))

    def __repr__(self) -> str:
        return "<apu.Device closed>" if self.closed else f"<apu.Device {self.name}>"


def timeout_ns(timeout: Optional[float]) -> int:
    """Seconds as nanoseconds; None is never."""
    if timeout is None or timeout > _NEVER_NS // 10**9:
        return _NEVER_NS
    return max(0, round(timeout * 1e9))


def list_devices() -> List[Tuple[str, str]]:
    """What Device() can open here: pairs of a device string and a sentence."""
    devices = made(lib.apu_device_list_new)
    try:
        return [
            (
                text(lib.apu_device_list_spec(devices, i)),
                text(lib.apu_device_list_description(devices, i)),
            )
            for i in range(lib.apu_device_list_count(devices))
        ]
    finally:
        lib.apu_device_list_free(devices)
