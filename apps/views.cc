// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/command.h"
#include "apps/pictures/fossil_pictures.h"

namespace fossilct {

namespace {

class ViewsCommand : public Command {
 public:
  CommandHelp help() const override {
    return {
        "views CATALOGUE [options]",
        {"Draws each fossil of a catalogue, rejected ones too, without a display, as plain square "
         "grey pictures of one scale a fossil: six views held by its principal axes "
         "(views/ID_front.png, left, back, right, top, bottom), one cut open where its wall is "
         "known (ID_cut.png), and three sections of the scan (ID_section-front.png, left, top). "
         "`fossilct render` makes its cards of them.",
         "Those that are there and whose fossil has not changed are not drawn again, whatever "
         "their options."},
        {{"fossilct views core17.fossils/", "All fossils."},
         {"fossilct views core17.fossils/ --ids 1-12 --size 128 --again", "Twelve, smaller."}}};
  }

  void declare(OptionSet& options) override {
    options.positional("catalogue", &catalogue_, "The catalogue: a folder NAME.fossils");
    declare_drawing_options(options, options_);
  }

  CommandResult run(const CommandContext& context) override {
    return draw_fossils(catalogue_, options_, context);
  }

 private:
  std::filesystem::path catalogue_;
  FossilPictureOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_views_command() { return std::make_unique<ViewsCommand>(); }

}  // namespace fossilct
