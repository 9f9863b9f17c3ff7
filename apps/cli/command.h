// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "apps/cli/options.h"
#include "apps/cli/terminal.h"
#include "base/json.h"
#include "base/progress.h"
#include "base/threads.h"

namespace fossilct {

// Options that every command has.
struct CommonOptions {
  std::filesystem::path config;
  bool json = false;
  bool quiet = false;
  bool verbose = false;
  int threads = available_threads();
  bool check_options = false;
};

// What a command is given beside its own options.
struct CommandContext {
  TerminalProgress& progress;
  const CommonOptions& common;
  std::string command_line;        // as it could be typed again, for the provenance
  std::vector<GivenOption> given;  // on it and in the configuration file
};

// What a command has to say on stdout: `json` with --json, else `text`. A text that is only a
// report of what was done is left out with --quiet; one that is what the user asked for is not.
struct CommandResult {
  Json json;
  std::string text;
  bool text_is_report = true;
  bool has_failed_items = false;  // done, but not for all: each was told, the exit code tells too
};

// Cancelled where what was done is not lost: the message says how to go on.
class Interrupted : public Cancelled {
 public:
  explicit Interrupted(std::string message) : message_(std::move(message)) {}
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  std::string message_;
};

struct Example {
  std::string line;     // "fossilct info core.h5"
  std::string meaning;  // a sentence
};

struct CommandHelp {
  std::string usage;                     // behind "fossilct "
  std::vector<std::string> description;  // paragraphs
  std::vector<Example> examples;
};

// One command: apps/<name>.cc holds one subclass, its options struct, and
//   std::unique_ptr<Command> make_<name>_command();
// and nothing else knows of it but its row in apps/CMakeLists.txt.
class Command {
 public:
  Command() = default;
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;
  virtual ~Command() = default;

  virtual CommandHelp help() const = 0;
  // Options that fill fields of this object.
  virtual void declare(OptionSet& options) = 0;
  // Throws Error and Cancelled.
  virtual CommandResult run(const CommandContext& context) = 0;
};

// A row of the table that drives dispatch, help and "did you mean".
struct CommandRow {
  std::string name;
  std::string summary;
  // Null where the command is in another of our programs, so that this one starts without the
  // libraries it needs (LibTorch, VTK). See docs/decisions/014-companion-programs.md.
  std::unique_ptr<Command> (*make)() = nullptr;
  std::filesystem::path program = {};  // that other program, from the folder of this one
  std::string needs = {};              // what must be there to build it, where that is optional
};

// All commands of this build in the order of apps/CMakeLists.txt, which generates this function; a
// companion program has the same rows.
std::span<const CommandRow> command_table();

}  // namespace fossilct
