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

// `segment.axes` is the option axes of segment, which is one of `stages`; a key without a dot is an
// option of every stage that has it.
JobOption option_with_stage(const Job& job, const IniEntry& entry,
                            const std::vector<std::string>& stages);

// Reads [scan NAME] and [scans] of `sections` into job.scans. Throws as read_job().
void add_scans(Job& job, const std::vector<IniSection>& sections,
               const std::vector<IniEntry>& defaults);
// Those that came into a folder, each as if a pattern matched it.
void add_arrived(Job& job, const std::vector<std::filesystem::path>& arrived,
                 const std::vector<IniEntry>& defaults);

// A notice where some scans have a depth in the well and others have none.
void note_missing_depths(Job& job);

}  // namespace fossilct
