// SPDX-License-Identifier: Apache-2.0
#include "apps/fossils/extract_options.h"

#include <algorithm>

#include "apps/cli/given_text.h"
#include "apps/scans/scan_options.h"
#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace {

constexpr double largest_um = 1e9;

std::uint32_t class_value(const std::string& option, const std::string& text,
                          const std::vector<LabelClass>& known) {
  const auto named =
      std::find_if(known.begin(), known.end(), [&](const LabelClass& c) { return c.name == text; });
  const auto value = named != known.end() ? std::optional(named->value) : parse_integer(text);
  if (value && *value > 0 && *value <= 0xffff'fffe) {
    return static_cast<std::uint32_t>(*value);
  }
  std::string names;
  for (const LabelClass& c : known) {
    names += c.value == 0 ? "" : (names.empty() ? "" : ", ") + c.name;
  }
  throw option_error(option, "'" + printable(text) +
                                 "' is no class of fossils; expected a label above 0" +
                                 (names.empty() ? "" : ", or one of: " + names));
}

void declare_inputs(OptionSet& options, ExtractSettings& s) {
  options.positional("labels", &s.labels, "The labels: what `fossilct segment` wrote, or others");
  options.section("Input and output");
  options.path(
      "scan", "SCAN", &s.scan,
      "The scan they are of; without it nothing is told of grey values, walls and chambers");
  options.path("uncertainty", "FILE", &s.uncertainty,
               "How unsure the labels are (NAME.entropy.h5 of `segment --uncertainty`); `review` "
               "then begins with the doubtful fossils");
  options.path("output,o", "FOLDER", &s.output,
               "The catalogue, as core17.fossils; one of the same scan is brought up to date, and "
               "its fossils keep their ids");
  options.require();
  options.parsed(
      "name", "NAME",
      [&s](const std::string& name) {
        require_text("--name", name);
        s.name = trim(name);
        if (s.name.empty()) {
          throw option_error("--name", "the name is empty");
        }
      },
      "What the scan is called in the catalogue, in a well and its depth table",
      "that of its file, or of its folder where that says nothing");
  options.flag("overwrite", &s.overwrite,
               "Begin a new catalogue where there is one: its ids and decisions are lost");
  options.flag("retire-reviewed", &s.retire_reviewed,
               "Go on where fossils that were decided on, noted or photographed are not found "
               "again, where corrections by hand are undone, or where no fossil keeps its id");
}

void declare_finding(OptionSet& options, ExtractSettings& s) {
  ExtractionOptions& e = s.extraction;
  options.section("What is a fossil");
  options.parsed(
      "classes", "LIST", [&s](const std::string& text) { s.classes = split(text, ','); },
      "Labels that are fossils, by value or name, with commas between", "all but 0");
  options.flag("apart", &e.classes_apart,
               "Neighbours of different classes are different fossils, instead of one");
  options.choice<Connectivity>(
      "connectivity", &e.connectivity,
      {{"6", Connectivity::faces}, {"18", Connectivity::edges}, {"26", Connectivity::corners}},
      "Which voxels are neighbours");
  options.number("min-diameter-um", "UM", &e.min_diameter_um, 0, largest_um,
                 "Smaller bodies, by equivalent diameter, are counted and not kept; 0 = 8 voxel "
                 "edges");
  options.choice<SplitMode>(
      "split", &e.split.mode,
      {{"none", SplitMode::none}, {"auto", SplitMode::automatic}, {"always", SplitMode::always}},
      "Take touching fossils apart: never, where necks and hollows of the "
      "outline say so, or at every neck");
  options.number("split-depth", "X", &e.split.depth, 0, 1,
                 "How much thinner than the thinner of its sides a neck must be, as a share");
}

void declare_measuring(OptionSet& options, ExtractSettings& s) {
  ExtractionOptions& e = s.extraction;
  options.section("Measuring");
  options.text("wall-class", "CLASS", &s.wall_class,
               "The class that stands for test walls, by value or name; without it walls are found "
               "by their grey values");
  options.flag("no-anatomy", &s.no_anatomy, "Do not tell walls, lumen and chambers apart");
  options.integer("margin", "VOXELS", &e.margin_voxels, 1, 1000,
                  "Voxels around each fossil in its crop");
  options.number("confidence", "PERCENT", &s.confidence, 50, 99.9,
                 "Level of the intervals of counts");
  options.section("Machine");
  options.integer(
      "largest-crop", "VOXELS", &e.most_crop_voxels, 64, std::int64_t{1} << 31,
      "Fossils whose crop holds more are not split, and measured at 1/2, 1/4 ... of the "
      "resolution");
  options.number("memory", "GIB", &s.memory_gib, 0, 1e6,
                 "For crops and the work on them, 0.25 or more; 0 = half of what is free");
}

}  // namespace

void declare_extract_options(OptionSet& options, ExtractSettings& settings) {
  declare_inputs(options, settings);
  declare_finding(options, settings);
  declare_measuring(options, settings);
  declare_reading_options(options, settings.open);
}

void settle_classes(ExtractSettings& settings, const std::vector<LabelClass>& known) {
  for (const std::string& text : settings.classes) {
    settings.extraction.classes.push_back(class_value("--classes", std::string(trim(text)), known));
  }
  if (!settings.wall_class.empty()) {
    settings.extraction.wall_class = class_value("--wall-class", settings.wall_class, known);
  }
}

}  // namespace fossilct
