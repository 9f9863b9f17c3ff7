// SPDX-License-Identifier: Apache-2.0
#include "report/fossil_report.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/text.h"
#include "report/numbers.h"
#include "report/page_files.h"
#include "report/page_style.h"
#include "report/report_check.h"
#include "report/report_parts.h"
#include "report/report_sections.h"

namespace fossilct {

namespace {

struct Part {
  std::string name;
  std::string json;
};

// Why a page may not be as large as a file: the frame of an element about each part.
constexpr std::size_t bytes_about_a_part = 80;

std::string part_element(const Part& part) {
  return "<script type=\"application/json\" id=\"part-" + part.name + "\">" + part.json +
         "</script>\n";
}

std::string part_script(const Part& part) {
  return "fossilctPart(\"" + part.name + "\"," + part.json + ");\n";
}

// What every form holds: pictures of the table and of the slices.
std::vector<Part> common_parts(const FossilReport& report) {
  std::vector<Part> parts;
  for (std::size_t i = 0; i < report.slices.size(); ++i) {
    parts.push_back({"slice-" + std::to_string(i), script_json(slice_json(report.slices[i]))});
  }
  for (std::size_t i = 0; i * thumbnails_per_part < report.fossils.size(); ++i) {
    parts.push_back({"thumbnails-" + std::to_string(i), script_json(thumbnails_json(report, i))});
  }
  return parts;
}

Part details_part(const FossilReport& report, std::size_t fossil) {
  return {"fossil-" + std::to_string(fossil), script_json(details_json(report.fossils[fossil]))};
}

// The most doubtful first; those without a doubt last.
std::vector<std::size_t> by_doubt(const FossilReport& report) {
  std::vector<std::size_t> order(report.fossils.size());
  std::iota(order.begin(), order.end(), 0);
  const auto doubt = [&](std::size_t i) {
    const double value = report.fossils[i].doubt;
    return std::isnan(value) ? -1.0 : value;
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return doubt(a) > doubt(b); });
  return order;
}

std::string page_head(const FossilReport& report, bool is_folder) {
  // Whatever a name may hold: nothing but what is in the report can run or be fetched.
  const std::string scripts = is_folder ? "'unsafe-inline' 'self' file:" : "'unsafe-inline'";
  const Markup meta = empty_element("meta", {{"charset", "utf-8"}}) +
                      empty_element("meta", {{"http-equiv", "Content-Security-Policy"},
                                             {"content",
                                              "default-src 'none'; img-src data:; style-src "
                                              "'unsafe-inline'; script-src " +
                                                  scripts}}) +
                      empty_element("meta", {{"name", "viewport"},
                                             {"content", "width=device-width, initial-scale=1"}}) +
                      empty_element("meta", {{"name", "color-scheme"}, {"content", "light dark"}}) +
                      element("title", text(report.title));
  return element("head", meta + element("style", Markup{page_style() +
                                                        std::string(page_file("report.css"))}))
      .text;
}

// The page; its parts follow, where they are in it.
std::string page_begin(const FossilReport& report, const std::vector<bool>& details_of,
                       bool is_folder, std::int64_t left_out) {
  const bool shows_meshes = !page_file("three.js").empty();
  std::string page = "<!DOCTYPE html>\n<html lang=\"en\" data-form=\"";
  page += is_folder ? "folder" : "file";
  page += shows_meshes ? "\" data-meshes=\"yes\">" : "\" data-meshes=\"no\">";
  page += page_head(report, is_folder) + "\n<body>";
  page += element("main", report_body(report, left_out, shows_meshes)).text;
  page += "\n<script type=\"application/json\" id=\"report-data\">" +
          script_json(table_json(report, details_of)) + "</script>\n<script>\n";
  page += page_file("page.js");
  return page + "</script>\n";
}

constexpr const char* page_end = "</body></html>\n";

// As it stands in a page: run when the first mesh is to be shown, not before.
std::string three_element() {
  return "<script type=\"text/plain\" id=\"three-source\">" + std::string(page_file("three.js")) +
         "</script>\n";
}

struct OneFile {
  std::string page;
  std::int64_t left_out = 0;
  bool fits = true;
};

OneFile one_file(const FossilReport& report, std::size_t most_bytes) {
  std::string parts;
  for (const Part& part : common_parts(report)) {
    parts += part_element(part);
  }
  OneFile result;
  std::vector<bool> details_of(report.fossils.size(), false);
  const std::string three = three_element();
  // The number of those left out and the marks of details_of change the page by some bytes.
  constexpr std::size_t slack = 1000;
  std::size_t used =
      page_begin(report, details_of, false, 1).size() + parts.size() + three.size() + slack;
  result.fits = used <= most_bytes;
  for (const std::size_t fossil : by_doubt(report)) {
    if (!has_details(report.fossils[fossil])) {
      continue;
    }
    // Once one does not fit no other does: what the page says of them stays simple.
    if (result.left_out == 0) {
      const Part part = details_part(report, fossil);
      used += part.json.size() + bytes_about_a_part;
      if (used <= most_bytes) {
        parts += part_element(part);
        details_of[fossil] = true;
        continue;
      }
    }
    ++result.left_out;
  }
  result.page = page_begin(report, details_of, false, result.left_out) + three + parts + page_end;
  return result;
}

WrittenReport as_folder(const FossilReport& report) {
  std::vector<bool> details_of(report.fossils.size());
  WrittenReport result = {.is_folder = true, .files = {}, .fossils_without_details = 0};
  std::transform(report.fossils.begin(), report.fossils.end(), details_of.begin(), has_details);
  result.files.push_back({"index.html", page_begin(report, details_of, true, 0) + page_end});
  if (!page_file("three.js").empty()) {
    result.files.push_back({"parts/three.js", std::string(page_file("three.js"))});
  }
  for (const Part& part : common_parts(report)) {
    result.files.push_back({"parts/" + part.name + ".js", part_script(part)});
  }
  for (std::size_t i = 0; i < details_of.size(); ++i) {
    if (details_of[i]) {
      const Part part = details_part(report, i);
      result.files.push_back({"parts/" + part.name + ".js", part_script(part)});
    }
  }
  return result;
}

}  // namespace

WrittenReport fossil_report_html(const FossilReport& report, const ReportOptions& options) {
  check_report(report);
  if (options.form == ReportForm::folder) {
    return as_folder(report);
  }
  const std::string limit = format_bytes(static_cast<double>(options.most_bytes));
  OneFile file = one_file(report, static_cast<std::size_t>(options.most_bytes));
  if (!file.fits && options.form == ReportForm::one_file) {
    throw Error(ErrorKind::option, "the report needs more than " + limit +
                                       " without any mesh or picture of a fossil; write it as a "
                                       "folder, or allow more");
  }
  if (!file.fits) {
    WrittenReport folder = as_folder(report);
    folder.remarks.push_back("more than " + limit +
                             " of thumbnails and slices: written as a folder, not as one file");
    return folder;
  }
  WrittenReport result = {
      .is_folder = false, .files = {}, .fossils_without_details = file.left_out};
  result.files.push_back({"index.html", std::move(file.page)});
  if (file.left_out > 0) {
    result.remarks.push_back(format_count(file.left_out) +
                             " fossils are without mesh and pictures, to keep the file below " +
                             limit + "; as a folder the report holds them all");
  }
  return result;
}

}  // namespace fossilct
