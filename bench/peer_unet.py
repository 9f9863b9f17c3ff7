#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""peer_unet.py FORM ROUNDS [SIZE [BATCH]]: milliseconds of each round for slices through a U-Net, ResNet34, in
eager PyTorch as a Python user runs it: the layers of segmentation_models.pytorch's Unet, written with
torch.nn alone. FORM: fp32, fp32-last (channels-last), bf16 (autocast), bf16-last; train-fp32 and so on: a
step of training without the optimiser's. Exits 3 where the machine can't."""
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


def conv(i, o, k=3, stride=1):
    return nn.Conv2d(i, o, k, stride, k // 2, bias=False)


class Basic(nn.Module):
    def __init__(self, i, o, stride):
        super().__init__()
        self.a, self.an = conv(i, o, 3, stride), nn.BatchNorm2d(o)
        self.b, self.bn = conv(o, o), nn.BatchNorm2d(o)
        self.down = nn.Sequential(conv(i, o, 1, stride), nn.BatchNorm2d(o)) if stride > 1 or i != o else None

    def forward(self, x):
        y = F.relu(self.an(self.a(x)), True)
        return F.relu(self.bn(self.b(y)) + (self.down(x) if self.down else x), True)


class Up(nn.Module):
    def __init__(self, i, skip, o):
        super().__init__()
        self.layers = nn.Sequential(conv(i + skip, o), nn.BatchNorm2d(o), nn.ReLU(True),
                                    conv(o, o), nn.BatchNorm2d(o), nn.ReLU(True))

    def forward(self, x, skip):
        x = F.interpolate(x, scale_factor=2, mode="nearest")
        return self.layers(x if skip is None else torch.cat([x, skip], 1))


class Unet(nn.Module):
    def __init__(self, channels=1, classes=2):
        super().__init__()
        self.stem = nn.Sequential(conv(channels, 64, 7, 2), nn.BatchNorm2d(64), nn.ReLU(True))
        widths, counts = (64, 128, 256, 512), (3, 4, 6, 3)
        layers, i = [], 64
        for n, (width, count) in enumerate(zip(widths, counts)):
            blocks = []
            for k in range(count):
                blocks.append(Basic(i, width, 2 if k == 0 and n > 0 else 1))
                i = width
            layers.append(nn.Sequential(*blocks))
        self.layers = nn.ModuleList(layers)
        self.up = nn.ModuleList(Up(*c) for c in ((512, 256, 256), (256, 128, 128), (128, 64, 64), (64, 64, 32),
                                                 (32, 0, 16)))
        self.head = nn.Conv2d(16, classes, 3, padding=1)

    def forward(self, x):
        features = [self.stem(x)]
        x = F.max_pool2d(features[0], 3, 2, 1)
        for layer in self.layers:
            x = layer(x)
            features.append(x)
        for k, block in enumerate(self.up):
            x = block(x, features[3 - k] if k < 4 else None)
        return self.head(x)


def has_bf16():
    with open("/proc/cpuinfo") as f:
        flags = next((line for line in f if line.startswith("flags")), "")
    return "avx512_bf16" in flags or "amx_bf16" in flags


def train(network, image):
    network.zero_grad(set_to_none=True)
    F.cross_entropy(network(image).float(), (image[:, 0] > 0.5).long()).backward()


def main():
    form, rounds = sys.argv[1], int(sys.argv[2])
    size = int(sys.argv[3]) if len(sys.argv) > 3 else 1024
    batch = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    training = form.startswith("train-")
    form = form.removeprefix("train-")
    if form.startswith("bf16") and not has_bf16():
        print("this processor has neither AVX512-BF16 nor AMX", file=sys.stderr)
        sys.exit(3)
    network = Unet().train(training)
    image = torch.rand(batch, 1, size, size)
    if form.endswith("-last"):
        network = network.to(memory_format=torch.channels_last)
        image = image.contiguous(memory_format=torch.channels_last)
    for k in range(rounds + 1):
        begin = time.perf_counter()
        with torch.set_grad_enabled(training), torch.autocast("cpu", torch.bfloat16, enabled=form.startswith("bf16")):
            train(network, image) if training else network(image)
        if k:
            print(f"{1e3 * (time.perf_counter() - begin):.3f}")


if __name__ == "__main__":
    main()
