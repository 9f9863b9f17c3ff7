// SPDX-License-Identifier: Apache-2.0
#include "networks/weights/weight_file.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <string_view>

#include "base/error.h"
#include "networks/weights/mapped_file.h"
#include "networks/weights/safetensors.h"
#include "networks/weights/torch_zip.h"
#include "networks/weights/zip_archive.h"

namespace fossilct {
namespace {

// Put before every name by DataParallel, by Lightning and fastai, by torch.compile.
constexpr std::array<std::string_view, 3> wrapper_prefixes = {"module.", "model.", "_orig_mod."};

bool all_begin_with(const std::vector<NamedTensor>& tensors, std::string_view prefix) {
  return !tensors.empty() &&
         std::all_of(tensors.begin(), tensors.end(), [=](const NamedTensor& named) {
           return named.name.size() > prefix.size() && named.name.starts_with(prefix);
         });
}

void strip_wrappers(std::vector<NamedTensor>& tensors) {
  for (bool stripped = true; stripped;) {
    stripped = false;
    for (const std::string_view prefix : wrapper_prefixes) {
      if (all_begin_with(tensors, prefix)) {
        for (NamedTensor& named : tensors) {
          named.name.erase(0, prefix.size());
        }
        stripped = true;
      }
    }
  }
}

bool begins_with(std::span<const std::byte> bytes, std::string_view text) {
  return bytes.size() >= text.size() && std::memcmp(bytes.data(), text.data(), text.size()) == 0;
}

// torch.save before 1.6: a pickle of the number 0x1950a86a20f9469cfc6c, then more pickles.
bool is_legacy_pickle(std::span<const std::byte> bytes) {
  constexpr std::string_view magic("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 14);
  return begins_with(bytes, magic);
}

// torch.save before 0.1.10: a tar archive, whose mark stands at byte 257.
bool is_tar(std::span<const std::byte> bytes) {
  return bytes.size() > 262 && begins_with(bytes.subspan(257), "ustar");
}

// For a line of Python that can be pasted into a shell: the file's name where nothing in it needs
// quoting, else a stand-in.
std::string pasteable_name(const std::filesystem::path& path) {
  const std::string name = path.string();
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("/._-+ ").find(c) != std::string_view::npos;
  });
  return plain ? name : "OLD.pth";
}

[[noreturn]] void refuse_other_format(const MappedFile& file) {
  const std::span<const std::byte> bytes = file.bytes();
  if (is_legacy_pickle(bytes) || is_tar(bytes)) {
    throw format_error(file.path(),
                       std::string("is of PyTorch's form before 1.6 (") +
                           (is_tar(bytes) ? "a tar archive" : "a bare pickle") +
                           "), which is not read here; convert it once: python3 -c \"import torch; "
                           "torch.save(torch.load('" +
                           pasteable_name(file.path()) + "', map_location='cpu'), 'NEW.pth')\"");
  }
  if (begins_with(bytes, "\x80")) {
    throw format_error(file.path(),
                       "is a bare Python pickle, which is not read here; expected safetensors or "
                       "a state dict that torch.save wrote");
  }
  throw format_error(file.path(),
                     "is no weight file: it begins neither as safetensors nor as a PyTorch zip "
                     "archive; expected .safetensors, .pth or .pt");
}

WeightFile read_any(const std::shared_ptr<const MappedFile>& file) {
  if (looks_like_zip(file->bytes())) {
    return read_torch_zip(file);
  }
  if (looks_like_safetensors(file->bytes())) {
    return read_safetensors(file);
  }
  refuse_other_format(*file);
}

}  // namespace

const at::Tensor* WeightFile::find(std::string_view name) const {
  const auto found = std::find_if(tensors.begin(), tensors.end(),
                                  [=](const NamedTensor& named) { return named.name == name; });
  return found == tensors.end() ? nullptr : &found->tensor;
}

WeightFile read_weight_file(const std::filesystem::path& path, bool check_finite) {
  try {
    WeightFile weights = read_any(MappedFile::open(path));
    if (weights.tensors.empty()) {
      throw format_error(path, "holds no tensors; expected the weights of a network");
    }
    if (check_finite) {
      for (const NamedTensor& named : weights.tensors) {
        check_finite_values(path, named.name, named.tensor);
      }
    }
    strip_wrappers(weights.tensors);
    return weights;
  } catch (const c10::Error& error) {
    throw format_error(path, error.what_without_backtrace());
  }
}

}  // namespace fossilct
