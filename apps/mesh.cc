// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <limits>

#include "apps/command.h"
#include "apps/label_volumes.h"
#include "apps/output_check.h"
#include "apps/report.h"
#include "apps/scan_options.h"
#include "base/error.h"
#include "base/text.h"
#include "render/mesh_files.h"
#include "render/volume_surface.h"

namespace fossilct {

namespace {

struct MeshCommandOptions {
  std::filesystem::path labels;
  std::filesystem::path output;
  std::optional<MeshFormat> format;
  std::vector<std::string> classes;
  bool overwrite = false;
  OpenOptions open;
};

MeshFormat format_of(const MeshCommandOptions& options) {
  if (options.format) {
    return *options.format;
  }
  const std::string extension = options.output.extension().string();
  const auto format = mesh_format_from_name(extension.empty() ? extension : extension.substr(1));
  if (!format) {
    throw option_error("--output",
                       "'" + options.output.string() +
                           "': the format can't be told from this name; expected .ply, .stl "
                           "or .obj, or give --format");
  }
  return *format;
}

// A value, or a name of the file's classes.
std::uint32_t value_of(const std::string& text, const std::vector<LabelClass>& classes) {
  const auto number = parse_integer(text);
  if (number && *number > 0 && *number <= std::numeric_limits<std::uint32_t>::max()) {
    return static_cast<std::uint32_t>(*number);
  }
  std::vector<std::string> names;
  for (const LabelClass& label : classes) {
    if (label.name == text) {
      return static_cast<std::uint32_t>(label.value);
    }
    names.push_back(label.name);
  }
  const auto near = closest_match(text, names);
  throw option_error("--class",
                     "'" + text +
                         "' is neither a label (1 and up) nor the name of a class of the labels" +
                         (near ? "; did you mean " + *near + "?" : ""));
}

std::vector<std::uint32_t> values_of(const MeshCommandOptions& options,
                                     const ScanDescription& description) {
  std::vector<std::uint32_t> values;
  for (const std::string& text : options.classes) {
    values.push_back(value_of(text, description.classes));
  }
  return values;
}

class MeshCommand : public Command {
 public:
  CommandHelp help() const override {
    return {"mesh LABELS --class N --output FILE [options]",
            {"Makes the surface of one class of labels, or of several together, in a scan of any "
             "size: slab by "
             "slab, closed at the border, a 2-manifold in the scan's coordinates in micrometres. "
             "Voxels "
             "are joined across faces and edges. Nothing is smoothed."},
            {{"fossilct mesh core.labels.h5 --class 1 --output rock.ply",
              "The surface of all voxels of label 1."},
             {"fossilct mesh core.labels.h5 --class fossil --level 1 --output fossils.stl",
              "By name, at half the resolution."}}};
  }

  void declare(OptionSet& options) override {
    options.positional("labels", &options_.labels,
                       "The labels: a volume file, or what import reads");
    options.section("Output");
    options.path("output,o", "FILE", &options_.output,
                 "What to write: a name in .ply, .stl or .obj");
    options.require();
    options.choice<std::optional<MeshFormat>>("format", &options_.format,
                                              {{"by-name", std::nullopt},
                                               {"ply", MeshFormat::ply},
                                               {"stl", MeshFormat::stl},
                                               {"obj", MeshFormat::obj}},
                                              "What to write, whatever its name");
    options.flag("overwrite", &options_.overwrite, "Replace the output where it exists");
    options.section("Surface");
    options.repeated(
        "class", "LABEL", [this](const std::string& text) { options_.classes.push_back(text); },
        "The label that is inside, or its class's name; several together where given several "
        "times");
    options.require();
    declare_reading_options(options, options_.open);
    declare_changing_options(options, options_.open);
  }

  CommandResult run(const CommandContext& context) override {
    const auto began = std::chrono::steady_clock::now();
    const IfExists if_exists = options_.overwrite ? IfExists::replace : IfExists::refuse;
    check_scan_options(options_.open);
    const MeshFormat format = format_of(options_);
    require_apart("--output", options_.output, AtomicKind::file, {options_.labels});
    require_output(options_.output, AtomicKind::file, if_exists);
    options_.open.threads = context.common.threads;
    const auto source = open_label_volume(options_.labels, options_.open, context.progress);
    const ScanDescription& description = source->description();
    require_apart("--output", options_.output, AtomicKind::file, description.files);
    const std::vector<std::uint32_t> values = values_of(options_, description);
    if (!description.grid.spacing_known) {
      context.progress.warning("the voxel size is not known: the mesh is in voxel edges");
    }
    const MeshFileOptions file_options{.name = options_.labels.filename().string(),
                                       .unit = description.grid.unit(),
                                       .if_exists = if_exists};
    SurfaceFile file(options_.output, format, file_options);
    const VolumeSurface surface = contour_volume(
        *source, values, [&](const SurfacePiece& piece) { file.add(piece); }, context.progress);
    require_voxels(surface);
    file.finish();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    return result(surface, description.grid, took.count());
  }

 private:
  void require_voxels(const VolumeSurface& surface) const {
    if (surface.voxels == 0) {
      throw format_error(options_.labels, "it has no voxel of the labels that --class names");
    }
  }

  CommandResult result(const VolumeSurface& surface, const Grid& grid, double seconds) const {
    const double voxels_um3 = static_cast<double>(surface.voxels) * grid.voxel_volume();
    const std::string unit = std::string(" ") + grid.unit() + "3";
    const Facts facts = {
        {"written", options_.output.string()},
        {"triangles", format_count(surface.triangles)},
        {"points", format_count(surface.points)},
        {"voxels", format_count(surface.voxels) + " (" + format_rounded(voxels_um3) + unit + ")"},
        {"enclosed", format_rounded(surface.volume_um3) + unit},
        {"took", format_duration(seconds)}};
    const Json json = {{"output", options_.output.string()},
                       {"triangles", surface.triangles},
                       {"points", surface.points},
                       {"voxels", surface.voxels},
                       {"voxels_volume", voxels_um3},
                       {"enclosed_volume", surface.volume_um3},
                       {"unit", grid.unit()},
                       {"seconds", seconds}};
    return {json, facts_text(facts), true};
  }

  MeshCommandOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_mesh_command() { return std::make_unique<MeshCommand>(); }

}  // namespace fossilct
