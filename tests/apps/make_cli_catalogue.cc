// SPDX-License-Identifier: Apache-2.0
// make_cli_catalogue FOLDER: catalogues for the tests of the command line, t.fossils of 14 fossils
// and u.fossils of another scan, and well.sqlite of both.
#include <iostream>

#include "specimens/well.h"
#include "tests/specimens/catalogue_files.h"

int main(int argc, char** argv) {
  using namespace fossilct;
  if (argc != 2) {
    std::cerr << "usage: make_cli_catalogue FOLDER\n";
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  for (const char* name : {"t.fossils", "u.fossils", "well.sqlite"}) {
    std::filesystem::remove_all(folder / name);
  }
  {
    Catalogue catalogue = test::make_test_catalogue(folder / "t.fossils", 14);
    Catalogue::Change change(catalogue);
    change.retire(14, 13, "merged");
    change.decide({2, DecisionKind::accept, "", "A. Reader"});
    change.decide({3, DecisionKind::reject, "", "A. Reader"});
    change.commit();
  }
  { test::make_test_catalogue(folder / "u.fossils", 3, "core-u"); }
  const DepthTable depths = {"depth.csv", {{"core-t", 1200, 1200.5}, {"core-u", 1201, 1201.5}}};
  merge_catalogues(std::vector{folder / "t.fossils", folder / "u.fossils"}, depths,
                   folder / "well.sqlite");
}
