// SPDX-License-Identifier: Apache-2.0
#include "networks/weights/mapped_file.h"

#include <ATen/ATen.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace fossilct {
namespace {

constexpr std::size_t most_dimensions = 64;  // what at::TensorIterator takes

// Closed again once the file is mapped: the mapping does not need it. Opened without waiting, or a
// pipe would hold the program until somebody writes into it.
class OpenFile {
 public:
  explicit OpenFile(const std::filesystem::path& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    if (descriptor_ < 0) {
      throw file_errno_error(path, "can't be opened");
    }
  }
  ~OpenFile() { ::close(descriptor_); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

std::size_t regular_size(const OpenFile& file, const std::filesystem::path& path) {
  struct stat status {};
  if (::fstat(file.descriptor(), &status) != 0) {
    throw file_errno_error(path, "can't be read");
  }
  if (!S_ISREG(status.st_mode)) {
    throw file_error(path, "is a folder, a device or a pipe; expected a weight file");
  }
  if (status.st_size == 0) {
    throw format_error(path, "is empty (0 bytes); expected a weight file");
  }
  return static_cast<std::size_t>(status.st_size);
}

// Index of the first value whose exponent is all ones (NaN or infinite); -1 where there is none.
template <typename Bits>
std::int64_t first_not_finite(const at::Tensor& contiguous, Bits exponent) {
  const auto* bits = static_cast<const Bits*>(contiguous.data_ptr());
  const Bits* end = bits + contiguous.numel();
  const Bits* found =
      std::find_if(bits, end, [=](Bits b) { return Bits(b & exponent) == exponent; });
  return found == end ? -1 : found - bits;
}

std::int64_t first_not_finite(const at::Tensor& contiguous) {
  switch (contiguous.scalar_type()) {
    case at::kDouble:
      return first_not_finite<std::uint64_t>(contiguous, 0x7ff0000000000000U);
    case at::kFloat:
      return first_not_finite<std::uint32_t>(contiguous, 0x7f800000U);
    case at::kHalf:
      return first_not_finite<std::uint16_t>(contiguous, 0x7c00U);
    case at::kBFloat16:
      return first_not_finite<std::uint16_t>(contiguous, 0x7f80U);
    default:
      return -1;
  }
}

}  // namespace

std::shared_ptr<const MappedFile> MappedFile::open(const std::filesystem::path& path) {
  const OpenFile file(path);
  const std::size_t size = regular_size(file, path);
  std::shared_ptr<MappedFile> mapped(new MappedFile(path));
  // NORESERVE: pages are copied only where someone writes, so none need be set aside.
  void* data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE,
                      file.descriptor(), 0);
  if (data == MAP_FAILED) {
    throw file_errno_error(path, "can't be mapped into memory");
  }
  mapped->data_ = static_cast<std::byte*>(data);
  mapped->size_ = size;
  return mapped;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) {
    ::munmap(data_, size_);
  }
}

at::Tensor tensor_in(const std::shared_ptr<const MappedFile>& file, std::size_t offset,
                     at::ScalarType type, const std::vector<std::int64_t>& sizes,
                     std::string_view tensor) {
  const at::TensorOptions options(type);
  if (element_count(sizes).value() == 0) {
    return at::empty(sizes, options);
  }
  const std::byte* first = file->bytes().data() + offset;
  if (type == at::kBool) {
    const auto count = static_cast<std::size_t>(*element_count(sizes));
    if (std::any_of(first, first + count, [](std::byte b) { return b > std::byte{1}; })) {
      throw format_error(file->path(), "tensor '" + printable(tensor) +
                                           "' holds a boolean that is neither 0 nor 1: the file is "
                                           "damaged");
    }
  }
  // The mapping is writable (MappedFile); only its owners see it as const.
  void* data = const_cast<std::byte*>(first);
  if (reinterpret_cast<std::uintptr_t>(data) % at::elementSize(type) != 0) {
    at::Tensor copy = at::empty(sizes, options);
    std::copy_n(first, copy.nbytes(), static_cast<std::byte*>(copy.data_ptr()));
    return copy;
  }
  return at::from_blob(
      data, sizes, [file](void*) {}, options);
}

void check_finite_values(const std::filesystem::path& path, std::string_view name,
                         const at::Tensor& tensor) {
  if (!tensor.is_floating_point()) {
    return;
  }
  const at::Tensor contiguous = tensor.contiguous();
  const std::int64_t index = first_not_finite(contiguous);
  if (index >= 0) {
    const double value = contiguous.flatten()[index].to(at::kDouble).item<double>();
    throw format_error(path, "tensor '" + printable(name) + "' (" + shape_text(tensor.sizes()) +
                                 ") holds " + format_number(value) + " at element " +
                                 std::to_string(index) +
                                 "; weights must be finite: the training diverged or the file is "
                                 "damaged, take an earlier one");
  }
}

std::optional<std::int64_t> element_count(std::span<const std::int64_t> sizes) {
  if (sizes.size() > most_dimensions) {
    return std::nullopt;
  }
  // A size of 0 makes the product 0 whatever the rest is; the rest must still be sane for strides.
  std::int64_t count = 1;
  bool empty = false;
  for (const std::int64_t size : sizes) {
    if (size < 0 || (size != 0 && __builtin_mul_overflow(count, size, &count))) {
      return std::nullopt;
    }
    empty = empty || size == 0;
  }
  return empty ? 0 : count;
}

std::string shape_text(std::span<const std::int64_t> sizes) {
  if (sizes.empty()) {
    return "a single number";
  }
  std::string text;
  for (const std::int64_t size : sizes) {
    if (!text.empty()) {
      text += 'x';
    }
    text += std::to_string(size);
  }
  return text;
}

}  // namespace fossilct
