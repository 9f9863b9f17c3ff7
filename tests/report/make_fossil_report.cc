// SPDX-License-Identifier: Apache-2.0
// make_fossil_report FOLDER COUNT [folder]: a report of made-up fossils, to look at and for the
// browser's test.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "made_up_fossils.h"

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "make_fossil_report FOLDER COUNT [folder]\n";
    return 2;
  }
  fossilct::ReportOptions options;
  options.form = argc > 3 ? fossilct::ReportForm::folder : fossilct::ReportForm::automatic;
  const auto written = fossilct::fossil_report_html(
      fossilct::test::made_up_report(static_cast<std::size_t>(std::stoul(argv[2]))), options);
  for (const fossilct::ReportFile& file : written.files) {
    const std::filesystem::path path = std::filesystem::path(argv[1]) / file.name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream stream(path, std::ios::binary);
    stream << file.content;
    if (!stream.flush()) {
      std::cerr << path << ": can't be written\n";
      return 1;
    }
  }
  for (const std::string& remark : written.remarks) {
    std::cout << remark << '\n';
  }
}
