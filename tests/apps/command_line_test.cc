// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/command_line.h"

#include <doctest/doctest.h>

#include "apps/cli/help_text.h"
#include "base/error.h"
#include "base/text.h"
#include "support.h"

namespace fossilct {

namespace {

// Says what it was given.
class EchoCommand : public Command {
 public:
  CommandHelp help() const override {
    return {"echo WORD", {"Says the word."}, {{"fossilct echo a", "Says a."}}};
  }
  void declare(OptionSet& options) override {
    options.positional("word", &word_, "What to say");
    options.section("How");
    options.integer("times", "N", &times_, 1, 3,
                    "How often the word is said; a long help that must be broken into several "
                    "lines so that it can be read in a terminal of a hundred columns");
  }
  CommandResult run(const CommandContext& context) override {
    return {{{"word", word_.string()}, {"threads", context.common.threads}},
            word_.string() + " x" + std::to_string(times_) + " " + context.command_line + "\n",
            true};
  }

 private:
  std::filesystem::path word_;
  int times_ = 1;
};

std::unique_ptr<Command> make_echo() { return std::make_unique<EchoCommand>(); }
const std::vector<CommandRow> table = {{"echo", "Says a word", &make_echo},
                                       {"import", "Another name", &make_echo},
                                       {"learn", "Is elsewhere", nullptr, "../libexec/other"}};

std::string run(const std::vector<std::string>& arguments) {
  TerminalProgress progress(
      TerminalStyle{}, [](std::string_view) {}, [] { return 80; });
  return run_command_line(arguments, table, progress).text;
}

std::string failure(const std::vector<std::string>& arguments) {
  return test::message_of<Error>([&] { run(arguments); });
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a command runs, with its line as it could be typed again") {
  CHECK(run({"echo", "it's", "--times", "2"}) == "it's x2 fossilct echo 'it'\\''s' --times 2\n");
  CHECK(run({"echo", "a", "--quiet"}).empty());
  const Json json = parse_json(run({"echo", "a", "--json", "--threads", "3"}));
  CHECK(json["word"] == "a");
  CHECK(json["threads"] == 3);
}

TEST_CASE("options may stand in a configuration file") {
  const test::TemporaryFolder folder;
  test::write_file(folder / "a.ini", "[echo]\ntimes = 3\nthreads = 2\n");
  CHECK(run({"echo", "a", "--config", (folder / "a.ini").string()}).starts_with("a x3"));
  test::write_file(folder / "b.ini", "times = 4\n");
  CHECK(contains(failure({"echo", "a", "--config", (folder / "b.ini").string()}),
                 "b.ini line 1: --times: '4' is not a whole number from 1 to 3"));
}

TEST_CASE("wrong usage is told with the nearest right one") {
  CHECK(contains(failure({"imprt"}), "there is no command 'imprt'; did you mean import?"));
  CHECK(contains(failure({"--json", "echo"}), "the command comes first"));
  CHECK(contains(failure({"echo", "a", "--quiet", "--verbose"}), "exclude each other"));
  CHECK(contains(failure({"echo", "a", "--threads", "0"}), "from 1 to 1024"));
  CHECK(usage_hint({"echo", "a"}, table) == " (see `fossilct help echo`)");
  CHECK(usage_hint({"eco"}, table) == " (see `fossilct help`)");
}

TEST_CASE("help shows every option with default and range, within its columns") {
  const std::string help = run({"echo", "--help", "--whatever"});
  CHECK(help == help_of(table[0]));
  CHECK(contains(help, "Usage: fossilct echo WORD"));
  CHECK(contains(help, "How:\n      --times N"));
  CHECK(contains(help, "(1 to 3; default 1)"));
  CHECK(contains(help, "  -q, --quiet"));
  CHECK(contains(help, "Exit codes:"));
  for (const std::string& text : {help, overview_text(table)}) {
    for (const std::string& line : split(text, '\n')) {
      CHECK_MESSAGE(line.size() <= help_columns, line);
    }
  }
}

TEST_CASE("without arguments all commands are listed") {
  CHECK(run({}) == overview_text(table));
  CHECK(contains(run({}), "  echo    Says a word\n"));
  CHECK(run({"--version"}).starts_with("fossilct "));
}

TEST_CASE("a command of another program is named with it, whatever is asked of it") {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"learn", "a", "--no-such-option"}, {"learn", "--help"}}) {
    try {
      run(arguments);
      FAIL("nothing was thrown");
    } catch (const CommandElsewhere& elsewhere) {
      CHECK(elsewhere.command() == "learn");
      CHECK(elsewhere.program() == "../libexec/other");
    }
  }
  CHECK(contains(run({"--help"}), "Is elsewhere"));
  CHECK(contains(failure({"laern"}), "did you mean learn?"));
}

}  // namespace fossilct
