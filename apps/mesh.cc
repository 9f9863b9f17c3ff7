// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <limits>

#include "apps/cli/command.h"
#include "apps/cli/output_check.h"
#include "apps/fossils/fossil_crops.h"
#include "apps/fossils/fossil_ids.h"
#include "apps/pictures/fossil_meshes.h"
#include "apps/scans/label_volumes.h"
#include "apps/scans/scan_options.h"
#include "apps/scans/scan_report.h"
#include "base/error.h"
#include "base/text.h"
#include "io/volume_file.h"
#include "render/mesh_files.h"
#include "render/volume_surface.h"

namespace fossilct {

namespace {

// Options that only one of the two kinds of input takes; --format belongs to both.
const std::vector<std::string> options_of_catalogues = {
    "ids", "surface", "probabilities", "exact", "no-smooth", "reduce-error-um", "centred", "again"};
const std::vector<std::string> options_of_both = {"input",   "format", "config", "json",
                                                  "threads", "quiet",  "verbose"};

struct MeshCommandOptions {
  std::filesystem::path input;
  std::filesystem::path output;
  std::vector<MeshFormat> formats;  // empty: by the output's name
  std::vector<std::string> classes;
  bool overwrite = false;
  OpenOptions open;
};

MeshFormat format_of(const MeshCommandOptions& options) {
  if (options.formats.size() > 1) {
    throw option_error("--format", "a list of formats is for the fossils of a catalogue");
  }
  if (!options.formats.empty()) {
    return options.formats.front();
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

// "stl,ply", each once.
std::vector<MeshFormat> parse_formats(const std::string& text) {
  std::vector<MeshFormat> formats;
  for (const std::string& name : split(text, ',')) {
    const auto format = mesh_format_from_name(trim(name));
    if (!format) {
      throw option_error("--format", "'" + printable(name) + "' is none of: stl, ply, obj, glb");
    }
    if (std::ranges::find(formats, *format) == formats.end()) {
      formats.push_back(*format);
    }
  }
  return formats;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

void require_belonging(const std::vector<GivenOption>& given, bool to_catalogue) {
  for (const GivenOption& option : given) {
    const bool of_catalogue = contains(options_of_catalogues, option.name);
    if (of_catalogue != to_catalogue && !contains(options_of_both, option.name)) {
      throw option_error("--" + option.name,
                         of_catalogue ? "is for the fossils of a catalogue (NAME.fossils), LABELS "
                                        "are no catalogue"
                                      : "is for labels; the catalogue's meshes are made from its "
                                        "crops and lie in it");
    }
  }
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
    return {
        "mesh CATALOGUE [options] | mesh LABELS --class N --output FILE [options]",
        {"Makes meshes: closed 2-manifolds in the scan's coordinates in micrometres. Voxels are "
         "joined across faces and edges.",
         "Of a catalogue, a folder that `fossilct extract` wrote: meshes/ID.ply of each fossil, "
         "rejected ones too, from its crop; smoothed, with the volume of its voxels. Each is "
         "checked; what is not closed, or off in volume, is said. Those that are there and "
         "whose fossil has not changed are not made again, whatever their options. With "
         "--probabilities, which `fossilct segment --probabilities` writes, the surface runs where "
         "the probability is 0.5, between the voxels, and is not smoothed: truer. Which voxels are "
         "the fossil's is still what its mask says.",
         "Of labels: the surface of one class, or of several together, in a scan of any size, "
         "slab by slab, closed at the border. Nothing is smoothed."},
        {{"fossilct mesh core17.fossils/ --format stl,glb --reduce-error-um 1",
          "All fossils, in two formats, with fewer triangles where they lie within 1 um."},
         {"fossilct mesh core17.fossils/ --ids 1-12,15 --surface wall",
          "The walls of thirteen of them, the chambers as inner shells: meshes/1_wall.ply ..."},
         {"fossilct mesh core17.fossils/ --probabilities core17_labels.probability-fossil.h5 "
          "--again",
          "The surfaces where the model is undecided, finer than voxels."},
         {"fossilct mesh core.labels.h5 --class 1 --output rock.ply",
          "The surface of all voxels of label 1."},
         {"fossilct mesh core.labels.h5 --class fossil --level 1 --output fossils.stl",
          "By name, at half the resolution."}}};
  }

  void declare(OptionSet& options) override {
    options.positional("input", &options_.input,
                       "The catalogue, or labels: a volume file, or what import reads");
    options.parsed(
        "format", "LIST",
        [this](const std::string& text) { options_.formats = parse_formats(text); },
        "What to write: stl, ply, obj, glb; of a catalogue several, with a comma. Of labels one, "
        "whatever the output's name, and not glb",
        "ply, or by the output's name");
    declare_catalogue_options(options);
    options.section("Of labels");
    options.path("output,o", "FILE", &options_.output,
                 "What to write: a name in .ply, .stl or .obj");
    options.flag("overwrite", &options_.overwrite, "Replace the output where it exists");
    options.repeated(
        "class", "LABEL", [this](const std::string& text) { options_.classes.push_back(text); },
        "The label that is inside, or its class's name; several together where given several "
        "times");
    declare_reading_options(options, options_.open);
    declare_changing_options(options, options_.open);
  }

  CommandResult run(const CommandContext& context) override {
    const bool of_catalogue = is_catalogue(options_.input);
    require_belonging(context.given, of_catalogue);
    if (!of_catalogue) {
      return mesh_labels(context);
    }
    if (!options_.formats.empty()) {
      fossils_.formats = options_.formats;
    }
    if (fossils_.walls && !fossils_.probabilities.empty()) {
      throw option_error("--probabilities", "belongs to --surface body: they are of whole fossils");
    }
    fossils_.mesh.smoothing_passes = no_smooth_ ? 0 : fossils_.mesh.smoothing_passes;
    return mesh_fossils(options_.input, fossils_, context);
  }

 private:
  void declare_catalogue_options(OptionSet& options) {
    constexpr double most_error_um = 1e6;
    options.section("Of a catalogue");
    options.parsed(
        "ids", "ID,ID-ID",
        [this](const std::string& text) { fossils_.ids = parse_ids("--ids", text); },
        "These fossils", "all");
    options.choice<bool>("surface", &fossils_.walls, {{"body", false}, {"wall", true}},
                         "Of what: the body as its mask has it, or its wall, chambers open inside");
    options.repeated(
        "probabilities", "[CLASS=]FILE",
        [this](const std::string& text) { fossils_.probabilities.push_back(text); },
        "The probability of the fossils' class, for surfaces between voxels; once a class");
    options.flag("exact", &fossils_.mesh.exact,
                 "The contour of the voxels as it is: not smoothed, moved or reduced");
    options.flag("no-smooth", &no_smooth_, "Not smoothed, but with the volume of its voxels");
    options.number("reduce-error-um", "UM", &fossils_.mesh.reduce_error_um, 0, most_error_um,
                   "Fewer triangles, none of which moves farther than this; 0 = all are kept");
    options.flag("centred", &fossils_.centred,
                 "The middle of each at 0, instead of the scan's coordinates");
    options.flag("again", &fossils_.again, "Make those too that are there");
  }

  CommandResult mesh_labels(const CommandContext& context) {
    require_output_and_class();
    const auto began = std::chrono::steady_clock::now();
    const IfExists if_exists = options_.overwrite ? IfExists::replace : IfExists::refuse;
    check_scan_options(options_.open);
    const MeshFormat format = format_of(options_);
    require_apart("--output", options_.output, AtomicKind::file, {options_.input});
    require_output(options_.output, AtomicKind::file, if_exists);
    options_.open.threads = context.common.threads;
    require_no_intensities();
    const auto source = open_label_volume(options_.input, options_.open, context.progress);
    const ScanDescription& description = source->description();
    require_apart("--output", options_.output, AtomicKind::file, description.files);
    const std::vector<std::uint32_t> values = values_of(options_, description);
    if (description.format != "volume file" &&
        has_more_values_than(most_values_of_labels, *source)) {
      context.progress.warning(many_values_text(options_.input) +
                               " The mesh is the surface of the voxels whose value --class tells");
    }
    if (!description.grid.spacing_known) {
      context.progress.warning("the voxel size is not known: the mesh is in voxel edges");
    }
    const MeshFileOptions file_options{.name = options_.input.filename().string(),
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

  void require_output_and_class() const {
    if (options_.output.empty()) {
      throw Error(ErrorKind::option, "--output is missing: a name in .ply, .stl or .obj");
    }
    if (options_.classes.empty()) {
      throw Error(ErrorKind::option, "--class is missing: the label that is inside");
    }
  }
  // Of a file that says what it is; of others the values are looked at.
  void require_no_intensities() const {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(options_.input, ignored) &&
        is_volume_file(options_.input) &&
        open_volume_file(options_.input, 0, 1)->description().kind != VolumeKind::labels) {
      throw format_error(options_.input,
                         "holds the intensities of a scan; expected labels, as `fossilct segment` "
                         "writes them and `fossilct import --labels` marks them");
    }
  }
  void require_voxels(const VolumeSurface& surface) const {
    if (surface.voxels == 0) {
      throw format_error(options_.input, "it has no voxel of the labels that --class names");
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
  FossilMeshOptions fossils_;
  bool no_smooth_ = false;
};

}  // namespace

std::unique_ptr<Command> make_mesh_command() { return std::make_unique<MeshCommand>(); }

}  // namespace fossilct
