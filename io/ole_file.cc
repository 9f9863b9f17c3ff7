// SPDX-License-Identifier: Apache-2.0
#include "io/ole_file.h"

#include <gsf/gsf-infile-msole.h>
#include <gsf/gsf-input-stdio.h>

#include <algorithm>
#include <bit>
#include <mutex>
#include <string_view>

#include "base/error.h"

namespace fossilct {

namespace {

static_assert(std::endian::native == std::endian::little,
              "OLE2 numbers are little-endian and are read as they lie");

// libgsf reports damage as GLib warnings on stderr, some of them without its name; what matters
// comes back as a null pointer.
void drop_gsf_messages(const gchar* domain, GLogLevelFlags level, const gchar* message,
                       gpointer data) {
  if (domain != nullptr && !std::string_view(domain).starts_with("libgsf")) {
    g_log_default_handler(domain, level, message, data);
  }
}

void start_libgsf() {
  static std::once_flag once;
  std::call_once(once, [] {
    gsf_init();
    g_log_set_default_handler(drop_gsf_messages, nullptr);
  });
}

std::string text_of(GError* error) {
  const std::string text = error != nullptr ? error->message : "unknown error";
  g_clear_error(&error);
  return text;
}

template <typename T>
std::vector<T> read_numbers(const GObjectPtr<GsfInput>& stream, std::size_t most) {
  if (stream == nullptr) {
    return {};
  }
  const auto held = static_cast<std::size_t>(std::max<gsf_off_t>(gsf_input_size(stream.get()), 0));
  std::vector<T> values(std::min(most, held / sizeof(T)));
  const bool whole =
      values.empty() || gsf_input_read(stream.get(), values.size() * sizeof(T),
                                       reinterpret_cast<guint8*>(values.data())) != nullptr;
  return whole ? values : std::vector<T>();
}

template <typename T>
std::optional<T> read_number(const GObjectPtr<GsfInput>& stream) {
  const std::vector<T> values = read_numbers<T>(stream, 1);
  return values.empty() ? std::nullopt : std::optional<T>(values.front());
}

}  // namespace

OleFile::OleFile(std::filesystem::path path) : path_(std::move(path)) {
  start_libgsf();
  GError* error = nullptr;
  const GObjectPtr<GsfInput> input(gsf_input_stdio_new(path_.c_str(), &error));
  if (input == nullptr) {
    throw file_error(path_, "can't be opened: " + text_of(error));
  }
  root_.reset(gsf_infile_msole_new(input.get(), &error));
  if (root_ == nullptr) {
    throw format_error(path_, "is no whole OLE2 container (" + text_of(error) +
                                  "); it is damaged or cut short, copy it again");
  }
}

GObjectPtr<GsfInput> OleFile::find(const std::string& folder, const std::string& name) const {
  const GObjectPtr<GsfInput> inner(gsf_infile_child_by_name(root_.get(), folder.c_str()));
  if (inner == nullptr || !GSF_IS_INFILE(inner.get())) {
    return nullptr;
  }
  return GObjectPtr<GsfInput>(gsf_infile_child_by_name(GSF_INFILE(inner.get()), name.c_str()));
}

bool OleFile::has(const std::string& folder, const std::string& name) const {
  return find(folder, name) != nullptr;
}

std::optional<std::int32_t> OleFile::integer(const std::string& folder,
                                             const std::string& name) const {
  return read_number<std::int32_t>(find(folder, name));
}

std::optional<float> OleFile::real(const std::string& folder, const std::string& name) const {
  return read_number<float>(find(folder, name));
}

std::vector<float> OleFile::reals(const std::string& folder, const std::string& name,
                                  std::size_t most) const {
  return read_numbers<float>(find(folder, name), most);
}

}  // namespace fossilct
