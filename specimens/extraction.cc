// SPDX-License-Identifier: Apache-2.0
#include "specimens/extraction.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <map>
#include <mutex>
#include <numbers>
#include <numeric>
#include <ranges>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "specimens/body_cutter.h"
#include "specimens/crop_part.h"
#include "specimens/fragments.h"
#include "specimens/intensities.h"
#include "specimens/part_runs.h"
#include "volumes/adaptors.h"

namespace fossilct {

namespace {

constexpr double default_diameter_voxels = 8;

ComponentOptions component_options(const ExtractionOptions& options) {
  ComponentOptions result;
  result.connectivity = options.connectivity;
  result.classes = options.classes;
  result.together = !options.classes_apart;
  result.threads = options.threads;
  return result;
}

// One body of a component, before it is measured.
struct Part {
  BodyCrop crop;
  Volume<std::uint8_t> wall_class;
  Specimen specimen;
  EarlierOverlaps overlaps;
  std::optional<double> uncertainty;
};

// The smallest box that holds the voxels of `parts` that are `value`.
Box box_of(const VolumeView<const std::uint32_t>& parts, std::uint32_t value) {
  const Size3& size = parts.size();
  Box box{size, {0, 0, 0}};
  for (std::int64_t z = 0; z < size.z; ++z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      const std::uint32_t* row = parts.row(y, z);
      const std::uint32_t* first = std::find(row, row + size.x, value);
      if (first == row + size.x) {
        continue;
      }
      const auto last =
          std::find(std::reverse_iterator(row + size.x), std::reverse_iterator(row), value);
      box.begin = {std::min(box.begin.x, first - row), std::min(box.begin.y, y),
                   std::min(box.begin.z, z)};
      box.end = {std::max(box.end.x, last.base() - row), std::max(box.end.y, y + 1),
                 std::max(box.end.z, z + 1)};
    }
  }
  return box;
}

bool at_border(const Box& box, const Size3& size) {
  return box.begin.x == 0 || box.begin.y == 0 || box.begin.z == 0 || box.end.x == size.x ||
         box.end.y == size.y || box.end.z == size.z;
}

// The class that most voxels of the body have; of equals the smaller.
std::int64_t most_frequent(const Volume<std::uint32_t>& classes, const Volume<std::uint8_t>& mask) {
  std::map<std::uint32_t, std::int64_t> counts;
  const std::int64_t voxels = voxel_count(mask.size());
  for (std::int64_t i = 0; i < voxels; ++i) {
    if (mask.data()[i] == mask_body) {
      ++counts[classes.data()[i]];
    }
  }
  const auto most =
      std::max_element(counts.begin(), counts.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return most->first;
}

EarlierOverlaps overlaps_of(const Volume<std::uint32_t>& ids, const Volume<std::uint8_t>& mask,
                            std::int64_t voxels_a_voxel) {
  EarlierOverlaps overlaps;
  const std::int64_t voxels = voxel_count(ids.size());
  for (std::int64_t i = 0; i < voxels; ++i) {
    if (mask.data()[i] == mask_body && ids.data()[i] != 0) {
      overlaps[ids.data()[i]] += voxels_a_voxel;
    }
  }
  return overlaps;
}

std::optional<double> mean_uncertainty(const Volume<std::uint8_t>& uncertainty,
                                       const Volume<std::uint8_t>& mask) {
  std::int64_t sum = 0;
  std::int64_t count = 0;
  const std::int64_t voxels = voxel_count(uncertainty.size());
  for (std::int64_t i = 0; i < voxels; ++i) {
    if (mask.data()[i] == mask_body) {
      sum += uncertainty.data()[i];
      ++count;
    }
  }
  return count == 0 ? std::nullopt
                    : std::optional(static_cast<double>(sum) / 255 / static_cast<double>(count));
}

class Extractor {
 public:
  Extractor(const ExtractionSources& sources, const ExtractionOptions& options,
            const std::filesystem::path& scratch,
            const std::function<void(const ExtractedBody&)>& take, Progress& progress)
      : sources_(sources), options_(options), take_(take), progress_(progress) {
    result_.parts = std::make_unique<PartRuns>(scratch);
  }

  Extraction run() {
    find();
    cut();
    sort();
    mark_fragments(result_.specimens);
    return std::move(result_);
  }

 private:
  void find() {
    const auto labels = sources_.open_labels();
    grid_ = labels->grid();
    fewest_ = options_.fewest_voxels(grid_);
    result_.found = find_components(*labels, component_options(options_), "components", progress_);
    result_.components = static_cast<std::int64_t>(result_.found.list.size());
    if (result_.components == 0) {
      require_none_else();
    }
    for (std::size_t i = 0; i < result_.found.list.size(); ++i) {
      const Component& c = result_.found.list[i];
      result_.foreground_voxels += c.voxels;
      if (c.voxels >= fewest_) {
        wanted_.push_back(i);
      } else {
        leave_out(c.voxels);
      }
    }
  }

  // Where no voxel is of a class that was asked for: barren rock, unless there are other classes.
  void require_none_else() const {
    constexpr std::size_t most_named = 12;
    ComponentOptions all = component_options(options_);
    all.classes.clear();
    all.together = false;
    std::set<std::uint32_t> values;
    for (const Component& c :
         find_components(*sources_.open_labels(), all, "components", progress_).list) {
      values.insert(c.value);
    }
    if (values.empty()) {
      return;
    }
    std::string text =
        "the labels hold no voxel of a fossil: none is of the classes asked for; there ";
    text +=
        values.size() == 1 ? "is another:" : "are " + std::to_string(values.size()) + " others:";
    for (const std::uint32_t value : std::views::take(values, most_named)) {
      text += " " + std::to_string(value);
    }
    throw Error(ErrorKind::format, text + (values.size() > most_named ? " ..." : ""));
  }

  void cut() {
    progress_.begin("fossils", static_cast<std::int64_t>(wanted_.size()), WorkUnit::items);
    std::vector<Box> boxes;
    std::vector<std::uint32_t> number(result_.found.list.size() + 1, some_other_body);
    for (std::size_t k = 0; k < wanted_.size(); ++k) {
      boxes.push_back(result_.found.list[wanted_[k]].box);
      number[wanted_[k] + 1] = static_cast<std::uint32_t>(k + 1);
    }
    const auto bodies = component_values(sources_.open_labels(), result_.found, PixelType::u32,
                                         [&number](std::uint32_t id) { return number[id]; });
    const bool with_classes = options_.wall_class || !options_.classes_apart;
    const auto classes =
        with_classes ? convert(sources_.open_labels(), PixelType::u32, std::nullopt) : nullptr;
    const CutSources sources{bodies.get(), sources_.scan.get(), classes.get(),
                             sources_.uncertainty.get(), sources_.earlier_ids.get()};
    cut_bodies(
        sources, boxes,
        {margin(), options_.memory_bytes, options_.threads, options_.most_crop_voxels},
        [this](CutBody& body) { take_apart(body); }, progress_);
    progress_.end();
  }

  // A component, by itself or in parts.
  void take_apart(CutBody& cut) {
    const Component& component = result_.found.list[wanted_[cut.index]];
    if (cut.reduction == 1) {
      const BodyParts parts =
          split_body(body_only(cut.crop.mask).view(), cut.crop.grid.spacing_um, options_.split);
      if (parts.count > 1) {
        take_parts(cut, parts);
        return;
      }
    }
    Part part;
    part.specimen.box = component.box;
    part.specimen.first = component.first;
    part.specimen.voxels = component.voxels;
    part.specimen.reduction = cut.reduction;
    part.crop = std::move(cut.crop);
    add_facts(part, cut.classes, cut.uncertainty, cut.earlier_ids, component);
    keep(part, cut.index, std::nullopt);
  }

  static Volume<std::uint8_t> body_only(const Volume<std::uint8_t>& mask) {
    Volume<std::uint8_t> body = Volume<std::uint8_t>::uninitialised(mask.size());
    std::transform(
        mask.data(), mask.data() + voxel_count(mask.size()), body.data(),
        [](std::uint8_t m) { return m == mask_body ? std::uint8_t{1} : std::uint8_t{0}; });
    return body;
  }

  void take_parts(const CutBody& cut, const BodyParts& parts) {
    {
      const std::lock_guard lock(mutex_);
      ++result_.components_split;
    }
    for (int value = 1; value <= parts.count; ++value) {
      take_part(cut, parts, static_cast<std::uint32_t>(value));
    }
  }

  void take_part(const CutBody& cut, const BodyParts& parts, std::uint32_t value) {
    const std::uint32_t* voxels = parts.parts.data();
    const std::int64_t all = voxel_count(parts.parts.size());
    const std::int64_t count = std::count(voxels, voxels + all, value);
    if (count < fewest_) {
      leave_out(count);
      return;
    }
    const Box inner = box_of(parts.parts.view(), value);
    const Box box = padded(inner, margin(), parts.parts.size());
    Part part;
    part.specimen.split = true;
    part.specimen.voxels = count;
    part.specimen.box = moved(inner, cut.crop.begin);
    part.specimen.first = first_voxel(parts.parts.view(), value, inner, cut.crop.begin);
    part.crop = part_crop(cut.crop, parts.parts, value, box);
    add_facts(part, part_of(cut.classes, box), part_of(cut.uncertainty, box),
              part_of(cut.earlier_ids, box), result_.found.list[wanted_[cut.index]]);
    keep(part, cut.index, result_.parts->add(parts.parts.view(), value, cut.crop.begin));
  }

  static Index3 first_voxel(const VolumeView<const std::uint32_t>& parts, std::uint32_t value,
                            const Box& box, const Index3& begin) {
    for (std::int64_t y = box.begin.y;; ++y) {
      const std::uint32_t* row = parts.row(y, box.begin.z);
      const std::uint32_t* x = std::find(row, row + parts.size().x, value);
      if (x != row + parts.size().x) {
        return {begin.x + (x - row), begin.y + y, begin.z + box.begin.z};
      }
    }
  }

  static BodyCrop part_crop(const BodyCrop& whole_crop, const Volume<std::uint32_t>& parts,
                            std::uint32_t value, const Box& box) {
    BodyCrop crop = part_of(whole_crop, box);
    const Volume<std::uint32_t> part = part_of(parts, box);
    const std::int64_t voxels = voxel_count(box.size());
    for (std::int64_t i = 0; i < voxels; ++i) {
      std::uint8_t& m = crop.mask.data()[i];
      m = part.data()[i] == value ? mask_body : m != 0 ? mask_other_body : std::uint8_t{0};
    }
    return crop;
  }

  void add_facts(Part& part, const Volume<std::uint32_t>& classes,
                 const Volume<std::uint8_t>& uncertainty, const Volume<std::uint32_t>& earlier,
                 const Component& component) const {
    const Volume<std::uint8_t>& mask = part.crop.mask;
    const bool with_classes = voxel_count(classes.size()) > 0;
    const std::int64_t f = part.specimen.reduction;
    part.specimen.truncated = at_border(part.specimen.box, grid_.size);
    part.specimen.class_value = with_classes && !options_.classes_apart
                                    ? most_frequent(classes, mask)
                                    : static_cast<std::int64_t>(component.value);
    part.overlaps = overlaps_of(earlier, mask, f * f * f);
    part.uncertainty = mean_uncertainty(uncertainty, mask);
    if (with_classes && options_.wall_class) {
      part.wall_class = Volume<std::uint8_t>::uninitialised(mask.size());
      std::transform(classes.data(), classes.data() + voxel_count(classes.size()),
                     part.wall_class.data(), [this](std::uint32_t c) {
                       return c == *options_.wall_class ? std::uint8_t{1} : std::uint8_t{0};
                     });
    }
  }

  void keep(Part& part, std::size_t wanted, std::optional<std::size_t> run) {
    const VolumeView<const std::uint8_t> wall = part.wall_class.view();
    MeasuredBody measured = measure_body(
        part.crop, voxel_count(part.wall_class.size()) > 0 ? &wall : nullptr, options_.measuring);
    Specimen& specimen = part.specimen;
    specimen.infill = std::move(measured.infill);
    specimen.measurements = std::move(measured.measurements);
    settle_reduction(specimen);
    if (part.uncertainty) {
      specimen.measurements.push_back({std::string(uncertainty_kind.name), part.uncertainty, ""});
    }
    std::size_t key = 0;
    {
      const std::lock_guard lock(mutex_);
      key = result_.keys.size();
      result_.keys.push_back(key);
      result_.specimens.push_back(specimen);
      result_.overlaps.push_back(std::move(part.overlaps));
      result_.part_of.push_back(run);
      result_.component_of.push_back(static_cast<std::uint32_t>(wanted_[wanted] + 1));
    }
    hand_over(key, specimen, part.crop, measured.tissue);
  }

  // With the margin that was asked for, whatever measuring needed.
  void hand_over(std::size_t key, const Specimen& specimen, const BodyCrop& crop,
                 const Volume<std::uint8_t>& tissue) const {
    if (specimen.reduction != 1 || options_.margin_voxels >= margin()) {
      take_({key, specimen, crop, tissue});
      return;
    }
    const Box box =
        padded(relative(specimen.box, crop.begin), options_.margin_voxels, crop.grid.size);
    take_({key, specimen, part_of(crop, box), part_of(tissue, box)});
  }

  std::int64_t margin() const { return std::max(options_.margin_voxels, shell_reach_voxels); }

  // What counts voxels of the scan is exact, whatever the resolution of the
  // crop.
  void settle_reduction(Specimen& specimen) const {
    if (specimen.reduction == 1) {
      return;
    }
    const auto value_of = [&](std::string_view name) {
      return measured_value(specimen.measurements, name).value_or(0);
    };
    const Vector3 centroid = grid_.index_from_physical(
        {value_of("centroid_x"), value_of("centroid_y"), value_of("centroid_z")});
    const Box& box = specimen.box;
    const Size3 size = box.size();
    const Vector3& spacing = grid_.spacing_um;
    const auto voxels = [](std::int64_t count) { return static_cast<double>(count); };
    const std::map<std::string_view, double> exact = {
        {"voxels", voxels(specimen.voxels)},
        {"volume", voxels(specimen.voxels) * grid_.voxel_volume()},
        {"equivalent_diameter",
         std::cbrt(6 / std::numbers::pi * voxels(specimen.voxels) * grid_.voxel_volume())},
        {"box_begin_x", voxels(box.begin.x)},
        {"box_begin_y", voxels(box.begin.y)},
        {"box_begin_z", voxels(box.begin.z)},
        {"box_size_x", voxels(size.x)},
        {"box_size_y", voxels(size.y)},
        {"box_size_z", voxels(size.z)},
        {"box_length_x", voxels(size.x) * spacing.x},
        {"box_length_y", voxels(size.y) * spacing.y},
        {"box_length_z", voxels(size.z) * spacing.z},
        {"centroid_index_x", centroid.x},
        {"centroid_index_y", centroid.y},
        {"centroid_index_z", centroid.z}};
    for (Measurement& m : specimen.measurements) {
      if (const auto found = exact.find(m.name); found != exact.end()) {
        m.value = found->second;
      } else if (m.name == "euler_number" || m.name == "filled_volume") {
        m = {m.name, std::nullopt, "measured at a lower resolution"};
      }
    }
  }

  void leave_out(std::int64_t voxels) {
    const std::lock_guard lock(mutex_);
    ++result_.too_small;
    result_.too_small_voxels += voxels;
  }

  void sort() {
    std::vector<std::size_t> order(result_.specimens.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      const Index3& p = result_.specimens[a].first;
      const Index3& q = result_.specimens[b].first;
      return std::tuple(p.z, p.y, p.x) < std::tuple(q.z, q.y, q.x);
    });
    const auto in_order = [&order](auto& list) {
      std::decay_t<decltype(list)> sorted;
      sorted.reserve(list.size());
      for (const std::size_t i : order) {
        sorted.push_back(std::move(list[i]));
      }
      list = std::move(sorted);
    };
    in_order(result_.specimens);
    in_order(result_.keys);
    in_order(result_.overlaps);
    in_order(result_.part_of);
    in_order(result_.component_of);
  }

  const ExtractionSources& sources_;
  const ExtractionOptions& options_;
  const std::function<void(const ExtractedBody&)>& take_;
  Progress& progress_;
  Grid grid_;
  std::int64_t fewest_ = 0;
  std::vector<std::size_t> wanted_;  // components that are not too small
  std::mutex mutex_;                 // guards result_ while bodies are taken apart
  Extraction result_;
};

}  // namespace

