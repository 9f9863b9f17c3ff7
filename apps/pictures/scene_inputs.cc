// SPDX-License-Identifier: Apache-2.0
#include "apps/pictures/scene_inputs.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "apps/fossils/fossil_crops.h"
#include "apps/fossils/open_catalogue.h"
#include "apps/scans/label_volumes.h"
#include "apps/scans/scan_report.h"
#include "base/error.h"
#include "base/text.h"
#include "base/threads.h"
#include "filters/intensity_scale.h"
#include "io/open_scan.h"
#include "render/mesh.h"
#include "volumes/adaptors.h"
#include "volumes/class_colours.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t most_label_voxels_along = 256;
constexpr std::int64_t most_rock_voxels_along = 128;
constexpr std::int64_t most_factor = 64;
constexpr std::size_t most_classes = 64;

Colour colour_of(const LabelClass& of) {
  return of.colour == Colour{} ? own_class_colour(of.value) : of.colour;
}

std::int64_t factor_for(const Size3& size, std::int64_t most_voxels_along) {
  std::int64_t factor = 1;
  while (std::max({size.x, size.y, size.z}) / factor > most_voxels_along && factor < most_factor) {
    factor *= 2;
  }
  return factor;
}

// At 1/factor: from the file's own level where it has it.
std::unique_ptr<VolumeSource> reduced_source(const fs::path& path, OpenOptions options,
                                             std::int64_t factor, std::int64_t levels,
                                             Progress& progress) {
  while (factor > 1 && options.level + 1 < levels) {
    ++options.level;
    factor /= 2;
  }
  options.downsample = factor;
  return options.labels ? open_label_volume(path, options, progress)
                        : open_scan(path, options, progress);
}

OpenOptions reading_options(const CommandContext& context, bool labels) {
  OpenOptions options;
  options.labels = labels;
  options.spacing.unknown = true;  // where neither file states one
  options.threads = context.common.threads;
  return options;
}

// All voxels, slab by slab.
template <typename T>
Volume<T> read_all(VolumeSource& source, const std::string& stage, Progress& progress) {
  const Size3 size = source.grid().size;
  Volume<T> volume = Volume<T>::uninitialised(size);
  progress.begin(stage, size.z, WorkUnit::slices);
  const std::int64_t slices = slices_at_once(source);
  for (std::int64_t z = 0; z < size.z; z += slices) {
    progress.check();
    const Box box = slab(size, z, std::min(z + slices, size.z));
    source.read(box, volume.view().part(box));
    progress.advance(box.size().z);
  }
  progress.end();
  return volume;
}

// From what is no air (black, and clear) to the brightest rock.
Window window_of(VolumeSource& scan, Progress& progress) {
  const IntensityScale scale = intensity_scale(scan, progress);
  const double low = scale.without_air ? scale.air_threshold : scale.centre - 3 * scale.deviation;
  return {low, std::max(scale.centre + 3 * scale.deviation, low + 1e-6)};
}

void require_size(const fs::path& scan, const Size3& found, const Size3& expected) {
  if (!(found == expected)) {
    throw format_error(scan, "the scan has " + size_text(found) + " voxels, the fossils are of " +
                                 size_text(expected) + "; --scan names the scan they are from");
  }
}

void read_rock(Scene& scene, const fs::path& path, const ScanDescription& scan,
               const CommandContext& context) {
  require_size(path, scan.grid.size, scene.grid.size);
  const std::int64_t factor = factor_for(scene.grid.size, most_rock_voxels_along);
  auto coarse =
      reduced_source(path, reading_options(context, false), factor, scan.levels, context.progress);
  const Window window = window_of(*coarse, context.progress);
  coarse = convert(std::move(coarse), PixelType::u8, window);
  scene.rock = read_all<std::uint8_t>(*coarse, "rock", context.progress);
  scene.rock_grid = reduced(scene.grid, factor);
  scene.rock_grid.size = scene.rock.size();
}

// The meshes are as fine as the picture's pixels; nothing where a crop can't be read.
std::vector<std::optional<TriangleMesh>> meshes_of(const CropReader& crops,
                                                   const std::vector<CatalogueEntry>& entries,
                                                   double error_um, const CommandContext& context,
                                                   std::vector<FailedFossil>& failed) {
  std::vector<std::optional<TriangleMesh>> meshes(entries.size());
  std::vector<std::string> faults(entries.size());
  context.progress.begin("meshes", static_cast<std::int64_t>(entries.size()), WorkUnit::items);
  parallel_for(static_cast<std::int64_t>(entries.size()), context.common.threads,
               [&](std::int64_t i) {
                 context.progress.check();
                 const auto at = static_cast<std::size_t>(i);
                 try {
                   const CropLabels crop = crops.mask(entries[at].specimen.id);
                   meshes[at] = mesh_body({crop.labels.view(), mask_body, {}, crop.grid},
                                          {.reduce_error_um = error_um})
                                    .mesh;
                 } catch (const Error& error) {
                   faults[at] = error.what();
                 }
                 context.progress.advance(1);
               });
  context.progress.end();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!meshes[i]) {
      failed.push_back({entries[i].specimen.id, faults[i]});
    }
  }
  warn_of_failed(failed, context.progress);
  return meshes;
}

