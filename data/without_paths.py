#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Takes a folder out of the paths in a model's metadata: where a starter model was made is nobody's business.
The digest that the file carries is made anew. Usage: without_paths.py MODEL.safetensors FOLDER"""
import hashlib
import json
import struct
import sys

path, folder = sys.argv[1:]
content = open(path, "rb").read()
length = struct.unpack("<Q", content[:8])[0]
header = json.loads(content[8 : 8 + length])
digest = "0" * 64
metadata = {key: value.replace(folder, "") for key, value in header["__metadata__"].items()}
header["__metadata__"] = metadata | {"fossilct.sha256": digest}
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
whole = struct.pack("<Q", len(text)) + text + content[8 + length :]
open(path, "wb").write(whole.replace(digest.encode(), hashlib.sha256(whole).hexdigest().encode(), 1))
