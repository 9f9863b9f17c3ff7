// SPDX-License-Identifier: Apache-2.0
#include "apps/segmentation/segment_run.h"

#include <algorithm>
#include <cmath>
#include <system_error>
#include <utility>

#include "apps/cli/command_line.h"
#include "apps/cli/facts.h"
#include "apps/cli/provenance.h"
#include "apps/cli/starter.h"
#include "apps/scans/scan_options.h"
#include "apps/scans/scan_report.h"
#include "base/error.h"
#include "base/process_memory.h"
#include "base/sha256.h"
#include "base/text.h"
#include "base/version.h"
#include "filters/resample.h"
#include "networks/device.h"

namespace fossilct {

namespace fs = std::filesystem;

namespace {

constexpr double most_spacing_difference = 0.1;
constexpr std::int64_t cpu_tile = 1024;
constexpr std::int64_t gpu_tile = 4096;
constexpr std::int64_t slab_bytes = std::int64_t{64} << 20;
constexpr double share_of_free_memory = 0.7;
constexpr double gib = 1 << 30;
constexpr const char* precision_key = "the precision";

double largest_difference(const Vector3& a, const Vector3& b) {
  const auto difference = [](double x, double y) { return std::abs(x / y - 1); };
  return std::max({difference(a.x, b.x), difference(a.y, b.y), difference(a.z, b.z)});
}

std::string vector_text(const Vector3& um) {
  return format_rounded(um.x) + " x " + format_rounded(um.y) + " x " + format_rounded(um.z) + " um";
}

std::string bytes_text(std::int64_t bytes) { return format_bytes(static_cast<double>(bytes)); }

std::string class_names(const std::vector<LabelClass>& classes) {
  std::string names;
  for (const LabelClass& c : classes) {
    names += (names.empty() ? "" : ", ") + c.name;
  }
  return names;
}

std::string name_of_views(Views views) {
  return views == Views::none ? "none" : views == Views::flips ? "flips" : "full";
}

std::string distances_text(const Similarity& s) {
  return "histogram " + format_rounded(std::round(s.histogram_distance * 100) / 100) +
         " (unlike from " + format_rounded(Similarity::far_histogram) + "), first layer " +
         format_rounded(std::round(s.feature_distance * 100) / 100) + " (unlike from " +
         format_rounded(Similarity::far_features) + ")";
}

}  // namespace

fs::path SegmentOutputs::beside(const std::string& what) const {
  return fs::path(labels).replace_extension("." + what + ".h5");
}

std::optional<Precision> begun_precision(const fs::path& slabs) {
  Json begun_with;
  try {
    begun_with = slabs_begun_with(slabs);
  } catch (const Error&) {
    return std::nullopt;  // opening the store says it
  }
  const std::string described =
      begun_with.is_object() ? begun_with.value(precision_key, std::string()) : std::string();
  for (const Precision precision : {Precision::fp32, Precision::bf16, Precision::fp16}) {
    if (described.starts_with(name_of(precision) + ",")) {
      return precision;
    }
  }
  return std::nullopt;
}

SegmentOutputs segment_outputs(const fs::path& labels) {
  return {labels, labels.string() + ".slabs", labels.string() + ".lock"};
}

LoadedModel load_model(const SegmentSettings& settings, Progress& progress) {
  LoadedModel loaded;
  const fs::path named = settings.model.empty() ? "starter" : settings.model;
  loaded.starter = names_starter(named);
  loaded.path = model_path(named, StarterModel::segmentation, progress);
  loaded.model = read_model(loaded.path);
  loaded.sha256 = sha256_of_file(loaded.path, progress);
  return loaded;
}

NetworkRun::NetworkRun(const CommandContext& context, const SegmentSettings& settings,
                       LoadedModel& model, std::unique_ptr<VolumeSource> scan,
                       std::unique_ptr<VolumeSource> whole)
    : context_(context),
      settings_(settings),
      model_(model),
      own_grid_(scan->grid()),
      scan_(std::move(scan)) {
  resample_where_needed();
  if (whole && resampled_) {
    whole = resample(std::move(whole), *model_.model.record.spacing_um);
  }
  compare(whole ? *whole : *scan_);
  prepare_network();
}

void NetworkRun::resample_where_needed() {
  const auto& trained_at = model_.model.record.spacing_um;
  if (!trained_at || !own_grid_.spacing_known) {
    context_.progress.notice(
        "the voxel size of the " + std::string(own_grid_.spacing_known ? "model" : "scan") +
        " is not known: fossils are looked for at the size in voxels they had in training");
    return;
  }
  if (largest_difference(own_grid_.spacing_um, *trained_at) <= most_spacing_difference) {
    return;
  }
  const std::string sizes = "voxels of " + vector_text(own_grid_.spacing_um) +
                            ", the model was trained on " + vector_text(*trained_at);
  if (settings_.no_resample) {
    throw Error(ErrorKind::option, settings_.scan.string() + " has " + sizes +
                                       ": more than 10% apart, and --no-resample is given");
  }
  context_.progress.notice(sizes +
                           ": the scan is resampled on the way, the result is on its own grid");
  scan_ = resample(std::move(scan_), *trained_at);
  resampled_ = true;
}

// Types of whole numbers have no such voxels.
void NetworkRun::warn_of_not_finite(VolumeSource& scan) const {
  if (scan.type() != PixelType::f32 && scan.type() != PixelType::f64) {
    return;
  }
  const VolumeStatistics statistics = sampled_statistics(scan, context_.progress);
  const std::int64_t count = statistics.nan_count + statistics.infinite_count;
  if (count > 0) {
    context_.progress.warning(counted(count, "voxel") +
                              " of those looked at are NaN or infinite: they are taken for rock of "
                              "the median brightness; --replace-nan makes them the scan's minimum");
  }
}

void NetworkRun::compare(VolumeSource& scan) {
  warn_of_not_finite(scan);
  const ModelRecord& record = model_.model.record;
  Progress& progress = context_.progress;
  const IntensityScale rock = intensity_scale(scan, progress);
  const IntensityScale scale = record.normalisation == Normalisation::rock
                                   ? rock
                                   : scale_for(record.normalisation, scan, progress);
  recipe_ = slice_recipe(record, scale);
  recipe_.air_below = air_level(rock, scale);
  if (record.scans.empty()) {
    throw format_error(model_.path, "keeps no histogram of what it was trained on");
  }
  similarity_ = similarity(record.scans, histogram_of_rock(scan, rock, progress),
                           first_layer_statistics(*model_.model.network, scan, recipe_, progress));
  const std::string type(name_of(scan.type()));
  if (std::none_of(record.scans.begin(), record.scans.end(),
                   [&](const ModelScan& known) { return known.type == type; })) {
    progress.notice("the scan is " + type + ", the model was trained on " + record.scans[0].type +
                    ": intensities are converted");
  }
  if (!similarity_.far()) {
    return;
  }
  const std::string text =
      "the scan is unlike what the model was trained on (nearest: " + similarity_.nearest +
      "): distance of the " + distances_text(similarity_);
  if (settings_.require_similar) {
    throw Error(ErrorKind::format,
                settings_.scan.string() + ": " + text +
                    "; train on some slices of it, or leave --require-similar out");
  }
  progress.warning(text + "; look at a few slices before you trust the labels");
}

void NetworkRun::prepare_network() {
  const std::vector<at::Device> devices = devices_from_name("--device", settings_.device);
  device_name_ = devices.size() == 1 ? devices.front().str() : "cuda:all";
  for (const at::Device& device : devices) {
    networks_.emplace_back(*model_.model.network,
                           InferenceOptions{.device = device, .precision = settings_.precision});
  }
  model_.model.network.reset();  // made ready, it keeps nothing of it
  for (InferenceNetwork& network : networks_) {
    functions_.emplace_back(
        [&network](const at::Tensor& images) { return network.forward(images); });
  }
  PredictionOptions& prediction = recipe_.prediction;
  const bool on_cpu = devices.front().is_cpu();
  prediction.tile = settings_.tile > 0 ? settings_.tile : on_cpu ? cpu_tile : gpu_tile;
  prediction.views = settings_.views;
  prediction.entropy = settings_.uncertainty;
  if (settings_.no_skip) {
    recipe_.air_below.reset();
  }
  const SlicePart slice = whole_slices(scan_->grid().size, settings_.axes.front());
  batch_ = settings_.batch > 0
               ? settings_.batch
               : probe_batch(functions_.front(), model_.model.record.network.channels,
                             std::min(slice.rows, prediction.tile),
                             std::min(slice.columns, prediction.tile), devices.front());
}

Json NetworkRun::begun_with(const std::string& scan_sha256) const {
  const Size3& size = scan_->grid().size;
  Json begun_with = {{"the model (SHA-256)", model_.sha256},
                     {"the scan (SHA-256)", scan_sha256},
                     {"the size", size_text(size)},
                     {"the voxel size", spacing_text(scan_->grid())},
                     {"--axes", name_of(settings_.axes)},
                     {"--tta", name_of_views(settings_.views)},
                     {"--tile", recipe_.prediction.tile},
                     {"--uncertainty", settings_.uncertainty},
                     {"--no-skip", settings_.no_skip},
                     {precision_key, networks_.front().choice().describe()},
                     {"the device", device_name_},
                     {"the version of fossilct", std::string(version())}};
  begun_with.update(voxels_read(settings_.open));
  return begun_with;
}

std::vector<AxisSlab> NetworkRun::planned_slabs() const {
  return plan_slabs(scan_->grid().size, settings_.axes,
                    static_cast<std::int64_t>(bytes_of(scan_->type())), recipe_.prediction.planes(),
                    slab_bytes);
}

void NetworkRun::open_store(const fs::path& slabs, const std::string& scan_sha256) {
  slabs_ = slabs;
  if (settings_.restart) {
    remove_slab_store(slabs);
  }
  try {
    store_ = std::make_unique<SlabStore>(slabs, scan_->grid().size, planned_slabs(),
                                         recipe_.prediction.planes(), begun_with(scan_sha256),
                                         context_.progress);
  } catch (const Error& error) {
    if (!is_slab_store(slabs)) {
      throw;
    }
    throw Error(error.kind(), std::string(error.what()) +
                                  "; give what was given then, or --restart to begin anew");
  }
}

// Voxels, planes and slices on their way between the threads, for each device.
std::int64_t NetworkRun::working_memory() const {
  std::int64_t largest = 0;
  for (const Axis axis : settings_.axes) {
    const SlicePart slice = whole_slices(scan_->grid().size, axis);
    largest = std::max(largest, slice.rows * slice.columns);
  }
  const std::int64_t slices = 4 * batch_ * model_.model.record.network.channels * largest *
                              static_cast<std::int64_t>(sizeof(float));
  return static_cast<std::int64_t>(networks_.size()) * (4 * slab_bytes + slices);
}

SegmentationNeed NetworkRun::need_of(const std::vector<AxisSlab>& slabs) const {
  SegmentationNeed need;
  for (const AxisSlab& slab : slabs) {
    const SlicePart slice = whole_slices(scan_->grid().size, slab.axis);
    const auto axis = std::find(settings_.axes.begin(), settings_.axes.end(), slab.axis);
    need.seconds += static_cast<double>(slab.slices()) *
                    probe_.seconds_a_slice[static_cast<std::size_t>(axis - settings_.axes.begin())];
    need.slab_bytes += recipe_.prediction.planes() * slab.slices() * slice.rows * slice.columns;
  }
  need.seconds /= static_cast<double>(networks_.size());
  need.memory_bytes = probe_.peak_bytes + working_memory();
  const std::int64_t voxels = voxel_count(own_grid_.size);
  need.result_bytes =
      voxels / 4 + (settings_.probabilities ? voxels * (recipe_.prediction.classes - 1) / 2 : 0) +
      (settings_.uncertainty ? voxels : 0);
  return need;
}

void NetworkRun::require_memory(const SegmentationNeed& need) const {
  const double allowed = settings_.memory_gib > 0
                             ? settings_.memory_gib * gib
                             : share_of_free_memory * static_cast<double>(available_memory_bytes() +
                                                                          probe_.peak_bytes);
  if (allowed > 0 && static_cast<double>(need.memory_bytes) > allowed) {
    throw Error(ErrorKind::device, "it would use " + bytes_text(need.memory_bytes) + " of RAM, " +
                                       format_bytes(allowed) +
                                       " are allowed: free some, or give a larger --memory, or a "
                                       "smaller --tile than " +
                                       std::to_string(recipe_.prediction.tile));
  }
}

void NetworkRun::require_room(const SegmentationNeed& need, const fs::path& slabs) const {
  context_.progress.notice("will use about " + bytes_text(need.memory_bytes) + " of RAM, " +
                           bytes_text(need.slab_bytes) + " of disk for finished slabs, " +
                           bytes_text(need.result_bytes) + " for the result, " +
                           format_duration(need.seconds));
  require_memory(need);
  std::error_code unknown;
  const fs::space_info space = fs::space(slabs, unknown);
  const std::int64_t disk = need.slab_bytes + need.result_bytes;
  if (!unknown && static_cast<std::int64_t>(space.available) < disk) {
    throw file_error(slabs, "its disk has " +
                                bytes_text(static_cast<std::int64_t>(space.available)) + " left, " +
                                bytes_text(disk) +
                                " are needed; free some, or give an --output on another disk");
  }
}

bool NetworkRun::forget_where_empty() {
  if (store_ && !store_->empty()) {
    return false;
  }
  if (store_) {
    store_.reset();
    remove_slab_store(slabs_);
  }
  return true;
}

std::string NetworkRun::machine_text() const {
  return device_name_ + ", " + counted(batch_, "slice") + " at once; " +
         networks_.front().choice().describe();
}

SegmentationNeed NetworkRun::probe() {
  probe_ =
      probe_segmentation(*scan_, recipe_, settings_.axes, functions_.front(), context_.progress);
  return need_of(planned_slabs());
}

void NetworkRun::predict(const SegmentOutputs& outputs, const std::string& scan_sha256) {
  open_store(outputs.slabs, scan_sha256);
  const ModelRecord& record = model_.model.record;
  Progress& progress = context_.progress;
  progress.notice("volume   " + size_text(scan_->grid().size) + " voxels" +
                  (scan_->grid().spacing_known ? " of " + spacing_text(scan_->grid()) : "") + ", " +
                  std::string(name_of(scan_->type())));
  progress.notice("model    " + model_.path.string() + ": " + class_names(record.classes) +
                  "; U-Net, " + record.network.encoder);
  progress.notice("distance from " + similarity_.nearest + ": " + distances_text(similarity_));
  const int views = count_of(settings_.views) * static_cast<int>(settings_.axes.size());
  progress.notice("views    axes " + name_of(settings_.axes) + ", " + std::to_string(views) +
                  " a voxel; tiles of at most " + std::to_string(recipe_.prediction.tile) + "; " +
                  networks_.front().choice().describe());
  probe();
  std::vector<AxisSlab> left;
  for (std::size_t i = 0; i < store_->slabs().size(); ++i) {
    if (!store_->has(i)) {
      left.push_back(store_->slabs()[i]);
    }
  }
  const std::size_t all = store_->slabs().size();
  if (left.size() < all) {
    progress.notice(counted(static_cast<std::int64_t>(all - left.size()), "slab") + " of " +
                    std::to_string(all) + " are finished already; going on with the rest");
  }
  require_room(need_of(left), outputs.slabs);
  times_ = predict_slabs(*scan_, recipe_, batch_, functions_, *store_, progress);
}

std::unique_ptr<VolumeSource> NetworkRun::on_own_grid(std::unique_ptr<VolumeSource> plane) const {
  if (!resampled_) {
    return plane;
  }
  return fitted(resample(std::move(plane), own_grid_.spacing_um), own_grid_);
}

std::unique_ptr<VolumeSource> NetworkRun::probability(int of_class) const {
  return on_own_grid(merged_plane(*store_, of_class - 1, scan_->grid()));
}

Planes NetworkRun::planes() const {
  Planes planes;
  for (int k = 1; k < recipe_.prediction.classes; ++k) {
    planes.push_back(probability(k));
  }
  return planes;
}

std::unique_ptr<VolumeSource> NetworkRun::labels() const {
  return most_probable(planes(), model_.model.record.classes);
}

std::unique_ptr<VolumeSource> NetworkRun::entropy() const { return entropy_of(planes()); }

std::unique_ptr<VolumeSource> NetworkRun::disagreement() const {
  const int last = recipe_.prediction.planes() - 1;
  return disagreement_of(planes(), on_own_grid(merged_plane(*store_, last, scan_->grid())));
}

Json NetworkRun::to_json() const {
  const ModelRecord& record = model_.model.record;
  Json classes = Json::array();
  for (const LabelClass& label : record.classes) {
    classes.push_back(label.name);
  }
  return {{"model",
           {{"path", fs::absolute(model_.path).lexically_normal().string()},
            {"sha256", model_.sha256},
            {"starter", model_.starter},
            {"classes", classes},
            // What training measured, for whoever trusts these labels later.
            {"scores",
             record.training.is_object() ? record.training.value("scores", Json()) : Json()}}},
          {"axes", name_of(settings_.axes)},
          {"tta", name_of_views(settings_.views)},
          {"tile", recipe_.prediction.tile},
          {"batch", batch_},
          {"precision", networks_.front().choice().describe()},
          {"resampled", resampled_},
          {"similarity", fossilct::to_json(similarity_)},
          {"slices", times_.slices},
          {"air_slices", times_.air_slices},
          {"seconds", times_.seconds},
          {"network_seconds", times_.network_seconds},
          {"peak_memory_bytes", peak_resident_bytes()}};
}

std::string NetworkRun::speed_text() const {
  if (times_.slices == 0) {
    return "";
  }
  return format_duration(times_.seconds) + ", " +
         std::to_string(std::lround(100 * times_.network_seconds / times_.seconds)) +
         "% of it in the network; " + counted(times_.slices, "slice") +
         (times_.air_slices > 0 ? ", " + counted(times_.air_slices, "slice") + " of air left out"
                                : "");
}

}  // namespace fossilct
