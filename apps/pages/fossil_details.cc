// SPDX-License-Identifier: Apache-2.0
#include "apps/pages/fossil_details.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <fstream>
#include <iterator>
#include <span>
#include <utility>

#include "apps/cli/facts.h"
#include "apps/fossils/fossil_crops.h"
#include "apps/pages/fossil_sections.h"
#include "apps/pages/thumbnail.h"
#include "base/error.h"
#include "base/text.h"
#include "base/threads.h"
#include "render/mesh.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

constexpr std::array<std::uint8_t, 3> plain_outline = {255, 140, 0};
// What a page turns without a stutter, and some 40 kB.
constexpr double most_triangles = 4000;

std::vector<std::byte> bytes_of_file(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  const std::string text = {std::istreambuf_iterator<char>(stream), {}};
  if (!stream) {
    throw file_errno_error(path, "can't read");
  }
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

// Those that browsers show; empty for others.
std::string media_type_of(const fs::path& path) {
  const std::string extension = path.extension().string();
  if (extension == ".png") {
    return "image/png";
  }
  return extension == ".jpg" || extension == ".jpeg" ? "image/jpeg" : "";
}

void add_picture(const fs::path& path, const std::string& caption, ReportFossil& fossil) {
  if (!media_type_of(path).empty() && is_there(path)) {
    fossil.pictures.push_back({caption, bytes_of_file(path), media_type_of(path)});
  }
}

fs::path view_of(const Catalogue& catalogue, const CatalogueEntry& entry, const char* part) {
  return catalogue.path_of("views/" + std::to_string(entry.specimen.id) + "_" + part + ".png");
}

// Faces between the body and what is not.
std::int64_t surface_faces(const VolumeView<const std::uint8_t>& mask) {
  const Size3& size = mask.size();
  const auto inside = [&](std::int64_t x, std::int64_t y, std::int64_t z) {
    return x < size.x && y < size.y && z < size.z && mask(x, y, z) == mask_body;
  };
  std::int64_t bodies = 0, inner = 0;
  for (std::int64_t z = 0; z < size.z; ++z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      for (std::int64_t x = 0; x < size.x; ++x) {
        if (inside(x, y, z)) {
          ++bodies;
          inner += inside(x + 1, y, z) + inside(x, y + 1, z) + inside(x, y, z + 1);
        }
      }
    }
  }
  return 6 * bodies - 2 * inner;
}

ReportMesh report_mesh(const BodyCrop& crop) {
  MeshOptions options;
  // A contour has about two triangles for each face.
  const double contour = 2 * static_cast<double>(surface_faces(crop.mask.view()));
  options.reduce_to = std::min(1.0, most_triangles / std::max(1.0, contour));
  const TriangleMesh mesh = mesh_body({crop.mask.view(), mask_body, {}, crop.grid}, options).mesh;
  ReportMesh result;
  for (const Point3f& point : mesh.points_um) {
    result.points_um.insert(result.points_um.end(), point.begin(), point.end());
  }
  for (const auto& triangle : mesh.triangles) {
    result.triangles.insert(result.triangles.end(), triangle.begin(), triangle.end());
  }
  return result;
}

void add_from_crop(const BodyCrop& crop, const std::array<std::uint8_t, 3>& colour,
                   ReportFossil& fossil) {
  FossilSections sections = fossil_sections(crop, colour);
  fossil.thumbnail = std::move(sections.thumbnail);
  std::ranges::move(sections.sections, std::back_inserter(fossil.pictures));
  fossil.mesh = report_mesh(crop);
}

// Runs `add`; why it failed is added to `fault`.
template <typename Add>
void attempt(Add&& add, std::string& fault) {
  try {
    add();
  } catch (const Error& error) {
    fault += (fault.empty() ? "" : "; ") + std::string(error.what());
  }
}

void add_details(const Catalogue& catalogue, const CropReader& crops, const CatalogueEntry& entry,
                 const std::array<std::uint8_t, 3>& colour, ReportFossil& fossil,
                 std::string& fault) {
  const fs::path front = view_of(catalogue, entry, "front");
  if (!entry.views_stale) {
    attempt([&] { add_picture(view_of(catalogue, entry, "cut"), "cut open", fossil); }, fault);
  }
  if (crops.has_mask(entry.specimen.id)) {
    attempt([&] { add_from_crop(crops.body(entry.specimen.id), colour, fossil); }, fault);
  }
  if (!entry.views_stale && is_there(front)) {
    attempt([&] { fossil.thumbnail = thumbnail_of(front, thumbnail_pixels); }, fault);
  }
  for (const std::string& photo : entry.photos) {
    attempt([&] { add_picture(catalogue.path_of(photo), "photograph", fossil); }, fault);
  }
}

}  // namespace

std::vector<FailedFossil> add_fossil_details(const Catalogue& catalogue,
                                             const std::vector<CatalogueEntry>& entries,
                                             int threads, Progress& progress,
                                             FossilReport& report) {
  const CropReader crops(catalogue);
  std::atomic<std::int64_t> without = 0;
  std::vector<std::string> faults(entries.size());
  progress.begin("fossils", static_cast<std::int64_t>(entries.size()), WorkUnit::items);
  parallel_for(static_cast<std::int64_t>(entries.size()), threads, [&](std::int64_t i) {
    progress.check();
    const auto at = static_cast<std::size_t>(i);
    ReportFossil& fossil = report.fossils[at];
    const auto colour = report.classes[fossil.class_index].colour.value_or(plain_outline);
    add_details(catalogue, crops, entries[at], colour, fossil, faults[at]);
    without += crops.has_mask(entries[at].specimen.id) ? 0 : 1;
    progress.advance(1);
  });
  progress.end();
  if (without > 0) {
    report.skipped.push_back({"pictures and meshes of " + counted(without, "fossil"),
                              "no crop of them is in the catalogue"});
  }
  std::vector<FailedFossil> failed;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!faults[i].empty()) {
      failed.push_back({entries[i].specimen.id, faults[i]});
      report.skipped.push_back(
          {"pictures or mesh of fossil " + std::to_string(failed.back().id), faults[i]});
    }
  }
  return failed;
}

}  // namespace fossilct
