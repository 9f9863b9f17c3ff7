// SPDX-License-Identifier: Apache-2.0
#include "apps/taxa/image_sets.h"

#include <algorithm>
#include <limits>
#include <map>
#include <mutex>
#include <set>

#include "apps/cli/facts.h"
#include "apps/fossils/open_catalogue.h"
#include "apps/taxa/found_images.h"
#include "apps/taxa/image_names.h"
#include "base/error.h"
#include "base/text.h"
#include "base/threads.h"
#include "classify/prepare_image.h"
#include "classify/taxon_model.h"
#include "io/image_files.h"
#include "specimens/catalogue.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

// What is named one by one; more are counted.
constexpr std::size_t most_named = 20;

FoundImages images_of(const fs::path& input, const ImageSetOptions& options,
                      const CommandContext& context) {
  std::error_code ignored;
  if (!fs::exists(input, ignored)) {
    throw file_error(input, "there is no such folder or file");
  }
  const std::string ending = lower(input.extension().string());
  if (fs::is_directory(input, ignored)) {
    return Catalogue::is_ours(input) ? images_of_catalogue(input, options, context)
                                     : images_in_folder(input, options);
  }
  if (ending == ".csv") {
    return images_in_table(input, options);
  }
  if (ending == ".sqlite") {
    throw file_error(input,
                     "is a database, which has no pictures; give the catalogue of each scan, the "
                     "folder NAME.fossils");
  }
  if (!has_image_extension(input)) {
    refuse_voxels(input);
    throw format_error(input,
                       "is neither a picture, a folder of pictures, a table (.csv) of pictures "
                       "nor a catalogue NAME.fossils");
  }
  return images_in_folder(input, options);
}

void append(FoundImages found, FoundImages& all) {
  all.without_specimen += found.without_specimen;
  all.undrawn += found.undrawn;
  all.is_of_photographs = all.is_of_photographs || found.is_of_photographs;
  for (std::string& column : found.measurements) {
    if (std::ranges::find(all.measurements, column) == all.measurements.end()) {
      all.measurements.push_back(std::move(column));
    }
  }
  std::ranges::move(found.specimens, std::back_inserter(all.specimens));
}

// "equivalent_diameter_um" beside "equivalent_diameter_voxel": numbers that can't be compared.
void require_one_unit(const std::vector<std::string>& columns) {
  for (const std::string& column : columns) {
    const std::size_t end = column.rfind("_um");
    const bool is_length = end != std::string::npos && end + 5 > column.size();
    if (is_length && std::ranges::any_of(columns, [&](const std::string& other) {
          return other.starts_with(column.substr(0, end) + "_voxel");
        })) {
      throw Error(ErrorKind::format,
                  "of some catalogues the voxel size is known, of others it is not, so their "
                  "measurements can't stand side by side; leave --with-measurements out");
    }
  }
}

std::vector<std::string> taxa_of(const std::vector<FoundSpecimen>& specimens) {
  std::map<std::string, std::string> by_letters;
  for (const FoundSpecimen& specimen : specimens) {
    if (specimen.taxon.empty()) {
      continue;
    }
    const auto [other, is_new] = by_letters.emplace(lower(specimen.taxon), specimen.taxon);
    if (other->second != specimen.taxon) {
      throw Error(ErrorKind::format, "the taxa '" + printable(other->second) + "' and '" +
                                         printable(specimen.taxon) +
                                         "' differ only in capitals: are they one? give both "
                                         "the same name");
    }
  }
  std::vector<std::string> taxa;
  for (const auto& each : by_letters) {
    taxa.push_back(each.second);
  }
  std::ranges::sort(taxa);
  return taxa;
}

std::vector<double> measurements_of(const FoundSpecimen& specimen,
                                    const std::vector<std::string>& columns) {
  std::vector<double> values;
  for (const std::string& column : columns) {
    const auto found = specimen.measurements.find(column);
    values.push_back(found == specimen.measurements.end() ? std::numeric_limits<double>::quiet_NaN()
                                                          : found->second);
  }
  return values;
}

// Names things until there are many; then counts them.
class Naming {
 public:
  explicit Naming(Progress& progress) : progress_(progress) {}
  void warn(const std::string& line) {
    if (++count_ <= most_named) {
      progress_.warning(line);
    }
  }
  void end(const std::string& thing) {
    if (count_ > most_named) {
      progress_.warning("... and " +
                        counted(static_cast<std::int64_t>(count_ - most_named), thing) + " more");
    }
  }

