// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "apps/cli/command.h"
#include "apps/fossils/fossil_crops.h"
#include "apps/pictures/fossil_pictures.h"
#include "apps/pictures/fossil_plates.h"
#include "apps/pictures/fossil_scene.h"
#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace {

enum class Mode { cards, plates, scene };

// Which of them an option belongs to; the common options belong to all.
struct ModeOption {
  const char* name;
  std::vector<Mode> modes;
};
const std::vector<ModeOption> options_of_modes = {
    {"ids", {Mode::cards, Mode::plates}},
    {"size", {Mode::cards}},
    {"width", {Mode::scene}},
    {"svg", {Mode::cards}},
    {"again", {Mode::cards}},
    {"overwrite", {Mode::plates, Mode::scene}},
    {"plate", {Mode::plates}},
    {"scene", {Mode::scene}},
    {"turntable", {Mode::scene}},
    {"frames", {Mode::scene}},
    {"scan", {Mode::scene}},
    {"opacity", {Mode::scene}},
};

void require_belonging(const std::vector<GivenOption>& given, Mode mode) {
  const std::array<const char*, 3> names = {"cards", "plates (--plate)",
                                            "a scene (--scene, --turntable)"};
  for (const GivenOption& option : given) {
    const auto found = std::ranges::find(options_of_modes, option.name, &ModeOption::name);
    if (found != options_of_modes.end() &&
        std::ranges::find(found->modes, mode) == found->modes.end()) {
      std::string wanted;
      for (const Mode other : found->modes) {
        wanted +=
            (wanted.empty() ? "" : " or ") + std::string(names[static_cast<std::size_t>(other)]);
      }
      throw option_error("--" + option.name, "is for " + wanted + ", what is drawn is " +
                                                 names[static_cast<std::size_t>(mode)]);
    }
  }
}

void require_extension(const std::string& option, const std::filesystem::path& path,
                       const std::string& extension) {
  if (!path.empty() && path.extension() != extension) {
    throw option_error(option, "'" + path.string() + "': expected a name in " + extension);
  }
}

class RenderCommand : public Command {
 public:
  CommandHelp help() const override {
    return {
        "render CATALOGUE [options] | render CATALOGUE --plate FILE.pdf | render LABELS --scene "
        "FILE.png [options]",
        {"Draws without a display. Of a catalogue, a card of each fossil, rejected ones too: "
         "views/ID_card.png, five pictures wide, and the pictures of `fossilct views` that it is "
         "made "
         "of, drawn once. "
         "Those that are there and whose fossil has not changed are not drawn again, whatever "
         "their options.",
         "With --plate: the fossils that count, for print, twenty a page, by class and size.",
         "With --scene, of a catalogue or of labels: the core as a whole, the fossils in the "
         "colours of their classes within the translucent rock of --scan; with --turntable as it "
         "turns once: 0001.png ..., and turntable.mp4 where the program ffmpeg is there."},
        {{"fossilct render core17.fossils/", "A card of each fossil."},
         {"fossilct render core17.fossils/ --ids 7 --size 512 --again", "One, larger."},
         {"fossilct render core17.fossils/ --plate core17.pdf", "Plates."},
         {"fossilct render core17.fossils/ --scan core17.h5 --scene core17.png",
          "The core and all its fossils."},
         {"fossilct render labels.h5 --scan core17.h5 --turntable film/ --frames 120",
          "Labels, from all sides."}}};
  }

  void declare(OptionSet& options) override {
    constexpr double most_dpi =
        1200;  // a view of a plate then has the 2,000 pixels that may be drawn
    options.positional("catalogue", &input_,
                       "The catalogue, a folder NAME.fossils; for a scene labels too");
    declare_drawing_options(options, cards_);
    options.number("dpi", "N", &cards_.dpi, 36, most_dpi,
                   "Pixels an inch: stated in the PNG files, drawn on plates");
    options.flag("svg", &cards_.svg,
                 "Cards as SVG too (views/ID_card.svg): words and lines sharp at any size");
    options.section("Plates");
    options.path("plate", "FILE", &plates_.output, "Draw plates for print: a name in .pdf");
    options.flag("overwrite", &overwrite_, "Replace plates, scene and turntable where they exist");
    options.section("Scene");
    options.path("scene", "FILE", &scene_.picture, "Draw the core as a whole: a name in .png");
    options.path("turntable", "FOLDER", &scene_.turntable, "Draw it turning: a folder");
    options.integer("frames", "N", &scene_.frames, 1, 9999, "Pictures of one turn");
    options.path("scan", "SCAN", &scene_.scan, "The scan they are from, for the rock");
    options.integer("width", "PIXELS", &scene_.scene.width, 200, 4096,
                    "Width of the picture; its height is four fifths of it");
    options.number("opacity", "SHARE", &scene_.scene.rock_opacity, 0, 1,
                   "Of the rock, straight through the core");
  }

  CommandResult run(const CommandContext& context) override {
    const Mode mode = mode_of(context.given);
    require_belonging(context.given, mode);
    require_extension("--plate", plates_.output, ".pdf");
    require_extension("--scene", scene_.picture, ".png");
    if (mode == Mode::plates) {
      plates_.ids = cards_.ids;
      plates_.dpi = cards_.dpi;
      plates_.backend = cards_.backend;
      plates_.overwrite = overwrite_;
      return draw_plates(input_, plates_, context);
    }
    if (mode == Mode::scene) {
      return scene(context);
    }
    cards_.cards = true;
    return draw_fossils(input_, cards_, context);
  }

 private:
  static Mode mode_of(const std::vector<GivenOption>& given) {
    const auto is_given = [&](const char* name) {
      return std::ranges::find(given, name, &GivenOption::name) != given.end();
    };
    if (is_given("plate")) {
      return Mode::plates;
    }
    return is_given("scene") || is_given("turntable") ? Mode::scene : Mode::cards;
  }

  CommandResult scene(const CommandContext& context) {
    scene_.dpi = cards_.dpi;
    scene_.backend = cards_.backend;
    scene_.overwrite = overwrite_;
    return draw_scene(input_, scene_, context);
  }

  std::filesystem::path input_;
  FossilPictureOptions cards_;
  FossilPlateOptions plates_;
  FossilSceneOptions scene_;
  bool overwrite_ = false;
};

}  // namespace

std::unique_ptr<Command> make_render_command() { return std::make_unique<RenderCommand>(); }

}  // namespace fossilct
