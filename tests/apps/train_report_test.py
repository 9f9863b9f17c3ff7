# SPDX-License-Identifier: Apache-2.0
"""Reads reports of make_train_report with Python's XML parser: well-formed, and nothing fetched.

Usage: train_report_test.py MAKE_TRAIN_REPORT
"""
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path


def check(arguments):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.html"
        subprocess.run([sys.argv[1], str(path), *arguments], check=True)
        data = path.read_bytes()
    root = ET.fromstring(data)
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids)), f"{arguments}: an id is given twice: {ids}"
    for element in root.iter():
        tag = element.tag.split("}")[-1]
        assert tag not in ("script", "link", "iframe", "object"), f"{arguments}: <{tag}>"
        for name in ("src", "href"):
            value = element.get(name, "data:")
            assert value.startswith("data:") or value[1:] in ids, f"{arguments}: {name}={value[:60]}"
    assert len(data) < 5_000_000, f"{arguments}: {len(data)} bytes"


for line in (["4", "40", "12"], ["2", "1", "0"], ["1", "3", "2"], ["30", "12", "4"],
             ["2", "40", "12", "1024", "1024"], ["2", "0", "1", "3000", "7"]):
    check(line)
