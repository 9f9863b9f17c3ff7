// SPDX-License-Identifier: Apache-2.0
#include "report/ticks.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "report/numbers.h"

namespace fossilct {

namespace {

constexpr double slack = 1e-9;  // of a step: a tick that rounding has pushed over the end counts

// The next longer of the round steps 1, 2, 5, 10 ... times a power of ten.
double round_step_from(double step) {
  const double power = std::pow(10, std::floor(std::log10(step)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= step * (1 - slack)) {
      return factor * power;
    }
  }
  return 10 * power;
}

std::int64_t first_multiple(double low, double step) {
  return static_cast<std::int64_t>(std::ceil(low / step - slack));
}

std::int64_t last_multiple(double high, double step) {
  return static_cast<std::int64_t>(std::floor(high / step + slack));
}

// All labels of an axis have the same number of decimals.
std::vector<Tick> labelled_ticks(double step, std::int64_t first, std::int64_t last) {
  const int decimals = std::max(0, -static_cast<int>(std::floor(std::log10(step) + slack)));
  const double largest = step * static_cast<double>(std::max(std::abs(first), std::abs(last)));
  std::vector<Tick> ticks;
  for (std::int64_t i = first; i <= last; ++i) {
    const double value = static_cast<double>(i) * step;
    const bool as_power = reads_better_as_power(largest);
    const std::string text = as_power ? number_text(value) : decimal_text(value, decimals);
    ticks.push_back({value, text});
  }
  return ticks;
}

}  // namespace

TickMarks linear_ticks(double low, double high, int most, bool whole) {
  assert(std::isfinite(low) && std::isfinite(high) && low < high && most >= 2);
  double step = round_step_from((high - low) / most);
  step = whole ? std::max(1.0, step) : step;
  while (last_multiple(high, step) - first_multiple(low, step) + 1 > most) {
    step = round_step_from(step * 1.5);
  }
  return {labelled_ticks(step, first_multiple(low, step), last_multiple(high, step)), {}};
}

// Where there are few powers of ten: the fewest of the round multiples that make an axis of four
// labels or more, if `most` lets them; a narrow axis gets what there is.
std::vector<int> labelled_factors(double low, double high, int most) {
  const std::vector<std::vector<int>> choices = {
      {1, 2, 5}, {1, 2, 3, 5, 7}, {1, 2, 3, 4, 5, 6, 7, 8, 9}};
  std::vector<int> chosen = choices.front();
  for (const std::vector<int>& factors : choices) {
    std::int64_t count = 0;
    for (const int factor : factors) {
      const double first = std::ceil(std::log10(low / factor) - slack);
      const double last = std::floor(std::log10(high / factor) + slack);
      count += static_cast<std::int64_t>(last - first) + 1;
    }
    if (count > most) {
      break;
    }
    chosen = factors;
    if (count >= std::min(4, most)) {
      break;
    }
  }
  return chosen;
}

TickMarks log_ticks(double low, double high, int most) {
  assert(0 < low && low < high && std::isfinite(high));
  const int first = static_cast<int>(std::ceil(std::log10(low) - slack));
  const int last = static_cast<int>(std::floor(std::log10(high) + slack));
  const int decades = last - first + 1;
  if (decades < 1 && high / low < 4) {
    return linear_ticks(low, high, most);
  }
  TickMarks marks;
  const std::vector<int> factors =
      decades <= 2 ? labelled_factors(low, high, most) : std::vector<int>{1};
  const int every = std::max(1, (decades + most - 1) / most);
  for (int exponent = first - 1; exponent <= last; ++exponent) {
    for (int factor = 1; factor <= 9; ++factor) {
      const double value = factor * std::pow(10, exponent);
      const bool is_labelled =
          std::ranges::find(factors, factor) != factors.end() && (exponent - first) % every == 0;
      if (value < low * (1 - slack) || value > high * (1 + slack)) {
        continue;
      }
      if (is_labelled) {
        marks.labelled.push_back({value, number_text(value)});
      } else if (every == 1 || factor == 1) {
        marks.minor.push_back(value);
      }
    }
  }
  constexpr std::size_t few = 3;
  return marks.labelled.size() < few && high / low < 4 ? linear_ticks(low, high, most) : marks;
}

}  // namespace fossilct
