// SPDX-License-Identifier: Apache-2.0
// make_taxon_report FILE [TAXA [SPECIMENS]]: writes the page of an evaluation that never was, to
// look at.
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "example_taxa.h"

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "make_taxon_report FILE [TAXA [SPECIMENS]]\n";
    return 2;
  }
  const int taxa = argc > 2 ? std::atoi(argv[2]) : 6;
  const int specimens = argc > 3 ? std::atoi(argv[3]) : 180;
  using namespace fossilct;
  const TaxonReport report = test::example_taxa(test::example_images(taxa, specimens));
  std::ofstream(argv[1], std::ios::binary)
      << taxon_report(report, score_taxa(judged_of(report), taxa));
  return 0;
}
