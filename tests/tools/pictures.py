# SPDX-License-Identifier: MIT
"""Picture files made byte by byte, so that tests know what is in them."""

import struct
import zlib


def pgm(width, height, grey):
    return b"P5\n%d %d\n255\n" % (width, height) + bytes(grey)


def ppm(width, height, rgb):
    return b"P6\n%d %d\n255\n" % (width, height) + bytes(rgb)


def bmp(width, height, rgb):
    """24 bits, rows from the bottom up, blue first, padded to 4 bytes."""
    rows = b""
    for y in reversed(range(height)):
        row = b""
        for x in range(width):
            at = 3 * (y * width + x)
            row += bytes(reversed(rgb[at : at + 3]))
        rows += row + bytes(-len(row) % 4)
    head = struct.pack(
        "<IiiHHIIiiII", 40, width, height, 1, 24, 0, len(rows), 0, 0, 0, 0
    )
    return b"BM" + struct.pack("<IHHI", 54 + len(rows), 0, 0, 54) + head + rows


def png(width, height, samples, channels):
    """8 bits a sample; channels: 1 grey, 3 RGB, 4 RGB and alpha."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(
            ">I", zlib.crc32(body)
        )

    colour_type = {1: 0, 3: 2, 4: 6}[channels]
    stride = width * channels
    rows = b"".join(
        b"\0" + bytes(samples[y * stride : (y + 1) * stride])
        for y in range(height)
    )
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(
            b"IHDR",
            struct.pack(">IIBBBBB", width, height, 8, colour_type, 0, 0, 0),
        )
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def jpeg(blocks_wide, blocks_high, orientation=None):
    """Grey 200 all over: one DC coefficient of 72 * 8, the rest nothing."""

    def segment(marker, data):
        return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data

    def huffman(table, codes):
        # codes[n]: the symbols whose codes are n + 1 bits long.
        lengths = bytes(len(symbols) for symbols in codes) + bytes(
            16 - len(codes)
        )
        return segment(0xC4, bytes([table]) + lengths + b"".join(codes))

    exif = b""
    if orientation is not None:
        tag = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
        tiff = b"MM\0*" + struct.pack(">IH", 8, 1) + tag + bytes(4)
        exif = segment(0xE1, b"Exif\0\0" + tiff)
    frame = struct.pack(">BHHB", 8, 8 * blocks_high, 8 * blocks_wide, 1)
    # DC codes: 0 for "as before", 10 for "7 bits follow"; AC code: 0 for "end".
    bits = "10" + format(72, "07b") + "0"
    bits += "00" * (blocks_wide * blocks_high - 1)
    bits += "1" * (-len(bits) % 8)
    data = bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))
    return (
        b"\xff\xd8"
        + exif
        + segment(0xDB, b"\0" + bytes([8] * 64))
        + segment(0xC0, frame + bytes([1, 0x11, 0]))
        + huffman(0x00, [b"\x00", b"\x07"])
        + huffman(0x10, [b"\x00"])
        + segment(0xDA, bytes([1, 1, 0x00, 0, 63, 0]))
        + data
        + b"\xff\xd9"
    )
