// SPDX-License-Identifier: Apache-2.0
#include "apps/training/training_inputs.h"

#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "base/error.h"
#include "segment/scores.h"
#include "support.h"

namespace fossilct {
namespace {

using test::message_of;
using test::TemporaryFolder;
using test::write_file;

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Keeps what it is told.
class Listener : public Progress {
 public:
  void notice(std::string_view line) override { notices += std::string(line) + "\n"; }
  void warning(std::string_view line) override { warnings += std::string(line) + "\n"; }
  std::string notices, warnings;
};

struct Shape {
  Size3 size = {6, 5, 8};
  double spacing_um = 2;
  bool mirrored = false;  // along x
};

// An NRRD file of bytes.
void write_nrrd(const std::filesystem::path& path, const Shape& shape,
                const std::function<int(const Index3&)>& value) {
  const auto text = [](std::int64_t n) { return std::to_string(n); };
  const std::string mm = std::to_string(shape.spacing_um / 1000);
  std::string file = "NRRD0004\ntype: uint8\ndimension: 3\nsizes: " + text(shape.size.x) + " " +
                     text(shape.size.y) + " " + text(shape.size.z) +
                     "\nencoding: raw\nspace: LPS\nspace directions: (" +
                     (shape.mirrored ? "-" : "") + mm + ",0,0) (0," + mm + ",0) (0,0," + mm +
                     ")\nspace units: \"mm\" \"mm\" \"mm\"\n\n";
  for (std::int64_t z = 0; z < shape.size.z; ++z) {
    for (std::int64_t y = 0; y < shape.size.y; ++y) {
      for (std::int64_t x = 0; x < shape.size.x; ++x) {
        file += static_cast<char>(value({x, y, z}));
      }
    }
  }
  write_file(path, file);
}

int half(const Index3& i) { return i.x < 3 ? 0 : 1; }
int grey(const Index3& i) { return static_cast<int>(10 * i.x + i.y + i.z); }

struct Files {
  TemporaryFolder folder;
  Listener listener;
  TrainingInputs inputs;

