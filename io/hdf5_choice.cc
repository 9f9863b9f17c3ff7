// SPDX-License-Identifier: Apache-2.0
#include "io/hdf5_choice.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "io/hdf5_links.h"
#include "io/hdf5_shape.h"

namespace fossilct::hdf5 {

namespace {

// Larger than any scan (a petavoxel is 2^50); a header that claims more is damaged or hostile.
constexpr hsize_t most_voxels = hsize_t{1} << 44;

std::string join(std::string parent, const std::string& child) {
  if (child.starts_with('/')) {
    return child;
  }
  return (parent == "/" ? "" : std::move(parent)) + "/" + child;
}

bool is_a(hid_t file, const std::string& name, H5I_type_t kind) {
  const Handle object = open_object(file, name);
  return object.valid() && H5Iget_type(object) == kind;
}

struct Children {
  const char* nx_class;
  std::vector<std::string> names;
};

herr_t collect_class(hid_t group, const char* name, const H5L_info_t*, void* data) {
  auto& children = *static_cast<Children*>(data);
  const Handle child(H5Oopen(group, name, H5P_DEFAULT));
  if (child.valid() && H5Iget_type(child) == H5I_GROUP &&
      read_text(child, "NX_class") == children.nx_class) {
    children.names.emplace_back(name);
  }
  return 0;
}

// The only child group of that NeXus class; empty where there is none or a choice.
std::string only_child(hid_t group, const char* nx_class) {
  Children children{nx_class, {}};
  H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, collect_class, &children);
  return children.names.size() == 1 ? children.names.front() : std::string();
}

// What NeXus calls the default plot, as far as the file says (NeXus manual, "find the plottable
// data", version 3); empty where it says nothing.
std::string nexus_default(hid_t file) {
  std::string name = "/";
  for (int depth = 0; depth < 8; ++depth) {
    const Handle group = open_object(file, name);
    if (!group.valid() || H5Iget_type(group) != H5I_GROUP) {
      return group.valid() ? name : std::string();
    }
    std::optional<std::string> next = read_text(group, "signal");
    if (!next) {
      next = read_text(group, "default");
    }
    if (!next) {
      next = only_child(group, depth == 0 ? "NXentry" : "NXdata");
    }
    if (next->empty()) {
      return {};
    }
    name = join(name, *next);
  }
  return {};
}

// The first of the usual places that is there, be it only as a broken link (to be reported, not
// passed over); empty where none is.
std::string usual_place(hid_t file) {
  for (const char* name : {"/data", "/exchange/data"}) {
    if (is_a(file, name, H5I_DATASET) || broken_link(file, name)) {
      return name;
    }
  }
  const std::string by_default = nexus_default(file);
  if (!by_default.empty() &&
      (is_a(file, by_default, H5I_DATASET) || broken_link(file, by_default))) {
    return by_default;
  }
  for (const char* name : {"/entry/data/data", "/entry/data", "/entry1/tomo_entry/data/data"}) {
    if (is_a(file, name, H5I_DATASET) || broken_link(file, name)) {
      return name;
    }
  }
  return {};
}

std::string candidates_text(const DatasetList& list) {
  std::string text = "datasets in the file:";
  for (const std::string& line : list.lines) {
    text += "\n  " + line;
  }
  if (list.count > list.lines.size()) {
    text += "\n  and " + std::to_string(list.count - list.lines.size()) + " more";
  }
  return text;
}

const std::string no_dataset_at_all =
    "the file holds no dataset at all: is it the right one, and was it written to its end?";

// What to do where the dataset that was found is of no use: another one where there is one, else
// `advice`.
std::string others_text(hid_t file, const std::string& choose, const std::string& advice = "") {
  const DatasetList list = list_datasets(file);
  return list.count > 1 ? choose + candidates_text(list) : advice;
}

Handle open_dataset(hid_t file, const std::filesystem::path& path, const std::string& name) {
  Handle object = open_object(file, name);
  if (object.valid() && H5Iget_type(object) == H5I_DATASET) {
    return object;
  }
  if (const auto broken = broken_link(file, name)) {
    throw format_error(path, *broken);
  }
  const DatasetList list = list_datasets(file);
  throw format_error(
      path, "there is no dataset " + name + " in it; " +
                (list.count == 0 ? no_dataset_at_all
                                 : "give one of them with --dataset; " + candidates_text(list)));
}

void check_type(hid_t file, const std::filesystem::path& path, const ChosenDataset& chosen) {
  if (element_type(chosen.dataset)) {
    return;
  }
  throw format_error(
      path, "the dataset " + chosen.name + " is of type " + type_text(chosen.dataset) +
                "; voxels must be integers of 8, 16 or 32 bits or floats of 32 or 64 bits; convert "
                "it (h5py: astype)" +
                others_text(file, "; or choose another with --dataset; "));
}

void check_shape(hid_t file, const std::filesystem::path& path, const ChosenDataset& chosen) {
  if (!volume_axes(chosen.extent)) {
    const std::string advice = chosen.extent.size() > 3
                                   ? "; write one volume of it as a dataset of its own (h5py: "
                                     "f['one'] = f['" +
                                         chosen.name + "'][0])"
                                   : "; a single slice is read as an image (TIFF, PNG)";
    throw format_error(path, "the dataset " + chosen.name + " has " +
                                 std::to_string(chosen.extent.size()) + " axes (" +
                                 shape_and_type(chosen.dataset) + "); a scan has three (z, y, x)" +
                                 others_text(file, "; choose another with --dataset; ", advice));
  }
  hsize_t voxels = 1;
  for (const hsize_t length : chosen.extent) {
    if (length == 0) {
      throw format_error(path, "the dataset " + chosen.name + " is empty (" +
                                   shape_and_type(chosen.dataset) + ")");
    }
    if (length > most_voxels / voxels) {
      throw format_error(path, "the dataset " + chosen.name + " claims " +
                                   shape_and_type(chosen.dataset) +
                                   ", more voxels than any scan has; the file is damaged");
    }
    voxels *= length;
  }
}

bool has_angles(hid_t file, const std::string& name) {
  const std::string parent = name.substr(0, name.rfind('/') + 1);
  return is_a(file, parent + "theta", H5I_DATASET) ||
         is_a(file, parent + "rotation_angle", H5I_DATASET);
}

void note_axes(ChosenDataset& chosen) {
  if (chosen.extent.size() > 3) {
    chosen.notices.push_back("the dataset " + chosen.name + " is " + shape_text(chosen.extent) +
                             "; its axes of length 1 are left out, the others read as z, y, x");
  }
}

void note_projections(ChosenDataset& chosen) {
  if (chosen.projections) {
    chosen.notices.push_back(
        "the dataset " + chosen.name +
        " holds projections (rotation angles lie beside it), not a "
        "reconstruction: z is the angle; dark and white fields are not applied");
  }
}

ChosenDataset describe(hid_t file, const std::filesystem::path& path, std::string name) {
  ChosenDataset chosen;
  chosen.name = std::move(name);
  chosen.dataset = open_dataset(file, path, chosen.name);
  chosen.extent = extent_of(chosen.dataset);
  check_type(file, path, chosen);
  check_shape(file, path, chosen);
  chosen.type = *element_type(chosen.dataset);
  chosen.axis_zyx = *volume_axes(chosen.extent);
  chosen.projections = has_angles(file, chosen.name);
  note_axes(chosen);
  note_projections(chosen);
  return chosen;
}

std::string why_none_was_chosen(const DatasetList& list) {
  if (list.count == 0) {
    return no_dataset_at_all;
  }
  return (list.usable.empty()
              ? "no dataset in it is a volume of three axes (z, y, x) of integers or floats; "
              : "which dataset is the scan? Give its path with --dataset; ") +
         candidates_text(list);
}

}  // namespace

Size3 ChosenDataset::size() const {
  const auto length = [&](std::size_t axis) { return static_cast<std::int64_t>(extent[axis]); };
  return xyz_from_zyx({length(axis_zyx[0]), length(axis_zyx[1]), length(axis_zyx[2])});
}

ChosenDataset choose_dataset(hid_t file, const std::filesystem::path& path,
                             const std::string& requested) {
  if (!requested.empty()) {
    return describe(file, path, join("/", requested));
  }
  if (const std::string name = usual_place(file); !name.empty()) {
    return describe(file, path, name);
  }
  const DatasetList list = list_datasets(file);
  if (list.usable.size() != 1) {
    throw format_error(path, why_none_was_chosen(list));
  }
  ChosenDataset chosen = describe(file, path, list.usable.front());
  chosen.notices.push_back("took the dataset " + chosen.name +
                           ", the only volume in the file; --dataset chooses another");
  return chosen;
}

}  // namespace fossilct::hdf5
