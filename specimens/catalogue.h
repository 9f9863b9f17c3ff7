// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/lock.h"
#include "specimens/measurement.h"
#include "specimens/specimen.h"
#include "volumes/grid.h"
#include "volumes/label_classes.h"

namespace fossilct {

// The scan that fossils were found in.
struct ScanRecord {
  std::string name;    // "core18"
  std::string path;    // as it was given
  std::string sha256;  // of its file, or of the manifest of its files
  Grid grid;
  std::optional<double> core_volume;  // um3 (voxels where the voxel size is not known), without air
  std::optional<double> top_m;        // depth of its ends in the well
  std::optional<double> bottom_m;
  Json provenance;
};

// The labels that fossils were found in, and how.
struct SegmentationRecord {
  std::string path;
  std::string sha256;
  Json options;  // of the extraction
  Json summary;  // what it counted beside the fossils it kept
  Json provenance;
};

enum class Verdict { undecided, accepted, rejected };
// What somebody decided. Merging, splitting and importing labels change the body, so that it is
// undecided again.
enum class DecisionKind {
  accept,
  reject,
  reopen,
  note,
  merge,
  split,
  import_labels,
  erase,
  photo,
  taxon
};

std::string to_string(Verdict verdict);    // "accepted"
std::string to_string(DecisionKind kind);  // "import-labels"

struct Decision {
  std::uint32_t id = 0;
  DecisionKind kind = DecisionKind::note;
  // The note, the ids merged, the parts, the file, what erased it; the name that a person gave it,
  // empty where they took it back.
  std::string value;
  std::string person;
  std::string time = {};  // UTC, ISO 8601; given by the catalogue
};

struct TaxonScore {
  std::string taxon;
  double score = 0;  // probability
};

// What a taxon model says of a fossil.
struct Classification {
  std::string model;  // name of its file
  std::string model_sha256;
  std::vector<TaxonScore> best;  // best first, at least one; some three
  // Whether the first may stand as the answer: its score reached the threshold, and the fossil is
  // not like nothing the model has seen.
  bool is_sure = false;
  std::optional<double> deviation;  // of the first score over the passes of Monte-Carlo dropout
  std::optional<double> novelty;    // above 1: farther from all taxa than 99% of known specimens
  std::string time = {};            // UTC, ISO 8601; given by the catalogue where it is empty
};

// Who gave a fossil its taxon; `model` also where it is unsure.
enum class TaxonBy { nobody, person, model };
std::string to_string(TaxonBy by);  // "", "person", "model"
// The taxon of a fossil that was classified, but not with certainty.
inline constexpr std::string_view unsure_taxon = "unsure";

// One fossil as it stands.
struct CatalogueEntry {
  Specimen specimen;
  std::string scan;        // name of the scan
  std::string class_name;  // of specimen.class_value
  Verdict verdict = Verdict::undecided;
  std::string note;                 // the last one
  std::vector<std::string> photos;  // "photos/7-1.jpg"
  // The name that a person gave it last; without one what the model says, or "unsure"; else empty.
  std::string taxon;
  TaxonBy taxon_by = TaxonBy::nobody;
  std::optional<Classification> classification;
  bool meshes_stale = true;  // never made, or the body changed since
  bool views_stale = true;
  bool counts() const { return verdict != Verdict::rejected; }
};

struct RetiredId {
  std::uint32_t id = 0;
  std::optional<std::uint32_t> into;  // the fossil that took over its voxels
  std::string reason;                 // "merged", "not found again"
  std::string time;
  std::optional<Box> box = {};  // where it was
};

struct Signature {
  std::string person;
  std::string time;            // UTC, ISO 8601
  std::string sha256;          // content_sha256() then
  std::int64_t specimens = 0;  // that count
  std::int64_t undecided = 0;
  bool holds = false;  // nothing was changed since
};

// A measurement kind as stored; `column` is its name with its unit, as in specimens.csv.
struct CatalogueKind {
  std::string name;
  std::string unit;
  std::string column;
  std::string definition;
  std::string source;
};
// "volume_um3"; the bare name where there is no unit, and where the name says it ("voxels").
std::string column_name(std::string_view kind, std::string_view unit);

// The fossils of one scan on the disk: a folder NAME.fossils/ with catalogue.sqlite (schema:
// docs/catalogue.md), specimens.csv and specimens.json, which are written anew after each change,
// and files beside them: instances.h5, crops/<id>.nrrd, crops/<id>_mask.nrrd, crops/<id>_wall.nrrd,
// photos/, meshes/, views/. Also the one file that merge_catalogues() makes of several scans, which
// is only read.
//
// Ids: never change once given; one that was retired is never given again.
//
// Kill at any moment: the catalogue is as before or as after the step. A Change is one transaction;
// new files are written under other names, which the transaction records, and get their own after
// it; the next opening for writing finishes what a kill left of that.
//
// All functions throw Error{file} where the disk fails and Error{format} where the database is
// damaged; nothing is ever written over a damaged one.
class Catalogue {
 public:
  enum class Access { read, write };

