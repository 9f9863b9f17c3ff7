#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A segmentation that is killed at random moments and begun again ends in the bytes of one that was not;
another option, a scan that changed and a second run on one output are refused by name.
Usage: segment_test.py PROGRAM MODEL WORK_FOLDER KILLS"""
import json
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time

program, model, work, kills = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), int(sys.argv[4])
draw = random.Random(kills)


def fossilct(*arguments, code=0):
    done = subprocess.run([program, *arguments], cwd=work, capture_output=True, text=True, timeout=300)
    assert done.returncode == code, (arguments, done.returncode, done.stderr)
    return done


def segment(output, *more):
    return ["segment", "core.h5", "--model", model, "--spacing-um", "2", "--threads", "1", "--probabilities", "-o", output, *more]


def start(*arguments):
    return subprocess.Popen([program, *arguments], cwd=work, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def voxels(output):
    """Labels and probabilities as bytes that hold no time of day."""
    content = b""
    for name in (output, output.replace(".h5", ".probability-foreground.h5")):
        fossilct("export", name, "-o", "out.nrrd", "--overwrite", "--quiet")
        content += (work / "out.nrrd").read_bytes()
    return content


def wait_for(path):
    for _ in range(1200):
        if path.exists():
            return
        time.sleep(0.05)
    raise AssertionError(f"waited 60 s for {path}")


shutil.rmtree(work, ignore_errors=True)
work.mkdir(parents=True)
# Long and thin: several slabs along z.
fossilct("phantom", "-o", "core.h5", "--size", "40x40x420", "--fossils", "6", "--seed", "3", "--spacing-um", "2", "--quiet")
began = time.monotonic()
fossilct(*segment("straight.h5"))
seconds = time.monotonic() - began
expected = voxels("straight.h5")

# What it takes is told before, and nothing is written for it.
told = json.loads(fossilct(*segment("told.h5", "--probe", "--json", "--quiet")).stdout)["probe"]
assert told["slab_bytes"] == 3 * 40 * 40 * 420, told  # three axes, one class but the background
assert told["seconds"] > 0 and told["memory_bytes"] > 10**7 and told["machine"].startswith("cpu, 1 slice at once"), told
assert not list(work.glob("told*"))

for _ in range(kills):
    job = start(*segment("killed.h5"))
    try:
        job.wait(timeout=draw.uniform(0.3, 0.8) * seconds)
    except subprocess.TimeoutExpired:
        job.send_signal(signal.SIGKILL)
    job.communicate()
    if (work / "killed.h5").exists():
        break
if not (work / "killed.h5").exists():
    err = fossilct(*segment("killed.h5", "--overwrite")).stderr
    assert "slab" in err and "are finished already" in err, err
assert voxels("killed.h5") == expected
left = sorted(path.name for path in work.iterdir())
assert not [name for name in left if "slabs" in name or "lock" in name or "partial" in name], left

# Ctrl-C says how to go on; meanwhile a second run on the output is refused.
job = start(*segment("m.h5"))
wait_for(work / "m.h5.slabs" / "z-000000.u8")
err = fossilct(*segment("m.h5"), code=1).stderr
assert "m.h5.lock: in use by segmentation into m.h5, process" in err, err
job.send_signal(signal.SIGINT)
_, err = job.communicate(timeout=60)
assert job.returncode == 130 and "kept in m.h5.slabs: the same command goes on, --restart begins anew" in err, err
assert not (work / "m.h5").exists()

err = fossilct(*segment("m.h5", "--tta", "flips"), code=1).stderr
assert "m.h5.slabs: holds what another run finished: --tta was none and is flips now" in err and "--restart" in err, err
fossilct("phantom", "-o", "core.h5", "--size", "40x40x420", "--fossils", "6", "--seed", "4", "--spacing-um", "2", "--quiet", "--overwrite")
err = fossilct(*segment("m.h5"), code=1).stderr
assert "holds what another run finished: the scan (SHA-256) was" in err, err
fossilct(*segment("m.h5", "--restart"))
assert voxels("m.h5") != expected
assert not (work / "m.h5.slabs").exists()
