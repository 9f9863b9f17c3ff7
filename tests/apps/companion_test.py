#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A command of the companion program is as one of fossilct itself where a process is watched from
outside: signals, a missing companion. Usage: companion_test.py PROGRAM LARGE_WEIGHTS WORK_FOLDER"""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

program, weights, work = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])


def catches(pid, number):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("SigCgt:"):
            return bool(int(line.split()[1], 16) >> (number - 1) & 1)
    return False


def interrupted():
    """Ctrl-C, once the same process has become the companion and listens."""
    job = subprocess.Popen([program, "weights", "info", weights], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for _ in range(600):
        if os.readlink(f"/proc/{job.pid}/exe").endswith("/fossilct-torch") and catches(job.pid, signal.SIGINT):
            break
        time.sleep(0.05)
    else:
        raise AssertionError("waited 30 s for the companion")
    job.send_signal(signal.SIGINT)
    out, err = job.communicate(timeout=60)
    assert (job.returncode, out) == (130, "") and "interrupted; nothing unfinished" in err, (job.returncode, out, err)


def alone():
    """fossilct that was copied without its companion says so, and does all else."""
    lone = work / "bin" / "fossilct"
    lone.parent.mkdir(parents=True)
    shutil.copy(program, lone)
    job = subprocess.run([lone, "weights", "info", "x"], capture_output=True, text=True, timeout=60)
    assert job.returncode == 1 and "/libexec/fossilct/fossilct-torch: " in job.stderr, (job.returncode, job.stderr)
    assert "installed (or built) whole" in job.stderr and job.stdout == "", job.stderr
    assert subprocess.run([lone, "help"], capture_output=True, timeout=60).returncode == 0
    # A link to it, as in /usr/local/bin, finds the companion that lies beside the program.
    link = work / "fossilct"
    link.symlink_to(program)
    job = subprocess.run([link, "help", "weights"], capture_output=True, text=True, timeout=60)
    assert job.returncode == 0 and "fossilct weights info FILE" in job.stdout, job.stderr


shutil.rmtree(work, ignore_errors=True)
work.mkdir(parents=True)
interrupted()
alone()
