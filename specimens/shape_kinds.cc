// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "specimens/shape.h"

namespace fossilct {
namespace {

struct Row {
  MeasurementKind kind;
  double (*value)(const Shape&);
};

constexpr std::array rows = {
    Row{{"voxels", Unit::voxels, "number of voxels", ""},
        [](const Shape& s) { return static_cast<double>(s.voxels); }},
    Row{{"volume", Unit::volume, "voxels times the volume of one", ""},
        [](const Shape& s) { return s.volume; }},
    Row{{"filled_volume", Unit::volume, "volume with the closed cavities (6-connected) filled", ""},
        [](const Shape& s) { return s.filled_volume; }},
    Row{{"surface_area", Unit::area,
         "surface with that of cavities, without the face where the scan cut the body",
         "Lehmann and Legland 2012, Crofton's formula, 13 directions"},
        [](const Shape& s) { return s.surface_area; }},
    Row{{"equivalent_diameter", Unit::length, "diameter of the sphere of equal volume",
         "Wadell 1932"},
        [](const Shape& s) { return s.equivalent_diameter; }},
    Row{{"sphericity", Unit::none,
         "surface of the sphere of equal filled volume / surface of the filled body",
         "Wadell 1935"},
        [](const Shape& s) { return s.sphericity; }},
    Row{{"feret_maximum", Unit::length,
         "largest distance between two points of the voxels as cuboids", ""},
        [](const Shape& s) { return s.feret_maximum; }},
    Row{{"feret_minimum", Unit::length,
         "least distance of two parallel planes with the body between them",
         "Houle and Toussaint 1988"},
        [](const Shape& s) { return s.feret_minimum; }},
    Row{{"feret_orthogonal", Unit::length, "largest extent perpendicular to feret_maximum", ""},
        [](const Shape& s) { return s.feret_orthogonal; }},
    Row{{"principal_length_1", Unit::length,
         "longest axis of the ellipsoid of equal second moments, 2 sqrt(5 variance)", ""},
        [](const Shape& s) { return s.principal_lengths[0]; }},
    Row{{"principal_length_2", Unit::length,
         "intermediate axis of the ellipsoid of equal second moments, 2 sqrt(5 variance)", ""},
        [](const Shape& s) { return s.principal_lengths[1]; }},
    Row{{"principal_length_3", Unit::length,
         "shortest axis of the ellipsoid of equal second moments, 2 sqrt(5 variance)", ""},
        [](const Shape& s) { return s.principal_lengths[2]; }},
    Row{{"principal_axis_1_x", Unit::none,
         "x of the unit vector along principal_length_1, in the scan's space", ""},
        [](const Shape& s) { return s.principal_axes[0].x; }},
    Row{{"principal_axis_1_y", Unit::none,
         "y of the unit vector along principal_length_1, in the scan's space", ""},
        [](const Shape& s) { return s.principal_axes[0].y; }},
    Row{{"principal_axis_1_z", Unit::none,
         "z of the unit vector along principal_length_1, in the scan's space", ""},
        [](const Shape& s) { return s.principal_axes[0].z; }},
    Row{{"principal_axis_2_x", Unit::none,
         "x of the unit vector along principal_length_2, in the scan's space", ""},
        [](const Shape& s) { return s.principal_axes[1].x; }},
    Row{{"principal_axis_2_y", Unit::none,
         "y of the unit vector along principal_length_2, in the scan's space", ""},
        [](const Shape& s) { return s.principal_axes[1].y; }},
    Row{{"principal_axis_2_z", Unit::none,
         "z of the unit vector along principal_length_2, in the scan's space", ""},
        [](const Shape& s) { return s.principal_axes[1].z; }},
    Row{{"principal_axis_3_x", Unit::none,
         "x of the unit vector along principal_length_3, in the scan's space", ""},
        [](const Shape& s) { return s.principal_axes[2].x; }},
    Row{{"principal_axis_3_y", Unit::none,
         "y of the unit vector along principal_length_3, in the scan's space", ""},
        [](const Shape& s) { return s.principal_axes[2].y; }},
    Row{{"principal_axis_3_z", Unit::none,
         "z of the unit vector along principal_length_3, in the scan's space", ""},
        [](const Shape& s) { return s.principal_axes[2].z; }},
    Row{{"elongation", Unit::none, "principal_length_2 / principal_length_1", "Zingg 1935"},
        [](const Shape& s) { return s.elongation; }},
    Row{{"flatness", Unit::none, "principal_length_3 / principal_length_2", "Zingg 1935"},
        [](const Shape& s) { return s.flatness; }},
    Row{{"solidity", Unit::none,
         "voxels / voxels whose centre lies in the convex hull of the body's voxel centres", ""},
        [](const Shape& s) { return s.solidity; }},
    Row{{"euler_number", Unit::count, "components - tunnels + cavities, 26-connected",
         "Ohser and Muecklich 2000"},
        [](const Shape& s) { return static_cast<double>(s.euler_number); }},
    Row{{"box_begin_x", Unit::voxels, "first voxel along x", ""},
        [](const Shape& s) { return static_cast<double>(s.box.begin.x); }},
    Row{{"box_begin_y", Unit::voxels, "first voxel along y", ""},
        [](const Shape& s) { return static_cast<double>(s.box.begin.y); }},
    Row{{"box_begin_z", Unit::voxels, "first voxel along z", ""},
        [](const Shape& s) { return static_cast<double>(s.box.begin.z); }},
    Row{{"box_size_x", Unit::voxels, "voxels of the bounding box along x", ""},
        [](const Shape& s) { return static_cast<double>(s.box.size().x); }},
    Row{{"box_size_y", Unit::voxels, "voxels of the bounding box along y", ""},
        [](const Shape& s) { return static_cast<double>(s.box.size().y); }},
    Row{{"box_size_z", Unit::voxels, "voxels of the bounding box along z", ""},
        [](const Shape& s) { return static_cast<double>(s.box.size().z); }},
    Row{{"box_length_x", Unit::length, "length of the bounding box along the grid's x", ""},
        [](const Shape& s) { return s.box_lengths.x; }},
    Row{{"box_length_y", Unit::length, "length of the bounding box along the grid's y", ""},
        [](const Shape& s) { return s.box_lengths.y; }},
    Row{{"box_length_z", Unit::length, "length of the bounding box along the grid's z", ""},
        [](const Shape& s) { return s.box_lengths.z; }},
    Row{{"oriented_length_1", Unit::length,
         "extent of the voxels as cuboids along principal axis 1", ""},
        [](const Shape& s) { return s.oriented_lengths[0]; }},
    Row{{"oriented_length_2", Unit::length,
         "extent of the voxels as cuboids along principal axis 2", ""},
        [](const Shape& s) { return s.oriented_lengths[1]; }},
    Row{{"oriented_length_3", Unit::length,
         "extent of the voxels as cuboids along principal axis 3", ""},
        [](const Shape& s) { return s.oriented_lengths[2]; }},
    Row{{"oriented_centre_x", Unit::length,
         "x of the middle of the oriented box, in the scan's space", ""},
        [](const Shape& s) { return s.oriented_centre.x; }},
    Row{{"oriented_centre_y", Unit::length,
         "y of the middle of the oriented box, in the scan's space", ""},
        [](const Shape& s) { return s.oriented_centre.y; }},
    Row{{"oriented_centre_z", Unit::length,
         "z of the middle of the oriented box, in the scan's space", ""},
        [](const Shape& s) { return s.oriented_centre.z; }},
    Row{{"centroid_index_x", Unit::voxels, "x of the mean voxel index in the scan", ""},
        [](const Shape& s) { return s.centroid_index.x; }},
    Row{{"centroid_index_y", Unit::voxels, "y of the mean voxel index in the scan", ""},
        [](const Shape& s) { return s.centroid_index.y; }},
    Row{{"centroid_index_z", Unit::voxels, "z of the mean voxel index in the scan", ""},
        [](const Shape& s) { return s.centroid_index.z; }},
    Row{{"centroid_x", Unit::length, "x of the centroid in the scan's space", ""},
        [](const Shape& s) { return s.centroid.x; }},
    Row{{"centroid_y", Unit::length, "y of the centroid in the scan's space", ""},
        [](const Shape& s) { return s.centroid.y; }},
    Row{{"centroid_z", Unit::length, "z of the centroid in the scan's space", ""},
        [](const Shape& s) { return s.centroid.z; }},
};

constexpr auto kinds = [] {
  std::array<MeasurementKind, rows.size()> made;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    made[i] = rows[i].kind;
  }
  return made;
}();

}  // namespace

std::span<const MeasurementKind> shape_kinds() { return kinds; }

void append_measurements(const Shape& shape, std::vector<Measurement>& measurements) {
  for (const Row& row : rows) {
    measurements.push_back({std::string(row.kind.name), row.value(shape), ""});
  }
}

}  // namespace fossilct
