// SPDX-License-Identifier: Apache-2.0
#include "apps/night/stage_needs.h"

#include <algorithm>
#include <cassert>

namespace fossilct {

namespace {

constexpr double mb = 1e6;
constexpr double voxels_a_fossil = 500'000;
constexpr double measured_threads = 2;

// Where memory is of blocks and slabs, it does not grow with the scan.
constexpr double import_memory = 300 * mb;
constexpr double segment_memory = 1400 * mb;
constexpr double extract_memory = 1200 * mb;
constexpr double pictures_memory = 500 * mb;
constexpr double classify_memory = 1000 * mb;

constexpr double import_bytes_a_second = 150 * mb;
constexpr double segment_voxels_a_second = 1.75 * mb;
constexpr double segment_start_seconds = 20;
constexpr double extract_voxels_a_second = 5 * mb;
constexpr double mesh_seconds_a_fossil = 0.011;
constexpr double views_seconds_a_fossil = 0.76;
constexpr double card_seconds_a_fossil = 0.03;
constexpr double classify_seconds_a_fossil = 0.05;
constexpr double report_seconds_a_fossil = 0.03;
constexpr double start_seconds = 2;

// Levels at 1/2, 1/4 ... add a seventh; noise hardly packs.
constexpr double levels_share = 8.0 / 7;
constexpr double labels_share = 0.25;  // packed bytes a voxel
constexpr double crops_share = 0.5;    // ids, and crops of scans with many fossils
constexpr double mesh_bytes = 0.25 * mb;
constexpr double views_bytes = 0.3 * mb;
constexpr double card_bytes = 0.4 * mb;
constexpr double most_report_bytes = 80 * mb;
constexpr double report_bytes_a_fossil = 0.2 * mb;

}  // namespace

std::int64_t assumed_fossils(std::int64_t voxels) {
  return std::max<std::int64_t>(
      1, static_cast<std::int64_t>(static_cast<double>(voxels) / voxels_a_fossil));
}

StageNeed known_need(const std::string& stage, const StageWork& work, int threads) {
  const auto voxels = static_cast<double>(work.voxels);
  const auto bytes = voxels * static_cast<double>(work.voxel_bytes);
  const auto fossils = static_cast<double>(work.fossils);
  const double shared = measured_threads / std::max(1, threads);
  StageNeed need = {.stage = stage, .basis = "known rate"};
  const auto fill = [&](double memory, double scratch, double kept, double seconds) {
    need.memory_bytes = memory;
    need.scratch_bytes = scratch;
    need.kept_bytes = kept;
    need.seconds = start_seconds + seconds;
  };
  if (stage == "import") {
    fill(import_memory, 0, bytes * levels_share, shared * bytes / import_bytes_a_second);
  } else if (stage == "segment") {
    // Finished slabs are a byte a voxel, axis and class but the background.
    fill(segment_memory, voxels * work.axes * std::max(1, work.classes - 1), voxels * labels_share,
         segment_start_seconds + shared * voxels * work.axes / segment_voxels_a_second);
  } else if (stage == "extract") {
    fill(extract_memory, voxels * crops_share, voxels * crops_share,
         shared * voxels / extract_voxels_a_second);
  } else if (stage == "mesh") {
    fill(pictures_memory, 0, fossils * mesh_bytes, 2 * shared * fossils * mesh_seconds_a_fossil);
  } else if (stage == "views") {
    fill(pictures_memory, 0, fossils * views_bytes, fossils * views_seconds_a_fossil);
  } else if (stage == "classify") {
    fill(classify_memory, 0, 0, fossils * classify_seconds_a_fossil);
  } else if (stage == "render") {
    fill(pictures_memory, 0, fossils * card_bytes, fossils * card_seconds_a_fossil);
  } else {
    assert(stage == "report");
    fill(pictures_memory, 0, std::min(most_report_bytes, fossils * report_bytes_a_fossil),
         fossils * report_seconds_a_fossil);
  }
  return need;
}

StageNeed known_training_need(const std::string& recipe, int threads) {
  constexpr double minute = 60;
  const double shared = measured_threads / std::max(1, threads);
  const bool is_paper = recipe == "paper";  // whole slices of a ResNet34
  const double minutes = recipe == "quick" ? 8 : recipe == "tune" ? 6 : is_paper ? 43 : 28;
  return {.stage = "train",
          .memory_bytes = is_paper ? 9200 * mb : 1900 * mb,
          .scratch_bytes = 600 * mb,  // the checkpoint, and the one before
          .kept_bytes = 100 * mb,
          .seconds = shared * minutes * minute,
          .basis = "known rate"};
}

}  // namespace fossilct
