// SPDX-License-Identifier: Apache-2.0
#include "apps/segmentation/evaluation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "apps/cli/facts.h"
#include "apps/scans/scan_report.h"
#include "base/text.h"

namespace fossilct {

namespace {

using Rows = std::vector<std::vector<std::string>>;

constexpr const char* no_number = "-";
constexpr std::size_t most_groups = 10;  // of bodies, in the text

std::string fixed(double value, int decimals) {
  if (std::isnan(value)) {
    return no_number;
  }
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return text.data();
}

// 1 is said of what is perfect alone.
std::string share(double value) {
  constexpr double below_one = 0.9999;
  return fixed(value < 1 ? std::min(value, below_one) : value, 4);
}

std::string percent(double part) {
  return std::isnan(part) ? no_number : (part > 0 ? "+" : "") + fixed(100 * part, 2) + "%";
}

std::string length(double value) { return fixed(value, 3); }

// Titles and names at the left, numbers at the right.
std::string table_text(Rows rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  for (auto& row : rows) {
    for (std::size_t i = 1; i < row.size(); ++i) {
      row[i].insert(0, widths[i] - row[i].size(), ' ');
    }
  }
  return columns_text(rows);
}

std::string looked_at_text(const Evaluation& e) {
  const auto all = static_cast<double>(voxel_count(e.grid.size));
  return e.voxels.ignored == 0 ? std::string()
                               : format_count(e.voxels.ignored) + " voxels (" +
                                     fixed(100 * static_cast<double>(e.voxels.ignored) / all, 1) +
                                     "%), which count nowhere";
}

std::string volumes_text(const Evaluation& e) {
  return facts_text({{"prediction", e.prediction},
                     {"truth", e.truth},
                     {"size", size_text(e.grid.size) + " voxels"},
                     {"voxel size", spacing_text(e.grid)},
                     {"not looked at", looked_at_text(e)}});
}

std::string voxels_text(const Evaluation& e) {
  Rows rows = {{"Voxels", "IoU", "Dice", "precision", "recall", "volume error"}};
  for (std::size_t k = 0; k < e.classes.size(); ++k) {
    const ClassScores& s = e.scores.by_class[k];
    rows.push_back({e.classes[k].name, share(s.iou), share(s.dice), share(s.precision),
                    share(s.recall), percent(s.volume_error)});
  }
  return table_text(rows) + "\n" +
         facts_text({{"mean IoU of the foreground", share(e.scores.mean_foreground_iou)},
                     {"foreground recall (the paper's IoU)", share(e.scores.foreground_recall)},
                     {"accuracy", share(e.scores.accuracy)}});
}

// What the distances do not tell.
std::string far_text(const Evaluation& e) {
  std::string text;
  for (std::size_t k = 1; k < e.classes.size(); ++k) {
    const SurfaceScores& s = e.surfaces[k];
    if (s.far_voxels > 0) {
      text += e.classes[k].name + ": " + counted(s.far_voxels, "voxel") + " of " +
              format_count(s.truth_voxels + s.predicted_voxels) + " of both surfaces lie " +
              std::to_string(surface_limit_voxels) +
              " voxels or more from the other; each counts as " +
              std::to_string(surface_limit_voxels) + "\n";
    }
  }
  return text;
}

std::string surfaces_text(const Evaluation& e) {
  const std::string unit = std::string(" (") + e.grid.unit() + ")";
  Rows rows = {{"Surfaces", "Dice at 1 voxel", "at 2 voxels", "mean distance" + unit,
                "95% Hausdorff" + unit}};
  for (std::size_t k = 1; k < e.classes.size(); ++k) {
    const SurfaceScores& s = e.surfaces[k];
    rows.push_back({e.classes[k].name, share(s.dice_at_1_voxel), share(s.dice_at_2_voxels),
                    length(s.mean_distance), length(s.hausdorff_95)});
  }
  return table_text(rows) + far_text(e);
}

std::string confusion_text(const Evaluation& e) {
  // Wider than any terminal; --json has it.
  constexpr std::size_t most_classes = 12;
  if (e.classes.size() > most_classes) {
    return {};
  }
  Rows rows = {{"Truth \\ predicted"}};
  for (std::size_t truth = 0; truth < e.classes.size(); ++truth) {
    rows.front().push_back(e.classes[truth].name);
    rows.push_back({e.classes[truth].name});
    for (std::size_t k = 0; k < e.classes.size(); ++k) {
      rows.back().push_back(
          format_count(e.voxels.confusion.count(static_cast<int>(truth), static_cast<int>(k))));
    }
  }
  return table_text(rows);
}

std::string groups_text(const std::vector<BodyGroup>& groups) {
  std::string text;
  for (std::size_t i = 0; i < std::min(groups.size(), most_groups); ++i) {
    text += (i == 0 ? "" : "; ") + std::to_string(groups[i].one) + " (";
    for (std::size_t n = 0; n < groups[i].many.size(); ++n) {
      text += (n == 0 ? "" : ", ") + std::to_string(groups[i].many[n]);
    }
    text += ")";
  }
  return groups.size() <= most_groups
             ? text
             : text + "; and " + std::to_string(groups.size() - most_groups) + " more (--json)";
}

std::string bodies_text(const InstanceScores& b) {
  Rows rows = {{"Bodies, IoU at least", "matched", "precision", "recall", "F1", "AP"}};
  for (const MatchScores& m : b.matches) {
    rows.push_back({fixed(m.percent / 100.0, 2), format_count(m.matched), share(m.precision),
                    share(m.recall), share(m.f1), share(m.average_precision)});
  }
  const std::int64_t error = b.predicted_bodies - b.truth_bodies;
  const Facts facts = {{"bodies", format_count(b.truth_bodies) + " in the truth, " +
                                      format_count(b.predicted_bodies) + " predicted (" +
                                      (error > 0 ? "+" : "") + format_count(error) + ")"},
                       {"AP", share(b.average_precision) +
                                  ", the mean of TP / (TP + FP + FN) over IoU 0.50 to 0.95"},
                       {"panoptic quality", share(b.panoptic_quality) + ", mean IoU of matches " +
                                                share(b.segmentation_quality)},
                       {"merged", groups_text(b.merged)},
                       {"split", groups_text(b.split)}};
  return table_text(rows) + "\n" + facts_text(facts);
}

Json number_or_null(double value) { return std::isnan(value) ? Json() : Json(value); }

Json to_json(const SurfaceScores& s) {
  return {{"dice_at_1_voxel", number_or_null(s.dice_at_1_voxel)},
          {"dice_at_2_voxels", number_or_null(s.dice_at_2_voxels)},
          {"mean_distance", number_or_null(s.mean_distance)},
          {"hausdorff_95", number_or_null(s.hausdorff_95)},
          {"truth_voxels", s.truth_voxels},
          {"predicted_voxels", s.predicted_voxels},
          {"far_voxels", s.far_voxels}};
}

Json classes_json(const Evaluation& e) {
  Json classes = to_json(e.scores).at("classes");
  for (std::size_t k = 0; k < e.classes.size(); ++k) {
    Json named = {{"value", e.classes[k].value}, {"name", e.classes[k].name}};
    named.update(classes[k]);
    named["surface"] = k == 0 ? Json() : to_json(e.surfaces[k]);
    classes[k] = std::move(named);
  }
  return classes;
}

Json confusion_json(const ConfusionMatrix& matrix) {
  Json rows = Json::array();
  for (int truth = 0; truth < matrix.classes(); ++truth) {
    Json row = Json::array();
    for (int predicted = 0; predicted < matrix.classes(); ++predicted) {
      row.push_back(matrix.count(truth, predicted));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

Json slices_json(const Evaluation& e) {
  Json slices = Json::array();
  for (std::size_t z = 0; z < e.voxels.slices.size(); ++z) {
    const SliceErrors& errors = e.voxels.slices[z];
    slices.push_back({{"number", e.slice_numbers[z]},
                      {"foreground_iou", number_or_null(errors.iou())},
                      {"hits", errors.hits},
                      {"false_positives", errors.false_positives},
                      {"false_negatives", errors.false_negatives},
                      {"background", errors.background}});
  }
  return slices;
}

}  // namespace

std::string evaluation_text(const Evaluation& e) {
  std::string text = volumes_text(e) + "\n" + voxels_text(e) + "\n" + surfaces_text(e);
  for (const std::string& part :
       {confusion_text(e), e.bodies ? bodies_text(*e.bodies) : std::string()}) {
    text += part.empty() ? "" : "\n" + part;
  }
  return text;
}

Json to_json(const Evaluation& e) {
  const Vector3& spacing = e.grid.spacing_um;
  Json json = {
      {"prediction", e.prediction},
      {"truth", e.truth},
      {"size", {e.grid.size.x, e.grid.size.y, e.grid.size.z}},
      {"spacing_um", e.grid.spacing_known ? Json{spacing.x, spacing.y, spacing.z} : Json()},
      {"distance_unit", e.grid.unit()},
      {"ignored_voxels", e.voxels.ignored},
      {"classes", classes_json(e)},
      {"mean_foreground_iou", number_or_null(e.scores.mean_foreground_iou)},
      {"foreground_recall", number_or_null(e.scores.foreground_recall)},
      {"accuracy", number_or_null(e.scores.accuracy)},
      {"confusion", confusion_json(e.voxels.confusion)}};
  json["bodies"] = e.bodies ? to_json(*e.bodies) : Json();
  json["slices"] = slices_json(e);
  return json;
}

}  // namespace fossilct
