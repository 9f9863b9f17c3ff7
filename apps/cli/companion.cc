// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/companion.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/error.h"

namespace fossilct {

namespace fs = std::filesystem;

void go_on_elsewhere(const CommandElsewhere& elsewhere, const std::vector<std::string>& arguments) {
  // The kernel knows where this program lies, links followed; argv[0] may be any word.
  const fs::path folder = fs::read_symlink("/proc/self/exe").parent_path();
  const fs::path program = (folder / elsewhere.program()).lexically_normal();
  std::vector<std::string> words = {program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) {
    argv.push_back(word.data());
  }
  argv.push_back(nullptr);
  ::execv(program.c_str(), argv.data());
  const std::error_code failure(errno, std::generic_category());
  throw file_error(program, "this program, which has the command " + elsewhere.command() +
                                ", can't be started: " + failure.message() +
                                "; fossilct must be installed (or built) whole" +
                                (elsewhere.needs().empty()
                                     ? ""
                                     : "; this part is built where there is " + elsewhere.needs()));
}

}  // namespace fossilct
