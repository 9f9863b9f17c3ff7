// SPDX-License-Identifier: Apache-2.0
#include "networks/weights/torch_zip.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "networks/weights/pickle.h"
#include "networks/weights/state_dict.h"
#include "networks/weights/zip_archive.h"

namespace fossilct {
namespace {

constexpr std::size_t most_pickle_bytes = std::size_t{64} << 20;  // a model's has some 100 KB

constexpr std::array<std::pair<std::string_view, at::ScalarType>, 10> storages = {
    {{"DoubleStorage", at::kDouble},
     {"FloatStorage", at::kFloat},
     {"HalfStorage", at::kHalf},
     {"BFloat16Storage", at::kBFloat16},
     {"LongStorage", at::kLong},
     {"IntStorage", at::kInt},
     {"ShortStorage", at::kShort},
     {"CharStorage", at::kChar},
     {"ByteStorage", at::kByte},
     {"BoolStorage", at::kBool}}};

using Entries = std::map<std::string, ZipEntry, std::less<>>;

// torch.save puts all under one folder, named after the file or "archive".
std::string find_folder(const MappedFile& file, const Entries& entries) {
  constexpr std::string_view pickle = "data.pkl";
  for (const auto& [name, entry] : entries) {
    const std::size_t slash = name.find('/');
    if (slash != std::string::npos && std::string_view(name).substr(slash + 1) == pickle) {
      return name.substr(0, slash + 1);
    }
  }
  throw format_error(file.path(),
                     "is a zip archive without data.pkl, so not from torch.save; expected "
                     "safetensors or a PyTorch state dict");
}

void refuse_torchscript(const MappedFile& file, const Entries& entries, const std::string& folder) {
  const auto code = entries.lower_bound(folder + "code/");
  const bool has_code = code != entries.end() && code->first.starts_with(folder + "code/");
  if (has_code || entries.contains(folder + "constants.pkl")) {
    throw format_error(file.path(),
                       "is a TorchScript program, not weights alone; save its weights: python3 -c "
                       "\"import torch; torch.save(torch.jit.load('OLD.pt', map_location='cpu')"
                       ".state_dict(), 'NEW.pth')\"");
  }
}

void swap_bytes(at::Tensor& elements) {
  auto* bytes = static_cast<std::byte*>(elements.data_ptr());
  const auto width = static_cast<std::ptrdiff_t>(elements.element_size());
  for (std::byte* at = bytes; at != bytes + elements.nbytes(); at += width) {
    std::reverse(at, at + width);
  }
}

class Archive {
 public:
  explicit Archive(const std::shared_ptr<const MappedFile>& file)
      : file_(file), entries_(read_zip_directory(*file)), folder_(find_folder(*file, entries_)) {
    refuse_torchscript(*file, entries_, folder_);
    const ZipEntry* order = find("byteorder");
    swapped_ = order != nullptr && text(*order) == "big";
  }

  std::string_view pickle() const {
    const ZipEntry& entry = *find("data.pkl");
    if (entry.size > most_pickle_bytes) {
      throw format_error(file_->path(), "its data.pkl has " +
                                            format_bytes(static_cast<double>(entry.size)) +
                                            "; more than 67 MB is no description of weights");
    }
    return text(entry);
  }

  at::Tensor tensor(std::string_view name, const PickleTensor& tensor) {
    check_strides(name, tensor);
    at::Tensor storage = elements_of(name, *tensor.storage);
    return storage.as_strided(tensor.sizes, tensor.strides, tensor.offset);
  }

 private:
  const ZipEntry* find(std::string_view name) const {
    const auto found = entries_.find(folder_ + std::string(name));
    if (found == entries_.end()) {
      return nullptr;
    }
    if (!found->second.plain) {
      throw format_error(file_->path(), "its entry '" + printable(found->first) +
                                            "' is compressed or encrypted, which torch.save does "
                                            "not do; pack the archive again with zip -0");
    }
    return &found->second;
  }
  std::string_view text(const ZipEntry& entry) const {
    return {reinterpret_cast<const char*>(file_->bytes().data()) + entry.offset, entry.size};
  }
  [[noreturn]] void fail(std::string_view name, const std::string& what) const {
    throw format_error(file_->path(), "tensor '" + printable(name) + "' " + what);
  }

