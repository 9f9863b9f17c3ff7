// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/help_text.h"

#include "apps/cli/command_line.h"

namespace fossilct {

namespace {

class HelpCommand : public Command {
 public:
  CommandHelp help() const override {
    return {
        "help [COMMAND]",
        {"Without a command it lists all of them. With --json, the options are told as programs "
         "read them; without a command those of all commands of this program file, the others "
         "by name."},
        {{"fossilct help import", "The options of import, with examples."},
         {"fossilct help segment --json", "Its options, with defaults and ranges, as JSON."}}};
  }

  void declare(OptionSet& options) override {
    options.positional("command", &topic_, "The command to explain");
    options.make_optional();
  }

  CommandResult run(const CommandContext& context) override {
    CommandResult result;
    result.text_is_report = false;
    if (context.common.json) {
      result.json = topic_.empty() ? all_commands_json()
                                   : options_json(command_row(command_table(), topic_.string()));
    }
    result.text = topic_.empty() ? overview_text(command_table())
                                 : help_of(command_row(command_table(), topic_.string()));
    return result;
  }

 private:
  static Json all_commands_json() {
    Json commands = Json::array();
    for (const CommandRow& row : command_table()) {
      commands.push_back(row.make == nullptr ? Json{{"name", row.name}, {"summary", row.summary}}
                                             : options_json(row));
    }
    return {{"commands", std::move(commands)}};
  }

  std::filesystem::path topic_;
};

}  // namespace

std::unique_ptr<Command> make_help_command() { return std::make_unique<HelpCommand>(); }

}  // namespace fossilct
