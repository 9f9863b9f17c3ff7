// SPDX-License-Identifier: Apache-2.0
#include "report/report_sections.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.h"
#include "report/images.h"
#include "report/numbers.h"
#include "report/report_parts.h"

namespace fossilct {

namespace {

struct Section {
  std::string id;
  std::string title;
  Markup content;
};

// For a script to fill.
Markup place_named(const std::string& id) { return element("div", {{"id", id}}, Markup{}); }

constexpr double doubtful_from = 0.5;

std::int64_t count_where(const FossilReport& report, bool (*is_meant)(const ReportFossil&)) {
  return std::count_if(report.fossils.begin(), report.fossils.end(), is_meant);
}

std::string density_text(const ReportCount& one) {
  if (std::isnan(one.per_mm3)) {
    return no_number_text;
  }
  const std::string interval =
      std::isnan(one.per_mm3_low)
          ? ""
          : " (" + number_text(one.per_mm3_low) + " to " + number_text(one.per_mm3_high) + ")";
  return number_text(one.per_mm3) + interval;
}

Markup swatch(const FossilReport& report, std::size_t class_index) {
  return element("span",
                 {{"class", "swatch"},
                  {"style", "--swatch:" + hex_colour(colour_of_class(report, class_index))}});
}

constexpr const char* density_title = "per mm³ (interval)";

Markup number_head(const Markup& title) {
  return element("th", {{"scope", "col"}, {"class", "number"}}, title);
}

Markup number_data(const std::string& plain) {
  return element("td", {{"class", "number"}}, text(plain));
}

Markup counts_table(const Markup& head, const Markup& rows) {
  return element("div", {{"class", "scroll"}},
                 element("table", {{"class", "classes"}},
                         element("thead", element("tr", head)) + element("tbody", rows)));
}

bool is_of_several(const FossilReport& report) { return report.scans.size() > 1; }

Markup class_table(const FossilReport& report) {
  const bool with_density = !is_of_several(report);
  Markup rows;
  for (std::size_t i = 0; i < report.classes.size(); ++i) {
    const ReportClass& one = report.classes[i];
    rows += element("tr", element("td", swatch(report, i) + text(one.name)) +
                              number_data(format_count(one.found.count)) +
                              (with_density ? number_data(density_text(one.found)) : Markup{}));
  }
  return counts_table(element("th", {{"scope", "col"}}, text("class")) +
                          number_head(text("fossils")) +
                          (with_density ? number_head(text(density_title)) : Markup{}),
                      rows);
}

// Fossils of one taxon, rejected ones left out.
struct TaxonCount {
  std::int64_t by_person = 0;
  std::int64_t by_model = 0;
};

// By name; where the model is unsure, under none.
std::map<std::string, TaxonCount> taxon_counts(const FossilReport& report) {
  std::map<std::string, TaxonCount> counts;
  for (const ReportFossil& fossil : report.fossils) {
    if (fossil.review == Review::rejected || fossil.taxon.by == NamedBy::nobody) {
      continue;
    }
    TaxonCount& count = counts[fossil.taxon.name];
    ++(fossil.taxon.by == NamedBy::person ? count.by_person : count.by_model);
  }
  return counts;
}

std::vector<Cell> taxon_row(const std::string& name, const TaxonCount& count) {
  return {text_cell(name), count_cell(count.by_person + count.by_model),
          count_cell(count.by_person), count_cell(count.by_model)};
}

// Nothing where no fossil has a taxon.
Markup taxon_table(const FossilReport& report) {
  std::map<std::string, TaxonCount> counts = taxon_counts(report);
  if (counts.empty()) {
    return {};
  }
  Table rows = {.columns = {{"taxon", ""},
                            {"fossils", "without rejected ones"},
                            {"named by a person", ""},
                            {"by the model", "where it is sure"}},
                .rows = {}};
  const TaxonCount unsure = counts[""];
  counts.erase("");
  for (const auto& [name, count] : counts) {
    rows.rows.push_back(taxon_row(name, count));
  }
  if (unsure.by_model > 0) {
    rows.rows.push_back(taxon_row("unsure", unsure));
  }
  const std::int64_t unnamed = count_where(report, [](const ReportFossil& fossil) {
    return fossil.review != Review::rejected && fossil.taxon.by == NamedBy::nobody;
  });
  if (unnamed > 0) {
    rows.rows.push_back(
        {text_cell("not named"), count_cell(unnamed), text_cell(""), text_cell("")});
  }
  const std::int64_t novel =
      count_where(report, [](const ReportFossil& fossil) { return fossil.taxon.novelty > 1; });
  return element("h3", text("Taxa")) + table(rows) +
         (novel > 0 ? paragraph("Like nothing that the model knows: " + format_count(novel) +
                                (novel == 1 ? " fossil." : " fossils."))
                    : Markup{});
}

// The uppermost first; those whose depth is not known last.
std::vector<const ReportScan*> by_depth(const FossilReport& report) {
  std::vector<const ReportScan*> scans;
  for (const ReportScan& scan : report.scans) {
    scans.push_back(&scan);
  }
  std::ranges::stable_sort(scans, [](const ReportScan* a, const ReportScan* b) {
    return !std::isnan(a->top_m) && (std::isnan(b->top_m) || a->top_m < b->top_m);
  });
  return scans;
}

std::string depth_text(const ReportScan& scan) {
  return std::isnan(scan.top_m) || std::isnan(scan.bottom_m)
             ? no_number_text
             : format_number(scan.top_m) + " to " + format_number(scan.bottom_m);
}

// A count, and its density below.
Markup count_data(const ReportCount& one) {
  return element("td", {{"class", "number"}},
                 text(format_count(one.count)) + element("small", text(density_text(one))));
}

Markup scan_table(const FossilReport& report) {
  Markup head = element("th", {{"scope", "col"}}, text("scan")) + number_head(text("depth (m)")) +
                number_head(text("all"));
  for (std::size_t i = 0; i < report.classes.size(); ++i) {
    head += number_head(swatch(report, i) + text(report.classes[i].name));
  }
  Markup rows;
  for (const ReportScan* scan : by_depth(report)) {
    Markup row = element("th", {{"scope", "row"}}, text(scan->name)) +
                 number_data(depth_text(*scan)) + count_data(scan->found);
    for (const ReportCount& one : scan->by_class) {
      row += count_data(one);
    }
    rows += element("tr", row);
  }
  return element("h3", text("By scan")) + counts_table(head, rows) +
         paragraph("Below each count: " + std::string(density_title) + " of the scan's rock.");
}

Markup scan_facts(const FossilReport& report) {
  Markup result;
  for (const ReportScan& scan : report.scans) {
    result += (is_of_several(report) ? element("h3", text(scan.name)) : Markup{}) +
              key_values(scan.facts);
  }
  return result;
}

Markup summary(const FossilReport& report) {
  const std::int64_t doubtful =
      count_where(report, [](const ReportFossil& fossil) { return fossil.doubt >= doubtful_from; });
  const std::int64_t accepted = count_where(
      report, [](const ReportFossil& fossil) { return fossil.review == Review::accepted; });
  const std::int64_t rejected = count_where(
      report, [](const ReportFossil& fossil) { return fossil.review == Review::rejected; });
  const std::int64_t truncated = count_where(report, [](const ReportFossil& fossil) {
    return fossil.truncated && fossil.review != Review::rejected;
  });
  // Rejected ones are no fossils.
  const std::int64_t all = static_cast<std::int64_t>(report.fossils.size()) - rejected;
  return headlines({{"Fossils", format_count(all),
                     "of " + format_count(static_cast<std::int64_t>(report.classes.size())) +
                         (report.classes.size() == 1 ? " class" : " classes")},
                    {"Doubtful", format_count(doubtful),
                     "doubt of " + decimal_text(doubtful_from, 1) + " or more"},
                    {"Reviewed", format_count(accepted + rejected),
                     format_count(accepted) + " accepted, " + format_count(rejected) + " rejected"},
                    {"Cut by the scan's border", format_count(truncated), "measured too small"}});
}

Markup signature_notice(const FossilReport& report) {
  if (!report.signature && !report.is_signable) {
    return {};
  }
  if (!report.signature) {
    return notice(NoticeKind::information, "Nobody has signed this catalogue yet.");
  }
  const ReportSignature& signature = *report.signature;
  const std::string who =
      "Signed by " + signature.by + ", " + signature.when + ": " + signature.state;
  return notice(signature.is_valid ? NoticeKind::information : NoticeKind::warning, who);
}

Markup plots(const FossilReport& report) {
  std::vector<Markup> figures;
  for (const ReportPlot& plot : report_plots(report)) {
    figures.push_back(figure(plot.svg, plot.title));
  }
  return figures.empty() ? Markup{} : plot_grid(figures);
}

Markup fossils(const FossilReport& report, std::int64_t without_details, bool shows_meshes) {
  if (report.fossils.empty()) {
    return paragraph(is_of_several(report) ? "No fossil was found in these scans."
                                           : "No fossil was found in this scan.");
  }
  Markup result;
  if (without_details > 0) {
    result += notice(NoticeKind::information,
                     "To keep this file small, meshes and pictures of the most doubtful fossils "
                     "alone are in it; " +
                         format_count(without_details) +
                         " others have their thumbnails and measures only. The report as a folder "
                         "holds them all.");
  }
  if (!shows_meshes) {
    result += notice(NoticeKind::information,
                     "This report was written by a build without three.js: meshes are not shown.");
  }
  return result +
         element("noscript",
                 paragraph("The table of fossils needs JavaScript, which is off in this "
                           "browser.")) +
         place_named("fossil-table");
}

Markup skipped(const FossilReport& report) {
  Table list = {.columns = {{"what", ""}, {"why", ""}}, .rows = {}};
  for (const ReportSkipped& one : report.skipped) {
    list.rows.push_back({text_cell(one.what), text_cell(one.why)});
  }
  return report.skipped.empty() ? paragraph("Nothing was skipped.") : table(list);
}

std::vector<Section> sections_of(const FossilReport& report, std::int64_t without_details,
                                 bool shows_meshes) {
  std::vector<Section> result;
  result.push_back({"counts", "Counts and sizes",
                    class_table(report) + taxon_table(report) +
                        (is_of_several(report) ? scan_table(report) : Markup{}) + plots(report)});
  result.push_back({"fossils", "Fossils", fossils(report, without_details, shows_meshes)});
  if (!report.slices.empty()) {
    result.push_back({"slices", "Slices", place_named("slice-view")});
  }
  if (report.validation) {
    result.push_back({"validation", "How good the model is", table(*report.validation)});
  }
  result.push_back({"scan", is_of_several(report) ? "The scans" : "The scan", scan_facts(report)});
  result.push_back({"made", "How this was made", json_view(report.provenance)});
  result.push_back({"skipped", "What was skipped", skipped(report)});
  return result;
}

}  // namespace

Markup report_body(const FossilReport& report, std::int64_t fossils_without_details,
                   bool shows_meshes) {
  Markup links;
  Markup content;
  for (const Section& section : sections_of(report, fossils_without_details, shows_meshes)) {
    links += element("li", element("a", {{"href", "#" + section.id}}, text(section.title)));
    content += element("section", {{"id", section.id}},
                       element("h2", text(section.title)) + section.content);
  }
  return element("header", element("h1", text(report.title)) +
                               element("p", {{"class", "subtitle"}}, text(report.subtitle))) +
         summary(report) + signature_notice(report) +
         element("nav", {{"aria-label", "Contents"}}, element("ul", links)) + content +
         element("footer", text(report.footer));
}

}  // namespace fossilct
