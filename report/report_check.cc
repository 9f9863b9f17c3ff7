// SPDX-License-Identifier: Apache-2.0
#include "report/report_check.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/error.h"

namespace fossilct {

namespace {

[[noreturn]] void refuse(const std::string& what) { throw Error(ErrorKind::format, what); }

void check_mesh(const ReportMesh& mesh, const std::string& whose) {
  const std::size_t points = mesh.points_um.size() / 3;
  if (mesh.points_um.size() % 3 != 0 || mesh.triangles.size() % 3 != 0) {
    refuse(whose + ": its mesh needs three numbers a point and a triangle");
  }
  for (const std::uint32_t point : mesh.triangles) {
    if (point >= points) {
      refuse(whose + ": a triangle of its mesh names point " + std::to_string(point) + " of " +
             std::to_string(points));
    }
  }
  if (!std::all_of(mesh.points_um.begin(), mesh.points_um.end(),
                   [](float coordinate) { return std::isfinite(coordinate); })) {
    refuse(whose + ": its mesh has a point that is not finite");
  }
}

void check_fossil(const FossilReport& report, const ReportFossil& fossil) {
  const std::string whose = "fossil " + std::to_string(fossil.id);
  if (fossil.scan >= std::max<std::size_t>(1, report.scans.size())) {
    refuse(whose + ": scan " + std::to_string(fossil.scan) + " of " +
           std::to_string(report.scans.size()));
  }
  if (fossil.class_index >= report.classes.size()) {
    refuse(whose + ": class " + std::to_string(fossil.class_index) + " of " +
           std::to_string(report.classes.size()));
  }
  if (fossil.measures.size() != report.measures.size()) {
    refuse(whose + ": " + std::to_string(fossil.measures.size()) + " measures, expected " +
           std::to_string(report.measures.size()));
  }
  check_mesh(fossil.mesh, whose);
}

}  // namespace

void check_report(const FossilReport& report) {
  for (const ReportScan& scan : report.scans) {
    if (!scan.by_class.empty() && scan.by_class.size() != report.classes.size()) {
      refuse("scan " + scan.name + ": counts of " + std::to_string(scan.by_class.size()) +
             " classes, expected " + std::to_string(report.classes.size()));
    }
  }
  for (const ReportFossil& fossil : report.fossils) {
    check_fossil(report, fossil);
  }
  for (const ReportSlice& slice : report.slices) {
    for (const ReportOutline& outline : slice.outlines) {
      if (outline.fossil >= report.fossils.size()) {
        refuse("the slice at z = " + std::to_string(slice.z_um) +
               " um: an outline of fossil number " + std::to_string(outline.fossil) + " of " +
               std::to_string(report.fossils.size()));
      }
    }
  }
}

}  // namespace fossilct
