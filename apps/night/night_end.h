// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "base/progress.h"
#include "night/job.h"
#include "night/journal.h"

namespace fossilct {

// What follows the stages of a run, whatever became of them.

// The page of the morning and the summary, as the stage `index` of the journal: one that fails is
// told there and by a warning. Nothing where the job does not want it.
void make_index(const Job& job, JobJournal& journal, Progress& progress);

// Tells that the run is over as the job asks for: `on-done` gets the job's folder as its last
// argument, and FOSSILCT_JOB (the same), FOSSILCT_OUTCOME (done, failed) and FOSSILCT_PAGE
// (index.html) as variables; `mail-to` a letter through `sendmail`, a program, or nothing where
// there is none: a warning then. What goes wrong is a warning: the night's work is done.
void tell_end(const Job& job, const NightRecord& night, const std::filesystem::path& sendmail,
              Progress& progress);

// Where mail programs have it: /usr/sbin/sendmail, or /usr/lib/sendmail.
std::filesystem::path usual_sendmail();

}  // namespace fossilct
