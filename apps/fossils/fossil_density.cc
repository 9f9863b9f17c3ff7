// SPDX-License-Identifier: Apache-2.0
#include "apps/fossils/fossil_density.h"

#include <algorithm>
#include <cmath>

#include "apps/cli/facts.h"
#include "base/error.h"
#include "base/text.h"
#include "io/export.h"
#include "io/open_scan.h"

namespace fossilct {

namespace {

constexpr const char* rock_name = "core.nrrd";
constexpr double usual_percent = 95;

// To three digits, which is more than counts are known to.
std::string three_digits(double value) {
  if (!(value > 0)) {
    return "0";
  }
  const double unit = std::pow(10, std::floor(std::log10(value)) - 2);
  const double rounded = std::round(value / unit) * unit;
  return rounded >= 1000 ? format_count(std::llround(rounded)) : format_rounded(rounded);
}

double rock_volume(const ScanRecord& scan) {
  return scan.core_volume.value_or(static_cast<double>(voxel_count(scan.grid.size)) *
                                   scan.grid.voxel_volume());
}

}  // namespace

std::optional<Density> density_of(std::span<const Specimen* const> fossils, const ScanRecord& scan,
                                  double level) {
  const DensityOptions options = {rock_volume(scan), scan.grid.spacing_known, level};
  std::vector<std::optional<double>> volumes;
  for (const Specimen* fossil : fossils) {
    const auto measured =
        std::ranges::find(fossil->measurements, counting_volume_kind.name, &Measurement::name);
    if (measured == fossil->measurements.end()) {
      return std::nullopt;
    }
    volumes.push_back(measured->value);
  }
  return options.rock_volume > 0 ? std::optional(density(volumes, options)) : std::nullopt;
}

std::vector<const Specimen*> counting_fossils(const std::vector<CatalogueEntry>& entries,
                                              std::string_view scan,
                                              std::optional<std::int64_t> class_value) {
  std::vector<const Specimen*> fossils;
  for (const CatalogueEntry& entry : entries) {
    if (entry.counts() && entry.scan == scan &&
        (!class_value || entry.specimen.class_value == *class_value)) {
      fossils.push_back(&entry.specimen);
    }
  }
  return fossils;
}

double confidence_of(const Catalogue& catalogue) {
  const Json options = catalogue.segmentation().options;
  const double percent =
      options.is_object() && options.contains("confidence") && options["confidence"].is_number()
          ? options["confidence"].get<double>()
          : usual_percent;
  return percent > 0 && percent < 100 ? percent / 100 : usual_percent / 100;
}

std::string density_text(const std::optional<Density>& density) {
  if (!density) {
    return "not known: extract the fossils anew";
  }
  const Density& d = *density;
  const std::string unit = d.per_cm3 ? " per cm3 (" : " per voxel3 (";
  return three_digits(d.value) + unit + three_digits(d.low) + " to " + three_digits(d.high) + ", " +
         format_rounded(100 * d.level) + "%), " + counted_text(d);
}

std::string counted_text(const Density& d) {
  return "from " + counted(d.counted, "whole fossil") +
         (d.left_out == 0 ? ""
                          : "; " + format_count(d.left_out) +
                                " not counted, at or near the border or the core's surface");
}

Json to_json(const std::optional<Density>& density) {
  if (!density) {
    return nullptr;
  }
  const Density& d = *density;
  return {
      {"counted", d.counted}, {"left_out", d.left_out}, {"unit", d.per_cm3 ? "1/cm3" : "1/voxel3"},
      {"value", d.value},     {"low", d.low},           {"high", d.high},
      {"level", d.level}};
}

void write_rock(const std::filesystem::path& folder, const Grid& scan, const CoreVolume& core) {
  if (voxel_count(core.rock.size()) == 0) {
    return;
  }
  ScanDescription description;
  description.grid = scan;
  while (description.grid.size != core.rock.size()) {
    description.grid = reduced(description.grid, 2);
  }
  description.type = PixelType::u8;
  description.kind = VolumeKind::labels;
  write_nrrd(folder / rock_name, description, core.rock.view());
}

RockRegion read_rock(const Catalogue& catalogue, Progress& progress) {
  const Grid scan = catalogue.scan().grid;
  const std::filesystem::path file = catalogue.path_of(rock_name);
  if (!std::filesystem::exists(file)) {
    const double whole_scan = static_cast<double>(voxel_count(scan.size)) * scan.voxel_volume();
    constexpr double rounding = 1e-9;
    if (catalogue.scan().core_volume.value_or(whole_scan) < (1 - rounding) * whole_scan) {
      throw file_error(file,
                       "is missing, and not all of the scan is rock; put it back from a copy, or "
                       "extract the fossils anew");
    }
    return RockRegion(scan.size);
  }
  OpenOptions options;
  options.labels = true;
  options.spacing.unknown = !scan.spacing_known;
  const auto source = open_scan(file, options, progress);
  if (source->type() != PixelType::u8) {
    throw format_error(file, "its voxels are no u8 labels; extract the fossils anew");
  }
  Volume<std::uint8_t> rock(source->grid().size);
  source->read(whole(rock.size()), rock.view());
  try {
    return {scan.size, rock};
  } catch (const Error& error) {
    throw format_error(file, error.what());
  }
}

}  // namespace fossilct