  // Every element must lie in the storage, and none be repeated: a stride of 0 would let a file of
  // a few bytes fill the memory.
  void check_strides(std::string_view name, const PickleTensor& tensor) const {
    const std::string shape = "of shape " + shape_text(tensor.sizes) + " ";
    const auto count = element_count(tensor.sizes);
    if (!count || tensor.strides.size() != tensor.sizes.size() || tensor.offset < 0) {
      fail(name, shape + "has an impossible shape, strides or offset: the file is damaged");
    }
    std::int64_t last = tensor.offset;
    for (std::size_t i = 0; i < tensor.sizes.size(); ++i) {
      std::int64_t step = 0;
      if (tensor.strides[i] < 0) {
        fail(name, shape + "has the negative stride " + std::to_string(tensor.strides[i]) +
                       ": the file is damaged");
      }
      if (__builtin_mul_overflow(std::max<std::int64_t>(tensor.sizes[i] - 1, 0), tensor.strides[i],
                                 &step) ||
          __builtin_add_overflow(last, step, &last)) {
        fail(name, shape + "has impossible strides: the file is damaged");
      }
    }
    const std::int64_t elements = tensor.storage->elements;
    if (*count > 0 && last >= elements) {
      fail(name, shape + "reaches element " + std::to_string(last) + " of a storage of " +
                     std::to_string(elements) + ": the file is damaged");
    }
    if (*count > std::max<std::int64_t>(elements, 0) ||
        (*count == 0 && tensor.offset > std::max<std::int64_t>(elements, 0))) {
      fail(name, shape + "has more elements than its storage of " + std::to_string(elements) +
                     "; save it contiguous: tensor.contiguous()");
    }
  }

  // The whole storage, once for all tensors that share it.
  at::Tensor elements_of(std::string_view name, const PickleStorage& storage) {
    const auto id = std::pair(std::string(storage.key), std::string(storage.type));
    const auto known = storages_.find(id);
    if (known == storages_.end()) {
      return storages_.emplace(id, read_storage(name, storage)).first->second;
    }
    if (known->second.numel() != storage.elements) {
      fail(name, "gives its storage another size than the tensor before it: the file is damaged");
    }
    return known->second;
  }

  at::Tensor read_storage(std::string_view name, const PickleStorage& storage) const {
    const auto* type = std::find_if(storages.begin(), storages.end(),
                                    [&](const auto& known) { return known.first == storage.type; });
    if (type == storages.end()) {
      fail(name, "is of the type torch." + printable(storage.type) +
                     ", which is not read here; convert it to float32 first");
    }
    const std::string entry_name = "data/" + std::string(storage.key);
    const ZipEntry* entry = find(entry_name);
    if (entry == nullptr) {
      fail(name, "has its numbers in " + printable(entry_name) + ", which the file lacks");
    }
    std::int64_t bytes = 0;
    const auto width = static_cast<std::int64_t>(at::elementSize(type->second));
    if (storage.elements < 0 || __builtin_mul_overflow(storage.elements, width, &bytes) ||
        static_cast<std::uint64_t>(bytes) != entry->size) {
      fail(name, "has a storage of " + std::to_string(storage.elements) + " elements of " +
                     std::to_string(width) + " bytes, but its entry has " +
                     std::to_string(entry->size) + " bytes: the file is damaged");
    }
    at::Tensor elements = tensor_in(file_, entry->offset, type->second, {storage.elements}, name);
    if (swapped_) {
      elements = elements.clone();
      swap_bytes(elements);
    }
    return elements;
  }

  std::shared_ptr<const MappedFile> file_;
  Entries entries_;
  std::string folder_;
  bool swapped_ = false;
  std::map<std::pair<std::string, std::string>, at::Tensor> storages_;
};

}  // namespace

WeightFile read_torch_zip(const std::shared_ptr<const MappedFile>& file) {
  Archive archive(file);
  WeightFile weights;
  weights.path = file->path();
  weights.format = "PyTorch zip";
  Pickle pickle;
  FoundStateDict found;
  const std::string_view bytes = archive.pickle();
  try {
    pickle = read_pickle(bytes);
    found = find_state_dict(*pickle.root);
  } catch (const Error& error) {
    rethrow_with_context(file->path().string());
  }
  weights.state_dict_key = found.key;
  weights.ignored = found.ignored;
  weights.not_read = found.not_read;
  for (const auto& [name, tensor] : found.tensors) {
    weights.tensors.push_back({std::string(name), archive.tensor(name, *tensor)});
  }
  return weights;
}

}  // namespace fossilct
