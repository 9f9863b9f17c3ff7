// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "report/fossil_report.h"

namespace fossilct::test {

// A report of so many fossils that never were: tests of foraminifera, ostracods and others as
// analytic shapes, the same on every machine; mesh and
// pictures of a thousand at most. Names hold what must do no harm.
FossilReport made_up_report(std::size_t fossils);

}  // namespace fossilct::test
