// SPDX-License-Identifier: Apache-2.0
#include "apps/taxa/abundance_page.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/csv.h"
#include "base/text.h"
#include "base/version.h"
#include "report/html_page.h"
#include "report/html_parts.h"
#include "report/numbers.h"
#include "report/stratigraphic_plot.h"
#include "report/svg_plot.h"

namespace fossilct {

namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
constexpr const char* ratio_name = "planktonic of planktonic and benthic";

std::string field(double value) { return std::isfinite(value) ? format_rounded(value) : ""; }

std::string share_fields(std::int64_t count, std::int64_t total, double level) {
  const Share share = share_of(count, total, level);
  return std::to_string(count) + "," + std::to_string(total) + "," + field(100 * share.value) +
         "," + field(100 * share.low) + "," + field(100 * share.high);
}

std::string row_begin(const AbundanceSample& sample, const std::string& taxon) {
  return csv_field(sample.name) + "," + (sample.depth_m ? format_rounded(*sample.depth_m) : "") +
         "," + csv_field(taxon) + ",";
}

StratigraphicPanel panel_of(const std::string& title,
                            const std::vector<std::pair<std::int64_t, std::int64_t>>& counts,
                            double level) {
  StratigraphicPanel panel = {.title = title, .percent = {}};
  for (const auto& [count, total] : counts) {
    const Share share = share_of(count, total, level);
    panel.percent.push_back(100 * share.value);
    panel.low.push_back(100 * share.low);
    panel.high.push_back(100 * share.high);
  }
  return panel;
}

StratigraphicPanel taxon_panel(const AbundanceResult& result, std::size_t taxon) {
  std::vector<std::pair<std::int64_t, std::int64_t>> counts;
  for (const AbundanceSample& sample : result.found.samples) {
    counts.emplace_back(sample.counts[taxon], sample.total);
  }
  StratigraphicPanel panel = panel_of(result.found.taxa[taxon], counts, result.level);
  if (result.manual) {
    panel.other = percents_of(*result.manual, taxon);
  }
  return panel;
}

StratigraphicPlot empty_plot(const Abundance& table, const std::string& description) {
  StratigraphicPlot plot = {.description = description, .samples = {}, .panels = {}};
  const bool all_have_depth = std::ranges::all_of(
      table.samples, [](const AbundanceSample& sample) { return sample.depth_m.has_value(); });
  for (const AbundanceSample& sample : table.samples) {
    plot.samples.push_back(sample.name);
    if (all_have_depth) {
      plot.depth_m.push_back(*sample.depth_m);
    }
  }
  return plot;
}

std::vector<std::int64_t> totals_of(const Abundance& table) {
  std::vector<std::int64_t> totals(table.taxa.size());
  for (const AbundanceSample& sample : table.samples) {
    for (std::size_t i = 0; i < totals.size(); ++i) {
      totals[i] += sample.counts[i];
    }
  }
  return totals;
}

StratigraphicPlot taxa_plot(const AbundanceResult& result) {
  StratigraphicPlot plot =
      empty_plot(result.found, "The share of each taxon in each sample, from the top downwards.");
  for (std::size_t i = 0; i < result.found.taxa.size(); ++i) {
    plot.panels.push_back(taxon_panel(result, i));
  }
  if (result.manual) {
    plot.name = "found";
    plot.other_name = "by hand";
  }
  return plot;
}

StratigraphicPlot ratio_plot(const AbundanceResult& result) {
  StratigraphicPlot plot =
      empty_plot(result.found, "The share of planktonic specimens in each sample.");
  std::vector<std::pair<std::int64_t, std::int64_t>> counts;
  for (const GroupCounts& each : result.groups) {
    counts.emplace_back(each.planktonic, each.planktonic + each.benthic);
  }
  plot.panels.push_back(panel_of("planktonic", counts, result.level));
  return plot;
}

Markup counts_table(const AbundanceResult& result) {
  Table all = {.columns = {{"sample", ""}, {"depth (m)", ""}, {"specimens", ""}}, .rows = {}};
  for (const std::string& taxon : result.found.taxa) {
    all.columns.push_back({taxon, "specimens, and percent of the sample"});
  }
  if (!result.groups.empty()) {
    all.columns.push_back({"P/(P+B) %", ratio_name});
  }
  for (std::size_t s = 0; s < result.found.samples.size(); ++s) {
    const AbundanceSample& sample = result.found.samples[s];
    std::vector<Cell> row = {text_cell(sample.name),
                             number_cell(sample.depth_m.value_or(no_number), 2),
                             count_cell(sample.total)};
    for (const std::int64_t count : sample.counts) {
      Cell cell = count_cell(count);
      if (sample.total > 0) {
        cell.text +=
            " (" +
            decimal_text(100 * static_cast<double>(count) / static_cast<double>(sample.total), 1) +
            "%)";
      }
      row.push_back(std::move(cell));
    }
    if (!result.groups.empty()) {
      const GroupCounts& g = result.groups[s];
      row.push_back(number_cell(
          100 * share_of(g.planktonic, g.planktonic + g.benthic, result.level).value, 1));
    }
    all.rows.push_back(std::move(row));
  }
  all.missing_means = "not known, or the sample has none";
  return table(all);
}

Markup manual_section(const AbundanceResult& result) {
  Table rows = {.columns = {{"taxon", ""},
                            {"samples", "with specimens in both counts"},
                            {"r²", "squared correlation of the two percents"},
                            {"slope", "of found on by hand"},
                            {"bias (%)", "mean of found less by hand, in percent of the sample"}},
                .rows = {}};
  ScatterPlot scatter = {.description = "Percent found against percent by hand.",
                         .x = {.title = "by hand (%)", .low = 0.0},
                         .y = {.title = "found (%)", .low = 0.0},
                         .series = {}};
  for (std::size_t i = 0; i < result.found.taxa.size(); ++i) {
    const std::vector<double> by_hand = percents_of(*result.manual, i);
    const std::vector<double> found = percents_of(result.found, i);
    const Agreement a = agreement(by_hand, found);
    rows.rows.push_back({text_cell(result.found.taxa[i]), count_cell(a.samples),
                         number_cell(a.r2, 3), number_cell(a.slope, 3), number_cell(a.bias, 2)});
    scatter.series.push_back({result.found.taxa[i], by_hand, found});
  }
  rows.missing_means = "too few samples, or always the same";
  return table(rows) + figure(scatter_plot(scatter), "Found against by hand");
}

std::string interval_words(double level) {
  return "Lines across are Wilson's intervals of " + format_rounded(100 * level) +
         "% for a share of the specimens counted; hover over a point for its numbers.";
}

}  // namespace

