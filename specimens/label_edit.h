// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <vector>

#include "specimens/body_crop.h"
#include "volumes/volume.h"
#include "volumes/volume_source.h"

namespace fossilct {

// Voxels of the volume of ids that get another id, 0 for none.
struct LabelEdit {
  Box box;                                     // in voxels of the scan
  Volume<std::uint32_t> ids;                   // of all voxels of the box, as they are to be
  std::set<std::uint32_t> changed;             // fossils that gain or lose a voxel
  std::map<std::uint32_t, std::int64_t> gain;  // of each of these: voxels gained less those lost
};

// `ids` are those of the voxels of `box` as they are. Pure; cost: one pass.

// All voxels of the fossils `merged` become `kept`.
LabelEdit merge_edit(const Box& box, const VolumeView<const std::uint32_t>& ids,
                     const std::set<std::uint32_t>& merged, std::uint32_t kept);
// The voxels of a fossil where `parts` is k become id_of_part[k - 1].
LabelEdit split_edit(const Box& box, const VolumeView<const std::uint32_t>& ids,
                     const VolumeView<const std::uint32_t>& parts,
                     std::span<const std::uint32_t> id_of_part);
// A corrected mask of one fossil: what is not 0 is the fossil's, and also where another's voxels
// were painted over; what was its and is 0 is nobody's.
LabelEdit mask_edit(const Box& box, const VolumeView<const std::uint32_t>& ids,
                    const VolumeView<const std::uint32_t>& mask, std::uint32_t id);
// Corrected ids: each voxel gets new_id.at(its value), 0 where the value is 0.
LabelEdit ids_edit(const Box& box, const VolumeView<const std::uint32_t>& ids,
                   const VolumeView<const std::uint32_t>& values,
                   const std::map<std::uint32_t, std::uint32_t>& new_id);

// The smallest box around each changed fossil's voxels within the edit's box, in voxels of the
// scan; none of those that have no voxel there. One pass, however many have changed.
std::map<std::uint32_t, Box> changed_boxes(const LabelEdit& edit);

// The volume `ids` (u32) with the edit made. The edit must outlive it.
std::unique_ptr<VolumeSource> with_edit(std::unique_ptr<VolumeSource> ids, const LabelEdit& edit);

}  // namespace fossilct
