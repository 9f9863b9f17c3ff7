// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/terminal.h"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

namespace fossilct {

namespace {

constexpr std::int64_t megabyte = 1'000'000;

StageProgress bytes_state() {
  return {"import", 3000 * megabyte, 1110 * megabyte, WorkUnit::bytes, 2};
}

// A progress that writes into a string.
struct Recorder {
  std::mutex mutex;
  std::string text;
  TerminalProgress progress;
  explicit Recorder(TerminalStyle style)
      : progress(
            style,
            [this](std::string_view part) {
              const std::lock_guard lock(mutex);
              text += part;
            },
            [] { return 80; }) {}
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("rates are in the unit of the work") {
  CHECK(format_rate(bytes_state()) == "555 MB/s");
  CHECK(format_rate({"a", 10, 5, WorkUnit::slices, 2}) == "2.5 slices/s");
  CHECK(format_rate({"a", 10, 5, WorkUnit::items, 2}) == "2.5/s");
  CHECK(format_rate({"a", 0, 5'000'000, WorkUnit::voxels, 2}) == "2.5 M voxels/s");
  CHECK(format_rate({"a", 10, 0, WorkUnit::items, 2}).empty());
}

TEST_CASE("time left is what the mean rate promises") {
  CHECK(*seconds_left(bytes_state()) == doctest::Approx(2.0 * 1890 / 1110));
  CHECK_FALSE(seconds_left({"a", 0, 5, WorkUnit::items, 2}).has_value());
  CHECK_FALSE(seconds_left({"a", 10, 0, WorkUnit::items, 2}).has_value());
  CHECK(*seconds_left({"a", 10, 12, WorkUnit::items, 2}) == 0);
}

TEST_CASE("the live line fits the terminal, whatever its width") {
  CHECK(progress_bar_line(bytes_state(), 100) ==
        "import  [==============>                         ]  37 %  1.1 GB of 3.0 GB  555 MB/s  "
        "3.4 s left");
  for (int columns = 11; columns < 200; ++columns) {
    CHECK(static_cast<int>(progress_bar_line(bytes_state(), columns).size()) < columns);
  }
  CHECK_FALSE(contains(progress_bar_line({"a", 0, 5, WorkUnit::slices, 2}, 100), "["));
}

TEST_CASE("lines for a log") {
  CHECK(progress_log_line(bytes_state()) == "import: 37 %, 1.1 GB of 3.0 GB, 555 MB/s, 3.4 s left");
  CHECK(progress_log_line({"hash", 20, 5, WorkUnit::slices, 2}) ==
        "hash: 25 %, 5 of 20 slices, 2.5 slices/s, 6.0 s left");
  CHECK(stage_end_line(bytes_state()) == "import: 1.1 GB in 2.0 s, 555 MB/s");
}

TEST_CASE("in a log each stage ends with one line, and no control code gets in") {
  Recorder recorder(TerminalStyle{});
  recorder.progress.set_verbosity(Verbosity::verbose);
  recorder.progress.begin("read", 10, WorkUnit::slices);
  recorder.progress.advance(10);
  recorder.progress.begin("write", 4, WorkUnit::items);
  recorder.progress.advance(4);
  recorder.progress.end();
  recorder.progress.end();
  CHECK(recorder.text.starts_with("read: 10 slices in 0.0 s"));
  CHECK(contains(recorder.text, "\nwrite: 4 in "));
  CHECK(std::count(recorder.text.begin(), recorder.text.end(), '\n') == 2);
  CHECK_FALSE(contains(recorder.text, "\x1b"));
}

TEST_CASE("a stage of a moment leaves no line in a log") {
  Recorder recorder(TerminalStyle{});
  recorder.progress.begin("read", 10, WorkUnit::slices);
  recorder.progress.advance(10);
  recorder.progress.end();
  CHECK(recorder.text.empty());
}

TEST_CASE("what is no text in a message is shown as such") {
  Recorder recorder(TerminalStyle{});
  recorder.progress.warning("\xff\x1b[2J \xc2\xb5m \xe2\x82");
  CHECK(recorder.text == "warning: \\xff\\x1b[2J \xc2\xb5m \\xe2\\x82\n");
}

TEST_CASE("a log gets a line each interval while a stage lasts, though nobody calls") {
  TerminalStyle style;
  style.interval = std::chrono::milliseconds(5);
  Recorder recorder(style);
  recorder.progress.begin("slow", 100, WorkUnit::items);
  recorder.progress.advance(50);
  std::this_thread::sleep_for(std::chrono::milliseconds(60));
  recorder.progress.end();
  const std::lock_guard lock(recorder.mutex);
  CHECK(contains(recorder.text, "slow: 50 %, 50 of 100"));
}

TEST_CASE("a notice wipes the live line first, so that both can be read") {
  TerminalStyle style;
  style.live = true;
  style.interval = std::chrono::milliseconds(1);
  Recorder recorder(style);
  recorder.progress.begin("import", 100, WorkUnit::items);
  std::this_thread::sleep_for(std::chrono::milliseconds(40));
  recorder.progress.notice("one image only");
  recorder.progress.end();
  const std::lock_guard lock(recorder.mutex);
  CHECK(contains(recorder.text, "\r\x1b[Kimport"));
  CHECK(contains(recorder.text, "\r\x1b[Knote: one image only\n"));
  // Without colour only the wiping is sent.
  CHECK_FALSE(contains(recorder.text, "\x1b[33m"));
}

TEST_CASE("quiet leaves warnings and errors, verbose adds details") {
  Recorder recorder(TerminalStyle{});
  recorder.progress.set_verbosity(Verbosity::quiet);
  recorder.progress.begin("a", 1, WorkUnit::items);
  recorder.progress.advance(1);
  recorder.progress.end();
  recorder.progress.notice("n");
  recorder.progress.detail("d");
  CHECK(recorder.text.empty());
  recorder.progress.warning("w");
  recorder.progress.error("e");
  recorder.progress.set_verbosity(Verbosity::verbose);
  recorder.progress.detail("d");
  CHECK(recorder.text == "warning: w\nfossilct: e\nd\n");
}

TEST_CASE("many threads may report at once") {
  Recorder recorder(TerminalStyle{});
  recorder.progress.set_verbosity(Verbosity::verbose);
  recorder.progress.begin("a", 4000, WorkUnit::items);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) {
        recorder.progress.advance(1);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  recorder.progress.end();
  CHECK(contains(recorder.text, "a: 4,000 in"));
}

}  // namespace fossilct
