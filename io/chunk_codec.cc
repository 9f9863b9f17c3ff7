// SPDX-License-Identifier: Apache-2.0
#include "io/chunk_codec.h"

#include <libdeflate.h>

#include <algorithm>
#include <cassert>
#include <type_traits>

namespace fossilct {

namespace {

// The width is a template argument so that the compiler turns the loops into packs and unpacks.
template <std::size_t width>
void shuffle_elements(const std::byte* in, std::size_t count, std::byte* out) {
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t b = 0; b < width; ++b) {
      out[b * count + i] = in[i * width + b];
    }
  }
}

template <std::size_t width>
void unshuffle_elements(const std::byte* in, std::size_t count, std::byte* out) {
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t b = 0; b < width; ++b) {
      out[i * width + b] = in[b * count + i];
    }
  }
}

// Calls f with the width of a pixel type as a constant.
template <typename F>
void with_width(std::size_t element_bytes, F&& f) {
  switch (element_bytes) {
    case 1:
      return f(std::integral_constant<std::size_t, 1>{});
    case 2:
      return f(std::integral_constant<std::size_t, 2>{});
    case 4:
      return f(std::integral_constant<std::size_t, 4>{});
    default:
      assert(element_bytes == 8);
      return f(std::integral_constant<std::size_t, 8>{});
  }
}

}  // namespace

void shuffle_bytes(std::span<const std::byte> in, std::size_t element_bytes,
                   std::span<std::byte> out) {
  assert(in.size() == out.size() && in.size() % element_bytes == 0);
  with_width(element_bytes, [&]<std::size_t width>(std::integral_constant<std::size_t, width>) {
    shuffle_elements<width>(in.data(), in.size() / width, out.data());
  });
}

void unshuffle_bytes(std::span<const std::byte> in, std::size_t element_bytes,
                     std::span<std::byte> out) {
  assert(in.size() == out.size() && in.size() % element_bytes == 0);
  with_width(element_bytes, [&]<std::size_t width>(std::integral_constant<std::size_t, width>) {
    unshuffle_elements<width>(in.data(), in.size() / width, out.data());
  });
}

std::uint32_t fletcher32(std::span<const std::byte> bytes) {
  constexpr std::size_t words_at_once = 1 << 16;  // so that no sum passes 64 bits
  constexpr std::uint64_t modulus = 0xffff;
  std::uint64_t sum = 0;
  std::uint64_t sum_of_sums = 0;
  // HDF5 adds carries back instead of dividing: what is not all zeros never comes out as 0.
  const auto reduced = [](std::uint64_t value) {
    return value == 0 ? 0 : (value - 1) % modulus + 1;
  };
  const std::size_t words = bytes.size() / 2;
  for (std::size_t begin = 0; begin < words; begin += words_at_once) {
    const std::size_t end = std::min(begin + words_at_once, words);
    for (std::size_t i = begin; i < end; ++i) {
      sum += std::to_integer<std::uint64_t>(bytes[2 * i]) << 8 |
             std::to_integer<std::uint64_t>(bytes[2 * i + 1]);
      sum_of_sums += sum;
    }
    sum = reduced(sum);
    sum_of_sums = reduced(sum_of_sums);
  }
  if (bytes.size() % 2 != 0) {
    sum = reduced(sum + (std::to_integer<std::uint64_t>(bytes.back()) << 8));
    sum_of_sums = reduced(sum_of_sums + sum);
  }
  return static_cast<std::uint32_t>(sum_of_sums << 16 | sum);
}

struct ChunkCodec::Impl {
  std::size_t element_bytes;
  std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor;
  std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> decompressor;
  std::vector<std::byte> shuffled;
  std::vector<std::byte> encoded;
};

ChunkCodec::ChunkCodec(std::size_t element_bytes, int level)
    : impl_(new Impl{element_bytes,
                     {libdeflate_alloc_compressor(level), &libdeflate_free_compressor},
                     {libdeflate_alloc_decompressor(), &libdeflate_free_decompressor},
                     {},
                     {}}) {}
ChunkCodec::~ChunkCodec() = default;
ChunkCodec::ChunkCodec(ChunkCodec&&) noexcept = default;

std::optional<std::span<const std::byte>> ChunkCodec::encode(std::span<const std::byte> chunk) {
  Impl& impl = *impl_;
  std::span<const std::byte> input = chunk;
  if (impl.element_bytes > 1) {
    impl.shuffled.resize(chunk.size());
    shuffle_bytes(chunk, impl.element_bytes, impl.shuffled);
    input = impl.shuffled;
  }
  impl.encoded.resize(chunk.size());
  const std::size_t size =
      libdeflate_zlib_compress(impl.compressor.get(), input.data(), input.size(),
                               impl.encoded.data(), impl.encoded.size() - 1);
  if (size == 0) {
    return std::nullopt;
  }
  return std::span<const std::byte>(impl.encoded).first(size);
}

bool ChunkCodec::decode(std::span<const std::byte> encoded, std::span<std::byte> chunk) {
  Impl& impl = *impl_;
  const bool shuffled = impl.element_bytes > 1;
  impl.shuffled.resize(shuffled ? chunk.size() : 0);
  const std::span<std::byte> inflated = shuffled ? std::span(impl.shuffled) : chunk;
  if (libdeflate_zlib_decompress(impl.decompressor.get(), encoded.data(), encoded.size(),
                                 inflated.data(), inflated.size(), nullptr) != LIBDEFLATE_SUCCESS) {
    return false;
  }
  if (shuffled) {
    unshuffle_bytes(impl.shuffled, impl.element_bytes, chunk);
  }
  return true;
}

}  // namespace fossilct