 private:
  Progress& progress_;
  std::size_t count_ = 0;
};

struct ToPrepare {
  fs::path file;
  std::size_t specimen = 0;  // among those found
  bool is_photograph = true;
  std::vector<std::uint8_t> pixels = {};
  std::string fault = {};  // why there are no pixels
};

void prepare(ToPrepare& image, PrepareOptions options) {
  options.cut_label_strips = options.cut_label_strips && image.is_photograph;
  try {
    const std::optional<ImageFormat> format = image_format_of(image.file);
    if (!format) {
      throw format_error(image.file, "is no picture that can be read (TIFF, PNG, JPEG, BMP)");
    }
    const auto source = open_image_files({image.file}, *format);
    const ImageShape shape = source->shape(0);
    std::vector<std::byte> pixels(shape.bytes());
    source->read(0, pixels);
    try {
      image.pixels = prepare_image(shape, pixels, options);
    } catch (const Error&) {
      rethrow_with_context(image.file.string());
    }
  } catch (const Error& error) {
    image.fault = error.what();
  }
}

std::vector<ToPrepare> prepared_images(const FoundImages& found, const PrepareOptions& options,
                                       const CommandContext& context) {
  std::vector<ToPrepare> images;
  for (std::size_t i = 0; i < found.specimens.size(); ++i) {
    for (const fs::path& file : found.specimens[i].images) {
      images.push_back({file, i, !found.specimens[i].fossil});
    }
  }
  const auto count = static_cast<std::int64_t>(images.size());
  context.progress.begin("read pictures", count, WorkUnit::items);
  parallel_for(count, context.common.threads, [&](std::int64_t i) {
    context.progress.check();
    prepare(images[static_cast<std::size_t>(i)], options);
    context.progress.advance(1);
  });
  context.progress.end();
  return images;
}

ReadImages joined(const FoundImages& found, std::vector<ToPrepare> images, ImageSet set,
                  Progress& progress) {
  ReadImages read = {std::move(set), {}, 0, found.undrawn};
  Naming naming(progress);
  std::vector<std::optional<std::size_t>> places(found.specimens.size());
  for (ToPrepare& image : images) {
    if (!image.fault.empty()) {
      naming.warn(image.fault + " (left out)");
      ++read.skipped;
      continue;
    }
    const FoundSpecimen& specimen = found.specimens[image.specimen];
    if (!places[image.specimen]) {
      places[image.specimen] = read.set.specimens.size();
      const auto taxon = std::ranges::find(read.set.taxa, specimen.taxon);
      read.set.specimens.push_back(
          {specimen.name, specimen.sample, specimen.depth_m,
           taxon == read.set.taxa.end()
               ? std::nullopt
               : std::optional(static_cast<int>(taxon - read.set.taxa.begin())),
           measurements_of(specimen, read.set.measurements)});
      read.fossils.push_back(specimen.fossil);
    }
    read.set.images.push_back(
        {image.file.string(), *places[image.specimen], std::move(image.pixels)});
  }
  naming.end("picture");
  return read;
}

void warn_of_specimens(const FoundImages& found, const ReadImages& read, Progress& progress) {
  if (found.without_specimen > 1) {
    progress.warning(
        "nothing says which of " + counted(found.without_specimen, "photograph") +
        " are of one specimen (no ending as _L3 or _front in their names, no --specimen-pattern, "
        "no column specimen): each counts as a specimen of its own. Where there are several of "
        "one, scores will flatter.");
  }
  if (read.undrawn > 0) {
    progress.warning(counted(read.undrawn, "fossil") +
                     " without pictures, which could not be made, left out");
  }
  if (read.skipped > 0) {
    progress.warning(counted(read.skipped, "picture") + " could not be used");
  }
  const std::vector<std::int64_t> counts = specimens_per_taxon(read.set);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] < 2) {
      progress.warning("taxon '" + printable(read.set.taxa[i]) + "' has " +
                       (counts[i] == 0 ? "no specimen whose pictures can be used"
                                       : "one specimen: it can be learned, or tested, not both"));
    }
  }
}

std::string inputs_text(const std::vector<fs::path>& inputs) {
  std::string text;
  for (const fs::path& input : inputs) {
    text += (text.empty() ? "" : ", ") + input.string();
  }
  return text;
}

void check(const ImageSetOptions& options) {
  for (const auto& [option, pattern] : {std::pair{"--specimen-pattern", options.specimen_pattern},
                                        std::pair{"--taxon-pattern", options.taxon_pattern}}) {
    if (!pattern.empty()) {
      group_in(option, pattern, "");
    }
  }
}

