// SPDX-License-Identifier: Apache-2.0
#include "train/trainer.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <doctest/doctest.h>

#include <chrono>
#include <fstream>
#include <limits>
#include <thread>

#include "base/error.h"
#include "blobs.h"
#include "support.h"
#include "train/checkpoint.h"

namespace fossilct {
namespace {

constexpr Size3 size = {48, 48, 60};

// Tests run side by side: threads that spin while they wait for one another would take the
// processors from all of them.
const bool one_thread = [] {
  at::set_num_threads(1);
  return true;
}();

Recipe small_recipe(int epochs) {
  Recipe recipe = recipe_named("default");
  recipe.context = 0;
  recipe.ema = 0.8;
  recipe.stages = {Stage{.resolution = 2, .crop = 32, .batch = 2, .epoch_samples = 8},
                   Stage{.resolution = 1, .crop = 32, .batch = 4, .epoch_samples = 16}};
  recipe.stages[0].unfrozen = {1, std::array{2e-3, 2e-3, 2e-3}, 0.3};
  recipe.stages[1].unfrozen = {epochs, std::array{2e-3, 2e-3, 2e-3}, 0.3};
  return recipe;
}

// Asks for a stop after some epochs, or notes what it is told.
class Watcher : public TrainingObserver {
 public:
  explicit Watcher(Progress& progress, int stop_after = 0)
      : progress_(progress), stop_after_(stop_after) {}
  void estimated(const TrainingEstimate& what) override { estimate = what; }
  void epoch_done(const TrainingRecord& so_far) override {
    ++epochs;
    if (epochs == stop_after_) {
      progress_.request_cancel();
    }
    last = so_far.epochs.back();
  }
  int epochs = 0;
  TrainingEstimate estimate;
  EpochRecord last;

 private:
  Progress& progress_;
  int stop_after_;
};

// Asks for a stop in the middle of an epoch.
class StopAfterPixels : public Progress {
 public:
  explicit StopAfterPixels(std::int64_t pixels) : left_(pixels) {}
  void begin(std::string_view stage, std::int64_t, WorkUnit) override {
    training_ = stage == "train";
  }
  void advance(std::int64_t done) override {
    left_ -= training_ ? done : 0;
    if (left_ <= 0) {
      request_cancel();
    }
  }

 private:
  std::int64_t left_;
  bool training_ = false;
};

TrainingOutcome trained(const TrainingOptions& options, Progress& progress, int seed = 5) {
  TrainingData data = test::training_data(test::make_blobs(size, static_cast<unsigned>(seed)));
  Watcher watcher(progress);
  return train(data, options, std::nullopt, watcher, progress);
}

// A training that is over, with its last checkpoint.
struct Checkpointed {
  test::TemporaryFolder folder;
  TrainingOptions options;
  Progress progress;

