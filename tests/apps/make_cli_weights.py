#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the weight files (and a pipe) of the command line's tests into the folder given: safetensors with the
standard library, .pth files where PyTorch is installed."""
import importlib.util
import json
import os
import pathlib
import struct
import sys


def resnet18():
    """Names and shapes of torchvision's resnet18.state_dict()."""

    def norm(name, n):
        for part in ("weight", "bias", "running_mean", "running_var"):
            yield f"{name}.{part}", (n,)
        yield f"{name}.num_batches_tracked", ()

    yield "conv1.weight", (64, 3, 7, 7)
    yield from norm("bn1", 64)
    before = 64
    for layer, n in enumerate((64, 128, 256, 512), 1):
        for block in range(2):
            name = f"layer{layer}.{block}"
            yield f"{name}.conv1.weight", (n, before, 3, 3)
            yield from norm(f"{name}.bn1", n)
            yield f"{name}.conv2.weight", (n, n, 3, 3)
            yield from norm(f"{name}.bn2", n)
            if before != n:
                yield f"{name}.downsample.0.weight", (n, before, 1, 1)
                yield from norm(f"{name}.downsample.1", n)
            before = n
    yield "fc.weight", (1000, 512)
    yield "fc.bias", (1000,)


def write_safetensors(path, tensors, values=b"", metadata=None):
    """F32 tensors of these names and shapes; `values`, then zeros, which are a hole in the file."""
    header, end = {"__metadata__": metadata} if metadata else {}, 0
    for name, shape in tensors:
        size = 4
        for n in shape:
            size *= n
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + values)
        file.truncate(8 + len(text) + end)


def write_pth(root):
    import torch

    state = {
        "module." + name: torch.zeros(shape, dtype=torch.float32 if shape else torch.int64)
        for name, shape in resnet18()
    }
    torch.save({"state_dict": state, "epoch": 3, "arch": "resnet18"}, root / "resnet18.pth")
    torch.save({"a": torch.ones(2), "b": torch.ones(2), "head": {"c": torch.ones(2)}}, root / "nested.pth")
    torch.save({"a": torch.ones(2)}, root / "legacy.pth", _use_new_zipfile_serialization=False)


def main():
    root = pathlib.Path(sys.argv[1])
    write_safetensors(root / "resnet18.safetensors", resnet18())
    unet = [
        ("encoder.conv1.weight", (4, 3, 7, 7)),
        ("encoder.bn1.running_mean", (4,)),
        ("decoder.blocks.0.conv1.0.weight", (2, 4, 3, 3)),
        ("segmentation_head.0.bias", (2,)),
    ]
    write_safetensors(root / "unet.safetensors", unet, metadata={"note": "kept", "provenance": '{"by": "hand"}'})
    write_safetensors(root / "nan.safetensors", [("good", (2,)), ("bad", (4,))], struct.pack("<4f", 1, 2, float("nan"), float("inf")))
    write_safetensors(root / "strange.safetensors", [("alpha", (3,))])
    write_safetensors(root / "norms.safetensors",
                      [t for t in resnet18() if not t[0].startswith("bn1.") or t[0].endswith("tracked")])
    write_safetensors(root / "empty.safetensors", [])
    (root / "pipe").unlink(missing_ok=True)
    os.mkfifo(root / "pipe")
    write_safetensors(root / "large.safetensors", [(f"t{i}", (1 << 26,)) for i in range(16)])
    whole = (root / "unet.safetensors").read_bytes()
    (root / "cut.safetensors").write_bytes(whole[:-8])
    (root / "text.pth").write_text("these are no weights\n")
    (root / "weights.ini").write_text("[weights]\ntensors = true\n[import]\nspacing-um = 2\n")
    if importlib.util.find_spec("torch"):
        write_pth(root)


main()
