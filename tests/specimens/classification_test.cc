// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "specimens/catalogue.h"
#include "specimens/catalogue_state.h"
#include "specimens/reextraction.h"
#include "specimens/well.h"
#include "tests/specimens/catalogue_files.h"

namespace fossilct {
namespace {

using test::alter_catalogue;
using test::make_test_catalogue;
using test::read_file;
using test::TemporaryFolder;
using Access = Catalogue::Access;

Classification sure_answer() {
  return {"taxa.safetensors",
          std::string(64, 'b'),
          {{"ruber, \"pink\"", 0.9}, {"bulloides", 0.07}, {"dutertrei", 0.03}},
          true,
          0.02,
          0.4};
}

void classify(Catalogue& catalogue, std::uint32_t id, const Classification& answer) {
  Catalogue::Change change(catalogue);
  change.classify(id, answer);
  change.commit();
}

void name(Catalogue& catalogue, std::uint32_t id, const std::string& taxon) {
  Catalogue::Change change(catalogue);
  change.decide({id, DecisionKind::taxon, taxon, "A. Reader"});
  change.commit();
}

}  // namespace

TEST_CASE("a model's answer is kept whole, in place of the one before") {
  const TemporaryFolder folder;
  Catalogue catalogue = make_test_catalogue(folder.path(), 3);
  CHECK(catalogue.entry(2).taxon.empty());
  CHECK(catalogue.entry(2).taxon_by == TaxonBy::nobody);
  CHECK_FALSE(catalogue.entry(2).classification);
  Classification first = sure_answer();
  first.best = {{"other", 1}};
  classify(catalogue, 2, first);
  classify(catalogue, 2, sure_answer());
  const CatalogueEntry entry = catalogue.entries()[1];
  CHECK(entry.taxon == "ruber, \"pink\"");
  CHECK(entry.taxon_by == TaxonBy::model);
  REQUIRE(entry.classification);
  REQUIRE(entry.classification->best.size() == 3);
  CHECK(entry.classification->best[1].taxon == "bulloides");
  CHECK(entry.classification->best[1].score == 0.07);
  CHECK(entry.classification->model == "taxa.safetensors");
  CHECK(entry.classification->deviation == 0.02);
  CHECK(entry.classification->novelty == 0.4);
  CHECK(entry.classification->time.size() == 20);
  CHECK(catalogue.entry(1).taxon_by == TaxonBy::nobody);
  const std::string csv = read_file(folder / "specimens.csv");
  CHECK(csv.find(",\"ruber, \"\"pink\"\"\",model,\"ruber, \"\"pink\"\"\",0.9,0.4,\"ruber, "
                 "\"\"pink\"\" 0.900; bulloides 0.070; dutertrei 0.030\",") != std::string::npos);
}

TEST_CASE("an answer that is not sure is 'unsure', and a person's name goes before any") {
  const TemporaryFolder folder;
  Catalogue catalogue = make_test_catalogue(folder.path(), 2);
  Classification unsure = sure_answer();
  unsure.is_sure = false;
  classify(catalogue, 1, unsure);
  CHECK(catalogue.entry(1).taxon == unsure_taxon);
  CHECK(catalogue.entry(1).taxon_by == TaxonBy::model);
  name(catalogue, 1, "sacculifer");
  name(catalogue, 2, "sacculifer");
  for (const std::uint32_t id : {1, 2}) {
    CHECK(catalogue.entry(id).taxon == "sacculifer");
    CHECK(catalogue.entry(id).taxon_by == TaxonBy::person);
    CHECK(catalogue.entry(id).verdict == Verdict::undecided);
  }
  name(catalogue, 1, "");
  name(catalogue, 2, "");
  CHECK(catalogue.entry(1).taxon == unsure_taxon);
  CHECK(catalogue.entry(2).taxon.empty());
}

TEST_CASE("naming does not take back a verdict, and a verdict does not take back a name") {
  const TemporaryFolder folder;
  Catalogue catalogue = make_test_catalogue(folder.path(), 1);
  {
    Catalogue::Change change(catalogue);
    change.decide({1, DecisionKind::accept, "", "A. Reader"});
    change.commit();
  }
  name(catalogue, 1, "ruber");
  CHECK(catalogue.entry(1).verdict == Verdict::accepted);
  CHECK(catalogue.entry(1).taxon == "ruber");
}

TEST_CASE("an answer voids a signature, and goes when the body changes") {
  const TemporaryFolder folder;
  Catalogue catalogue = make_test_catalogue(folder.path(), 2);
  {
    Catalogue::Change change(catalogue);
    change.sign("A. Reader");
    change.commit();
  }
  const std::string before = catalogue.content_sha256();
  classify(catalogue, 1, sure_answer());
  CHECK_FALSE(catalogue.signatures().back().holds);
  CHECK(catalogue.content_sha256() != before);
  name(catalogue, 2, "ruber");
  {
    Catalogue::Change change(catalogue);
    change.replace(catalogue.entry(1).specimen);
    change.replace(catalogue.entry(2).specimen);
    change.commit();
  }
  CHECK_FALSE(catalogue.entry(1).classification);
  CHECK(catalogue.entry(2).taxon == "ruber");
}

TEST_CASE("a new extraction keeps answers of bodies that are the same, and all names") {
  const TemporaryFolder folder;
  const TemporaryFolder anew;
  Catalogue earlier = make_test_catalogue(folder.path(), 2);
  classify(earlier, 1, sure_answer());
  classify(earlier, 2, sure_answer());
  name(earlier, 2, "sacculifer");
  const std::string time = earlier.entry(1).classification->time;
  Catalogue later = Catalogue::create(anew.path(), earlier.scan(), earlier.segmentation(),
                                      earlier.classes(), test::catalogue_test_kinds());
  std::vector<Specimen> found = {earlier.entry(1).specimen, earlier.entry(2).specimen};
  found[1].voxels += 1;
  {
    Catalogue::Change change(later);
    change.add(found);
    change.adopt_history(earlier);
    change.commit();
  }
  REQUIRE(later.entry(1).classification);
  CHECK(later.entry(1).classification->time == time);
  CHECK_FALSE(later.entry(2).classification);
  CHECK(later.entry(2).taxon == "sacculifer");
}

TEST_CASE("a named fossil that is not found again counts as reviewed") {
  const TemporaryFolder folder;
  Catalogue catalogue = make_test_catalogue(folder.path(), 2);
  name(catalogue, 2, "ruber");
  const std::array now = {catalogue.entry(1).specimen};
  CHECK(losses_of(catalogue, now).reviewed == std::vector<std::uint32_t>{2});
}

TEST_CASE("answers come into a well") {
  const TemporaryFolder folder;
  const TemporaryFolder well;
  {
    Catalogue catalogue = make_test_catalogue(folder.path(), 2);
    classify(catalogue, 2, sure_answer());
  }
  const std::array parts = {folder.path()};
  merge_catalogues(parts, {}, well / "well.sqlite");
  const Catalogue merged = Catalogue::open(well / "well.sqlite", Access::read);
  CHECK(merged.entries()[1].taxon == "ruber, \"pink\"");
  REQUIRE(merged.entries()[1].classification);
  CHECK(merged.entries()[1].classification->best.size() == 3);
}

TEST_CASE("a catalogue of schema 1 is brought up to date when it is opened") {
  const TemporaryFolder folder;
  { make_test_catalogue(folder.path(), 2); }
  alter_catalogue(folder.path(),
                  "DROP VIEW specimens; CREATE VIEW specimens AS SELECT key FROM specimen; "
                  "DROP TABLE answer; DROP TABLE classification; CREATE TABLE classification "
                  "(specimen, model, rank, class_name, score, time); DROP TABLE retired; CREATE "
                  "TABLE retired (scan, id, into_id, reason, time); PRAGMA user_version = 1");
  // As that program signed.
  const std::string hash =
      content_hash(Database(folder / "catalogue.sqlite", Database::Mode::read));
  alter_catalogue(folder.path(), "INSERT INTO signature SELECT 1, 1, 'A. Reader', '', '" + hash +
                                     "', revision, 2, 2 FROM state");
  SUBCASE("for reading") {
    const Catalogue catalogue = Catalogue::open(folder.path(), Access::read);
    CHECK(catalogue.ids().size() == 2);
    CHECK(catalogue.signatures().back().holds);
    CHECK(catalogue.signatures().back().sha256 == catalogue.content_sha256());
  }
  SUBCASE("for writing") {
    Catalogue catalogue = Catalogue::open(folder.path(), Access::write);
    CHECK(catalogue.signatures().back().sha256 == catalogue.content_sha256());
    classify(catalogue, 1, sure_answer());
    CHECK(catalogue.entries()[0].taxon_by == TaxonBy::model);
    CHECK(read_file(folder / "specimens.csv").find(",taxon,taxon_by,") != std::string::npos);
  }
}

}  // namespace fossilct
