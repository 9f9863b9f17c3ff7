// SPDX-License-Identifier: Apache-2.0
#include "apps/pictures/fossil_meshes.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "apps/cli/facts.h"
#include "apps/fossils/fossil_crops.h"
#include "apps/fossils/open_catalogue.h"
#include "apps/pictures/fossil_probability.h"
#include "base/error.h"
#include "base/text.h"
#include "base/threads.h"
#include "specimens/anatomy.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t meshes_a_step = 32;
constexpr double told_deviation = 0.01;

std::string mesh_name(std::uint32_t id, bool wall, MeshFormat format) {
  return "meshes/" + std::to_string(id) + (wall ? "_wall." : ".") + std::string(name_of(format));
}

// What is told of a mesh that was made.
struct MadeMesh {
  std::uint32_t id = 0;
  MeshCheck check;
  double deviation = 0;
  double reduce_error_um = 0;
  bool is_soft = false;      // of the probability
  bool contradicts = false;  // which says that most of its voxels are not the fossil's class
};

class MeshMaking {
 public:
  MeshMaking(const fs::path& path, const FossilMeshOptions& options, const CommandContext& context)
      : options_(options),
        context_(context),
        catalogue_(open_catalogue(path, Catalogue::Access::write)),
        crops_(catalogue_),
        probabilities_(options.probabilities, catalogue_, context.common.threads,
                       context.progress) {
    for (CatalogueEntry& entry : chosen_fossils(catalogue_, options.ids)) {
      choose(std::move(entry));
    }
  }

  void make_all() {
    context_.progress.begin("meshes", static_cast<std::int64_t>(to_make_.size()), WorkUnit::items);
    for (std::size_t first = 0; first < to_make_.size(); first += meshes_a_step) {
      const std::size_t count = std::min(meshes_a_step, to_make_.size() - first);
      make(std::span(to_make_).subspan(first, count));
    }
    context_.progress.end();
    warn_of_failed(failed_, context_.progress);
    warn_of_contradictions();
  }

  CommandResult result(double seconds) const;

 private:
  struct Target {
    fs::path path;
    MeshFormat format;
  };

  bool is_there(const CatalogueEntry& entry) const {
    return !entry.meshes_stale && std::ranges::all_of(options_.formats, [&](MeshFormat format) {
      std::error_code ignored;
      return fs::exists(catalogue_.folder() / mesh_name(entry.specimen.id, options_.walls, format),
                        ignored);
    });
  }

  void choose(CatalogueEntry entry) {
    if (options_.walls && !crops_.has_wall(entry.specimen.id)) {
      ++without_wall_;
    } else if (!options_.again && is_there(entry)) {
      ++kept_;
    } else {
      to_make_.push_back(std::move(entry));
    }
  }

  void make(std::span<const CatalogueEntry> entries) {
    Catalogue::Change change(catalogue_);
    std::vector<std::optional<MadeMesh>> made(entries.size());
    std::vector<std::string> faults(entries.size());
    std::mutex changing;
    parallel_for(static_cast<std::int64_t>(entries.size()), context_.common.threads,
                 [&](std::int64_t i) {
                   context_.progress.check();
                   const auto at = static_cast<std::size_t>(i);
                   if (const auto crop = crop_of(entries[at].specimen.id, faults[at])) {
                     std::unique_lock lock(changing);
                     const std::vector<Target> targets = prepare(change, entries[at]);
                     lock.unlock();
                     made[at] = make_one(entries[at], *crop, targets);
                   }
                   context_.progress.advance(1);
                 });
    change.commit();
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (made[i]) {
        made_.push_back(*made[i]);
      } else {
        failed_.push_back({entries[i].specimen.id, faults[i]});
      }
    }
  }

  // Nothing where its file is missing or damaged.
  std::optional<CropLabels> crop_of(std::uint32_t id, std::string& fault) const {
    try {
      return options_.walls ? crops_.wall(id) : crops_.mask(id);
    } catch (const Error& error) {
      fault = error.what();
      return std::nullopt;
    }
  }

  std::vector<Target> prepare(Catalogue::Change& change, const CatalogueEntry& entry) const {
    const std::uint32_t id = entry.specimen.id;
    if (entry.meshes_stale) {
      for (const bool wall : {false, true}) {
        for (const MeshFormat format :
             {MeshFormat::stl, MeshFormat::ply, MeshFormat::obj, MeshFormat::glb}) {
          change.remove_file(mesh_name(id, wall, format));
        }
      }
    }
    std::vector<Target> targets;
    for (const MeshFormat format : options_.formats) {
      targets.push_back({change.new_file(mesh_name(id, options_.walls, format)), format});
    }
    change.mark_meshes_made(id);
    return targets;
  }

  void warn_of_contradictions() const {
    const auto count = std::ranges::count_if(made_, &MadeMesh::contradicts);
    if (count > 0) {
      context_.progress.warning("the probability is below 0.5 in most voxels of " +
                                counted(count, "fossil") +
                                ": is it of the labels that they were found in?");
    }
  }

  MadeMesh make_one(const CatalogueEntry& entry, const CropLabels& crop,
                    const std::vector<Target>& targets) {
    const std::uint32_t id = entry.specimen.id;
    const Volume<std::uint8_t> probability = probabilities_.of(entry.class_name, crop.grid);
    const bool is_soft = probability.data() != nullptr;
    const auto view = is_soft ? probability.view() : VolumeView<const std::uint8_t>{};
    const BodyMesh body =
        mesh_body({crop.labels.view(), tissue_wall, view, crop.grid}, options_.mesh);
    const MeshFileOptions file = {.centred = options_.centred,
                                  .name = "fossil " + std::to_string(id),
                                  .unit = crop.grid.unit(),
                                  .if_exists = IfExists::replace};
    for (const Target& target : targets) {
      write_mesh(target.path, target.format, body.mesh, file);
    }
    return {id,
            body.check,
            body.volume_deviation(),
            body.reduce_error_um,
            is_soft,
            is_soft && contradicts(view, crop.labels.view())};
  }

  Json fossils_json() const;
  std::string surface_text() const;

  const FossilMeshOptions& options_;
  const CommandContext& context_;
  Catalogue catalogue_;
  CropReader crops_;
  FossilProbabilities probabilities_;
  std::vector<CatalogueEntry> to_make_;
  std::vector<MadeMesh> made_;
  std::vector<FailedFossil> failed_;
  std::int64_t kept_ = 0;
  std::int64_t without_wall_ = 0;
};

