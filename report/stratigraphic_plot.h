// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report/markup.h"

namespace fossilct {

// One taxon down the well: percent of the specimens of each sample; NaN leaves a gap.
struct StratigraphicPanel {
  std::string title;
  std::vector<double> percent;
  std::vector<double> low = {};  // ends of the interval, or empty
  std::vector<double> high = {};
  std::vector<double> other = {};  // a second curve, dashed; empty: none
};

// As micropalaeontologists draw the taxa of a well: panels side by side over one axis of depth,
// which goes down, all at the same percent a millimetre; panels are as wide as their taxon needs.
struct StratigraphicPlot {
  std::string description;           // one sentence, for those who can't see it
  std::vector<std::string> samples;  // names, told under the pointer
  std::vector<double> depth_m = {};  // one a sample, downwards; empty: samples one below the other
  std::vector<StratigraphicPanel> panels;
  std::string name = "percent";  // of the curves, for the legend where there is a second
  std::string other_name = {};
};
// An SVG for a page of html_page.h, as those of svg_plot.h. Filled from the axis to the curve, a
// line across at each sample for its interval. Panels that do not fit beside each other go into
// rows below. Asserts that lists are as long as `samples`.
Markup stratigraphic_plot(const StratigraphicPlot& plot);

}  // namespace fossilct
