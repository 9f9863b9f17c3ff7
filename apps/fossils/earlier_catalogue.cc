// SPDX-License-Identifier: Apache-2.0
#include "apps/fossils/earlier_catalogue.h"

#include <algorithm>
#include <array>
#include <utility>

#include "apps/cli/facts.h"
#include "apps/fossils/crop_files.h"
#include "apps/fossils/listed_ids.h"
#include "apps/scans/label_volumes.h"
#include "apps/scans/scan_report.h"
#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace fs = std::filesystem;

namespace {

std::string fossils_text(const std::vector<std::uint32_t>& ids) {
  constexpr std::size_t most_listed = 10;
  return counted(static_cast<std::int64_t>(ids.size()), "fossil") + " (" +
         listed(ids, most_listed) + ")";
}

// What is lost, a line each.
std::vector<std::string> lines_of(const Catalogue& earlier, const ExtractionLosses& losses,
                                  const fs::path& labels) {
  std::vector<std::string> lines;
  if (losses.of_all_ids()) {
    lines.push_back("none of the " + counted(losses.earlier, "fossil") + " that it holds, of " +
                    printable(earlier.segmentation().path) + ", is found again in " +
                    labels.string());
  }
  if (!losses.reviewed.empty()) {
    lines.push_back(fossils_text(losses.reviewed) +
                    " decided on, noted or photographed, not found again: retired, and new ids if "
                    "they are ever found anew");
  }
  if (!losses.edited.empty()) {
    lines.push_back(
        fossils_text(losses.edited) +
        " merged, split, corrected or erased by hand, not found as they were left: that "
        "is undone");
  }
  return lines;
}

// Options of an import that do not change which voxels it writes.
constexpr std::array harmless_options = {"output",        "overwrite", "compression",
                                         "deflate-level", "no-levels", "threads",
                                         "json",          "quiet",     "verbose"};

// What a volume file was imported from: the hashes of its sources, and the options that count.
Json import_of(const Json& source) {
  const Json provenance = source.is_object() ? source.value("provenance", Json()) : Json();
  if (!provenance.is_object() || !provenance.contains("sources") ||
      !provenance["sources"].is_array()) {
    return {};
  }
  Json hashes = Json::array();
  for (const Json& each : provenance["sources"]) {
    hashes.push_back(each.is_object() ? each.value("sha256", Json()) : Json());
  }
  Json options = provenance.value("options", Json::object());
  for (const char* name : harmless_options) {
    options.erase(name);
  }
  return {{"sources", hashes}, {"options", options}};
}

// The scan's among the sources that a catalogue was made of.
Json scan_source_of(const ScanRecord& scan) {
  if (scan.provenance.is_object() && scan.provenance.contains("sources") &&
      scan.provenance["sources"].is_array()) {
    for (const Json& source : scan.provenance["sources"]) {
      if (source.is_object() && source.value("sha256", Json()) == scan.sha256) {
        return source;
      }
    }
  }
  return {};
}

// The same bytes, or imported in the same way from the same bytes: an import has its time in it.
bool same_scan(const ScanRecord& scan, const ExtractInputs& inputs) {
  if (scan.sha256 == inputs.scan_identity.sha256) {
    return true;
  }
  const Json then = import_of(scan_source_of(scan));
  return !scan.sha256.empty() && !inputs.scan_identity.sha256.empty() && !then.is_null() &&
         then == import_of(inputs.scan_identity.source) && same_place(scan.grid, inputs.grid);
}

// Where no scan was given it is the place of the labels that tells.
bool is_of(const Catalogue& earlier, const ExtractInputs& inputs) {
  const ScanRecord scan = earlier.scan();
  if (scan.grid.size != inputs.grid.size || !same_scan(scan, inputs)) {
    return false;
  }
  return !scan.sha256.empty() || earlier.segmentation().sha256 == inputs.labels_identity.sha256 ||
         (scan.grid.spacing_known == inputs.grid.spacing_known &&
          same_place(scan.grid, inputs.grid));
}

std::string other_scan_text(const ScanRecord& scan) {
  return "is the catalogue of another scan, " + printable(scan.name) + " (" +
         size_text(scan.grid.size) + " voxels of " + spacing_text(scan.grid) +
         (scan.sha256.empty() ? ", made without --scan"
                              : ", SHA-256 " + scan.sha256.substr(0, 12) + "...") +
         "); give another name, or --overwrite to begin a new one in its place";
}

bool is_crop(const std::string& name) {
  const std::size_t digits = std::min(name.find_first_not_of("0123456789"), name.size());
  return digits > 0 &&
         std::ranges::find(crop_suffixes, name.substr(digits)) != std::end(crop_suffixes);
}

// What an extraction or a review wrote, and what they leave when killed. `file` is relative to the
// catalogue.
bool is_own(const fs::path& file) {
  const std::string name = file.filename().string();
  if (file.has_parent_path()) {
    return file.parent_path() == "crops" && is_crop(name);
  }
  return name.starts_with("catalogue.sqlite") || name == "specimens.csv" ||
         name == "specimens.json" || name == "instances.h5" || name == ".lock" ||
         name == ".pending" || (name.starts_with(".") && name.find(".partial-") != name.npos);
}

bool is_product_of_gone(const fs::path& file, const std::vector<std::uint32_t>& ids) {
  const std::optional<std::uint32_t> id = fossil_of_product(file);
  return id && !std::binary_search(ids.begin(), ids.end(), *id);
}

// A second name for the same bytes, or a copy where the disk knows no such thing.
void bring(const fs::path& from, const fs::path& to) {
  std::error_code error;
  if (fs::is_symlink(from, error)) {
    fs::copy_symlink(from, to, error);
  } else if (fs::is_regular_file(from, error)) {
    fs::create_hard_link(from, to, error);
    if (error) {
      fs::copy_file(from, to, error);
    }
  }
  if (error) {
    throw file_code_error(from, "can't take it over into the new catalogue", error);
  }
}

}  // namespace

