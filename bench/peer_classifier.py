#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""peer_classifier.py NETWORK FORM ROUNDS SIZE BATCH: milliseconds of each round for grey pictures through a classifier of 8
classes, in eager PyTorch as a Python user runs it, written with torch.nn alone. NETWORK: resnet18, resnet50, vgg16 (the
layers of torchvision's), base-cyclic (Marchant et al. 2020, 8 filters). FORM as of peer_unet.py: fp32, fp32-last, bf16,
train-fp32 ... Exits 3 where the machine can't."""
import math
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

from peer_unet import Basic, conv, has_bf16


class Bottleneck(nn.Module):
    def __init__(self, i, width, stride):
        super().__init__()
        o = 4 * width
        self.a, self.an = conv(i, width, 1), nn.BatchNorm2d(width)
        self.b, self.bn = conv(width, width, 3, stride), nn.BatchNorm2d(width)
        self.c, self.cn = conv(width, o, 1), nn.BatchNorm2d(o)
        self.down = nn.Sequential(conv(i, o, 1, stride), nn.BatchNorm2d(o)) if stride > 1 or i != o else None

    def forward(self, x):
        y = F.relu(self.bn(self.b(F.relu(self.an(self.a(x)), True))), True)
        return F.relu(self.cn(self.c(y)) + (self.down(x) if self.down else x), True)


def resnet(counts, block, expansion):
    layers = [conv(1, 64, 7, 2), nn.BatchNorm2d(64), nn.ReLU(True), nn.MaxPool2d(3, 2, 1)]
    i = 64
    for n, count in enumerate(counts):
        for k in range(count):
            layers.append(block(i, 64 << n, 2 if k == 0 and n > 0 else 1))
            i = expansion * (64 << n)
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(i, 8))


def vgg16():
    layers, i = [], 1
    for width in (64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0):
        if width:
            layers += [nn.Conv2d(i, width, 3, padding=1), nn.ReLU(True)]
            i = width
        else:
            layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(7), nn.Flatten(), nn.Linear(25088, 4096), nn.ReLU(True),
                         nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(True), nn.Dropout(), nn.Linear(4096, 8))


class BaseCyclic(nn.Module):
    def __init__(self, size, filters=8):
        super().__init__()
        blocks, i, o = [], 1, filters
        for _ in range(round(math.log2(size) - 2)):
            blocks.append(nn.Sequential(conv(i, o), nn.BatchNorm2d(o), nn.ReLU(True), conv(o, o), nn.BatchNorm2d(o),
                                        nn.ReLU(True), nn.MaxPool2d(2)))
            i, o, size = 4 * o, 2 * o, size // 2
        self.blocks = nn.ModuleList(blocks)
        self.dense, self.last = nn.Linear(i * size * size, 512), nn.Linear(512, 8)

    def forward(self, x):
        x = torch.cat([torch.rot90(x, k, (2, 3)) for k in range(4)])
        for block in self.blocks:
            own = block(x).chunk(4)
            x = torch.cat([torch.cat([torch.rot90(own[(k + j) % 4], -j, (2, 3)) for j in range(4)], 1) for k in range(4)])
        x = F.relu(self.dense(F.dropout(x.flatten(1), 0.5, self.training)), True)
        return self.last(x.view(4, -1, 512).amax(0))


def made(name, size):
    if name == "base-cyclic":
        return BaseCyclic(size)
    return {"resnet18": lambda: resnet((2, 2, 2, 2), Basic, 1), "resnet50": lambda: resnet((3, 4, 6, 3), Bottleneck, 4),
            "vgg16": vgg16}[name]()


def main():
    name, form, rounds, size, batch = sys.argv[1], sys.argv[2], *(int(word) for word in sys.argv[3:6])
    training = form.startswith("train-")
    form = form.removeprefix("train-")
    if form.startswith("bf16") and not has_bf16():
        print("this processor has neither AVX512-BF16 nor AMX", file=sys.stderr)
        sys.exit(3)
    network = made(name, size).train(training)
    image = torch.rand(batch, 1, size, size)
    if form.endswith("-last"):
        network = network.to(memory_format=torch.channels_last)
        image = image.contiguous(memory_format=torch.channels_last)
    labels = torch.zeros(batch, dtype=torch.long)
    for k in range(rounds + 1):
        begin = time.perf_counter()
        with torch.set_grad_enabled(training), torch.autocast("cpu", torch.bfloat16, enabled=form.startswith("bf16")):
            out = network(image)
            if training:
                network.zero_grad(set_to_none=True)
                F.cross_entropy(out.float(), labels).backward()
        if k:
            print(f"{1e3 * (time.perf_counter() - begin):.3f}")


main()
