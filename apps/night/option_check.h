// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "apps/night/job_plan.h"
#include "base/progress.h"

namespace fossilct {

// Has every command look at the options that the job gives it, before anything runs; each way a
// command is called once, which takes as long as its program needs to start. Throws Error{option}
// that names the line of the job file where the message names an option that stands there.
void check_options_of_stages(const Job& job, const JobPlan& plan, const Progress& progress);

}  // namespace fossilct
