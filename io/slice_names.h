// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fossilct {

// The order of a folder's slices, found in their names alone. Private to `io`.
struct SliceOrder {
  std::vector<std::size_t> order;     // order[n] = index of the name that is slice n
  std::int64_t step = 1;              // greatest common distance of the numbers
  std::vector<std::int64_t> missing;  // the first ten numbers that should be there and are not
  std::int64_t missing_count = 0;
  std::vector<std::int64_t> numbers;  // of slice n, where `numbered`
  std::string example_of_missing;  // the first missing number as a file name
  bool numbered = false;           // false: one name, or numbers of more digits than a count has
};

// The number of a slice is the last run of digits that varies within the names. Throws
// Error{format} beginning with `folder` where the names are of different patterns or series (an
// example of each is named) or where a number occurs twice.
SliceOrder order_slices(const std::vector<std::string>& names, const std::string& folder);

// The last number in the name of one file; nothing where it has none that fits 64 bits.
std::optional<std::int64_t> last_number(const std::string& file_name);

}  // namespace fossilct
