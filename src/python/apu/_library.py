# SPDX-License-Identifier: MIT
"""The shared library: finding it, and the C types of its functions."""

import ctypes
import os
import pathlib
from ctypes import (
    POINTER,
    c_char_p,
    c_float,
    c_int,
    c_int32,
    c_int64,
    c_size_t,
    c_uint,
    c_uint32,
    c_uint64,
    c_void_p,
)

SONAME = "libapu.so.0"
ABI = "0.1."
MAX_RANK = 8


class Options(ctypes.Structure):
    """struct apu_model_options"""

    _fields_ = [
        ("size", c_size_t),
        ("max_file_bytes", c_uint64),
        ("max_arena_bytes", c_uint64),
        ("max_macs", c_uint64),
        ("max_tensors", c_uint32),
        ("max_operators", c_uint32),
        ("disabled_passes", c_uint32),
        ("target", c_char_p),
        ("max_subgraphs", c_uint32),
        ("max_subgraph_depth", c_uint32),
        ("max_loop_iterations", c_uint64),
        ("custom", c_void_p),
    ]


class Shape(ctypes.Structure):
    """struct apu_shape"""

    _fields_ = [("rank", c_uint), ("dims", c_int64 * MAX_RANK)]


class Array(ctypes.Structure):
    """struct apu_array"""

    _fields_ = [("data", c_void_p), ("size_bytes", c_size_t)]


_OUT = POINTER(c_void_p)

