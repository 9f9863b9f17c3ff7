// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "report/html_parts.h"

namespace fossilct {

// What a report of the fossils of a scan, or of the scans of a well, shows. Plain values: `apps`
// reads catalogue and files and fills them in. Lengths in micrometres, places in the scan's own
// coordinates. Every std::string is plain text from anywhere, and harmless whatever it holds.

inline constexpr double unknown_number = std::numeric_limits<double>::quiet_NaN();
inline constexpr double mm3_in_cm3 = 1000;

// How many, and per volume of rock with its interval; NaN where unknown.
struct ReportCount {
  std::int64_t count = 0;
  double per_mm3 = unknown_number;
  double per_mm3_low = unknown_number;
  double per_mm3_high = unknown_number;
};

struct ReportClass {
  std::string name;
  // The model's; where it gives none, the page takes one that colour-blind people tell apart.
  std::optional<std::array<std::uint8_t, 3>> colour = {};
  // In all scans; the densities of several are in ReportScan.
  ReportCount found = {};
};

struct ReportScan {
  std::string name;
  KeyValues facts = {};
  double top_m = unknown_number;  // depths of its ends in the well
  double bottom_m = unknown_number;
  ReportCount found = {};                  // of all classes
  std::vector<ReportCount> by_class = {};  // one for each of FossilReport::classes, or none
};

// A column of numbers, one a fossil.
struct ReportMeasure {
  std::string name;  // "equivalent diameter"
  std::string unit;  // "um"; empty for a ratio
  std::string explanation = {};
  bool in_table = true;  // the card shows all
  // With so many decimals, as depths are; otherwise with four significant digits.
  std::optional<int> decimals = {};
};

struct ReportPicture {
  std::string caption;
  std::vector<std::byte> bytes;
  std::string media_type = "image/png";
};

// Triangles that look outwards; x, y, z of each point one after the other.
struct ReportMesh {
  std::vector<float> points_um;
  std::vector<std::uint32_t> triangles;  // three numbers of points each
};

enum class Review { open, accepted, rejected };

// What a fossil is.
enum class NamedBy { nobody, person, model };
struct ReportTaxon {
  NamedBy by = NamedBy::nobody;  // `model` also where it is unsure
  std::string name = {};         // that a person gave it, else the model's answer; empty: unsure
  // The model's, best first, with their scores; also where a person gave another name.
  std::vector<std::pair<std::string, double>> best = {};
  double deviation = unknown_number;  // of the first score under dropout
  double novelty = unknown_number;    // above 1: like nothing that the model knows
};

struct ReportFossil {
  std::int64_t id = 0;   // within its scan
  std::size_t scan = 0;  // index into FossilReport::scans
  std::size_t class_index = 0;
  std::vector<double> measures;   // one for each of FossilReport::measures; NaN: unknown
  double doubt = unknown_number;  // 0 to 1
  bool truncated = false;
  bool fragment = false;
  bool split = false;
  Review review = Review::open;
  ReportTaxon taxon = {};
  std::string remark = {};
  std::array<double, 3> centroid_um{};
  std::array<double, 3> box_low_um{};
  std::array<double, 3> box_high_um{};
  std::vector<std::byte> thumbnail = {};     // a small PNG; may be empty
  std::vector<ReportPicture> pictures = {};  // card, sections, photograph
  ReportMesh mesh = {};                      // may be empty
};

struct ReportOutline {
  std::size_t fossil = 0;                         // index into FossilReport::fossils
  std::vector<std::array<float, 2>> pixels = {};  // a closed line in pixels of the slice
};
struct ReportSlice {
  double z_um = 0;
  int width = 0;  // of the picture, in pixels
  int height = 0;
  std::vector<std::byte> png = {};
  std::vector<ReportOutline> outlines = {};
};

struct ReportSkipped {
  std::string what;
  std::string why;
};

struct ReportSignature {
  std::string by;
  std::string when;
  // "the catalogue is as it was signed", or what was changed since.
  std::string state;
  bool is_valid = false;
};

struct FossilReport {
  std::string title;
  std::string subtitle = {};
  std::vector<ReportScan> scans = {};  // the table names the scan where they are several
  std::vector<ReportClass> classes = {};
  std::vector<ReportMeasure> measures = {};
  std::vector<ReportFossil> fossils = {};
  std::vector<ReportSlice> slices = {};
  // The measures the plots are of, by name; no plot where there is none of that name.
  std::string size_measure = "equivalent diameter";
  std::string shape_measure = "sphericity";
  std::string depth_measure = "depth";
  Json provenance = Json::object();  // model, hash, versions, options, times
  std::optional<Table> validation = {};
  std::vector<ReportSkipped> skipped = {};
  std::optional<ReportSignature> signature = {};
  bool is_signable = true;  // otherwise nothing is said of a signature that is not there
  std::string footer = {};
};

enum class ReportForm { automatic, one_file, folder };

struct ReportOptions {
  ReportForm form = ReportForm::automatic;
  // Of one file, from 1 MB: the details (meshes and pictures) of the most doubtful fossils that
  // fit are in it.
  std::int64_t most_bytes = 80'000'000;
};

struct ReportFile {
  std::string name;  // within the folder, with '/': "parts/fossil-17.js"
  std::string content;
};

struct WrittenReport {
  bool is_folder = false;
  // The page is the first: all of it in one file, or index.html with its parts, classic scripts
  // (fetch and modules do not work from file://).
  std::vector<ReportFile> files;
  std::int64_t fossils_without_details = 0;  // those that had some, for want of space
  // What the caller should tell: why a folder, how many without details.
  std::vector<std::string> remarks = {};
};

// The report as HTML that opens offline in any browser of today, fetches nothing and changes
// nothing. One file while page, thumbnails and slices fit into most_bytes; else, of itself or on
// demand, a folder, which holds everything. The same report always gives the same bytes. Time and
// memory: a few times those of the pictures and meshes.
// Throws Error where a fossil's scan or class, the number of its measures or of a scan's classes,
// an outline's fossil or a triangle's point does not exist, or where one_file is asked for and
// most_bytes can't be kept.
WrittenReport fossil_report_html(const FossilReport& report, const ReportOptions& options = {});

// The plots of a report by name ("sizes", "shapes", "depths"); for the page and for files.
struct ReportPlot {
  std::string name;
  std::string title;
  Markup svg;
};
std::vector<ReportPlot> report_plots(const FossilReport& report);

}  // namespace fossilct
