// SPDX-License-Identifier: Apache-2.0
#include "io/dicom_walk.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>

#include "base/error.h"

namespace fossilct {

namespace {

constexpr std::uint32_t item_tag = 0xfffee000;
constexpr std::uint32_t item_end_tag = 0xfffee00d;
constexpr std::uint32_t sequence_end_tag = 0xfffee0dd;
constexpr std::uint32_t pixel_data_tag = 0x7fe00010;
constexpr std::uint32_t transfer_syntax_tag = 0x00020010;
constexpr std::uint32_t undefined_length = 0xffffffff;
constexpr int most_nesting = 32;

// Value representations; those of the second list have a length of four bytes.
constexpr std::string_view short_vrs =
    "AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US";
constexpr std::string_view long_vrs = "OB OD OF OL OV OW SQ SV UC UN UR UT UV";

struct Encoding {
  bool implicit = false;
  bool big_endian = false;
};

struct Element {
  std::uint32_t tag = 0;
  std::string vr;  // empty in implicit encoding
  std::uint32_t length = 0;
};

class Walker {
 public:
  explicit Walker(const std::filesystem::path& file)
      : file_(file), stream_(file, std::ios::binary) {
    if (!stream_) {
      throw file_errno_error(file, "can't be opened");
    }
    size_ = static_cast<std::int64_t>(std::filesystem::file_size(file));
  }

  bool begins_as_dicom() {
    if (size_ < 132) {
      return false;
    }
    at_ = 128;
    std::array<char, 4> mark{};
    read(mark.data(), mark.size());
    return std::string_view(mark.data(), mark.size()) == "DICM";
  }

  DicomStructure walk() {
    const std::string syntax = read_meta();
    const Encoding encoding = encoding_of(syntax);
    is_rle_ = syntax == "1.2.840.10008.1.2.5";
    walk_elements(encoding, size_, false, 0);
    return structure_;
  }

 private:
  [[noreturn]] void damaged(const std::string& what) const {
    throw format_error(file_, "is a damaged DICOM file, or cut short (" + what +
                                  "); copy it again, or move it out of the folder");
  }

  void read(char* to, std::size_t count) {
    stream_.seekg(at_);
    if (at_ + static_cast<std::int64_t>(count) > size_ ||
        !stream_.read(to, static_cast<std::streamsize>(count))) {
      damaged("it ends within an element's header");
    }
    at_ += static_cast<std::int64_t>(count);
  }

  std::uint32_t number(std::size_t count, bool big_endian) {
    std::array<char, 4> bytes{};
    read(bytes.data(), count);
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t from = big_endian ? i : count - 1 - i;
      value = value << 8 | static_cast<unsigned char>(bytes[from]);
    }
    return value;
  }

  std::uint32_t tag(bool big_endian) {
    const std::uint32_t group = number(2, big_endian);
    return group << 16 | number(2, big_endian);
  }

  Element element(const Encoding& encoding) {
    Element found{tag(encoding.big_endian), {}, 0};
    // Items and delimiters never have a value representation.
    if (encoding.implicit || found.tag >> 16 == 0xfffe) {
      found.length = number(4, encoding.big_endian);
      return found;
    }
    found.vr.resize(2);
    read(found.vr.data(), 2);
    const bool known = found.vr.find(' ') == std::string::npos;
    if (known && long_vrs.find(found.vr) != std::string_view::npos) {
      number(2, encoding.big_endian);
      found.length = number(4, encoding.big_endian);
    } else if (known && short_vrs.find(found.vr) != std::string_view::npos) {
      found.length = number(2, encoding.big_endian);
    } else {
      damaged("the element " + name(found) + " has no value representation");
    }
    return found;
  }

