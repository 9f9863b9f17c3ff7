// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cassert>
#include <cstdint>
#include <memory>
#include <utility>

#include "volumes/volume_sink.h"

namespace fossilct {

// A sink for labels of one type: u8 or u16 (semantic), u32 (instances). What segmentation and
// extraction write to, so that an intensity can't get in by mistake.
template <typename Label>
requires(std::is_same_v<Label, std::uint8_t> || std::is_same_v<Label, std::uint16_t> ||
         std::is_same_v<Label, std::uint32_t>) class LabelSink {
 public:
  explicit LabelSink(std::unique_ptr<VolumeSink> sink) : sink_(std::move(sink)) {
    assert(sink_->type() == pixel_type_of<Label>());
  }
  const Grid& grid() const { return sink_->grid(); }
  std::int64_t preferred_slab() const { return sink_->preferred_slab(); }
  void write(const VolumeView<const Label>& slab) { sink_->write(slab); }
  void finish() { sink_->finish(); }

 private:
  std::unique_ptr<VolumeSink> sink_;
};

}  // namespace fossilct