EarlierCatalogue open_earlier_catalogue(const fs::path& folder, bool overwrite,
                                        const ExtractInputs& inputs) {
  std::error_code ignored;
  if (!fs::exists(folder, ignored) || fs::is_empty(folder, ignored)) {
    return {};
  }
  if (!fs::exists(folder / "catalogue.sqlite", ignored)) {
    throw file_error(folder, "is a folder with other things in it; give another name");
  }
  if (overwrite) {
    if (!Catalogue::is_ours(folder)) {
      throw file_error(folder,
                       "its catalogue.sqlite is no catalogue of fossils; it was left as it is: "
                       "give another name");
    }
    return {std::nullopt, Catalogue::lock(folder)};
  }
  Catalogue earlier = Catalogue::open(folder, Catalogue::Access::write);
  if (!is_of(earlier, inputs)) {
    throw format_error(folder, other_scan_text(earlier.scan()));
  }
  if (!fs::exists(earlier.path_of("instances.h5"), ignored)) {
    throw format_error(folder,
                       "holds no instances.h5, which tells where its fossils lie, so that their "
                       "ids could go on: put it back from a copy, give another name, or "
                       "--overwrite to begin anew (ids and decisions are lost)");
  }
  return {std::move(earlier), std::nullopt};
}

void accept_losses(const Catalogue& earlier, const ExtractionLosses& losses,
                   const ExtractSettings& settings, Progress& progress) {
  const fs::path& folder = earlier.folder();
  const std::vector<std::string> lines = lines_of(earlier, losses, settings.labels);
  if (!lines.empty() && !settings.retire_reviewed) {
    std::string text;
    for (const std::string& line : lines) {
      text += (text.empty() ? "" : "; ") + line;
    }
    throw file_error(folder, text +
                                 ". It was left as it is: are labels and options those you mean? "
                                 "--retire-reviewed goes on all the same (decisions and "
                                 "photographs are kept under the ids they had)");
  }
  for (const std::string& line : lines) {
    progress.warning(folder.string() + ": " + line);
  }
  if (!losses.reopened.empty()) {
    progress.warning(folder.string() + ": " + fossils_text(losses.reopened) +
                     " decided on came out with other voxels: undecided again");
  }
  if (losses.signature) {
    progress.warning(folder.string() + ": the signature by " + printable(losses.signature->person) +
                     " of " + losses.signature->time + " is void: the fossils were extracted anew");
  }
}

void carry_over_files(const fs::path& from, const fs::path& to,
                      const std::vector<std::uint32_t>& ids) {
  std::error_code ignored;
  if (!fs::is_directory(from, ignored)) {
    return;
  }
  auto entry = fs::recursive_directory_iterator(from);
  for (; entry != fs::recursive_directory_iterator(); ++entry) {
    const fs::path file = entry->path().lexically_relative(from);
    if (is_own(file) || is_product_of_gone(file, ids)) {
      if (entry->is_directory(ignored)) {
        entry.disable_recursion_pending();
      }
    } else if (entry->is_directory(ignored) && !entry->is_symlink(ignored)) {
      fs::create_directories(to / file);
    } else if (!fs::exists(fs::symlink_status(to / file, ignored))) {
      bring(entry->path(), to / file);
    }
  }
}

}  // namespace fossilct
