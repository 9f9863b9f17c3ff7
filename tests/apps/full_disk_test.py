#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Extraction onto a disk that is full at one moment or another: said, never a crash, and nothing is left. Needs the
right to mount a small file system in memory. Usage: full_disk_test.py PROGRAM WORK_FOLDER"""
import os
import pathlib
import shutil
import subprocess
import sys

program, work = sys.argv[1], pathlib.Path(sys.argv[2])
SIZE, STEP = 96, 12
shutil.rmtree(work, ignore_errors=True)
disk = work / "disk"
disk.mkdir(parents=True)
voxels = bytearray(SIZE**3)
number = 0
for z in range(2, SIZE - 9, STEP):
    for y in range(2, SIZE - 9, STEP):
        for x in range(2, SIZE - 9, STEP):
            number += 1
            for k in range(z, z + 8):
                for j in range(y, y + 8):
                    at = (k * SIZE + j) * SIZE + x
                    voxels[at : at + 8] = bytes((number * 7 + k + 3 * j + i) % 11 < 9 for i in range(8))
(work / "labels.raw").write_bytes(voxels)
extract = [program, "extract", str(work / "labels.raw"), "--raw", f"{SIZE}x{SIZE}x{SIZE}:u8", "--spacing-um", "2",
           "--no-anatomy", "--min-diameter-um", "4", "-o", str(disk / "f.fossils")]
mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)], capture_output=True, text=True)
if mounted.returncode != 0:
    print("skipped: no file system can be mounted here:", mounted.stderr.strip())
    sys.exit(0)
try:
    done = subprocess.run(extract, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    crops = sum(4096 * -(-p.stat().st_size // 4096) for p in (disk / "f.fossils/crops").iterdir())
    codes = set()
    for beyond in range(0, 512 * 1024, 32 * 1024):
        for path in disk.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        free = os.statvfs(disk)
        with open(disk / "fill", "wb") as fill:
            os.posix_fallocate(fill.fileno(), 0, free.f_bavail * free.f_frsize - crops - beyond)
        done = subprocess.run(extract, capture_output=True, text=True)
        codes.add(done.returncode)
        assert done.returncode in (0, 1), (beyond, done.returncode, done.stderr)
        assert done.returncode == 0 or "No space left" in done.stderr or "full" in done.stderr, done.stderr
        left = sorted(p.name for p in disk.iterdir())
        assert left == (["f.fossils", "fill"] if done.returncode == 0 else ["fill"]), (beyond, left)
    assert 1 in codes, codes
finally:
    subprocess.run(["umount", str(disk)], check=True)