  Checkpointed() {
    options.recipe = small_recipe(1);
    options.checkpoint = folder.path() / "model.checkpoint";
    trained(options, progress);
  }
};

bool same_weights(const Network& a, const Network& b) {
  const auto left = state_dict(a), right = state_dict(b);
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (!left[i].second.equal(right[i].second)) {
      return false;
    }
  }
  return left.size() == right.size();
}

TEST_CASE("a network learns to tell bright balls from rock") {
  Progress progress;
  TrainingData data = test::training_data(test::make_blobs(size, 5));
  data.test.push_back(test::labelled_scan(test::make_blobs(size, 6)));
  TrainingOptions options;
  options.recipe = small_recipe(8);
  options.recipe.augmentation = no_augmentation();
  Watcher watcher(progress);
  const TrainingOutcome outcome = train(data, options, std::nullopt, watcher, progress);
  CHECK(watcher.epochs == 9);
  CHECK(watcher.estimate.hours > 0);
  CHECK(watcher.estimate.memory_bytes > 100'000'000);
  REQUIRE(outcome.record.validation);
  CHECK(outcome.record.validation->scores.mean_foreground_iou > 0.7);
  REQUIRE(outcome.record.test);
  CHECK(outcome.record.test->scores.mean_foreground_iou > 0.7);
  CHECK(outcome.record.test->slices == size.z);
  CHECK(outcome.record.best_epoch >= 1);
  CHECK(outcome.record.examples.size() > 1);
  CHECK(outcome.record.examples.front().worst);
  CHECK_FALSE(outcome.record.examples.back().worst);
  CHECK(outcome.record.rates.size() == 4 + 8 * 4);
}

TEST_CASE("interrupted in the middle of an epoch and resumed: the same bits") {
  const test::TemporaryFolder folder;
  TrainingOptions options;
  options.recipe = small_recipe(2);
  options.checkpoint = folder.path() / "model.checkpoint";
  options.command = {{"word", "kept"}};
  Progress progress;
  const TrainingOutcome straight = trained(options, progress);

  TrainingData data = test::training_data(test::make_blobs(size, 5));
  StopAfterPixels stop((8 + 16 + 4) * 32 * 32);
  Watcher watcher(stop);
  CHECK_THROWS_AS(train(data, options, std::nullopt, watcher, stop), Cancelled);
  CHECK(watcher.epochs == 2);
  CHECK(command_of_checkpoint(options.checkpoint) == options.command);

  TrainingData again = test::training_data(test::make_blobs(size, 5));
  Watcher resumed(progress);
  const TrainingOutcome outcome = train(again, options, options.checkpoint, resumed, progress);
  CHECK(resumed.epochs == 1);
  CHECK(same_weights(*straight.network, *outcome.network));
  CHECK(outcome.record.epochs.size() == straight.record.epochs.size());
  CHECK(outcome.record.epochs.back().loss == straight.record.epochs.back().loss);
}

TEST_CASE("stopped while an epoch is validated: its steps are kept") {
  const test::TemporaryFolder folder;
  TrainingOptions options;
  options.recipe = small_recipe(2);
  Progress progress;
  const TrainingOutcome straight = trained(options, progress);
  options.checkpoint = folder.path() / "model.checkpoint";
  TrainingData data = test::training_data(test::make_blobs(size, 5));
  StopAfterPixels stop((8 + 16) * 32 * 32);
  Watcher watcher(stop);
  CHECK_THROWS_AS(train(data, options, std::nullopt, watcher, stop), Cancelled);
  CHECK(watcher.epochs == 1);  // the second was not validated
  CHECK(read_checkpoint(options.checkpoint).position.at("at").at("step") == 4);
  Watcher resumed(progress);
  const TrainingOutcome outcome = train(data, options, options.checkpoint, resumed, progress);
  CHECK(resumed.epochs == 2);
  CHECK(same_weights(*straight.network, *outcome.network));
  CHECK(outcome.record.epochs.size() == 3);
  CHECK(outcome.record.epochs[1].loss == straight.record.epochs[1].loss);
}

TEST_CASE("stopped in the rate finder: nothing of it stays in the weights") {
  const test::TemporaryFolder folder;
  TrainingOptions options;
  options.recipe = small_recipe(1);
  options.recipe.stages[1].unfrozen.rates = std::nullopt;
  options.checkpoint = folder.path() / "model.checkpoint";
  class StopInFinder : public Progress {
   public:
    void notice(std::string_view line) override {
      if (line.find("finding") != std::string_view::npos) {
        later_ = std::jthread([this] {  // some steps of a hundred on
          std::this_thread::sleep_for(std::chrono::milliseconds(200));
          request_cancel();
        });
      }
    }

   private:
    std::jthread later_;
  } stop;
  TrainingData data = test::training_data(test::make_blobs(size, 5));
  Watcher watcher(stop);
  CHECK_THROWS_AS(train(data, options, std::nullopt, watcher, stop), Cancelled);
  const Checkpoint after = read_checkpoint(options.checkpoint);
  const Checkpoint before = read_checkpoint(previous_checkpoint(options.checkpoint));
  CHECK(after.position.at("at").at("stage") == 1);
  REQUIRE(after.file.tensors.size() == before.file.tensors.size());
  for (std::size_t i = 0; i < before.file.tensors.size(); ++i) {
    const NamedTensor &then = before.file.tensors[i], &now = after.file.tensors[i];
    CAPTURE(then.name);
    const bool moment = then.name.starts_with("first.") || then.name.starts_with("second.");
    CHECK(now.tensor.equal(moment ? at::zeros_like(then.tensor) : then.tensor));
  }
}

TEST_CASE("a test scan that can't be read costs its score, not the training") {
  class Damaged : public VolumeSource {
   public:
    using VolumeSource::VolumeSource;

   private:
    void read_box(const Box&, const AnyView&) override {
      throw Error(ErrorKind::file, "s_0101.tif: cut off");
    }
  };
  TrainingData data = test::training_data(test::make_blobs(size, 5));
  data.test.push_back(test::labelled_scan(test::make_blobs(size, 6)));
  data.test.front().scan = std::make_unique<Damaged>(data.test.front().scan->description());
  TrainingOptions options;
  options.recipe = small_recipe(1);
  Progress progress;
  Watcher watcher(progress);
  const TrainingOutcome outcome = train(data, options, std::nullopt, watcher, progress);
  CHECK(outcome.record.validation);
  CHECK_FALSE(outcome.record.test);
  CHECK(outcome.record.test_failure == "s_0101.tif: cut off");
}

TEST_CASE("a checkpoint that was changed by hand is refused") {
  Checkpointed done;
  TrainingOptions& options = done.options;
  Progress& progress = done.progress;
  const Checkpoint whole = read_checkpoint(options.checkpoint);
  const auto message = [&](const char* where, const Json& value) -> std::string {
    Json position = whole.position;
    position[Json::json_pointer(where)] = value;
    write_checkpoint(options.checkpoint, whole.file.tensors, position, {});
    TrainingData data = test::training_data(test::make_blobs(size, 5));
    Watcher watcher(progress);
    try {
      train(data, options, options.checkpoint, watcher, progress);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  CHECK_FALSE(message("/at/stage", -1).empty());
  CHECK_FALSE(message("/at/stage", 99).empty());
  CHECK_FALSE(message("/at/epochs_done", 1).empty());
  CHECK_FALSE(message("/at", 3).empty());
  CHECK_FALSE(message("/recipe/stages", Json::array()).empty());
  CHECK_FALSE(message("/learner", Json::object()).empty());
}

TEST_CASE("the checkpoint before is kept, and no third name of it") {
  const test::TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "m.checkpoint";
  const std::vector<NamedTensor> tensors = {{"weight", at::ones({2})}};
  for (int i = 0; i < 2; ++i) {
    write_checkpoint(path, tensors, i, {});
  }
  CHECK(read_checkpoint(path).position == 1);
  CHECK(read_checkpoint(previous_checkpoint(path)).position == 0);
  // As a write leaves it that failed after its first step.
  std::filesystem::remove(previous_checkpoint(path));
  std::filesystem::create_hard_link(path, previous_checkpoint(path));
  write_checkpoint(path, tensors, 2, {});
  CHECK(read_checkpoint(previous_checkpoint(path)).position == 1);
  CHECK_FALSE(std::filesystem::exists(path.string() + ".link"));
}

TEST_CASE("a checkpoint of other options or data is refused") {
  Checkpointed done;
  TrainingOptions& options = done.options;
  Progress& progress = done.progress;
  CHECK(std::filesystem::exists(previous_checkpoint(options.checkpoint)));
  TrainingData data = test::training_data(test::make_blobs(size, 5));
  Watcher watcher(progress);
  options.seed = 2;
  CHECK_THROWS_AS(train(data, options, options.checkpoint, watcher, progress), Error);
  std::ofstream(done.folder.path() / "other.checkpoint") << "no checkpoint";
  CHECK_THROWS_AS(train(data, options, done.folder.path() / "other.checkpoint", watcher, progress),
                  Error);
}

TEST_CASE("a rate that was not given is found, and recorded") {
  TrainingOptions options;
  options.recipe = small_recipe(1);
  options.recipe.stages.erase(options.recipe.stages.begin());
  options.recipe.stages[0].epoch_samples = 8;
  options.recipe.stages[0].unfrozen.rates = std::nullopt;
  Progress progress;
  const TrainingOutcome outcome = trained(options, progress);
  REQUIRE(outcome.record.finders.size() == 1);
  CHECK(outcome.record.finders[0].rates.size() > 20);
  REQUIRE(outcome.recipe.stages[0].unfrozen.rates);
  CHECK(outcome.recipe.stages[0].unfrozen.rates->back() == outcome.record.finders[0].chosen);
  CHECK(outcome.record.finders[0].chosen > 1e-6);
  CHECK(outcome.record.finders[0].chosen < 1);
}

TEST_CASE("a loss that is no number goes back three times, then ends") {
  const test::TemporaryFolder folder;
  TrainingOptions options;
  options.recipe = small_recipe(2);
  options.recipe.augmentation = no_augmentation();
  options.checkpoint = folder.path() / "model.checkpoint";
  const test::Blobs blobs = test::make_blobs(size, 5);
  TrainingData data = test::training_data(blobs);
  Volume<float> scan(size);
  for (std::int64_t i = 0; i < voxel_count(size); ++i) {
    scan.data()[i] = blobs.scan.data()[i];
  }
  // Two planes that every crop meets.
  for (std::int64_t z = 0; z < size.z; ++z) {
    for (std::int64_t i = 0; i < size.x; ++i) {
      scan(i, 24, z) = scan(24, i, z) = std::numeric_limits<float>::infinity();
    }
  }
  data.training.front().scan = test::source_of(scan);
  class Notices : public Progress {
   public:
    void notice(std::string_view line) override { look(line); }
    void warning(std::string_view line) override { look(line); }
    void look(std::string_view line) {
      went_back += line.find("half the learning rate") != std::string_view::npos ? 1 : 0;
    }
    int went_back = 0;
  } progress;
  Watcher watcher(progress);
  try {
    train(data, options, std::nullopt, watcher, progress);
    FAIL("expected an error");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find("diverged") != std::string::npos);
  }
  CHECK(progress.went_back == 3);
}

TEST_CASE("data that can't teach or can't be scored is refused") {
  TrainingOptions options;
  options.recipe = small_recipe(1);
  Progress progress;
  Watcher watcher(progress);
  const auto message = [&](const Volume<std::uint8_t>& labels) -> std::string {
    TrainingData data = test::training_data(test::make_blobs(size, 5));
    data.training.front().labels = test::source_of(labels);
    try {
      train(data, options, std::nullopt, watcher, progress);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  Volume<std::uint8_t> labels(size);
  CHECK(message(labels).find("one class only") != std::string::npos);
  labels(5, 5, 5) = 1;
  CHECK(message(labels).find("no foreground") != std::string::npos);
  std::fill_n(labels.data(), voxel_count(size), ignored_label);
  CHECK(message(labels).find("no slice is labelled") != std::string::npos);
  options.recipe.axes = {Axis::y};
  options.validation = {.kind = ValidationOptions::Kind::named_slices, .slices = {10, 20}};
  CHECK(message(test::make_blobs(size, 5).labels).find("no slice to validate on") !=
        std::string::npos);
}

}  // namespace
}  // namespace fossilct
