// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <utility>

#include "io/hdf5_choice.h"
#include "io/hdf5_shape.h"

namespace fossilct::hdf5 {

namespace {

constexpr std::size_t most_lines = 20;

struct Visit {
  DatasetList list;
  std::set<std::pair<unsigned long, haddr_t>> seen;  // NeXus files link one dataset many times
};

void add(Visit& visit, hid_t dataset, const std::string& name) {
  H5O_info_t info;
  if (H5Oget_info2(dataset, &info, H5O_INFO_BASIC) < 0 ||
      !visit.seen.emplace(info.fileno, info.addr).second) {
    return;
  }
  DatasetList& list = visit.list;
  ++list.count;
  if (list.lines.size() < most_lines) {
    list.lines.push_back(name + " (" + shape_and_type(dataset) + ")");
  }
  if (list.usable.size() < 2 && element_type(dataset) && volume_axes(extent_of(dataset))) {
    list.usable.push_back(name);
  }
}

herr_t visit_link(hid_t group, const char* name, const H5L_info_t*, void* data) {
  const Handle object(H5Oopen(group, name, H5P_DEFAULT));
  if (object.valid() && H5Iget_type(object) == H5I_DATASET) {
    add(*static_cast<Visit*>(data), object, "/" + std::string(name));
  }
  return 0;
}

}  // namespace

DatasetList list_datasets(hid_t group) {
  Visit visit;
  H5Lvisit(group, H5_INDEX_NAME, H5_ITER_INC, visit_link, &visit);
  H5Eclear2(H5E_DEFAULT);
  return std::move(visit.list);
}

}  // namespace fossilct::hdf5