std::vector<std::string> parse_views(const std::string& text) {
  std::vector<std::string> views = split(text, ',');
  for (std::string& view : views) {
    view = std::string(trim(view));
    if (std::ranges::find(fossil_view_names(), view) == fossil_view_names().end()) {
      std::string known;
      for (const std::string& name : fossil_view_names()) {
        known += (known.empty() ? "" : ", ") + name;
      }
      throw option_error("--views", "'" + printable(view) + "' is none of: " + known);
    }
  }
  return views;
}

}  // namespace

const std::vector<std::string>& fossil_view_names() {
  static const std::vector<std::string> names = {
      "front",  "left",          "back",         "right",       "top",
      "bottom", "section-front", "section-left", "section-top", "projection"};
  return names;
}

void declare_image_set_options(OptionSet& options, ImageSetOptions& set) {
  options.positionals("pictures", &set.inputs,
                      "Each a folder of pictures (with a folder for each taxon, or without), a "
                      "picture, a table path,class,specimen,sample,depth (.csv), or a catalogue "
                      "NAME.fossils");
  options.section("Pictures");
  options.parsed(
      "views", "VIEW,VIEW", [&set](const std::string& text) { set.views = parse_views(text); },
      "Of a catalogue's fossils: front, left, back, right, top, bottom, section-front, "
      "section-left, section-top, projection",
      "all");
  options.text("specimen-pattern", "REGEX", &set.specimen_pattern,
               "Of photographs: the group in it, found in a file's name without its ending, is "
               "the specimen; otherwise what stands before a last _L3, _front, _view2 ...");
  options.text("taxon-pattern", "REGEX", &set.taxon_pattern,
               "The same for the taxon; otherwise the name of the folder that the photographs "
               "are in");
  options.flag("keep-label-strips", &set.keep_label_strips,
               "Do not cut white strips with labels off photographs");
}

void declare_image_form_options(OptionSet& options, ImageSetOptions& set) {
  options.section("What the network takes");
  options.parsed(
      "size", "PIXELS",
      [&set](const std::string& text) {
        const auto size = parse_integer(trim(text));
        if (!size || *size < 0 || *size > std::numeric_limits<int>::max()) {
          throw option_error("--size", "'" + printable(text) + "' is no number of pixels");
        }
        PrepareOptions prepare;
        prepare.size = static_cast<int>(*size);
        prepare.check();
        set.size = prepare.size;
      },
      "Edge of every picture", std::to_string(PrepareOptions().size));
  options.choice<int>("channels", &set.channels, {{"1", 1}, {"3", 3}},
                      "1: grey; 3: red, green and blue");
  options.flag("with-measurements", &set.with_measurements,
               "Sizes, form, chambers and walls of a catalogue's fossils join the pictures");
}

void take_form_of(const TaxonModel& model, ImageSetOptions& set) {
  set.size = model.size;
  set.channels = model.network->spec().channels;
  set.with_measurements = !model.measurements.empty();
  if (set.views.empty() && model.training.contains("views")) {
    set.views = model.training["views"].get<std::vector<std::string>>();
  }
}

ReadImages read_images(const ImageSetOptions& options, const CommandContext& context) {
  check(options);
  PrepareOptions prepare;
  prepare.size = options.size.value_or(prepare.size);
  prepare.channels = options.channels;
  prepare.cut_label_strips = !options.keep_label_strips;
  prepare.check();
  FoundImages found;
  for (const fs::path& input : options.inputs) {
    append(images_of(input, options, context), found);
  }
  ImageSet set = {prepare.size, prepare.channels, taxa_of(found.specimens), {}, {}, {}};
  if (options.with_measurements) {
    require_one_unit(found.measurements);
    set.measurements = found.measurements;
  }
  ReadImages read =
      joined(found, prepared_images(found, prepare, context), std::move(set), context.progress);
  const bool is_barren = !found.is_of_photographs && found.specimens.empty();
  if (read.set.images.empty() && !(is_barren && options.may_be_barren)) {
    throw Error(ErrorKind::format,
                inputs_text(options.inputs) + ": no picture that can be used; expected " +
                    "TIFF, PNG, JPEG or BMP files, in a folder for each taxon, or fossils in a "
                    "catalogue");
  }
  check(read.set);
  warn_of_specimens(found, read, context.progress);
  return read;
}

ImageSet read_image_set(const ImageSetOptions& options, const CommandContext& context) {
  return read_images(options, context).set;
}

}  // namespace fossilct
