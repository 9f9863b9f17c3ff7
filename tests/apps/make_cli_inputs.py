#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the small inputs of the command line's tests into the folder given (standard library only):
raw voxels, folders of PNG slices whole and damaged, configuration files."""
import pathlib
import shutil
import struct
import sys
import zlib


def png(path, rows):
    """An 8 bit grey PNG (ISO/IEC 15948) of rows of bytes."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b""))


def slices(folder, numbers, width=16, height=12, values=lambda z, y, x: (x + 16 * y + z) % 256):
    folder.mkdir()
    for z in numbers:
        png(folder / f"s_{z:03}.png", [bytes(values(z, y, x) for x in range(width)) for y in range(height)])


def slide():
    """Bright discs on a dark slide: two whole, a small one, one that leaves the picture."""
    discs = [(60, 50, 25), (150, 120, 30), (210, 40, 8), (100, 195, 30)]
    return [bytes(200 + (x * y) % 7 if any((x - a) ** 2 + (y - b) ** 2 <= r * r for a, b, r in discs) else 20 + (x + y) % 5
                  for x in range(240)) for y in range(200)]


def main():
    root = pathlib.Path(sys.argv[1])
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    slices(root / "good", range(8))
    slices(root / "gap", [0, 1, 2, 5, 6])
    slices(root / "masks", range(8), values=lambda z, y, x: int(4 < x < 9) + 2 * int(x > 12))
    slices(root / "other_size", range(4))
    png(root / "other_size" / "s_004.png", [bytes(7)] * 5)
    slices(root / "cut", range(4))
    whole = (root / "cut" / "s_002.png").read_bytes()
    (root / "cut" / "s_002.png").write_bytes(whole[: len(whole) // 2])
    png(root / "slide.png", slide())
    (root / "empty").mkdir()
    (root / "zero.tif").write_bytes(b"")
    (root / "text.tif").write_text("this is no picture\n")
    (root / "values.raw").write_bytes(struct.pack("<1536H", *(40 * i % 65536 for i in range(1536))))
    (root / "background.raw").write_bytes(bytes(16 * 12 * 8))
    (root / "large.raw").write_bytes(bytes(range(160)) * 150 * 140)
    nan, inf = float("nan"), float("inf")
    (root / "nan.raw").write_bytes(struct.pack("<512f", nan, inf, *(i / 10 for i in range(510))))
    (root / "short.nrrd").write_bytes(
        b"NRRD0004\ntype: uint8\ndimension: 3\nsizes: 16 16 16\nencoding: raw\n"
        b"space directions: (0.002,0,0) (0,0.002,0) (0,0,0.002)\nspace: LPS\nspace units: \"mm\" \"mm\" \"mm\"\n\n" + bytes(100)
    )
    (root / "good.ini").write_text("# comment\nspacing-um = 2.5\n[import]\ncompression = none\n[info]\nstatistics = true\n")
    (root / "trailing.ini").write_text("spacing-um = 2.5   # measured\n")
    (root / "typo.ini").write_text("[import]\nspacing-mu = 2.5\n")
    (root / "hash.ini").write_text("[import]\nspacing-um = 2\noutput = core #7.h5\n")
    (root / "depth.csv").write_text("top_m,scan,bottom_m\n12,core-t,12.5\n12.5,core-u,13\n")
    (root / "groups.csv").write_text("taxon,group\nforam,planktonic\n\"ostracod, smooth\",Benthos\n")
    (root / "counts.csv").write_text("sample,taxon,count\ncore-t,foram,5\ncore-u,foram,4\nnowhere,foram,1\n")
    (root / "depth_wrong.csv").write_text("scan,top_m,bottom_m\ncore-t,12,12.5\ncore-u,13,12.5\n")
    (root / "depth_overlap.csv").write_text("scan,top_m,bottom_m\ncore-t,12,12.5\ncore-u,12.4,13\n")
    (root / "depth_short.csv").write_text("scan,top_m,bottom_m\ncore-t,12,12.5\n")


main()
