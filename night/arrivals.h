// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace fossilct {

// Scans that come into a folder while somebody waits for them, as a scanner or a copy leaves them
// there: files, and folders of slices.
class Arrivals {
 public:
  // `rest_seconds`: for how long nothing of one must change before it counts as complete.
  Arrivals(std::filesystem::path folder, double rest_seconds);

  // Looks at the folder; returns those that are new and complete, in the order of their names, each
  // once. Complete: not empty, and at every look for rest_seconds of the same size, number of files
  // and time of change. Hidden names are passed over, and those that copying programs give to
  // unfinished files (.part, .partial, .tmp, .filepart, .crdownload). One that changed after it was
  // returned is not returned again. `now`: seconds of any clock that does not go back. Throws
  // Error{file} where the folder can't be read. Cost: one look at each file below it.
  std::vector<std::filesystem::path> look(double now);

 private:
  struct Seen {
    std::string stamp;
    double since = 0;
  };

  std::filesystem::path folder_;
  double rest_seconds_;
  std::map<std::filesystem::path, Seen> resting_;
  std::set<std::filesystem::path> returned_;
};

}  // namespace fossilct
