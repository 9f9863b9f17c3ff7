// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/help_text.h"

#include "apps/cli/command_line.h"

namespace fossilct {

namespace {

class HelpCommand : public Command {
 public:
  CommandHelp help() const override {
    return {"help [COMMAND]",
            {"Without a command it lists all of them."},
            {{"fossilct help import", "The options of import, with examples."}}};
  }

  void declare(OptionSet& options) override {
    options.positional("command", &topic_, "The command to explain");
    options.make_optional();
  }

  CommandResult run(const CommandContext&) override {
    CommandResult result;
    result.text_is_report = false;
    result.text = topic_.empty() ? overview_text(command_table())
                                 : help_of(command_row(command_table(), topic_.string()));
    return result;
  }

 private:
  std::filesystem::path topic_;
};

}  // namespace

std::unique_ptr<Command> make_help_command() { return std::make_unique<HelpCommand>(); }

}  // namespace fossilct
