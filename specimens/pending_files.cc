// SPDX-License-Identifier: Apache-2.0
#include "specimens/pending_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <set>
#include <system_error>

#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace fs = std::filesystem;

namespace {

void sync_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0 || ::fsync(descriptor) != 0) {
    const Error error = file_errno_error(folder, "can't flush to the disk");
    if (descriptor >= 0) {
      ::close(descriptor);
    }
    throw error;
  }
  ::close(descriptor);
}

[[noreturn]] void refuse(const Database& database, const std::string& name) {
  throw format_error(database.path(), "names a file that is none of a catalogue's, '" +
                                          printable(name) + "'; it was left as it is");
}

// A temporary file that is no longer there got its name before a kill.
void put_in_place(const fs::path& temporary, const fs::path& target) {
  std::error_code error;
  if (!fs::exists(temporary, error)) {
    return;
  }
  fs::create_directories(target.parent_path(), error);
  fs::rename(temporary, target, error);
  if (error) {
    throw file_code_error(target, "can't give the new file its name", error);
  }
}

// The folders of a catalogue that files come into and go from.
constexpr std::array file_folders = {"crops", "photos", "meshes", "views"};

// A file right in one of these, by a plain name.
bool lies_in(const fs::path& path, std::string_view folder) {
  return path.parent_path() == folder && path.has_filename() && path.filename() != "." &&
         path.filename() != "..";
}

void require_temporary(const Database& database, const std::string& name) {
  if (!lies_in(name, pending_folder)) {
    refuse(database, name);
  }
}

void take_away(const fs::path& target) {
  std::error_code error;
  fs::remove(target, error);
  if (error) {
    throw file_code_error(target, "can't remove", error);
  }
}

}  // namespace

void require_file_of_catalogue(const Database& database, const std::string& name) {
  const bool known = std::ranges::any_of(
      file_folders, [&name](const char* folder) { return lies_in(name, folder); });
  if (!known && name != "instances.h5") {
    refuse(database, name);
  }
}

void record_pending(const Database& database, const std::string& name,
                    const std::optional<std::string>& temporary) {
  Statement(database, "INSERT INTO pending_file (name, temporary) VALUES (?, ?)")
      .bind_all(std::string_view(name),
                temporary ? std::optional<std::string_view>(*temporary) : std::nullopt)
      .run();
}

void finish_pending(const Database& database, const fs::path& folder) {
  std::set<fs::path> touched;
  Statement rows(database, "SELECT name, temporary FROM pending_file ORDER BY id");
  bool any = false;
  while (rows.step()) {
    any = true;
    require_file_of_catalogue(database, rows.text(0));
    if (!rows.is_null(1)) {
      require_temporary(database, rows.text(1));
    }
    const fs::path target = folder / rows.text(0);
    if (rows.is_null(1)) {
      take_away(target);
    } else {
      put_in_place(folder / rows.text(1), target);
    }
    std::error_code ignored;
    if (fs::is_directory(target.parent_path(), ignored)) {
      touched.insert(target.parent_path());
    }
  }
  if (any) {
    touched.insert(folder);
    for (const fs::path& each : touched) {
      sync_folder(each);
    }
    database.run("DELETE FROM pending_file");
  }
  std::error_code ignored;
  fs::remove_all(folder / pending_folder, ignored);
}

fs::path pending_path(const Database& database, const fs::path& folder, const std::string& name) {
  Statement row(database,
                "SELECT temporary FROM pending_file WHERE name = ? AND temporary IS NOT NULL "
                "ORDER BY id DESC LIMIT 1");
  row.bind(std::string_view(name));
  std::error_code ignored;
  if (row.step() && lies_in(row.text(0), pending_folder) &&
      fs::exists(folder / row.text(0), ignored)) {
    return folder / row.text(0);
  }
  return folder / name;
}

}  // namespace fossilct