std::int64_t ExtractionOptions::fewest_voxels(const Grid& grid) const {
  const double edge = std::cbrt(grid.voxel_volume());
  const double diameter = min_diameter_um > 0 ? min_diameter_um : default_diameter_voxels * edge;
  const double voxels = std::numbers::pi / 6 * std::pow(diameter / edge, 3);
  return std::max<std::int64_t>(1, std::llround(voxels));
}

Extraction::Extraction() = default;
Extraction::Extraction(Extraction&&) noexcept = default;
Extraction& Extraction::operator=(Extraction&&) noexcept = default;
Extraction::~Extraction() = default;

std::unique_ptr<VolumeSource> Extraction::instances(std::unique_ptr<VolumeSource> labels) const {
  std::vector<std::uint32_t> id_of_component(found.list.size() + 1, 0);
  std::vector<std::uint32_t> id_of_part(parts->count(), 0);
  for (std::size_t i = 0; i < specimens.size(); ++i) {
    if (part_of[i]) {
      id_of_part[*part_of[i]] = specimens[i].id;
    } else {
      id_of_component[component_of[i]] = specimens[i].id;
    }
  }
  auto whole_ones =
      component_values(std::move(labels), found, PixelType::u32,
                       [&id_of_component](std::uint32_t id) { return id_of_component[id]; });
  return with_parts(std::move(whole_ones), *parts, std::move(id_of_part));
}

Extraction extract_specimens(const ExtractionSources& sources, const ExtractionOptions& options,
                             const std::filesystem::path& scratch,
                             const std::function<void(const ExtractedBody&)>& take,
                             Progress& progress) {
  return Extractor(sources, options, scratch, take, progress).run();
}

}  // namespace fossilct