  explicit Files(const std::function<int(const Index3&)>& label = half,
                 const Shape& labels = Shape()) {
    add(inputs.training, "a", {}, labels, label);
  }
  void add(std::vector<ScanAndLabels>& to, const std::string& name, const Shape& scan,
           const Shape& labels, const std::function<int(const Index3&)>& label = half) {
    write_nrrd(folder / (name + ".nrrd"), scan, grey);
    write_nrrd(folder / (name + "_gt.nrrd"), labels, label);
    to.push_back({folder / (name + ".nrrd"), folder / (name + "_gt.nrrd")});
  }
  TrainingData open() { return open_training_data(inputs, listener); }
  std::string refusal() {
    return message_of<Error>([&] { open(); });
  }
};

std::uint8_t label_at(const LabelledScan& scan, const Index3& i) {
  const AnyVolume read = scan.labels->read({i, {i.x + 1, i.y + 1, i.z + 1}});
  return read.view().as<std::uint8_t>()(0, 0, 0);
}

TEST_CASE("labels become class numbers, named after what the files say, or nothing") {
  Files files;
  const TrainingData data = files.open();
  REQUIRE(data.training.size() == 1);
  CHECK(data.training[0].labels->type() == PixelType::u8);
  CHECK(data.training[0].size() == Size3{6, 5, 8});
  CHECK(label_at(data.training[0], {4, 0, 0}) == 1);
  REQUIRE(data.classes.size() == 2);
  CHECK(data.classes[0].name == "background");
  CHECK(data.classes[1].name == "foreground");
}

TEST_CASE("values with holes between become 0, 1, 2, and that is said") {
  Files files([](const Index3& i) { return i.x < 2 ? 0 : i.x < 4 ? 5 : 9; });
  const TrainingData data = files.open();
  CHECK(data.classes[1].name == "class 5");
  CHECK(data.classes[2].value == 2);
  CHECK(label_at(data.training[0], {5, 0, 0}) == 2);
  CHECK(holds(files.listener.notices, "5 becomes 1 (class 5), 9 becomes 2 (class 9)"));
}

TEST_CASE("a mask of 0 and 255 is an error that tells what to do, and doing it helps") {
  Files files([](const Index3& i) { return i.x < 3 ? 0 : 255; });
  CHECK(holds(files.refusal(),
              "a_gt.nrrd: the labels hold only one class, 0 background, so there is nothing to "
              "tell apart; besides it, 120 voxels have the value 255, which stands for \"nobody "
              "has looked\": if it is what is to be found, give --ignore none --class 255=fossil"));
  files.inputs.ignored.reset();
  files.inputs.classes = {{255, "fossil", {}}};
  const TrainingData data = files.open();
  CHECK(data.classes[1].name == "fossil");
  CHECK(label_at(data.training[0], {4, 0, 0}) == 1);
  files.inputs.ignored = 255;
  CHECK(holds(files.refusal(), "--class: the value 255 (fossil) is what --ignore leaves out"));
}

TEST_CASE("a value of no class is named with its place") {
  Files files([](const Index3& i) { return i == Index3{2, 3, 4} ? 7 : half(i); });
  files.inputs.classes = {{1, "fossil", {}}};
  CHECK(holds(files.refusal(),
              "a_gt.nrrd: the label 7 is of no class; it is at x 2, y 3 of slice number 4 and in 1 "
              "voxel in all. Classes: 0 background, 1 fossil; name it with --class 7=NAME"));
  files.inputs.ignored = 7;
  const TrainingData data = files.open();
  CHECK(label_at(data.training[0], {2, 3, 4}) == ignored_label);
}

TEST_CASE("values of no class in test labels are found before training") {
  Files files;
  files.add(files.inputs.test, "t", {}, {}, [](const Index3& i) { return i.z == 3 ? 2 : half(i); });
  CHECK(holds(files.refusal(), "t_gt.nrrd: the label 2 is of no class"));
}

TEST_CASE("a class that does not occur is warned of, one given twice refused") {
  Files files;
  files.inputs.classes = {{1, "fossil", {}}, {2, "clast", {}}};
  files.open();
  CHECK(holds(files.listener.warnings, "no voxel is labelled 2 clast"));
  files.inputs.classes.push_back({2, "grain", {}});
  CHECK(holds(files.refusal(), "--class: the value 2 is given twice"));
}

TEST_CASE("labels of another size, voxel size or orientation are named with both values") {
  CHECK(holds(Files(half, {{6, 4, 8}}).refusal(), "the labels are 6 x 4 x 8 voxels, the scan "));
  CHECK(holds(Files(half, {{6, 5, 7}}).refusal(), "7 slices of labels for a scan of 8 slices"));
  CHECK(holds(Files(half, {{6, 5, 8}, 4}).refusal(), "the labels' voxels are 4 um, those of the "));
  CHECK(holds(Files(half, {{6, 5, 8}, 2, true}).refusal(),
              "the labels' axes lie as x (-1 0 0), y (0 1 0), z (0 0 1), those of the scan"));
}

TEST_CASE("--spacing-um tells the voxel size of scan and labels") {
  Files files(half, {{6, 5, 8}, 4});
  files.inputs.scans.spacing.spacing_um = Vector3{3, 3, 3};
  CHECK(files.open().training[0].scan->grid().spacing_um == Vector3{3, 3, 3});
}

TEST_CASE("scans of other voxel sizes are warned of, refused or resampled") {
  Files files;
  files.add(files.inputs.training, "b", {{6, 5, 8}, 2.1}, {{6, 5, 8}, 2.1});
  files.open();
  CHECK(files.listener.warnings.empty());
  files.add(files.inputs.training, "c", {{6, 5, 8}, 3}, {{6, 5, 8}, 3});
  files.open();
  CHECK(holds(files.listener.warnings, "c.nrrd are 3 um, those of "));
  files.add(files.inputs.test, "t", {{6, 5, 8}, 5}, {{6, 5, 8}, 5});
  CHECK(holds(files.refusal(), "t.nrrd are 5 um, those of "));
  CHECK(holds(files.refusal(), "--resample"));
  files.inputs.resample = true;
  const TrainingData data = files.open();
  CHECK(data.test[0].size() == Size3{15, 13, 20});
  CHECK(data.test[0].labels->grid() == data.test[0].scan->grid());
  CHECK(label_at(data.test[0], {6, 0, 0}) == 0);
  CHECK(label_at(data.test[0], {8, 0, 0}) == 1);
}

TEST_CASE("labels given as the scan are told") {
  Files files;
  files.inputs.scans.labels = true;
  CHECK(holds(files.refusal(), "a.nrrd: holds labels; expected the scan"));
}

TEST_CASE("slices that are not neighbours want z alone, without context") {
  Files files;
  const TrainingData data = files.open();
  require_neighbours(data, {Axis::z, Axis::x}, 1);
  data.training[0].scan->mutable_description().slice_step = 50;
  require_neighbours(data, {Axis::z}, 0);
  const auto refusal = [&](const std::vector<Axis>& axes, int context) {
    return message_of<Error>([&] { require_neighbours(data, axes, context); });
  };
  CHECK(holds(refusal({Axis::z, Axis::y}, 0), "--axes: "));
  CHECK(holds(refusal({Axis::z}, 1), "--context: "));
  CHECK(holds(refusal({Axis::z}, 1), "has only every 50th slice"));
}

}  // namespace
}  // namespace fossilct
