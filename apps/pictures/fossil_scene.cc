// SPDX-License-Identifier: Apache-2.0
#include "apps/pictures/fossil_scene.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/cli/facts.h"
#include "apps/cli/output_check.h"
#include "apps/pictures/picture_files.h"
#include "apps/pictures/scene_inputs.h"
#include "base/atomic_file.h"
#include "base/child_process.h"
#include "base/text.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

constexpr int frames_a_second = 24;
constexpr int most_film_seconds = 3600;
constexpr int not_started = 127;  // as shells say it
constexpr const char* film_name = "turntable.mp4";

std::string frame_name(int frame) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "%04d.png", frame + 1);
  return text.data();
}

// Makes the frames in `folder` a film with ffmpeg; says why not.
std::optional<std::string> film_fault(const fs::path& folder) {
  const std::string rate = std::to_string(frames_a_second);
  // H.264 takes even sizes only.
  std::array<const char*, 16> arguments = {
      "ffmpeg",     "-nostdin",   "-y",
      "-framerate", rate.c_str(), "-i",
      "%04d.png",   "-vf",        "pad=ceil(iw/2)*2:ceil(ih/2)*2:color=white",
      "-pix_fmt",   "yuv420p",    film_name,
      nullptr};
  return failure_in_child(
      [&] {
        if (::chdir(folder.c_str()) == 0) {
          ::execvp(arguments[0], const_cast<char* const*>(arguments.data()));
        }
        ::_exit(not_started);
      },
      most_film_seconds);
}

class SceneDrawing {
 public:
  SceneDrawing(const fs::path& path, const FossilSceneOptions& options,
               const CommandContext& context)
      : options_(options),
        context_(context),
        if_exists_(options.overwrite ? IfExists::replace : IfExists::refuse) {
    require_apart("--scene", options_.picture, AtomicKind::file, {path, options_.scan});
    require_apart("--turntable", options_.turntable, AtomicKind::folder, {path, options_.scan});
    if (!options_.picture.empty()) {
      require_output(options_.picture, AtomicKind::file, if_exists_);
    }
    if (!options_.turntable.empty()) {
      require_output(options_.turntable, AtomicKind::folder, if_exists_);
    }
    options_.scene.check();
    SceneInputs inputs = read_scene(path, options_.scan, options_.scene, context_);
    failed_ = std::move(inputs.failed);
    painter_.emplace(options_.backend, std::move(inputs.scene), options_.scene);
  }

  void draw() {
    if (!options_.picture.empty()) {
      write_png(options_.picture, painter_->paint(0), options_.dpi);
    }
    if (!options_.turntable.empty()) {
      draw_turntable();
    }
  }

  CommandResult result(double seconds) const {
    const std::string frames = options_.turntable.empty()
                                   ? ""
                                   : options_.turntable.string() + " (" +
                                         counted(options_.frames, "frame") +
                                         (film_fault_ ? ", no film: ffmpeg " + *film_fault_
                                                      : ", " + std::string(film_name)) +
                                         ")";
    const Json json = {{"picture", options_.picture.string()},
                       {"turntable", options_.turntable.string()},
                       {"film", !options_.turntable.empty() && !film_fault_},
                       {"failed", to_json(failed_)},
                       {"renderer", painter_->renderer()},
                       {"seconds", seconds}};
    return {json,
            facts_text({{"written", options_.picture.string()},
                        {"turntable", frames},
                        {"failed", failed_text(failed_)},
                        {"drawn by", painter_->renderer()},
                        {"took", format_duration(seconds)}}),
            true, !failed_.empty()};
  }

 private:
  void draw_turntable() {
    AtomicOutput output(options_.turntable, AtomicKind::folder, if_exists_);
    context_.progress.begin("turntable", options_.frames, WorkUnit::items);
    for (int frame = 0; frame < options_.frames; ++frame) {
      context_.progress.check();
      write_png(output.temporary_path() / frame_name(frame),
                painter_->paint(360.0 * frame / options_.frames), options_.dpi);
      context_.progress.advance(1);
    }
    context_.progress.end();
    film_fault_ = film_fault(output.temporary_path());
    if (film_fault_ == "ends with exit code " + std::to_string(not_started)) {
      film_fault_ = "is not installed";
    }
    output.commit();
  }

  const FossilSceneOptions& options_;
  const CommandContext& context_;
  IfExists if_exists_;
  std::optional<ScenePainter> painter_;
  std::vector<FailedFossil> failed_;
  std::optional<std::string> film_fault_;
};

}  // namespace

CommandResult draw_scene(const fs::path& path, const FossilSceneOptions& options,
                         const CommandContext& context) {
  const auto began = std::chrono::steady_clock::now();
  SceneDrawing drawing(path, options, context);
  drawing.draw();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  return drawing.result(took.count());
}

}  // namespace fossilct
