// SPDX-License-Identifier: Apache-2.0
#include "specimens/reextraction.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/specimens/catalogue_files.h"

namespace fossilct {
namespace {

using test::catalogue_test_specimen;
using test::make_test_catalogue;
using test::TemporaryFolder;
using Ids = std::vector<std::uint32_t>;

// Of what a reviewer did to fossils 1 to 6.
Catalogue reviewed_catalogue(const std::filesystem::path& folder) {
  Catalogue catalogue = make_test_catalogue(folder, 6);
  Catalogue::Change change(catalogue);
  change.decide({1, DecisionKind::accept, "", "A. Reader"});
  change.decide({2, DecisionKind::note, "holotype", "A. Reader"});
  test::write_file(change.new_file("photos/3-1.jpg"), "JPEG");
  change.attach_photo(3, "photos/3-1.jpg", "A. Reader");
  change.decide({4, DecisionKind::merge, "4, 9", "A. Reader"});
  change.decide({6, DecisionKind::accept, "", "A. Reader"});
  change.decide({6, DecisionKind::reopen, "", "A. Reader"});
  change.sign("A. Reader");
  change.commit();
  return catalogue;
}

Catalogue extracted_anew(const std::filesystem::path& folder, const Catalogue& earlier,
                         const std::vector<Specimen>& now) {
  Catalogue catalogue =
      Catalogue::create(folder, test::catalogue_test_scan(), {}, {}, test::catalogue_test_kinds());
  Catalogue::Change change(catalogue);
  change.add(now);
  change.adopt_history(earlier);
  change.commit();
  return catalogue;
}

TEST_CASE("an extraction that finds all as it was loses nothing but the signature") {
  const TemporaryFolder folder;
  const Catalogue earlier = reviewed_catalogue(folder.path());
  std::vector<Specimen> now;
  for (std::uint32_t id = 1; id <= 6; ++id) {
    now.push_back(catalogue_test_specimen(id));
  }
  const ExtractionLosses losses = losses_of(earlier, now);
  CHECK(losses.earlier == 6);
  CHECK(losses.kept == 6);
  CHECK(!losses.of_work());
  CHECK(!losses.of_all_ids());
  REQUIRE(losses.signature);
  CHECK(losses.signature->person == "A. Reader");
}

TEST_CASE("what was decided, noted, photographed or corrected and is not found again is told") {
  const TemporaryFolder folder;
  const Catalogue earlier = reviewed_catalogue(folder.path());
  CHECK(losses_of(earlier, {}).reviewed == Ids{1, 2, 3});
  CHECK(losses_of(earlier, {}).edited == Ids{4});
  CHECK(losses_of(earlier, {}).of_all_ids());
  const std::vector kept = {catalogue_test_specimen(2), catalogue_test_specimen(4)};
  CHECK(losses_of(earlier, kept).reviewed == Ids{1, 3});
  CHECK(losses_of(earlier, kept).edited.empty());
  CHECK(!losses_of(earlier, kept).of_all_ids());
}

TEST_CASE(
    "an edit by hand that an extraction undid is said once, and leaves the fossil undecided") {
  const TemporaryFolder before;
  const TemporaryFolder after;
  Catalogue earlier = reviewed_catalogue(before.path());
  {
    Catalogue::Change change(earlier);
    change.decide({4, DecisionKind::reject, "", "A. Reader"});
    change.commit();
  }
  std::vector now = {catalogue_test_specimen(1), catalogue_test_specimen(4)};
  now[1].voxels = 600;
  CHECK(losses_of(earlier, now).edited == Ids{4});
  const Catalogue catalogue = extracted_anew(after.path(), earlier, now);
  CHECK(catalogue.entry(4).verdict == Verdict::undecided);
  CHECK(edited_by_hand(catalogue.decisions()).empty());
  now[1].voxels = 500;
  CHECK(losses_of(catalogue, now).edited.empty());
}

// As catalogue_test_specimen(), at the place of another.
Specimen in_place_of(std::uint32_t other, std::uint32_t id) {
  Specimen specimen = catalogue_test_specimen(other);
  specimen.id = id;
  return specimen;
}

TEST_CASE("what was erased by hand and is back is told once; what is new elsewhere is not it") {
  const TemporaryFolder folder;
  Catalogue earlier = make_test_catalogue(folder.path(), 3);
  {
    Catalogue::Change change(earlier);
    change.decide({2, DecisionKind::erase, "erased in edited.nrrd", "A. Reader"});
    change.retire(2, std::nullopt, "erased in edited.nrrd");
    change.commit();
  }
  std::vector<Specimen> now = {catalogue_test_specimen(1), catalogue_test_specimen(3),
                               in_place_of(8, 4)};
  CHECK(losses_of(earlier, now).edited.empty());
  now.push_back(in_place_of(2, 5));
  CHECK(losses_of(earlier, now).edited == Ids{2});
  const TemporaryFolder anew;
  const Catalogue later = extracted_anew(anew.path(), earlier, now);
  CHECK(later.retired().at(0).box == catalogue_test_specimen(2).box);
  now.push_back(in_place_of(2, 6));
  CHECK(losses_of(later, now).edited.empty());
}

TEST_CASE("acceptance is of the very voxels; a rejected speck is drawn otherwise, within limits") {
  const TemporaryFolder folder;
  Catalogue earlier = make_test_catalogue(folder.path(), 4);
  {
    Catalogue::Change change(earlier);
    change.decide({1, DecisionKind::accept, "", "A. Reader"});
    for (const std::uint32_t id : {2, 3, 4}) {
      change.decide({id, DecisionKind::reject, "", "A. Reader"});
    }
    change.commit();
  }
  std::vector<Specimen> now;
  for (std::uint32_t id = 1; id <= 4; ++id) {
    now.push_back(catalogue_test_specimen(id));
  }
  CHECK(losses_of(earlier, now).reopened.empty());
  now[0].voxels += 1;
  now[1].voxels += 1;
  now[2].voxels *= 2;
  now[3].voxels /= 2;
  CHECK(losses_of(earlier, now).reopened == Ids{1, 3, 4});
  const TemporaryFolder anew;
  const Catalogue later = extracted_anew(anew.path(), earlier, now);
  CHECK(later.entry(1).verdict == Verdict::undecided);
  CHECK(later.entry(2).verdict == Verdict::rejected);
  CHECK(later.entry(3).verdict == Verdict::undecided);
  CHECK(later.entry(4).verdict == Verdict::undecided);
}

TEST_CASE("bodies of one size, box and first voxel are two where their centroids are") {
  const Specimen a = catalogue_test_specimen(3);
  Specimen b = a;
  CHECK(same_body(a, b));
  const auto centroid = std::ranges::find(b.measurements, "centroid_y", &Measurement::name);
  centroid->value = *centroid->value + 0.01;
  CHECK_FALSE(same_body(a, b));
  // Another voxel size: there is nothing to compare.
  b.measurements.at(0).value = 8 * *a.measurements.at(0).value;
  CHECK(same_body(a, b));
}

TEST_CASE("the photograph of a fossil that is not found again stays") {
  const TemporaryFolder before;
  const TemporaryFolder after;
  const Catalogue earlier = reviewed_catalogue(before.path());
  const Catalogue catalogue = extracted_anew(after.path(), earlier, {catalogue_test_specimen(1)});
  CHECK(!catalogue.has(3));
  CHECK(test::read_file(after / "photos/3-1.jpg") == "JPEG");
}

}  // namespace
}  // namespace fossilct
