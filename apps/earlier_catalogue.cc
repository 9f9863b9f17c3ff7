// SPDX-License-Identifier: Apache-2.0
#include "apps/earlier_catalogue.h"

#include <algorithm>

#include "apps/crop_files.h"
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

void carry_over_files(const fs::path& from, const fs::path& to) {
  std::error_code ignored;
  if (!fs::is_directory(from, ignored)) {
    return;
  }
  auto entry = fs::recursive_directory_iterator(from);
  for (; entry != fs::recursive_directory_iterator(); ++entry) {
    const fs::path file = entry->path().lexically_relative(from);
    if (is_own(file)) {
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
