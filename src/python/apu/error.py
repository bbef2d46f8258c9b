# SPDX-License-Identifier: MIT
"""What libapu's failures become."""

import os
from typing import Any, Optional

from apu._library import lib, text


class ApuError(OSError):
    """A function of libapu has failed.

    An OSError whose `errno` is the positive number of docs/errors.md, so
    `errno.ETIME` and the like can be compared with it. `str()` is one line:
    "OPERATION OBJECT: CAUSE: REMEDY".

    operation       What was being done, for one "load a model".
    object          What it was done to: a path, a device string; "" for none.
    cause           Why it failed, a sentence.
    remedy          What can be done about it; "" when nothing is known.
    operator_index  The model's operator that it is about, or None.
    tensor_index    The model's tensor that it is about, or None.
    byte_offset     The byte of the model file that it is about, or None.
    """

    def __init__(
        self,
        code: int,
        message: str,
        *,
        operation: str = "",
        object: str = "",
        cause: str = "",
        remedy: str = "",
        operator_index: Optional[int] = None,
        tensor_index: Optional[int] = None,
        byte_offset: Optional[int] = None,
    ) -> None:
        super().__init__(code, message)
        self.operation = operation
        self.object = object
        self.cause = cause or message
        self.remedy = remedy
        self.operator_index = operator_index
        self.tensor_index = tensor_index
        self.byte_offset = byte_offset

    def __reduce__(self) -> Any:
        return type(self), self.args, self.__dict__

    def __str__(self) -> str:
        return str(self.strerror)


def _index(value: int) -> Optional[int]:
    return None if value < 0 else value


def last_error(code: int) -> ApuError:
    """Make an exception of this thread's record; `code` is what was returned."""
    record = lib.apu_error_last()
    if lib.apu_error_code(record) != code:
        return ApuError(-code, os.strerror(-code))
    return ApuError(
        -code,
        text(lib.apu_error_message(record)),
        operation=text(lib.apu_error_operation(record)),
        object=text(lib.apu_error_object(record)),
        cause=text(lib.apu_error_cause(record)),
        remedy=text(lib.apu_error_remedy(record)),
        operator_index=_index(lib.apu_error_operator_index(record)),
        tensor_index=_index(lib.apu_error_tensor_index(record)),
        byte_offset=_index(lib.apu_error_byte_offset(record)),
    )


def check(code: int) -> int:
    """Give a result back, or raise what it stands for."""
    if code < 0:
        raise last_error(code)
    return code
