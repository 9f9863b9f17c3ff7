// SPDX-License-Identifier: Apache-2.0
// make_morning FILE: the page of a night that never was, to look at in a browser.
#include "base/atomic_file.h"
#include "tests/apps/example_morning.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    return 2;
  }
  fossilct::write_file_atomically(
      argv[1],
      fossilct::morning_html(fossilct::test::example_night(false), fossilct::test::example_facts(),
                             fossilct::test::night_began + 1000));
  return 0;
}
