// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "apps/cli/options.h"
#include "base/ini.h"

namespace fossilct {

// The entries of a configuration file that concern `command`: those above the first heading and
// those under [command]. Those of other commands are passed over, so that one file can serve
// several. Throws Error{option} with file and line: a section that is no command, a key that is no
// option of this command, a key given twice (both with "did you mean").
std::vector<GivenOption> options_from_config(const std::vector<IniSection>& sections,
                                             const std::filesystem::path& path,
                                             const std::string& command,
                                             const std::vector<std::string>& all_commands,
                                             const OptionSet& options);

}  // namespace fossilct
