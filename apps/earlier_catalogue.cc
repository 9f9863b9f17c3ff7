// SPDX-License-Identifier: Apache-2.0
#include "apps/earlier_catalogue.h"

#include <algorithm>

#include "apps/facts.h"
#include "apps/scan_report.h"
#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace fs = std::filesystem;

namespace {

// "3, 5, 9 and 12 more"
std::string listed(const std::vector<std::uint32_t>& ids) {
  constexpr std::size_t most = 10;
  std::string text;
  for (std::size_t i = 0; i < std::min(most, ids.size()); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(ids[i]);
  }
  return ids.size() <= most
             ? text
             : text + " and " + format_count(static_cast<std::int64_t>(ids.size() - most)) +
                   " more";
}

std::string fossils_text(const std::vector<std::uint32_t>& ids) {
  return counted(static_cast<std::int64_t>(ids.size()), "fossil") + " (" + listed(ids) + ")";
}

// What is lost, a line each.
std::vector<std::string> lines_of(const ExtractionLosses& losses) {
  std::vector<std::string> lines;
  if (losses.of_all_ids()) {
    lines.push_back("none of the " + counted(losses.earlier, "fossil") +
                    " that it holds is found again");
  }
  if (!losses.reviewed.empty()) {
    lines.push_back(fossils_text(losses.reviewed) +
                    " decided on, noted or photographed, not found again: retired, and new ids if "
                    "they are ever found anew");
  }
  if (!losses.edited.empty()) {
    lines.push_back(fossils_text(losses.edited) +
                    " merged, split or corrected by hand, not found as they were left: that is "
                    "undone");
  }
  return lines;
}

}  // namespace

std::optional<Catalogue> open_earlier_catalogue(const fs::path& folder, bool overwrite,
                                                const ExtractInputs& inputs) {
  std::error_code ignored;
  if (!fs::exists(folder, ignored)) {
    return std::nullopt;
  }
  if (!fs::exists(folder / "catalogue.sqlite", ignored)) {
    if (!fs::is_empty(folder, ignored)) {
      throw file_error(folder, "is a folder with other things in it; give another name");
    }
    return std::nullopt;
  }
  if (overwrite) {
    return std::nullopt;
  }
  Catalogue earlier = Catalogue::open(folder, Catalogue::Access::write);
  const ScanRecord scan = earlier.scan();
  if (scan.sha256 != inputs.scan_identity.sha256 || scan.grid.size != inputs.grid.size) {
    throw Error(ErrorKind::format,
                folder.string() + ": is the catalogue of another scan, " + scan.name + " (" +
                    size_text(scan.grid.size) + " voxels, SHA-256 " + scan.sha256.substr(0, 12) +
                    "...); give another name, or --overwrite to " + "begin a new one in its place");
  }
  return earlier;
}

void accept_losses(const ExtractionLosses& losses, const fs::path& folder, bool accepted,
                   Progress& progress) {
  const std::vector<std::string> lines = lines_of(losses);
  if (!lines.empty() && !accepted) {
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
  if (losses.signature) {
    progress.warning(folder.string() + ": the signature by " + printable(losses.signature->person) +
                     " of " + losses.signature->time + " is void: the fossils were extracted anew");
  }
}

}  // namespace fossilct
