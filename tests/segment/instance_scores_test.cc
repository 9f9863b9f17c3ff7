// SPDX-License-Identifier: Apache-2.0
#include "segment/instance_scores.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "segment/scores.h"
#include "volumes/memory_source.h"

namespace fossilct {
namespace {

// A letter a voxel of one row: '.' is 0, 'a' 1, 'b' 2 ...
template <typename T>
Volume<T> row_of(const std::string& letters) {
  Volume<T> row({static_cast<std::int64_t>(letters.size()), 1, 1});
  for (std::size_t i = 0; i < letters.size(); ++i) {
    row.data()[i] = static_cast<T>(letters[i] == '.' ? 0 : letters[i] - 'a' + 1);
  }
  return row;
}

InstanceOverlaps overlaps_of(const std::string& truth, const std::string& prediction) {
  const auto a = test::source_of(row_of<std::uint32_t>(prediction));
  const auto b = test::source_of(row_of<std::uint8_t>(truth));
  Progress progress;
  return count_overlaps(*a, *b, nullptr, progress);
}

InstanceScores scores(const std::string& truth, const std::string& prediction) {
  return scores_of(overlaps_of(truth, prediction));
}

std::int64_t matched_at(const InstanceScores& found, int percent) {
  return found.matches[static_cast<std::size_t>(percent - 50) / 5].matched;
}

TEST_CASE("bodies: overlaps by hand") {
  const InstanceOverlaps found = overlaps_of("aaa..bbb", "xx.xxbb.");
  CHECK(found.truth == decltype(found.truth){{1, 3}, {2, 3}});
  CHECK(found.predicted == decltype(found.predicted){{2, 2}, {24, 4}});
  CHECK(found.shared == decltype(found.shared){{{1, 24}, 2}, {{2, 2}, 2}});
}

TEST_CASE("bodies: the same ones under other numbers are perfect") {
  const InstanceScores found = scores("aa.bbb.c", "yy.aaa.b");
  CHECK(found.truth_bodies == 3);
  CHECK(found.average_precision == 1);
  CHECK(found.panoptic_quality == 1);
  CHECK(found.segmentation_quality == 1);
  CHECK(matched_at(found, 95) == 3);
  CHECK(found.merged.empty());
  CHECK(found.split.empty());
}

TEST_CASE("bodies: thresholds are met exactly") {
  // IoU 3/4 and 1/2, and one each that is alone.
  const InstanceScores found = scores("aaaa.bb..c..", "aaa..bbbb..d");
  CHECK(matched_at(found, 50) == 2);
  CHECK(matched_at(found, 55) == 1);
  CHECK(matched_at(found, 75) == 1);
  CHECK(matched_at(found, 80) == 0);
  const MatchScores& half = found.matches[0];
  CHECK(half.precision == doctest::Approx(2.0 / 3));
  CHECK(half.recall == doctest::Approx(2.0 / 3));
  CHECK(half.f1 == doctest::Approx(2.0 / 3));
  CHECK(half.average_precision == doctest::Approx(0.5));
  // 1/2 at 0.5, 1/5 at 0.55 to 0.75.
  CHECK(found.average_precision == doctest::Approx((0.5 + 5 * 0.2) / 10));
  CHECK(found.panoptic_quality == doctest::Approx(0.75 / 3));
  CHECK(found.segmentation_quality == doctest::Approx(0.75));
}

TEST_CASE("bodies: at an IoU of exactly a half a body has one match, though it has two halves") {
  for (const auto& [truth, prediction] :
       {std::pair{"aabb", "cccc"}, std::pair{"cccc", "aabb"}, std::pair{"bbaa", "cccc"}}) {
    const InstanceScores found = scores(truth, prediction);
    CHECK(matched_at(found, 50) == 1);
    CHECK(matched_at(found, 55) == 0);
    CHECK(found.panoptic_quality == 0);
  }
  CHECK(matched_at(scores("aabb.dd", "cccc.cc"), 50) == 0);
}

TEST_CASE("bodies: merged and split ones are named") {
  const InstanceScores found = scores("aaabbb..cccc.ddd", "mmmmmn..ppqq.d..");
  CHECK(found.merged == std::vector<BodyGroup>{{13, {1, 2}}});
  CHECK(found.split == std::vector<BodyGroup>{{3, {16, 17}}});
  const Json json = to_json(found);
  CHECK(json_text(json["merged"]) == R"([{"predicted":13,"truth":[1,2]}])");
  CHECK(json["count_error"] == 1);
}

TEST_CASE("bodies: none in either") {
  const InstanceScores found = scores("...", "...");
  CHECK(std::isnan(found.average_precision));
  CHECK(std::isnan(found.panoptic_quality));
  CHECK(to_json(found)["ap50"].is_null());
  CHECK(scores("a..", "...").average_precision == 0);
}

TEST_CASE("bodies: what lies where nobody has looked counts nowhere") {
  Volume<std::uint8_t> labels(Size3{8, 1, 1});
  std::fill_n(labels.data() + 4, 4, ignored_label);
  const auto a = test::source_of(row_of<std::uint16_t>("aaaaaa.b"));
  const auto b = test::source_of(row_of<std::uint16_t>("aaaa...."));
  const auto c = test::source_of(labels);
  Progress progress;
  const InstanceScores found = scores_of(count_overlaps(*a, *b, c.get(), progress));
  CHECK(found.predicted_bodies == 1);
  CHECK(found.panoptic_quality == 1);
}

TEST_CASE("bodies: slabs do not matter, and numbers may be large") {
  Volume<std::uint32_t> truth(Size3{3, 2, 40});
  for (std::int64_t i = 0; i < 240; ++i) {
    truth.data()[i] = i % 7 == 0 ? 0 : 0xfffffff0U + static_cast<std::uint32_t>(i / 60);
  }
  const auto a = test::source_of(truth, 3), b = test::source_of(truth, 7);
  Progress progress;
  const InstanceOverlaps found = count_overlaps(*a, *b, nullptr, progress);
  CHECK(found.truth.size() == 4);
  CHECK(found.shared.size() == 4);
  CHECK(scores_of(found).panoptic_quality == 1);
}

}  // namespace
}  // namespace fossilct
