#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What needs a process to be watched from outside: a job that is interrupted, and a reader of stdout
that goes away. Usage: signals_test.py PROGRAM WORK_FOLDER"""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

program, work = sys.argv[1], pathlib.Path(sys.argv[2])


def start(arguments, stdout):
    return subprocess.Popen([program, *arguments], cwd=work, stdout=stdout, stderr=subprocess.PIPE, text=True)


def wait_for(condition, what):
    for _ in range(600):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(f"waited 30 s for {what}")


def interrupted(stop):
    """A phantom too large to be done soon gets the signal once its output is begun."""
    job = start(["phantom", "--output", "a.h5", "--size", "512", "--fossils", "0"], subprocess.PIPE)
    wait_for(lambda: list(work.glob(".a.h5.partial-*")), "the output to be begun")
    job.send_signal(stop)
    out, err = job.communicate(timeout=60)
    assert job.returncode == 130, (job.returncode, err)
    assert out == "", out
    assert "interrupted; nothing unfinished was left" in err and "The same command" in err, err
    assert not list(work.iterdir()), list(work.iterdir())


def reader_gone():
    """`fossilct help import | head -0`"""
    reader, writer = os.pipe()
    os.close(reader)
    job = start(["help", "import"], writer)
    os.close(writer)
    _, err = job.communicate(timeout=60)
    assert (job.returncode, err) == (0, ""), (job.returncode, err)


def disk_full():
    with open("/dev/full", "w") as full:
        job = start(["help"], full)
        _, err = job.communicate(timeout=60)
    assert job.returncode == 1 and "No space left on device" in err, (job.returncode, err)


shutil.rmtree(work, ignore_errors=True)
work.mkdir(parents=True)
interrupted(signal.SIGINT)
interrupted(signal.SIGTERM)
reader_gone()
disk_full()
