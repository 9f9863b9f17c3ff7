// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace fossilct {

// What went wrong, as far as the caller must tell cases apart: `option` is the user's command line
// (exit code 2), `device` is what the machine lacks, memory or a device: with less the same may come
// through (exit code 4); the rest failed at their work (exit code 1).
enum class ErrorKind { file, format, option, device };

// The one exception of this project. Its message is complete for a person: which file, option or
// value; what was found; what was expected; what to do. Exceptions of outside libraries are turned
// into it at the border of the room that uses the library.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

// A file or folder that can't be opened, read, written or found.
Error file_error(const std::filesystem::path& path, std::string_view what);
// The same with the meaning of a code and, where rights are lacking, what to check.
Error file_code_error(const std::filesystem::path& path, std::string_view action,
                      const std::error_code& code);
// The same with the meaning of `errno`, which is read on entry ("No space left on device").
Error file_errno_error(const std::filesystem::path& path, std::string_view action);
// A file whose content is not what its format promises.
Error format_error(const std::filesystem::path& path, std::string_view what);
// A wrong value of a command-line option; `option` as typed, e.g. "--roi".
Error option_error(std::string_view option, std::string_view what);

// To be called in a catch block: rethrows the exception in flight with "CONTEXT: " before its
// message. An Error keeps its kind, Cancelled passes unchanged, any other exception becomes an
// Error of `kind_of_others`.
[[noreturn]] void rethrow_with_context(std::string_view context,
                                       ErrorKind kind_of_others = ErrorKind::file);

}  // namespace fossilct
