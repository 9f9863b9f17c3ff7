// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/command.h"
#include "apps/pictures/fossil_pictures.h"
#include "apps/pictures/slide_photo.h"
#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace {

class ViewsCommand : public Command {
 public:
  CommandHelp help() const override {
    return {
        "views CATALOGUE [options] | views --from-photo FILE --output FOLDER [options]",
        {"Draws each fossil of a catalogue, rejected ones too, without a display, as plain square "
         "grey pictures of one scale a fossil: six views held by its principal axes "
         "(views/ID_front.png, left, back, right, top, bottom), one cut open where its wall is "
         "known (ID_cut.png), three sections of the scan (ID_section-front.png, left, top), and "
         "the brightest of the scan in the body along its shortest axis (ID_projection.png). "
         "`fossilct render` makes its cards of them.",
         "Those that are there and whose fossil has not changed are not drawn again, whatever "
         "their options.",
         "With `--from-photo`, cuts the particles out of a photograph of a slide: blurred, "
         "thresholded, opened; small, concave and cut ones are refused, and counted. FOLDER then "
         "holds NAME_1.png ... and particles.csv, with the place and size of each."},
        {{"fossilct views core17.fossils/", "All fossils."},
         {"fossilct views core17.fossils/ --ids 1-12 --size 128 --again", "Twelve, smaller."},
         {"fossilct views core17.fossils/ --scale fixed --um-per-pixel 2 --again",
          "Pictures in which large fossils are large."},
         {"fossilct views --from-photo slide.jpg --output slide/ --crop 224",
          "The particles on a slide, 224 x 224 pixels each."}}};
  }

  void declare(OptionSet& options) override {
    options.positional("catalogue", &catalogue_, "The catalogue: a folder NAME.fossils");
    options.make_optional();
    declare_drawing_options(options, options_);
    options.choice<PictureScale>("scale", &options_.scale,
                                 {{"fit", PictureScale::fit}, {"fixed", PictureScale::fixed}},
                                 "fit: each fossil fills its pictures; fixed: all have one scale, "
                                 "at which the longest that is drawn fits");
    options.parsed(
        "um-per-pixel", "X", [this](const std::string& text) { take_um_per_pixel(text); },
        "The scale of --scale fixed; voxels a pixel where the voxel size is not known");
    declare_slide_options(options, photo_);
  }

  CommandResult run(const CommandContext& context) override {
    if (catalogue_.empty() == photo_.photo.empty()) {
      throw Error(ErrorKind::option, "give a CATALOGUE, or a photograph by --from-photo");
    }
    if (options_.pictures.um_per_pixel && options_.scale != PictureScale::fixed) {
      throw option_error("--um-per-pixel", "belongs to --scale fixed");
    }
    if (!photo_.photo.empty()) {
      return cut_slide_photo(photo_, context);
    }
    if (!photo_.output.empty()) {
      throw option_error("--output", "belongs to --from-photo; a catalogue keeps its pictures");
    }
    return draw_fossils(catalogue_, options_, context);
  }

 private:
  void take_um_per_pixel(const std::string& text) {
    const auto value = parse_double(trim(text));
    if (!value) {
      throw option_error("--um-per-pixel", "'" + printable(text) + "' is no number");
    }
    options_.pictures.um_per_pixel = *value;
    options_.pictures.check();
  }

  std::filesystem::path catalogue_;
  FossilPictureOptions options_;
  SlidePhotoOptions photo_;
};

}  // namespace

std::unique_ptr<Command> make_views_command() { return std::make_unique<ViewsCommand>(); }

}  // namespace fossilct
