// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "night/child.h"
#include "night/job.h"

namespace fossilct {

// Private to `night`: what the end of a stage's process means, in words for a person.

// It did what it was asked for, be it but for some items.
bool is_done(const ChildEnd& end);
// A crash, a memory that did not suffice, no progress: less of all may come through.
bool less_may_help(const ChildEnd& end);
// Of one that is not done: one line each.
std::string reason_of(const ChildEnd& end, const JobLimits& limits);
std::string remedy_of(const ChildEnd& end);
// Of one that is done: empty, or that some items failed.
std::string remark_of(const ChildEnd& end);

}  // namespace fossilct
