#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the small labelled scans of the command line's tests of `train` and `evaluate` into the folder given
(standard library only): bright balls in noise, as NRRD files and as folders of PNG slices."""
import pathlib
import random
import struct
import sys
import zlib

WIDTH, HEIGHT, DEPTH = 48, 40, 40
BALLS = ((12, 10, 6, 6), (34, 28, 12, 8), (10, 30, 20, 7), (36, 10, 26, 7), (22, 22, 35, 6), (40, 34, 36, 5))


def ball_at(x, y, z):
    """The number of the ball, from 1; 0 outside."""
    for number, (bx, by, bz, r) in enumerate(BALLS, 1):
        if (x - bx) ** 2 + (y - by) ** 2 + (z - bz) ** 2 <= r * r:
            return number
    return 0


def png(path, rows):
    """An 8 bit grey PNG (ISO/IEC 15948) of rows of bytes."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b""))


def nrrd(path, slices, spacing_um=2.0, x_direction=1, x_origin_mm=0):
    """Slices are lists of rows of bytes."""
    mm = spacing_um / 1000
    sizes = f"{len(slices[0][0])} {len(slices[0])} {len(slices)}"
    header = (
        f"NRRD0004\ntype: uint8\ndimension: 3\nsizes: {sizes}\nencoding: raw\nspace: LPS\n"
        f"space directions: ({x_direction * mm:.6f},0,0) (0,{mm:.6f},0) (0,0,{mm:.6f})\n"
        f'space units: "mm" "mm" "mm"\nspace origin: ({x_origin_mm},0,0)\n\n'
    )
    path.write_bytes(header.encode() + b"".join(row for rows in slices for row in rows))


def folder(path, slices, numbers, ending=""):
    path.mkdir()
    for rows, number in zip(slices, numbers):
        png(path / f"s_{number:03}{ending}.png", rows)


def mapped(slices, table):
    return [[row.translate(table) for row in rows] for rows in slices]


def values_to(changes):
    return bytes(changes.get(value, value) for value in range(256))


def main():
    root = pathlib.Path(sys.argv[1]) / "cores"
    root.mkdir()
    draw = random.Random(1)
    balls = [[bytes(ball_at(x, y, z) for x in range(WIDTH)) for y in range(HEIGHT)] for z in range(DEPTH)]
    to_one = values_to(dict.fromkeys(range(1, 256), 1))
    truth = mapped(balls, to_one)
    scan = [[bytes(min(255, max(0, int(draw.gauss(170 if label else 110, 15)))) for label in row) for row in rows] for rows in truth]
    nrrd(root / "a.nrrd", scan)
    nrrd(root / "a_gt.nrrd", truth)
    nrrd(root / "b.nrrd", scan[:24], 3)
    nrrd(root / "b_gt.nrrd", truth[:24], 3)
    nrrd(root / "far.nrrd", scan[:24], 5)
    nrrd(root / "far_gt.nrrd", truth[:24], 5)
    nrrd(root / "mirrored_gt.nrrd", truth, 2, -1)
    nrrd(root / "spacing_gt.nrrd", truth, 4)
    nrrd(root / "here_gt.nrrd", truth, 2, 1, 0.1)
    nrrd(root / "there_gt.nrrd", truth, 2, 1, 0.5)
    nrrd(root / "size_gt.nrrd", [rows[:-1] for rows in truth])
    nrrd(root / "seven_gt.nrrd", truth[:5] + mapped(truth[5:], values_to({1: 7})))
    nrrd(root / "mask_gt.nrrd", mapped(truth, values_to({1: 255})))
    nrrd(root / "empty_gt.nrrd", mapped(truth, values_to({1: 0})))
    nrrd(root / "end_gt.nrrd", truth[:30] + mapped(truth[30:], values_to({1: 0})))
    moved = [[row[-1:] + row[:-1] for row in rows] for rows in balls]
    nrrd(root / "a_ids.nrrd", balls)
    nrrd(root / "moved_ids.nrrd", moved)
    nrrd(root / "one_id.nrrd", truth)
    nrrd(root / "moved_gt.nrrd", mapped(moved, to_one))
    folder(root / "volume", truth, range(100, 140), "_GT")
    folder(root / "slices", scan, range(100, 140))
    some = [3, 8, 12, 16, 19, 23, 27, 33, 36]
    folder(root / "some", [truth[n] for n in some], [100 + n for n in some], "_GT")
    folder(root / "strangers", [truth[n] for n in some], [1000 + n for n in some], "_GT")
    folder(root / "apart", scan[::8], range(0, 250, 50))
    folder(root / "apart_gt", truth[::8], range(0, 250, 50), "_GT")
    (root / "recipe.json").write_text('{"name": "mine"}')
    (root / "text.json").write_text("no JSON\n")


main()
