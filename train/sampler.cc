// SPDX-License-Identifier: Apache-2.0
#include "train/sampler.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

#include "base/error.h"
#include "base/random.h"

namespace fossilct {
namespace {

// A permutation of 0 .. count - 1 that needs no memory: a Feistel network over the next even power
// of two, walked until it falls inside (Black and Rogaway 2002, "cycle walking").
std::int64_t permuted(std::int64_t index, std::int64_t count, std::uint64_t seed) {
  int half_bits = 1;
  while ((std::int64_t{1} << (2 * half_bits)) < count) {
    ++half_bits;
  }
  const std::uint64_t mask = (std::uint64_t{1} << half_bits) - 1;
  auto value = static_cast<std::uint64_t>(index);
  do {
    std::uint64_t left = value >> half_bits, right = value & mask;
    for (int round = 0; round < 4; ++round) {
      const std::uint64_t mixed =
          left ^ (hash(seed, static_cast<std::int64_t>(right), round) & mask);
      left = right;
      right = mixed;
    }
    value = left << half_bits | right;
  } while (static_cast<std::int64_t>(value) >= count);
  return static_cast<std::int64_t>(value);
}

// Begin of `length` within [begin, end) that holds `at`.
std::int64_t begin_around(std::int64_t at, std::int64_t length, std::int64_t begin,
                          std::int64_t end, HashStream& random) {
  at = std::clamp(at, begin, end - 1);
  const std::int64_t low = std::max(begin, at - length + 1);
  const std::int64_t high = std::min(at, end - length);
  return low + random.below(high - low + 1);
}

template <typename T>
const T& one_of(const std::vector<T>& items, HashStream& random) {
  return items[static_cast<std::size_t>(random.below(std::ssize(items)))];
}

}  // namespace

Sampler::Sampler(const std::vector<SampledScan>& scans, const std::vector<Axis>& axes,
                 double foreground_share, const Stage& stage, std::uint64_t seed)
    : scans_(scans), axes_(axes), foreground_share_(foreground_share), stage_(stage), seed_(seed) {
  list_slices();
  list_groups();
  list_classes();
  if (slices_.empty()) {
    throw Error(ErrorKind::format,
                "no slice to train on along axes " + name_of(axes) +
                    ": the labelled slices along z are fewer than " + std::to_string(fewest_rows) +
                    " neighbours, so the other axes can't be used: give --axes with z");
  }
}

void Sampler::list_slices() {
  for (std::size_t i = 0; i < scans_.size(); ++i) {
    const SampledScan& scan = scans_[i];
    for (const Axis axis : axes_) {
      if (axis == Axis::z) {
        for (const std::int64_t z : scan.split.slices(SliceRole::training)) {
          slices_.push_back({static_cast<int>(i), axis, z});
        }
      } else if (scan.split.rows_end > scan.split.rows_begin) {
        for (std::int64_t n = 0; n < whole_slices(scan.size, axis).slice; ++n) {
          slices_.push_back({static_cast<int>(i), axis, n});
        }
      }
    }
  }
}

Sampler::ScanOfClass Sampler::scan_of_class(int scan, std::size_t label) const {
  const SampledScan& from = scans_[static_cast<std::size_t>(scan)];
  ScanOfClass found{scan, {}, {}};
  std::int64_t voxels = 0;
  for (const std::int64_t z : from.split.slices(SliceRole::training)) {
    const std::int64_t count = from.survey.slices[static_cast<std::size_t>(z)].counts[label];
    if (count > 0) {
      voxels += count;
      found.slices.push_back(z);
      found.voxels_up_to.push_back(voxels);
    }
  }
  return found;
}

void Sampler::list_classes() {
  const int classes = scans_.empty() ? 0 : scans_.front().survey.classes;
  for (std::size_t label = 1; label < static_cast<std::size_t>(classes); ++label) {
    Foreground foreground{label, {}};
    for (int scan = 0; scan < std::ssize(scans_); ++scan) {
      ScanOfClass found = scan_of_class(scan, label);
      if (!found.slices.empty()) {
        foreground.scans.push_back(std::move(found));
      }
    }
    if (!foreground.scans.empty()) {
      foreground_.push_back(std::move(foreground));
    }
  }
}

void Sampler::list_groups() {
  for (std::size_t i = 0; i < slices_.size(); ++i) {
    const Slice &before = slices_[i == 0 ? 0 : i - 1], &now = slices_[i];
    if (i == 0 || now.scan != before.scan || now.axis != before.axis) {
      groups_.push_back({i, 0});
    }
    ++groups_.back().slices;
  }
}

std::int64_t Sampler::batches_of(const Group& group) const {
  return (group.slices + samples_a_step() - 1) / samples_a_step();
}

std::int64_t Sampler::batches_of_all() const {
  return std::accumulate(
      groups_.begin(), groups_.end(), std::int64_t{0},
      [&](std::int64_t sum, const Group& group) { return sum + batches_of(group); });
}

std::int64_t Sampler::samples_a_step() const {
  return std::int64_t{stage_.batch} * stage_.accumulate;
}

std::int64_t Sampler::steps_an_epoch() const {
  if (stage_.crop == 0 && stage_.epoch_samples == 0) {
    return batches_of_all();
  }
  const std::int64_t samples = stage_.epoch_samples > 0 ? stage_.epoch_samples : slices();
  return (samples + samples_a_step() - 1) / samples_a_step();
}

const Sampler::Slice& Sampler::shuffled(std::int64_t epoch, std::int64_t n) const {
  const std::int64_t round = n / slices();
  return slices_[static_cast<std::size_t>(
      permuted(n % slices(), slices(), hash(seed_, epoch, round, 1)))];
}

SlicePart Sampler::extent(const Slice& slice) const {
  const SampledScan& scan = scans_[static_cast<std::size_t>(slice.scan)];
  SlicePart part = whole_slices(scan.size, slice.axis);
  part.slice = slice.slice;
  if (slice.axis != Axis::z) {
    part.row = scan.split.rows_begin;
    part.rows = scan.split.rows_end - scan.split.rows_begin;
  }
  return part;
}

SamplePlan Sampler::cut(const Slice& slice, std::int64_t row, std::int64_t column,
                        std::uint64_t seed) const {
  SlicePart part = extent(slice);
  HashStream random(seed);
  const std::int64_t edge = std::int64_t{stage_.crop} * stage_.resolution;
  const std::int64_t rows = std::min(edge, part.rows), columns = std::min(edge, part.columns);
  part.row = begin_around(row, rows, part.row, part.row + part.rows, random);
  part.column = begin_around(column, columns, part.column, part.column + part.columns, random);
  part.rows = rows;
  part.columns = columns;
  return {slice.scan, part};
}

SamplePlan Sampler::foreground_sample(std::uint64_t seed) const {
  HashStream random(seed);
  const Foreground& drawn = one_of(foreground_, random);
  const ScanOfClass& from = one_of(drawn.scans, random);
  // A slice in proportion to the voxels of the class that it holds, then one of those.
  const auto slice = std::upper_bound(from.voxels_up_to.begin(), from.voxels_up_to.end(),
                                      random.below(from.voxels_up_to.back()));
  const std::int64_t z = from.slices[static_cast<std::size_t>(slice - from.voxels_up_to.begin())];
  const SampledScan& scan = scans_[static_cast<std::size_t>(from.scan)];
  const std::int64_t place =
      one_of(scan.survey.slices[static_cast<std::size_t>(z)].places[drawn.label], random);
  const Index3 voxel = {place % scan.size.x, place / scan.size.x, z};
  const bool in_rows = z >= scan.split.rows_begin && z < scan.split.rows_end;
  std::vector<Axis> axes;
  std::copy_if(axes_.begin(), axes_.end(), std::back_inserter(axes),
               [&](Axis axis) { return axis == Axis::z || in_rows; });
  if (axes.empty()) {
    return cut(one_of(slices_, random), voxel.z, voxel.x, random.bits());
  }
  switch (one_of(axes, random)) {
    case Axis::y:
      return cut({from.scan, Axis::y, voxel.y}, voxel.z, voxel.x, random.bits());
    case Axis::x:
      return cut({from.scan, Axis::x, voxel.x}, voxel.z, voxel.y, random.bits());
    case Axis::z:
      break;
  }
  return cut({from.scan, Axis::z, voxel.z}, voxel.y, voxel.x, random.bits());
}

std::vector<SamplePlan> Sampler::whole_slices_of(std::int64_t epoch, std::int64_t step) const {
  const std::int64_t round = step / batches_of_all();
  std::int64_t batch =
      permuted(step % batches_of_all(), batches_of_all(), hash(seed_, epoch, round, 0));
  auto group = groups_.begin();
  for (; batch >= batches_of(*group); ++group) {
    batch -= batches_of(*group);
  }
  const std::uint64_t seed = hash(seed_, epoch, round, 1 + (group - groups_.begin()));
  std::vector<SamplePlan> plans;
  for (std::int64_t i = 0; i < std::min(samples_a_step(), group->slices); ++i) {
    const std::int64_t n =
        permuted((batch * samples_a_step() + i) % group->slices, group->slices, seed);
    const Slice& slice = slices_[group->first + static_cast<std::size_t>(n)];
    plans.push_back({slice.scan, extent(slice)});
  }
  return plans;
}

// Every third place, for a share of a third, whatever the size of the batches.
bool Sampler::is_for_foreground(std::int64_t place) const {
  const auto up_to = [&](std::int64_t n) {
    return std::floor(foreground_share_ * static_cast<double>(n));
  };
  return !foreground_.empty() && up_to(place + 1) > up_to(place);
}

std::vector<SamplePlan> Sampler::step(std::int64_t epoch, std::int64_t step) const {
  if (stage_.crop == 0) {
    return whole_slices_of(epoch, step);
  }
  const std::int64_t count = samples_a_step();
  std::vector<SamplePlan> plans;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint64_t seed = hash(seed_, epoch, step, 2 + i);
    if (is_for_foreground(step * count + i)) {
      plans.push_back(foreground_sample(seed));
      continue;
    }
    const Slice& slice = shuffled(epoch, step * count + i);
    const SlicePart all = extent(slice);
    HashStream random(seed);
    const std::int64_t row = all.row + random.below(all.rows);
    const std::int64_t column = all.column + random.below(all.columns);
    plans.push_back(cut(slice, row, column, random.bits()));
  }
  return plans;
}

}  // namespace fossilct
