#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A training that is interrupted, killed and gone on with ends in the weights of one that was not; a recipe
that was printed is read again; a table and a checkpoint that are in the way are not lost.
Usage: train_test.py PROGRAM CORES WORK_FOLDER"""
import hashlib
import json
import pathlib
import shutil
import signal
import struct
import subprocess
import sys
import time

program, cores, work = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
scans = ["--scan", "a.nrrd", "--labels", "a_gt.nrrd"]
short = ["--recipe", "tiny.json", "--threads", "1"]


def run(*arguments, code=0):
    done = subprocess.run([program, "train", *arguments], cwd=work, capture_output=True, text=True, timeout=200)
    assert done.returncode == code, (arguments, done.returncode, done.stderr)
    return done


def start(*arguments):
    return subprocess.Popen([program, "train", *arguments], cwd=work, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def tensors(path):
    """The header but for its metadata, and the data: no time of day is in them."""
    content = path.read_bytes()
    length = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8 : 8 + length])
    header.pop("__metadata__")
    return header, content[8 + length :]


def wait_for_epoch(table, epoch):
    """Until the table, which is rewritten whole, has a row of this epoch."""
    for _ in range(1200):
        if table.exists() and len(table.read_text().splitlines()) > epoch:
            return
        time.sleep(0.05)
    raise AssertionError(f"waited 60 s for epoch {epoch} in {table}")


shutil.rmtree(work, ignore_errors=True)
work.mkdir(parents=True)
for name in ("a.nrrd", "a_gt.nrrd"):
    shutil.copy(cores / name, work / name)

recipe = json.loads(run("--print-recipe", "--recipe", "quick").stdout)
stage = dict(recipe["stages"][-1], epoch_samples=8, batch=2, crop=32)
stage["unfrozen"] = dict(stage["unfrozen"], epochs=3)
(work / "tiny.json").write_text(json.dumps(dict(recipe, name="tiny", stages=[stage])))

run(*scans, *short, "-o", "straight.safetensors")
assert not list(work.glob("straight.checkpoint*"))
assert len((work / "straight.train.csv").read_text().splitlines()) == 4

# Going on from a model: it begins where that ended, and says what it came from.
def losses(name):
    rows = (work / f"{name}.train.csv").read_text().splitlines()
    column = rows[0].split(",").index("loss")
    return [float(row.split(",")[column]) for row in rows[1:]]


run(*scans, *short, "--from-model", "straight.safetensors", "-o", "further.safetensors")
assert losses("further")[0] < losses("straight")[0], (losses("further"), losses("straight"))
content = (work / "further.safetensors").read_bytes()
record = json.loads(json.loads(content[8 : 8 + struct.unpack("<Q", content[:8])[0]])["__metadata__"]["fossilct"])
came_from = record["training"]["provenance"]["sources"]["from_model"]
assert came_from["path"] == str(work / "straight.safetensors"), came_from
assert came_from["sha256"] == hashlib.sha256((work / "straight.safetensors").read_bytes()).hexdigest(), came_from
job = start(*scans, *short, "--from-model", "straight.safetensors", "-o", "stopped.safetensors")
wait_for_epoch(work / "stopped.train.csv", 1)
job.send_signal(signal.SIGINT)
job.communicate(timeout=60)
run("--resume", "stopped.checkpoint")
assert tensors(work / "stopped.safetensors") == tensors(work / "further.safetensors")

# Ctrl-C: the message is the command that goes on.
job = start(*scans, *short, "-o", "m.safetensors")
wait_for_epoch(work / "m.train.csv", 1)
job.send_signal(signal.SIGINT)
_, err = job.communicate(timeout=60)
assert job.returncode == 130 and "`fossilct train --resume m.checkpoint` goes on" in err, (job.returncode, err)
assert not (work / "m.safetensors").exists()

# Beginning anew would destroy what was learned.
err = run(*scans, *short, "-o", "m.safetensors", code=1).stderr
assert "m.checkpoint: is there from a training that was interrupted" in err and "--resume m.checkpoint" in err, err

# Data that changed are named; what is only newer is not changed.
content = (work / "a_gt.nrrd").read_bytes()
(work / "a_gt.nrrd").write_bytes(content[:-1] + b"\1")
err = run("--resume", "m.checkpoint", code=1).stderr
assert "a_gt.nrrd: is not what it was when the training began" in err, err
(work / "a_gt.nrrd").write_bytes(content)

# Killed in the second epoch, from another folder.
job = start("--resume", "m.checkpoint")
wait_for_epoch(work / "m.train.csv", 2)
job.kill()
job.communicate(timeout=60)
done = subprocess.run([program, "train", "--resume", str(work / "m.checkpoint")], cwd=cores, capture_output=True, text=True, timeout=200)
assert done.returncode == 0, done.stderr
assert tensors(work / "m.safetensors") == tensors(work / "straight.safetensors")
assert not list(work.glob("*.checkpoint*")) and not list(work.glob(".*")), list(work.iterdir())
