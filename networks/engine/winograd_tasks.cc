// SPDX-License-Identifier: Apache-2.0
#include "networks/engine/winograd_tasks.h"

#include <algorithm>

#include "networks/engine/slice_engine_layout.h"
#include "networks/engine/slice_engine_tasks.h"

namespace fossilct::slice_engine {
namespace {

// How a Winograd convolution is cut into tasks: blocks of tiles, and of outputs where there are few
// tiles. A thread goes through the outputs of a task `outputs_at_once` at a time.
struct WinogradCut {
  Index tiles, blocks, splits, outputs_in_split, outputs_at_once;
};

// Few tiles keep transformed input and sums in the second-level cache; many tiles make the weights,
// which grow with the square of the channels, be read fewer times.
WinogradCut cut_of(Index tiles, Index channels, Index outputs, int threads,
                   const kernels::KernelSet& kernels) {
  WinogradCut cut{};
  const Index wanted = channels <= 64 ? 24 : channels <= 192 ? 48 : 64;
  cut.tiles = std::min(round_up(tiles, kernels.rows), round_up(wanted, kernels.rows));
  cut.blocks = (tiles + cut.tiles - 1) / cut.tiles;
  cut.outputs_at_once =
      std::min<Index>(outputs, round_up(channels <= 192 ? 128 : 64, kernels.panel));
  const Index at_once = (outputs + cut.outputs_at_once - 1) / cut.outputs_at_once;
  const Index needed = (4 * threads + cut.blocks - 1) / cut.blocks;
  cut.splits = std::min(at_once, needed);
  const Index each = (at_once + cut.splits - 1) / cut.splits;
  cut.splits = (at_once + each - 1) / each;
  cut.outputs_in_split = each * cut.outputs_at_once;
  return cut;
}

// How the gradient of weights is cut: groups of tiles, each with sums of its own, and splits of
// outputs, which have to transform the same input again.
struct GradientCut {
  Index tiles_at_once, groups, tiles_in_group, splits, outputs_in_split;
};

// Groups cost a second set of sums (36 x channels x outputs) and their addition, so a group has as
// many tiles as there are products to outweigh that.
constexpr Index least_tiles_in_group = 512;

GradientCut gradient_cut_of(Index tiles, Index channels, Index outputs, int threads,
                            const kernels::KernelSet& kernels) {
  GradientCut cut{};
  const Index team = threads;
  cut.tiles_at_once = std::min<Index>(tiles, channels + outputs <= 64 ? 48 : 64);
  cut.groups = std::clamp<Index>(tiles / least_tiles_in_group, 1, team);
  cut.tiles_in_group = round_up((tiles + cut.groups - 1) / cut.groups, cut.tiles_at_once);
  cut.groups = (tiles + cut.tiles_in_group - 1) / cut.tiles_in_group;
  const Index panels = (outputs + kernels.panel - 1) / kernels.panel;
  const Index wanted = std::min(panels, (team + cut.groups - 1) / cut.groups);
  const Index panels_in_split = (panels + wanted - 1) / wanted;
  cut.splits = (panels + panels_in_split - 1) / panels_in_split;
  cut.outputs_in_split = panels_in_split * kernels.panel;
  static_cast<void>(channels);
  return cut;
}

// Adds the sums of the other groups to the first one's, in order.
void add_groups(std::vector<AlignedMemory>& sums, Index groups, Index numbers, int threads) {
  constexpr Index at_once = 1 << 14;
  run_tasks((numbers + at_once - 1) / at_once, threads, [&](Index task, int) {
    const Index first = task * at_once, end = std::min(numbers, first + at_once);
    float* to = sums.front().data<float>();
    for (Index group = 1; group < groups; ++group) {
      const float* from = sums[static_cast<std::size_t>(group)].data<float>();
      for (Index i = first; i < end; ++i) {
        to[i] += from[i];
      }
    }
  });
}

}  // namespace

void ThreadScratch::prepare(int threads, Index numbers) {
  const std::size_t bytes = static_cast<std::size_t>(numbers) * sizeof(float);
  memory_.resize(std::max(memory_.size(), static_cast<std::size_t>(threads)));
  for (AlignedMemory& memory : memory_) {
    if (memory.bytes() < bytes) {
      memory = AlignedMemory();
      memory = AlignedMemory(bytes);
    }
  }
}

void run_winograd(const kernels::WinogradConv& conv, Index images,
                  const kernels::KernelSet& kernels, int threads, ThreadScratch& scratch) {
  const Index tiles = images * conv.tiles_in_image;
  const WinogradCut cut = cut_of(tiles, conv.channels, conv.outputs, threads, kernels);
  scratch.prepare(threads, kernels::winograd_scratch(cut.tiles, conv.channels, cut.outputs_at_once,
                                                     kernels.rows));
  std::vector<Index> transformed(static_cast<std::size_t>(threads), -1);  // block in the scratch
  run_tasks(cut.blocks * cut.splits, threads, [&](Index number, int thread) {
    const Index block = number / cut.splits, split = number % cut.splits;
    kernels::WinogradTask task;
    task.first_tile = block * cut.tiles;
    task.tiles = std::min(cut.tiles, tiles - task.first_tile);
    task.scratch = scratch.of(thread);
    const Index first = split * cut.outputs_in_split;
    const Index last = std::min<Index>(conv.outputs, first + cut.outputs_in_split);
    for (Index output = first; output < last; output += cut.outputs_at_once) {
      task.first_output = static_cast<int>(output);
      task.outputs = static_cast<int>(std::min(cut.outputs_at_once, last - output));
      Index& held = transformed[static_cast<std::size_t>(thread)];
      task.keep_input = held == block;
      kernels.winograd(conv, task);
      held = block;
    }
  });
}

void transform_weights(const kernels::PlainWeights& from, const kernels::TransformedWeights& to,
                       int first_channel, const kernels::KernelSet& kernels, int threads) {
  const int panel = kernels.panel;
  run_tasks((to.outputs + panel - 1) / panel, threads, [&](Index task, int) {
    const int first = static_cast<int>(task) * panel;
    kernels.transform_weights(from, to, first_channel, first, std::min(to.outputs, first + panel));
  });
}

void run_winograd_gradient(const kernels::WinogradGradient& gradient, Index images,
                           const kernels::PlainWeights& to, const kernels::KernelSet& kernels,
                           int threads, GradientMemory& memory) {
  const kernels::WinogradConv& conv = gradient.conv;
  const Index tiles = images * conv.tiles_in_image;
  const GradientCut cut = gradient_cut_of(tiles, conv.channels, conv.outputs, threads, kernels);
  const Index channels = round_up(conv.channels, kernels.rows);
  const Index position = channels * conv.outputs;
  memory.scratch.prepare(threads,
                         kernels::winograd_gradient_scratch(
                             cut.tiles_at_once, conv.channels,
                             std::min<Index>(conv.outputs, cut.outputs_in_split), kernels.rows));
  const std::size_t bytes = static_cast<std::size_t>(36 * position) * sizeof(float);
  memory.sums.resize(std::max(memory.sums.size(), static_cast<std::size_t>(cut.groups)));
  for (Index group = 0; group < cut.groups; ++group) {
    AlignedMemory& sums = memory.sums[static_cast<std::size_t>(group)];
    if (sums.bytes() < bytes) {
      sums = AlignedMemory();
      sums = AlignedMemory(bytes);
    }
  }
  run_tasks(cut.groups * cut.splits, threads, [&](Index number, int thread) {
    const Index group = number / cut.splits, split = number % cut.splits;
    const Index first_output = split * cut.outputs_in_split;
    kernels::WinogradGradientTask task;
    task.first_output = static_cast<int>(first_output);
    task.outputs =
        static_cast<int>(std::min<Index>(cut.outputs_in_split, conv.outputs - first_output));
    // Each split's sums are a piece of their own: [36] of its outputs.
    task.sums =
        memory.sums[static_cast<std::size_t>(group)].data<float>() + 36 * channels * first_output;
    task.scratch = memory.scratch.of(thread);
    const Index end = std::min(tiles, (group + 1) * cut.tiles_in_group);
    for (Index tile = group * cut.tiles_in_group; tile < end; tile += cut.tiles_at_once) {
      task.first_tile = tile;
      task.tiles = std::min(cut.tiles_at_once, end - tile);
      kernels.winograd_gradient(gradient, task);
      task.add = true;
    }
  });
  if (cut.groups > 1) {
    add_groups(memory.sums, cut.groups, 36 * position, threads);
  }
  const Index panels_in_split = cut.outputs_in_split / kernels.panel;
  run_tasks((conv.outputs + kernels.panel - 1) / kernels.panel, threads, [&](Index panel, int) {
    const Index split_output = panel / panels_in_split * cut.outputs_in_split;
    const int split_outputs =
        static_cast<int>(std::min<Index>(cut.outputs_in_split, conv.outputs - split_output));
    const int first = static_cast<int>(panel) * kernels.panel;
    const Index in_split = first - split_output;
    const kernels::TransformedWeights sums{
        memory.sums.front().data<float>() + channels * (36 * split_output + in_split),
        channels * split_outputs, split_outputs - static_cast<int>(in_split),
        static_cast<int>(channels)};
    kernels.gradient_of_weights(sums, to, first, std::min(conv.outputs, first + kernels.panel));
  });
}

}  // namespace fossilct::slice_engine
