// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/cli/command.h"
#include "apps/segmentation/segment_options.h"
#include "base/json.h"
#include "networks/inference.h"
#include "segment/merged_planes.h"
#include "segment/segmentation.h"
#include "segment/similarity.h"
#include "segment/slab_store.h"
#include "volumes/volume_source.h"

namespace fossilct {

// What a segmentation writes, all named after the labels NAME.h5.
struct SegmentOutputs {
  std::filesystem::path labels;
  std::filesystem::path slabs;  // NAME.h5.slabs, a folder, while it lasts
  std::filesystem::path lock;   // NAME.h5.lock, likewise
  // NAME.WHAT.h5
  std::filesystem::path beside(const std::string& what) const;
};
SegmentOutputs segment_outputs(const std::filesystem::path& labels);

// The model of `settings` and its SHA-256.
struct LoadedModel {
  std::filesystem::path path;
  std::string sha256;
  bool starter = false;
  Model model;
};
// Throws Error{file|format}.
LoadedModel load_model(const SegmentSettings& settings, Progress& progress);

// What a segmentation will take, by a slice of each axis that was predicted.
struct SegmentationNeed {
  double seconds = 0;
  std::int64_t memory_bytes = 0;
  std::int64_t slab_bytes = 0;    // of disk, for finished slabs
  std::int64_t result_bytes = 0;  // of disk, for what is written
};

// That of the slabs which an interrupted run left there; nothing where there are none.
std::optional<Precision> begun_precision(const std::filesystem::path& slabs);

// A scan on its way through a network: opened, compared with the model, planned, predicted.
class NetworkRun {
 public:
  // `scan` on its own grid; `whole`: all of the scan where `scan` is a part of it, else null. Warns
  // of a scan that is unlike what the model knows, or refuses it. Throws Error.
  NetworkRun(const CommandContext& context, const SegmentSettings& settings, LoadedModel& model,
             std::unique_ptr<VolumeSource> scan, std::unique_ptr<VolumeSource> whole);

  // Of all slabs: writes nothing.
  SegmentationNeed probe();
  // What it runs on and with how many slices at once: "cuda:0, 16 slices at once; bf16".
  std::string machine_text() const;

  // Throws Error{device} where it is more than --memory, or most of what is free.
  void require_memory(const SegmentationNeed& need) const;

  // Says what is ahead, refuses what can't end, and predicts all slabs that are not there yet.
  // `scan_sha256` names the scan's content.
  void predict(const SegmentOutputs& outputs, const std::string& scan_sha256);

  // Removes the store where no slab is finished, or there is none; whether it did.
  bool forget_where_empty();

  // After predict(): volumes on the scan's own grid.
  std::unique_ptr<VolumeSource> labels() const;
  std::unique_ptr<VolumeSource> probability(int of_class) const;
  std::unique_ptr<VolumeSource> entropy() const;
  std::unique_ptr<VolumeSource> disagreement() const;

  // What was done, for the provenance and for --json.
  Json to_json() const;
  const SegmentationTimes& times() const { return times_; }
  std::string speed_text() const;

 private:
  void resample_where_needed();
  void warn_of_not_finite(VolumeSource& scan) const;
  void compare(VolumeSource& scan);
  void prepare_network();
  Json begun_with(const std::string& scan_sha256) const;
  std::vector<AxisSlab> planned_slabs() const;
  void open_store(const std::filesystem::path& slabs, const std::string& scan_sha256);
  SegmentationNeed need_of(const std::vector<AxisSlab>& slabs) const;
  void require_room(const SegmentationNeed& need, const std::filesystem::path& slabs) const;
  std::int64_t working_memory() const;
  Planes planes() const;
  std::unique_ptr<VolumeSource> on_own_grid(std::unique_ptr<VolumeSource> plane) const;

  const CommandContext& context_;
  SegmentSettings settings_;
  LoadedModel& model_;
  Grid own_grid_;
  bool resampled_ = false;
  std::unique_ptr<VolumeSource> scan_;
  SliceRecipe recipe_;
  Similarity similarity_;
  std::string device_name_;
  std::vector<InferenceNetwork> networks_;
  std::vector<NetworkFunction> functions_;  // of networks_
  int batch_ = 1;
  SegmentationProbe probe_;
  std::filesystem::path slabs_;  // where the store is
  std::unique_ptr<SlabStore> store_;
  SegmentationTimes times_;
};

}  // namespace fossilct