  static std::string name(const Element& element) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "(%04x,%04x)", element.tag >> 16, element.tag & 0xffff);
    return text.data();
  }

  std::int64_t end_of(const Element& element, std::int64_t end) const {
    if (element.length > end - at_) {
      damaged("the element " + name(element) + " promises " + std::to_string(element.length) +
              " bytes, " + std::to_string(end - at_) + " are left");
    }
    return at_ + element.length;
  }

  // Group 0002; returns the transfer syntax.
  std::string read_meta() {
    std::string syntax;
    while (at_ < size_) {
      const std::int64_t start = at_;
      const bool is_meta = number(2, false) == 2;
      at_ = start;
      if (!is_meta) {
        break;
      }
      const Element found = element({});
      const std::int64_t next = end_of(found, size_);
      if (found.tag == transfer_syntax_tag) {
        syntax.resize(std::min<std::size_t>(found.length, 64));
        read(syntax.data(), syntax.size());
        syntax.resize(std::min(syntax.size(), syntax.find('\0')));
      }
      at_ = next;
    }
    if (syntax.empty()) {
      damaged("it names no transfer syntax");
    }
    return syntax;
  }

  Encoding encoding_of(const std::string& syntax) const {
    if (syntax == "1.2.840.10008.1.2.1.99") {
      throw format_error(file_,
                         "is in deflated DICOM, which is not read; gdcmconv --raw makes it "
                         "plain");
    }
    return {syntax == "1.2.840.10008.1.2", syntax == "1.2.840.10008.1.2.2"};
  }

  // Elements up to `end`, or (`delimited`) to the delimiter of an item.
  void walk_elements(const Encoding& encoding, std::int64_t end, bool delimited, int depth) {
    while (at_ < end) {
      const Element found = element(encoding);
      if (found.tag == item_end_tag && delimited) {
        return;
      }
      step_over(found, encoding, end, depth);
    }
    if (delimited) {
      damaged("an item does not end");
    }
  }

  void step_over(const Element& found, const Encoding& encoding, std::int64_t end, int depth) {
    const bool pixels = found.tag == pixel_data_tag && depth == 0;
    if (pixels) {
      structure_.compressed = found.length == undefined_length;
      structure_.pixel_bytes = structure_.compressed ? 0 : found.length;
    }
    if (found.length == undefined_length) {
      // What is of unknown kind and length is encoded implicitly (PS3.5, 6.2.2).
      const bool unknown = found.vr == "UN";
      walk_items(unknown ? Encoding{true, false} : encoding, end, true, pixels, depth + 1);
    } else if (found.vr == "SQ") {
      walk_items(encoding, end_of(found, end), false, false, depth + 1);
    } else {
      at_ = end_of(found, end);
    }
  }

  // Number and offsets of the segments (PS3.5, annex G.5), which GDCM follows wherever they lead.
  void check_rle_header(const Element& frame) {
    const std::uint32_t segments = number(4, false);
    std::uint32_t previous = 0;
    bool sound = segments >= 1 && segments <= 15;
    for (std::uint32_t i = 0; sound && i < segments; ++i) {
      const std::uint32_t offset = number(4, false);
      sound = offset > previous && offset < frame.length && (i > 0 || offset == 64);
      previous = offset;
    }
    if (!sound) {
      damaged("the segments of its RLE pixels lie outside of them");
    }
  }

  // The items of a sequence, or the fragments of compressed pixels.
  void walk_items(const Encoding& encoding, std::int64_t end, bool delimited, bool fragments,
                  int depth) {
    if (depth > most_nesting) {
      damaged("its sequences are nested too deeply");
    }
    int item = 0;
    while (at_ < end) {
      const Element found = element(encoding);
      if (found.tag == sequence_end_tag && delimited) {
        return;
      }
      if (found.tag != item_tag) {
        damaged("the element " + name(found) + " stands where an item should");
      }
      if (fragments) {
        const std::int64_t next = end_of(found, end);
        // The first item is a table of offsets, the second the one frame of a slice.
        if (is_rle_ && ++item == 2) {
          check_rle_header(found);
        }
        at_ = next;
        *structure_.pixel_bytes += found.length;
      } else if (found.length == undefined_length) {
        walk_elements(encoding, end, true, depth);
      } else {
        walk_elements(encoding, end_of(found, end), false, depth);
      }
    }
    if (delimited) {
      damaged(fragments ? "its compressed pixels do not end" : "a sequence does not end");
    }
  }

  std::filesystem::path file_;
  std::ifstream stream_;
  std::int64_t size_ = 0;
  std::int64_t at_ = 0;
  bool is_rle_ = false;
  DicomStructure structure_;
};

}  // namespace

std::optional<DicomStructure> walk_dicom(const std::filesystem::path& file) {
  Walker walker(file);
  return walker.begins_as_dicom() ? std::optional(walker.walk()) : std::nullopt;
}

}  // namespace fossilct
