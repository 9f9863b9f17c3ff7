// SPDX-License-Identifier: Apache-2.0
#include "io/hdf5_links.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace fossilct::hdf5 {

namespace {

namespace fs = std::filesystem;

std::string describe_external(hid_t file, const std::string& link, const std::string& value) {
  unsigned flags = 0;
  const char* target_file = nullptr;
  const char* target_object = nullptr;
  if (H5Lunpack_elink_val(value.data(), value.size(), &flags, &target_file, &target_object) < 0) {
    H5Eclear2(H5E_DEFAULT);
    return "its external link " + link + " is damaged";
  }
  std::array<char, 4096> name{};
  H5Fget_name(file, name.data(), name.size());
  const fs::path target = fs::path(name.data()).parent_path() / target_file;
  const std::string start =
      "its external link " + link + " points to " + target_object + " in " + target.string() + ", ";
  std::error_code ignored;
  return fs::exists(target, ignored)
             ? start + "which is there but is damaged or does not hold it"
             : start + "which is missing; put that file back beside this one";
}

std::optional<std::string> broken_link_within(hid_t file, const std::string& name, int depth);

std::optional<std::string> describe_link(hid_t file, const std::string& link, int depth) {
  H5L_info_t info;
  if (H5Lget_info(file, link.c_str(), &info, H5P_DEFAULT) < 0 ||
      (info.type != H5L_TYPE_SOFT && info.type != H5L_TYPE_EXTERNAL)) {
    return std::nullopt;
  }
  std::string value(std::max<std::size_t>(info.u.val_size, 1), '\0');
  if (H5Lget_val(file, link.c_str(), value.data(), value.size(), H5P_DEFAULT) < 0) {
    return std::nullopt;
  }
  if (info.type == H5L_TYPE_EXTERNAL) {
    return describe_external(file, link, value);
  }
  value.resize(std::min(value.size(), value.find('\0')));
  // A soft link may lead to an external one: the file behind that is what the user must know.
  const std::string target =
      value.starts_with('/') ? value : link.substr(0, link.rfind('/') + 1) + value;
  if (const auto deeper = broken_link_within(file, target, depth - 1)) {
    return deeper;
  }
  return "its link " + link + " points to " + value + ", which is not in the file";
}

// `depth` ends a ring of soft links.
std::optional<std::string> broken_link_within(hid_t file, const std::string& name, int depth) {
  std::string prefix;
  for (const std::string& part : split(name, '/')) {
    if (part.empty()) {
      continue;
    }
    prefix += "/" + part;
    if (depth == 0 || H5Lexists(file, prefix.c_str(), H5P_DEFAULT) <= 0) {
      H5Eclear2(H5E_DEFAULT);
      return std::nullopt;
    }
    if (!open_object(file, prefix).valid()) {
      return describe_link(file, prefix, depth);
    }
  }
  return std::nullopt;
}

std::string filter_name(int id, const std::string& stored) {
  static constexpr std::array<std::pair<int, const char*>, 12> known = {{{1, "deflate"},
                                                                         {4, "szip"},
                                                                         {307, "bzip2"},
                                                                         {32000, "lzf"},
                                                                         {32001, "blosc"},
                                                                         {32004, "lz4"},
                                                                         {32008, "bitshuffle"},
                                                                         {32013, "zfp"},
                                                                         {32015, "zstandard"},
                                                                         {32017, "sz"},
                                                                         {32026, "blosc2"},
                                                                         {32028, "jpeg xr"}}};
  for (const auto& [number, name] : known) {
    if (number == id) {
      return name + (" (filter " + std::to_string(id) + ")");
    }
  }
  return (stored.empty() ? std::string() : stored + " ") + "(filter " + std::to_string(id) + ")";
}

// `%b` stands for a number in the name of a virtual source; such names are left to the library.
void add_source(std::vector<fs::path>& files, const fs::path& folder, const std::string& source,
                const std::string& name, const fs::path& path) {
  if (source == "." || source.empty() || source.find('%') != std::string::npos) {
    return;
  }
  const fs::path file = folder / source;
  if (std::find(files.begin(), files.end(), file) != files.end()) {
    return;
  }
  std::error_code ignored;
  if (!fs::exists(file, ignored)) {
    throw file_error(path, "the voxels of the dataset " + name + " lie in " + file.string() +
                               ", which is missing; put that file back");
  }
  files.push_back(file);
}

void add_virtual_sources(std::vector<fs::path>& files, hid_t creation, const std::string& name,
                         const fs::path& path) {
  std::size_t count = 0;
  if (H5Pget_layout(creation) != H5D_VIRTUAL || H5Pget_virtual_count(creation, &count) < 0) {
    return;
  }
  std::string previous;
  for (std::size_t i = 0; i < count; ++i) {
    const ssize_t length = H5Pget_virtual_filename(creation, i, nullptr, 0);
    std::string source(static_cast<std::size_t>(std::max<ssize_t>(length, 0)) + 1, '\0');
    H5Pget_virtual_filename(creation, i, source.data(), source.size());
    source.pop_back();
    if (source != previous) {
      add_source(files, files.front().parent_path(), source, name, path);
      previous = source;
    }
  }
}

void add_external_storage(std::vector<fs::path>& files, hid_t creation, const std::string& name,
                          const fs::path& path) {
  const int count = H5Pget_external_count(creation);
  for (int i = 0; i < count; ++i) {
    std::array<char, 4096> source{};
    off_t offset = 0;
    hsize_t size = 0;
    if (H5Pget_external(creation, static_cast<unsigned>(i), source.size() - 1, source.data(),
                        &offset, &size) >= 0) {
      add_source(files, {}, source.data(), name, path);
    }
  }
}

}  // namespace