Json MeshMaking::fossils_json() const {
  Json list = Json::array();
  for (const MadeMesh& mesh : made_) {
    list.push_back({{"id", mesh.id},
                    {"triangles", mesh.check.triangles},
                    {"points", mesh.check.points},
                    {"shells", mesh.check.shells},
                    {"euler_number", mesh.check.euler_number},
                    {"sound", mesh.check.sound()},
                    {"fault", mesh.check.fault},
                    {"enclosed_volume", mesh.check.volume_um3},
                    {"area", mesh.check.area_um2},
                    {"from_probability", mesh.is_soft},
                    {"volume_deviation", mesh.deviation},
                    {"reduce_error", mesh.reduce_error_um}});
  }
  return list;
}

// "7 (why), 9 (why) and 12 more".
std::string listed(const std::vector<std::string>& items) {
  constexpr std::size_t most = 5;
  std::string text;
  for (std::size_t i = 0; i < std::min(most, items.size()); ++i) {
    text += (i == 0 ? "" : ", ") + items[i];
  }
  return items.size() <= most
             ? text
             : text + " and " + std::to_string(items.size() - most) + " more (--json lists them)";
}

std::string faults_text(const std::vector<MadeMesh>& made) {
  std::vector<std::string> faults;
  for (const MadeMesh& mesh : made) {
    if (!mesh.check.sound()) {
      faults.push_back(std::to_string(mesh.id) + " (" + mesh.check.fault + ")");
    }
  }
  if (faults.empty()) {
    return made.empty() ? "" : "each is a closed 2-manifold that faces outwards";
  }
  return "NOT sound: " + listed(faults);
}

std::string deviations_text(std::vector<MadeMesh> made) {
  std::erase_if(made, [](const MadeMesh& m) { return std::abs(m.deviation) <= told_deviation; });
  std::ranges::sort(made, std::greater(), [](const MadeMesh& m) { return std::abs(m.deviation); });
  std::vector<std::string> items;
  for (const MadeMesh& mesh : made) {
    const double percent = std::round(mesh.deviation * 1000) / 10;
    items.push_back(std::to_string(mesh.id) + " (" + format_rounded(percent) + "%)");
  }
  return items.empty() ? "" : "more than 1% off the voxels': " + listed(items);
}

// What the surfaces are of, where probabilities were given.
std::string MeshMaking::surface_text() const {
  if (options_.probabilities.empty() || made_.empty()) {
    return "";
  }
  const auto soft = std::ranges::count_if(made_, &MadeMesh::is_soft);
  const auto hard = static_cast<std::int64_t>(made_.size()) - soft;
  return "probability 0.5" +
         (hard == 0 ? "" : "; of the mask for " + counted(hard, "fossil") + " of other classes");
}

CommandResult MeshMaking::result(double seconds) const {
  std::int64_t triangles = 0;
  for (const MadeMesh& mesh : made_) {
    triangles += mesh.check.triangles;
  }
  const auto made = static_cast<std::int64_t>(made_.size());
  const Facts facts = {
      {"written", (catalogue_.folder() / "meshes").string()},
      {"meshes",
       format_count(made) + " made" +
           (kept_ == 0 ? ""
                       : ", " + format_count(kept_) + " there already (--again makes them anew)")},
      {"surface", surface_text()},
      {"no wall", without_wall_ == 0 ? "" : counted(without_wall_, "fossil") + " passed over"},
      {"failed", failed_text(failed_)},
      {"triangles", format_count(triangles)},
      {"checked", faults_text(made_)},
      {"volumes", deviations_text(made_)},
      {"took", format_duration(seconds)}};
  const Json json = {{"output", (catalogue_.folder() / "meshes").string()},
                     {"made", made},
                     {"kept", kept_},
                     {"without_wall", without_wall_},
                     {"probabilities", probabilities_.to_json()},
                     {"failed", to_json(failed_)},
                     {"triangles", triangles},
                     {"unit", catalogue_.scan().grid.unit()},
                     {"fossils", fossils_json()},
                     {"seconds", seconds}};
  return {json, facts_text(facts), true, !failed_.empty()};
}

}  // namespace

CommandResult mesh_fossils(const fs::path& path, const FossilMeshOptions& options,
                           const CommandContext& context) {
  const auto began = std::chrono::steady_clock::now();
  options.mesh.check();
  MeshMaking making(path, options, context);
  try {
    making.make_all();
  } catch (const Cancelled&) {
    throw Interrupted("interrupted; the meshes made so far are kept: the same command goes on");
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  return making.result(took.count());
}

}  // namespace fossilct