  // In an existing folder without a catalogue. An AtomicOutput around it must be committed after
  // this object has gone. `kinds` are the columns, in their order; throws Error{format} where two
  // have one name.
  static Catalogue create(const std::filesystem::path& folder, const ScanRecord& scan,
                          const SegmentationRecord& segmentation,
                          const std::vector<LabelClass>& classes,
                          std::span<const MeasurementKind> kinds);
  // Throws Error{file} where there is none, where another process writes it (Access::write), or the
  // folder can't be written; Error{format} where the database is damaged, is none of ours, or has a
  // schema newer than this program's. An older one is brought up to date, for reading too
  // (signatures go on holding); that of a merged catalogue is refused. Finishes, for writing, what
  // a kill left. Costs one pass over the database (10,000 fossils with 80 measurements: some 0.1
  // s).
  static Catalogue open(const std::filesystem::path& path, Access access);

  // Whether the folder's catalogue.sqlite is one of ours, whole or damaged: it says so itself, or
  // it is no database any more and lies among the other files of a catalogue. Nothing of it is
  // changed.
  static bool is_ours(const std::filesystem::path& folder);
  // Keeps others from writing a catalogue while this lives; one that is open for writing holds it
  // itself. Throws Error{file} that names the holder.
  static FileLock lock(const std::filesystem::path& folder);

  Catalogue(Catalogue&&) noexcept;
  Catalogue& operator=(Catalogue&&) = delete;
  ~Catalogue();

  const std::filesystem::path& folder() const;
  // Where the file `name` ("crops/7.nrrd") is; it need not exist. Of a catalogue that was killed
  // between a change and its files' renaming it is the new file.
  std::filesystem::path path_of(const std::string& name) const;

  bool is_merged() const;  // made by merge_catalogues(), of one scan or several
  std::vector<ScanRecord> scans() const;
  ScanRecord scan() const;  // the first
  SegmentationRecord segmentation() const;
  std::vector<LabelClass> classes() const;
  std::vector<CatalogueKind> kinds() const;

  // By scan and id. 10,000 fossils with 80 measurements each: under a second.
  std::vector<CatalogueEntry> entries() const;
  // Throws Error{option} of `option` that names the range of ids there are, the nearest to this one,
  // and what became of it where it was retired.
  CatalogueEntry entry(std::uint32_t id, std::string_view option = "ID") const;
  bool has(std::uint32_t id) const;
  std::vector<std::uint32_t> ids() const;  // of the fossils there are, upwards
  std::uint32_t highest_id_given() const;  // 0: none yet
  std::vector<RetiredId> retired() const;
  std::vector<Decision> decisions() const;    // oldest first
  std::vector<Signature> signatures() const;  // oldest first; only the last can hold
  // Goes up by one with every change of what is counted, measured or decided.
  std::int64_t revision() const;
  // SHA-256 of all that was found, measured and decided (not of meshes and views, nor of
  // signatures). Rows are taken in the order of their keys, values with their type and length, so
  // the same content has the same hash in any file.
  std::string content_sha256() const;

  class Change;

 private:
  struct State;
  explicit Catalogue(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// A step that is made whole or not at all: nothing of it is there before commit(), and destroyed
// without it, it undoes itself. One at a time; the catalogue must be open for writing (assert).
class Catalogue::Change {
 public:
  explicit Change(Catalogue& catalogue);
  ~Change();
  Change(const Change&) = delete;
  Change& operator=(const Change&) = delete;

  // An id never given before, at most 2^32 - 2.
  std::uint32_t new_id();
  // Fossils with ids of their own choice; throws Error{format} for id 0, one in use or retired, and
  // a measurement of an unknown kind. Classes without a name get one. 10,000 with 80 measurements
  // each: a few seconds.
  void add(std::span<const Specimen> specimens);
  // Measured again: replaces all but the id and what people said; a model's answer goes, meshes and
  // views are stale.
  void replace(const Specimen& specimen);
  // The fossil leaves; its id is kept as taken. Its photographs go to `into`.
  void retire(std::uint32_t id, std::optional<std::uint32_t> into, const std::string& reason);
  // Throws Error{option} for an unknown id.
  void decide(const Decision& decision);
  // `name` ("photos/7-1.jpg") is of new_file(); the decision is kept too.
  void attach_photo(std::uint32_t id, const std::string& name, const std::string& person);
  // Takes the place of an earlier answer. Throws Error{option} for an unknown id.
  void classify(std::uint32_t id, const Classification& classification);
  void set_depth(double top_m, double bottom_m);
  // What was made of the fossil as it is now; no change of what is counted.
  void mark_meshes_made(std::uint32_t id);
  void mark_views_made(std::uint32_t id);
  // Of an earlier catalogue of the same scan: its retired ids, decisions, photographs (the files
  // too, of retired fossils as well), models' answers for fossils whose voxels are the same, and
  // signatures, which hold no more. Its fossils whose ids are
  // not here are retired as "not found again"; those whose verdict does not stand are undecided
  // again, and so are those whose edit by hand is undone (specimens/reextraction.h). To be called
  // after add(), before any new_id().
  void adopt_history(const Catalogue& earlier);

  // Where to write the file that is to be `name` ("crops/7.nrrd"); it gets its name, in place of
  // what has it now, when the change is committed.
  std::filesystem::path new_file(const std::string& name);
  void remove_file(const std::string& name);

  // Freezes the counts as this change leaves them. Anything changed later voids it.
  void sign(const std::string& person);

  // Throws Error{file} where the disk fails: before the change is made, or behind it, which the
  // message says; files and tables that lack then are made by the next opening for writing.
  void commit();

 private:
  struct Steps;
  std::unique_ptr<Steps> steps_;
};

}  // namespace fossilct
