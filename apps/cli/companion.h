// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/progress.h"

namespace fossilct {

struct CommandRow;

// Thrown where the command is in another of our programs. Not an Error: main goes on there.
class CommandElsewhere : public std::exception {
 public:
  CommandElsewhere(std::string command, std::filesystem::path program, std::string needs = {})
      : command_(std::move(command)), program_(std::move(program)), needs_(std::move(needs)) {}
  const char* what() const noexcept override { return "the command is in another program"; }
  const std::string& command() const { return command_; }
  const std::filesystem::path& program() const { return program_; }  // from this one's folder
  const std::string& needs() const { return needs_; }  // what it is built with; may be empty

 private:
  std::string command_;
  std::filesystem::path program_;
  std::string needs_;
};

// The file of this program, links followed.
std::filesystem::path own_program();

// The program that has the command of `row`: this one, or a companion.
std::filesystem::path program_of(const CommandRow& row);

// What a program says, and the status of waitpid().
struct ProgramText {
  std::string text;
  int status = 0;
};

// Runs a program of ours to its end and returns its stdout; its stderr, too, where `with_errors`
// says so, else that is ours. It runs in `folder`, empty: in this one's. Hands a wish to stop on to
// it, and throws Cancelled when it has ended; Error{file} where it can't be started.
ProgramText text_of_program(const std::filesystem::path& program,
                            const std::vector<std::string>& arguments, bool with_errors,
                            const Progress& progress, const std::filesystem::path& folder = {});

// Why it failed: of the text with its errors the last line "fossilct: --roi: ... (see `fossilct
// help import`)" without what stands around the message; that a signal ended it, where one did.
std::string told_by_program(const ProgramText& said);

// Turns this process into the program that has the command, with the same arguments, so that
// streams, signals and exit code are the caller's without a word passed on. Does not return. Throws
// Error{file}, which names the program, where it can't be started.
[[noreturn]] void go_on_elsewhere(const CommandElsewhere& elsewhere,
                                  const std::vector<std::string>& arguments);

// Runs a command of ours as a process of its own and waits for it: what it says on stdout goes to
// stderr, where its progress is too. `row` is the command's in command_table(). Hands a wish to
// stop on to it and throws Cancelled when it stopped; Error{file} where it failed, which names the
// command (it has said why), or can't be started. One that ended with some items failed, which
// it has told, is done.
void run_command_elsewhere(const CommandRow& row, const std::vector<std::string>& arguments,
                           const Progress& progress);

}  // namespace fossilct