std::vector<double> percents_of(const Abundance& table, std::size_t taxon) {
  std::vector<double> percents;
  for (const AbundanceSample& sample : table.samples) {
    percents.push_back(sample.total == 0 ? no_number
                                         : 100 * static_cast<double>(sample.counts[taxon]) /
                                               static_cast<double>(sample.total));
  }
  return percents;
}

std::string abundance_csv(const AbundanceResult& result) {
  std::string text = "sample,depth_m,taxon,count,total,percent,low,high";
  text += result.manual ? ",manual_count,manual_percent\r\n" : "\r\n";
  for (std::size_t s = 0; s < result.found.samples.size(); ++s) {
    const AbundanceSample& sample = result.found.samples[s];
    for (std::size_t i = 0; i < result.found.taxa.size(); ++i) {
      text += row_begin(sample, result.found.taxa[i]) +
              share_fields(sample.counts[i], sample.total, result.level);
      if (result.manual) {
        const AbundanceSample& by_hand = result.manual->samples[s];
        text += "," + std::to_string(by_hand.counts[i]) + "," +
                field(percents_of(*result.manual, i)[s]);
      }
      text += "\r\n";
    }
    if (!result.groups.empty()) {
      const GroupCounts& g = result.groups[s];
      text += row_begin(sample, ratio_name) +
              share_fields(g.planktonic, g.planktonic + g.benthic, result.level) +
              (result.manual ? ",,\r\n" : "\r\n");
    }
  }
  return text;
}

std::string abundance_html(const AbundanceResult& result, const std::string& title) {
  std::int64_t specimens = 0;
  for (const std::int64_t total : totals_of(result.found)) {
    specimens += total;
  }
  HtmlPage page = {.title = title};
  page.summary = headlines(
      {{"specimens", format_count(specimens), ""},
       {"taxa", format_count(static_cast<std::int64_t>(result.found.taxa.size())), ""},
       {"samples", format_count(static_cast<std::int64_t>(result.found.samples.size())), ""}});
  page.sections.push_back(
      {"Taxa down the well", figure(stratigraphic_plot(taxa_plot(result)), "Relative abundance",
                                    interval_words(result.level))});
  if (!result.groups.empty()) {
    page.sections.push_back(
        {"Planktonic and benthic", figure(stratigraphic_plot(ratio_plot(result)), "P / (P + B)",
                                          interval_words(result.level))});
  }
  if (result.manual) {
    page.sections.push_back({"Against counts by hand", manual_section(result)});
  }
  page.sections.push_back({"Counts", counts_table(result)});
  page.footer = "fossilct " + std::string(version());
  return html_text(page);
}

}  // namespace fossilct
