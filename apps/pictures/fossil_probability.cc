// SPDX-License-Identifier: Apache-2.0
#include "apps/pictures/fossil_probability.h"

#include <algorithm>
#include <cmath>

#include "apps/scans/label_volumes.h"
#include "apps/scans/scan_report.h"
#include "base/error.h"
#include "base/text.h"
#include "io/open_scan.h"
#include "volumes/adaptors.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

constexpr const char* option = "--probabilities";
constexpr double whole_probability = 255;

std::vector<std::string> class_names(const Catalogue& catalogue) {
  std::vector<std::string> names;
  for (const LabelClass& label : catalogue.classes()) {
    if (label.value != 0) {
      names.push_back(label.name);
    }
  }
  return names;
}

std::string quoted_list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "'" : ", '") + printable(name) + "'";
  }
  return text;
}

// "fossil" of "core.labels.probability-fossil.h5".
std::string class_in_name(const fs::path& file) {
  constexpr std::string_view mark = "probability-";
  const std::string stem = file.stem().string();
  const std::size_t at = stem.rfind(mark);
  return at == std::string::npos ? "" : stem.substr(at + mark.size());
}

struct OfClass {
  std::string class_name;
  std::string file;
};

OfClass class_and_file(const std::string& given, const std::vector<std::string>& classes) {
  const std::size_t equals = given.find('=');
  std::error_code ignored;
  if (equals != std::string::npos && !fs::exists(given, ignored)) {
    const std::string name = given.substr(0, equals);
    if (std::ranges::find(classes, name) == classes.end()) {
      throw option_error(option, "'" + printable(name) +
                                     "' is no class of the catalogue's fossils; "
                                     "expected " +
                                     quoted_list(classes));
    }
    return {name, given.substr(equals + 1)};
  }
  const std::string in_name = class_in_name(given);
  if (std::ranges::find(classes, in_name) != classes.end()) {
    return {in_name, given};
  }
  if (classes.size() == 1 && in_name.empty()) {
    return {classes.front(), given};
  }
  throw option_error(option, "'" + given + "': its name does not tell which class it is of; give " +
                                 "CLASS=FILE, the class one of " + quoted_list(classes));
}

Box box_in(const Grid& scan, const Grid& crop) {
  const Vector3 at = scan.index_from_physical(crop.origin_um);
  const Index3 begin = {std::llround(at.x), std::llround(at.y), std::llround(at.z)};
  return {begin, {begin.x + crop.size.x, begin.y + crop.size.y, begin.z + crop.size.z}};
}

std::uint8_t in_255ths(float value, const VolumeSource& source) {
  if (!(value >= 0 && value <= 1)) {
    throw format_error(source.description().files.front(),
                       "holds the value " + format_rounded(value) +
                           "; expected probabilities, 0 to 1 (or 8 bits, 255 = 1), as `fossilct "
                           "segment --probabilities` writes them");
  }
  return static_cast<std::uint8_t>(std::lround(whole_probability * static_cast<double>(value)));
}

Volume<std::uint8_t> read_probability(VolumeSource& source, const Box& box) {
  auto values = Volume<std::uint8_t>::uninitialised(box.size());
  if (source.type() == PixelType::u8) {
    source.read(box, values.view());
    return values;
  }
  auto exact = Volume<float>::uninitialised(box.size());
  source.read(box, exact.view());
  for (std::int64_t i = 0; i < voxel_count(box.size()); ++i) {
    values.data()[i] = in_255ths(exact.data()[i], source);
  }
  return values;
}

}  // namespace

FossilProbabilities::FossilProbabilities(const std::vector<std::string>& given,
                                         const Catalogue& catalogue, int threads,
                                         Progress& progress)
    : scan_(given.empty() ? Grid{} : catalogue.scan().grid) {
  const std::vector<std::string> classes = class_names(catalogue);
  for (const std::string& text : given) {
    const OfClass one = class_and_file(text, classes);
    if (of_class_.contains(one.class_name)) {
      throw option_error(option, "two files are given for the class '" + printable(one.class_name) +
                                     "'; expected one");
    }
    of_class_[one.class_name] = opened(one.file, threads, progress);
    json_.push_back({{"class", one.class_name}, {"file", one.file}});
  }
}

std::unique_ptr<VolumeSource> FossilProbabilities::opened(const std::string& file, int threads,
                                                          Progress& progress) const {
  OpenOptions options;
  options.threads = threads;
  options.spacing.unknown = !scan_.spacing_known;
  auto source = open_scan(file, options, progress);
  const ScanDescription& found = source->description();
  if (found.kind == VolumeKind::labels) {
    throw format_error(file,
                       "these are labels; expected the probability of a class, as `fossilct "
                       "segment --probabilities` writes it");
  }
  if (found.grid.size != scan_.size) {
    throw format_error(file, "its size is " + size_text(found.grid.size) +
                                 " voxels, that of the catalogue's scan " + size_text(scan_.size) +
                                 "; expected the probabilities of that scan, whole");
  }
  if (scan_.spacing_known && !same_place(found.grid, scan_)) {
    throw format_error(file,
                       "lies elsewhere than the catalogue's scan, or has another voxel size; "
                       "expected the probabilities of that scan");
  }
  const bool is_float = found.type == PixelType::f32 || found.type == PixelType::f64;
  if (found.type != PixelType::u8 && !is_float) {
    throw format_error(file, "holds values of the type " + std::string(name_of(found.type)) +
                                 "; expected probabilities, of 8 bits (255 = 1) or floating point "
                                 "(0 to 1)");
  }
  return is_float ? convert(std::move(source), PixelType::f32, std::nullopt) : std::move(source);
}

Volume<std::uint8_t> FossilProbabilities::of(const std::string& class_name, const Grid& crop) {
  const auto found = of_class_.find(class_name);
  if (found == of_class_.end()) {
    return {};
  }
  const Box box = box_in(scan_, crop);
  if (!whole(scan_.size).contains(box)) {
    throw format_error(found->second->description().files.front(),
                       "the crop of a fossil lies outside it");
  }
  const std::scoped_lock lock(reading_);
  return read_probability(*found->second, box);
}

bool contradicts(VolumeView<const std::uint8_t> probability, VolumeView<const std::uint8_t> mask) {
  std::int64_t inside = 0, likely = 0;
  for (std::int64_t z = 0; z < mask.size().z; ++z) {
    for (std::int64_t y = 0; y < mask.size().y; ++y) {
      const std::uint8_t* of_mask = mask.row(y, z);
      const std::uint8_t* of_probability = probability.row(y, z);
      for (std::int64_t x = 0; x < mask.size().x; ++x) {
        inside += of_mask[x] == 1 ? 1 : 0;
        likely += of_mask[x] == 1 && of_probability[x] >= whole_probability / 2 ? 1 : 0;
      }
    }
  }
  return 2 * likely < inside;
}

}  // namespace fossilct
