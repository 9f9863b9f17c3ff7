// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace fossilct {

// Private to `night`: what a child writes to its log, line by line, from where the log ended when
// this object was made.
class LogLines {
 public:
  explicit LogLines(const std::filesystem::path& log);

  // Whole lines that came since the last call.
  std::vector<std::string> take();
  // Of all that came: the last line of an error ("fossilct: ...") with those behind it, as one
  // line; else the last line; cut where it is long.
  std::string last_words() const;

 private:
  std::filesystem::path log_;
  std::int64_t at_ = 0;
  std::string rest_;   // of a line that has not ended
  std::string error_;  // since the last line that began one
  std::string last_;
};

}  // namespace fossilct