# Name: result, arguments.
_SIGNATURES = {
    "apu_buffer_cpu_begin": (c_int, c_void_p, c_uint32, c_int64),
    "apu_buffer_cpu_end": (c_int, c_void_p, c_uint32),
    "apu_buffer_map": (c_int, c_void_p, _OUT),
    "apu_buffer_new": (c_int, c_void_p, c_uint64, c_uint32, _OUT),
    "apu_buffer_ref": (c_void_p, c_void_p),
    "apu_buffer_size": (c_uint64, c_void_p),
    "apu_buffer_unref": (c_void_p, c_void_p),
    "apu_device_deadline_ns": (c_int64, c_void_p, c_int64),
    "apu_device_driver": (c_char_p, c_void_p),
    "apu_device_firmware_version": (c_int, c_void_p, c_uint, POINTER(c_uint32)),
    "apu_device_list_count": (c_uint, c_void_p),
    "apu_device_list_description": (c_char_p, c_void_p, c_uint),
    "apu_device_list_free": (None, c_void_p),
    "apu_device_list_new": (c_int, _OUT),
    "apu_device_list_spec": (c_char_p, c_void_p, c_uint),
    "apu_device_name": (c_char_p, c_void_p),
    "apu_device_open": (c_int, c_char_p, _OUT),
    "apu_device_query": (c_int, c_void_p, c_int, POINTER(c_uint64)),
    "apu_device_ref": (c_void_p, c_void_p),
    "apu_device_unref": (c_void_p, c_void_p),
    "apu_dtype_name": (c_char_p, c_int),
    "apu_error_byte_offset": (c_int64, c_void_p),
    "apu_error_cause": (c_char_p, c_void_p),
    "apu_error_code": (c_int, c_void_p),
    "apu_error_last": (c_void_p,),
    "apu_error_message": (c_char_p, c_void_p),
    "apu_error_object": (c_char_p, c_void_p),
    "apu_error_operation": (c_char_p, c_void_p),
    "apu_error_operator_index": (c_int32, c_void_p),
    "apu_error_remedy": (c_char_p, c_void_p),
    "apu_error_tensor_index": (c_int32, c_void_p),
    "apu_fence_export_fd": (c_int, c_void_p, POINTER(c_int)),
    "apu_fence_ref": (c_void_p, c_void_p),
    "apu_fence_status": (c_int, c_void_p),
    "apu_fence_times": (c_int, c_void_p, POINTER(c_int64), POINTER(c_int64)),
    "apu_fence_unref": (c_void_p, c_void_p),
    "apu_fence_wait": (c_int, c_void_p, c_int64),
    "apu_job_bind_input": (c_int, c_void_p, c_uint, c_void_p, c_uint64),
    "apu_job_bind_output": (c_int, c_void_p, c_uint, c_void_p, c_uint64),
    "apu_job_free": (None, c_void_p),
    "apu_job_new": (c_int, c_void_p, _OUT),
    "apu_job_output_shape": (c_int, c_void_p, c_uint, POINTER(Shape)),
    "apu_job_reset_state": (c_int, c_void_p),
    "apu_job_run": (c_int, c_void_p, c_int64),
    "apu_job_set_core": (c_int, c_void_p, c_uint),
    "apu_job_set_work_budget": (c_int, c_void_p, c_uint64),
    "apu_job_submit": (c_int, c_void_p, _OUT),
    "apu_model_arena_bytes": (c_uint64, c_void_p),
    "apu_model_input": (c_void_p, c_void_p, c_uint),
    "apu_model_input_count": (c_uint, c_void_p),
    "apu_model_load_file": (c_int, c_void_p, c_char_p, POINTER(Options), _OUT),
    "apu_model_load_memory": (
        c_int,
        c_void_p,
        c_void_p,
        c_size_t,
        POINTER(Options),
        _OUT,
    ),
    "apu_model_macs": (c_uint64, c_void_p),
    "apu_model_operator": (c_void_p, c_void_p, c_uint),
    "apu_model_operator_count": (c_uint, c_void_p),
    "apu_model_output": (c_void_p, c_void_p, c_uint),
    "apu_model_output_count": (c_uint, c_void_p),
    "apu_model_program_bytes": (c_uint64, c_void_p),
    "apu_model_resize": (c_int, c_void_p, POINTER(Shape), c_uint, _OUT),
    "apu_model_run": (
        c_int,
        c_void_p,
        POINTER(Array),
        c_uint,
        POINTER(Array),
        c_uint,
        c_int64,
    ),
    "apu_model_save_file": (c_int, c_void_p, c_char_p),
    "apu_model_unref": (c_void_p, c_void_p),
    "apu_operator_name": (c_char_p, c_void_p),
    "apu_tensor_dim": (c_int64, c_void_p, c_uint),
    "apu_tensor_dtype": (c_int, c_void_p),
    "apu_tensor_name": (c_char_p, c_void_p),
    "apu_tensor_quant_axis": (c_uint, c_void_p),
    "apu_tensor_quant_count": (c_uint, c_void_p),
    "apu_tensor_rank": (c_uint, c_void_p),
    "apu_tensor_scale": (c_float, c_void_p, c_uint),
    "apu_tensor_size_bytes": (c_uint64, c_void_p),
    "apu_tensor_zero_point": (c_int64, c_void_p, c_uint),
    "apu_version": (c_char_p,),
}


def find() -> str:
    """The file to load: $APU_LIBRARY, a file or a build folder, else by soname."""
    named = os.environ.get("APU_LIBRARY")
    if not named:
        return SONAME
    for path in (pathlib.Path(named), pathlib.Path(named) / "src" / SONAME):
        if path.is_file():
            return str(path)
    return str(pathlib.Path(named) / SONAME)


def load() -> ctypes.CDLL:
    """Load the library; ImportError says why it cannot be."""
    path = find()
    try:
        loaded = ctypes.CDLL(path)
        for name, (result, *arguments) in _SIGNATURES.items():
            function = getattr(loaded, name)
            function.restype = result
            function.argtypes = arguments
    except (OSError, AttributeError) as error:
        raise ImportError(
            f"cannot use {path}: {error}: install libapu, or set APU_LIBRARY "
            "to libapu.so.0 or to a build folder"
        ) from error
    found = loaded.apu_version().decode()
    if not found.startswith(ABI):
        raise ImportError(
            f"{path} is libapu {found}, this package is for {ABI}x: install "
            "the package that came with the library"
        )
    return loaded


lib = load()


def text(value: "bytes | None") -> str:
    """A string of the library's; bytes that are no UTF-8 survive."""
    return (value or b"").decode("utf-8", "surrogateescape")


def version() -> str:
    """The version of the library that is running, "MAJOR.MINOR.MICRO"."""
    return text(lib.apu_version())
