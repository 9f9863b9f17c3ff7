// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to `report`: where an axis is marked.

#include <string>
#include <vector>

namespace fossilct {

struct Tick {
  double value = 0;
  std::string text;
};

struct TickMarks {
  std::vector<Tick> labelled;
  std::vector<double> minor;  // between them, without a label
};

// Round numbers (1, 2 or 5 times a power of ten apart) within [low, high], at most `most` (2 or
// more); `whole`: none between whole numbers. Asserts low < high, both finite.
TickMarks linear_ticks(double low, double high, int most, bool whole = false);

// Powers of ten, every second or third of them where there are many; also 2 and 5 times where there
// are few, and more multiples where these are fewer than four; round numbers as above within half a
// decade where there would be fewer than three. Minor ticks at the whole multiples. Asserts
// 0 < low < high.
TickMarks log_ticks(double low, double high, int most);

}  // namespace fossilct
