// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "night/job.h"

namespace fossilct {

// Private to `night`: the scans of a job file.

// `value` counted from the folder of the job file.
std::filesystem::path path_from(const std::filesystem::path& job_file, const std::string& value);

// Reads [scan NAME] and [scans] of `sections` into job.scans. Throws as read_job().
void add_scans(Job& job, const std::vector<IniSection>& sections,
               const std::vector<IniEntry>& defaults);

}  // namespace fossilct
