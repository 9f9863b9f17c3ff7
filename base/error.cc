// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"

#include <cerrno>
#include <new>
#include <system_error>

#include "base/progress.h"
#include "base/text.h"

namespace fossilct {

namespace {

std::string join(std::string_view subject, std::string_view what) {
  return std::string(subject) + ": " + std::string(what);
}

// What to do about it, where the reason alone does not say.
std::string remedy_for(const std::error_code& code, const std::filesystem::path& path) {
  if (code == std::errc::permission_denied || code == std::errc::operation_not_permitted) {
    return "; check the rights of the file and of its folder (ls -ld)";
  }
  if (code == std::errc::no_space_on_device) {
    std::error_code ignored;
    const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    const auto space = std::filesystem::space(folder, ignored);
    return " (" + format_bytes(ignored ? 0 : static_cast<double>(space.available)) +
           " free there); free some, or write to another disk";
  }
  return "";
}

}  // namespace

Error file_error(const std::filesystem::path& path, std::string_view what) {
  return {ErrorKind::file, join(path.string(), what)};
}

Error file_code_error(const std::filesystem::path& path, std::string_view action,
                      const std::error_code& code) {
  return {ErrorKind::file, join(path.string(), std::string(action) + ": " + code.message() +
                                                   remedy_for(code, path))};
}

Error file_errno_error(const std::filesystem::path& path, std::string_view action) {
  return file_code_error(path, action, {errno, std::generic_category()});
}

Error format_error(const std::filesystem::path& path, std::string_view what) {
  return {ErrorKind::format, join(path.string(), what)};
}

Error option_error(std::string_view option, std::string_view what) {
  return {ErrorKind::option, join(option, what)};
}

void rethrow_with_context(std::string_view context, ErrorKind kind_of_others) {
  try {
    throw;
  } catch (const Cancelled&) {
    throw;
  } catch (const Error& error) {
    throw Error(error.kind(), join(context, error.what()));
  } catch (const std::bad_alloc&) {
    throw Error(ErrorKind::device, join(context, "out of memory"));
  } catch (const std::exception& error) {
    throw Error(kind_of_others, join(context, error.what()));
  } catch (...) {
    throw Error(kind_of_others, join(context, "an exception of unknown type"));
  }
}

}  // namespace fossilct
