// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <tuple>

#include "apps/taxa/found_images.h"
#include "apps/taxa/image_names.h"
#include "base/csv.h"
#include "base/error.h"
#include "base/text.h"
#include "io/image_files.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with("."); }

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (auto each = fs::directory_iterator(folder, error);
       !error && each != fs::directory_iterator(); each.increment(error)) {
    if (!is_hidden(each->path())) {
      entries.push_back(each->path());
    }
  }
  if (error) {
    throw file_code_error(folder, "can't list", error);
  }
  std::ranges::sort(entries, [](const fs::path& a, const fs::path& b) {
    return natural_less(a.filename().string(), b.filename().string());
  });
  return entries;
}

// Gathers pictures to specimens.
class PhotoSet {
 public:
  explicit PhotoSet(const ImageSetOptions& options) : options_(options) {
    found_.is_of_photographs = true;
  }

  // `taxon` as the folder says; `place` is in front of the specimen's name.
  void add(const fs::path& file, const std::string& taxon, const std::string& place) {
    const std::string stem = file.stem().string();
    FoundSpecimen specimen;
    specimen.taxon = options_.taxon_pattern.empty()
                         ? taxon
                         : group_in("--taxon-pattern", options_.taxon_pattern, stem).value_or("");
    specimen.name = place + specimen_of(stem);
    const std::string key = specimen.taxon;
    add(std::move(specimen), file, key);
  }

  // `key` tells specimens apart that have one name.
  void add(FoundSpecimen specimen, const fs::path& file, const std::string& key) {
    const auto [at, is_new] =
        places_.emplace(std::tuple(specimen.sample, key, specimen.name), found_.specimens.size());
    if (is_new) {
      found_.specimens.push_back(std::move(specimen));
    } else if (found_.specimens[at->second].taxon != specimen.taxon) {
      throw format_error(file, "specimen '" + printable(specimen.name) + "' is '" +
                                   printable(found_.specimens[at->second].taxon) +
                                   "' in one picture and '" + printable(specimen.taxon) +
                                   "' in this: it has one taxon");
    }
    found_.specimens[at->second].images.push_back(file);
  }

  std::string specimen_of(const std::string& stem) {
    const std::optional<std::string> name =
        options_.specimen_pattern.empty()
            ? specimen_before_view(stem)
            : group_in("--specimen-pattern", options_.specimen_pattern, stem);
    found_.without_specimen += name ? 0 : 1;
    return name.value_or(stem);
  }

  FoundImages found() && { return std::move(found_); }

 private:
  const ImageSetOptions& options_;
  FoundImages found_;
  std::map<std::tuple<std::string, std::string, std::string>, std::size_t> places_;
};

// Where in the folder, as part of a specimen's name: two folders may hold files of one name.
void add_folder(PhotoSet& photos, const fs::path& folder, const std::string& taxon,
                const std::string& place) {
  for (const fs::path& entry : entries_of(folder)) {
    std::error_code ignored;
    if (fs::is_directory(entry, ignored)) {
      const std::string name = entry.filename().string();
      add_folder(photos, entry, taxon.empty() ? name : taxon, place + name + "/");
    } else if (has_image_extension(entry)) {
      photos.add(entry, taxon, place);
    }
  }
}

// The columns of a table of pictures.
struct PhotoColumns {
  explicit PhotoColumns(const CsvTable& table)
      : path(table.at("path")),
        taxon(table.find("class") ? table.find("class") : table.find("taxon")),
        specimen(table.find("specimen")),
        sample(table.find("sample")),
        depth(table.find("depth") ? table.find("depth") : table.find("depth_m")) {}

  std::size_t path;
  std::optional<std::size_t> taxon;
  std::optional<std::size_t> specimen;
  std::optional<std::size_t> sample;
  std::optional<std::size_t> depth;
};

std::string field_of(const CsvRow& row, std::optional<std::size_t> column) {
  return column ? row.fields[*column] : "";
}

}  // namespace

FoundImages images_in_folder(const fs::path& path, const ImageSetOptions& options) {
  PhotoSet photos(options);
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    add_folder(photos, path, "", "");
  } else {
    photos.add(path, "", "");
  }
  return std::move(photos).found();
}

FoundImages images_in_table(const fs::path& path, const ImageSetOptions& options) {
  const CsvTable table = read_csv(path);
  const PhotoColumns columns(table);
  PhotoSet photos(options);
  for (const CsvRow& row : table.rows) {
    const fs::path file = path.parent_path() / row.fields[columns.path];
    if (row.fields[columns.path].empty()) {
      table.fail(row, "the path is empty");
    }
    FoundSpecimen specimen;
    specimen.sample = field_of(row, columns.sample);
    specimen.depth_m = columns.depth ? table.number(row, *columns.depth) : std::nullopt;
    specimen.taxon = field_of(row, columns.taxon);
    specimen.name = field_of(row, columns.specimen);
    // What only the file's name tells holds within its folder and taxon.
    const bool is_told = !specimen.name.empty();
    const std::string key = is_told ? "" : file.parent_path().string() + "\n" + specimen.taxon;
    specimen.name = is_told ? specimen.name : photos.specimen_of(file.stem().string());
    photos.add(std::move(specimen), file, key);
  }
  return std::move(photos).found();
}

}  // namespace fossilct