Handle open_object(hid_t file, const std::string& name) {
  Handle object(H5Oopen(file, name.c_str(), H5P_DEFAULT));
  if (!object.valid()) {
    H5Eclear2(H5E_DEFAULT);
  }
  return object;
}

std::optional<std::string> broken_link(hid_t file, const std::string& name) {
  return broken_link_within(file, name, 8);
}

void check_filters(hid_t dataset, const std::string& name, const fs::path& path) {
  const Handle creation(H5Dget_create_plist(dataset));
  const int count = H5Pget_nfilters(creation);
  std::string missing;
  for (int i = 0; i < count; ++i) {
    unsigned flags = 0;
    std::size_t values = 0;
    std::array<char, 256> stored{};
    const H5Z_filter_t id = H5Pget_filter2(creation, static_cast<unsigned>(i), &flags, &values,
                                           nullptr, stored.size() - 1, stored.data(), nullptr);
    if (id >= 0 && H5Zfilter_avail(id) <= 0) {
      missing += (missing.empty() ? "" : ", ") + filter_name(id, stored.data());
    }
  }
  H5Eclear2(H5E_DEFAULT);
  if (!missing.empty()) {
    throw format_error(path,
                       "the dataset " + name + " is compressed with " + missing +
                           ", which this machine's HDF5 can't read; set HDF5_PLUGIN_PATH to a "
                           "folder with that plugin, or rewrite the file where it can be read: "
                           "h5repack -f SHUF -f GZIP=1 OLD NEW");
  }
}

std::vector<fs::path> files_of(hid_t dataset, const std::string& name, const fs::path& path) {
  std::array<char, 4096> holder{};
  const bool elsewhere = H5Fget_name(dataset, holder.data(), holder.size()) > 0;
  std::error_code ignored;
  std::vector<fs::path> files{path};
  if (elsewhere && !fs::equivalent(path, holder.data(), ignored)) {
    files = {holder.data(), path};
  }
  const Handle creation(H5Dget_create_plist(dataset));
  add_virtual_sources(files, creation, name, path);
  add_external_storage(files, creation, name, path);
  if (files.size() > 1 && files[1] == path) {
    std::swap(files[0], files[1]);
  }
  return files;
}

}  // namespace fossilct::hdf5
