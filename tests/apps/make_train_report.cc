// SPDX-License-Identifier: Apache-2.0
// make_train_report FILE [CLASSES [EPOCHS [SLICES [WIDTH HEIGHT]]]]: writes the report of a
// training that never was, to look at.
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "example_training.h"

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "make_train_report FILE [CLASSES [EPOCHS [SLICES [WIDTH HEIGHT]]]]\n";
    return 2;
  }
  const auto number = [&](int place, int otherwise) {
    return place < argc ? std::atoi(argv[place]) : otherwise;
  };
  const fossilct::test::ExampleOptions options = {.classes = number(2, 4),
                                                  .epochs = number(3, 40),
                                                  .slices = number(4, 12),
                                                  .width = number(5, 160),
                                                  .height = number(6, 160)};
  std::ofstream(argv[1], std::ios::binary)
      << fossilct::training_report(fossilct::test::example_training(options));
  return 0;
}