SceneInputs scene_of_catalogue(const fs::path& path, const SceneOptions& options,
                               const CommandContext& context) {
  const Catalogue catalogue = open_catalogue(path, Catalogue::Access::read);
  SceneInputs inputs;
  Scene& scene = inputs.scene;
  scene.grid = catalogue.scan().grid;
  scene.title = catalogue.scan().name;
  std::vector<CatalogueEntry> entries = catalogue.entries();
  std::erase_if(entries, [](const CatalogueEntry& entry) { return !entry.counts(); });
  const double error_um = scene_um_per_pixel(scene.grid, options) / 2;
  auto meshes = meshes_of(CropReader(catalogue), entries, error_um, context, inputs.failed);
  for (const LabelClass& of : catalogue.classes()) {
    Scene::Bodies bodies = {"", colour_of(of), {}};
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (entries[i].specimen.class_value == of.value && meshes[i]) {
        bodies.meshes.push_back(std::move(*meshes[i]));
      }
    }
    if (!bodies.meshes.empty()) {
      bodies.name =
          of.name + " (" + format_count(static_cast<std::int64_t>(bodies.meshes.size())) + ")";
      scene.bodies.push_back(std::move(bodies));
    }
  }
  return inputs;
}

// The labels' own classes where they are named.
std::map<std::uint32_t, LabelClass> classes_in(const fs::path& path,
                                               const Volume<std::uint32_t>& labels,
                                               const std::vector<LabelClass>& named) {
  std::map<std::uint32_t, LabelClass> found;
  for (std::int64_t i = 0; i < voxel_count(labels.size()); ++i) {
    const std::uint32_t value = labels.data()[i];
    if (value != 0 && !found.contains(value)) {
      found[value] = {value, "label " + std::to_string(value), {}};
    }
    if (found.size() > most_classes) {
      throw format_error(path, "it has more than " + std::to_string(most_classes) +
                                   " labels, as the ids of fossils; a scene is drawn of classes, "
                                   "or of a catalogue");
    }
  }
  for (const LabelClass& of : named) {
    const auto at = found.find(static_cast<std::uint32_t>(of.value));
    if (at != found.end()) {
      at->second = of;
    }
  }
  return found;
}

// Masks mostly state no voxel size: it is that of the scan.
Scene scene_of_labels(const fs::path& path, const ScanDescription* scan,
                      const CommandContext& context) {
  const OpenOptions options = reading_options(context, true);
  const auto source = open_label_volume(path, options, context.progress);
  Scene scene;
  scene.grid = source->grid();
  if (!scene.grid.spacing_known && scan != nullptr && scan->grid.size == scene.grid.size) {
    scene.grid = scan->grid;
  }
  scene.title = path.stem().string();
  const std::int64_t factor = factor_for(scene.grid.size, most_label_voxels_along);
  auto coarse =
      reduced_source(path, options, factor, source->description().levels, context.progress);
  coarse = convert(std::move(coarse), PixelType::u32, std::nullopt);
  const Volume<std::uint32_t> labels = read_all<std::uint32_t>(*coarse, "labels", context.progress);
  Grid grid = reduced(scene.grid, factor);
  grid.size = labels.size();
  for (const auto& [value, of] : classes_in(path, labels, source->description().classes)) {
    Volume<std::uint8_t> mask(labels.size());
    std::transform(labels.data(), labels.data() + voxel_count(labels.size()), mask.data(),
                   [value = value](std::uint32_t v) { return v == value ? mask_body : 0; });
    context.progress.check();
    Scene::Bodies bodies = {of.name, colour_of(of), {}};
    bodies.meshes.push_back(mesh_body({mask.view(), mask_body, {}, grid}, {}).mesh);
    scene.bodies.push_back(std::move(bodies));
  }
  return scene;
}

}  // namespace

SceneInputs read_scene(const fs::path& path, const fs::path& scan, const SceneOptions& options,
                       const CommandContext& context) {
  std::optional<ScanDescription> description;
  if (!scan.empty()) {
    description = open_scan(scan, reading_options(context, false), context.progress)->description();
  }
  const ScanDescription* of_scan = description ? &*description : nullptr;
  SceneInputs inputs = is_catalogue(path)
                           ? scene_of_catalogue(path, options, context)
                           : SceneInputs{scene_of_labels(path, of_scan, context), {}};
  Scene& scene = inputs.scene;
  if (of_scan != nullptr) {
    read_rock(scene, scan, *of_scan, context);
  }
  if (scene.bodies.empty() && of_scan == nullptr) {
    throw format_error(path, "it has no fossils to draw; --scan SCAN draws the rock");
  }
  return inputs;
}

}  // namespace fossilct
