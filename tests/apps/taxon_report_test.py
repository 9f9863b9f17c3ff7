#SPDX - License - Identifier : Apache - 2.0
"""Reads pages of make_taxon_report with Python's XML parser: well-formed, and nothing fetched.

Usage: taxon_report_test.py MAKE_TAXON_REPORT
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


for line in (["8", "180"], ["2", "5"], ["35", "300"], ["1", "3"], ["4", "0"]):
    check(line)
