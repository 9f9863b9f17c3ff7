// SPDX-License-Identifier: Apache-2.0
#include "apps/training/train_files.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "apps/cli/command_line.h"
#include "apps/cli/output_check.h"
#include "apps/scans/scan_provenance.h"
#include "base/error.h"
#include "base/text.h"
#include "train/checkpoint.h"

namespace fossilct {

namespace fs = std::filesystem;

namespace {

fs::path whole_path(const fs::path& path) { return fs::absolute(path).lexically_normal(); }

std::int64_t time_of(const fs::path& path) {
  std::error_code ignored;
  return fs::last_write_time(path, ignored).time_since_epoch().count();
}

std::int64_t size_of(const fs::path& path) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  if (error) {
    throw file_code_error(path, "can't read", error);
  }
  return static_cast<std::int64_t>(size);
}

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return !path.empty() && fs::is_regular_file(path, ignored);
}

void add_files(const LabelledScan& scan, std::set<fs::path>& files) {
  for (const VolumeSource* source : {scan.scan.get(), scan.labels.get()}) {
    for (const fs::path& path : source->description().files) {
      files.insert(whole_path(path));
    }
  }
}

std::set<fs::path> files_of(const TrainingData& data, const TrainSettings& settings) {
  std::set<fs::path> files;
  for_each_scan(data, [&](const LabelledScan& scan) { add_files(scan, files); });
  for (const fs::path& path : {settings.encoder_weights, settings.from_model,
                               fs::path(settings.recipe), settings.inputs.labels.colour_map}) {
    if (is_file(path)) {
      files.insert(whole_path(path));
    }
  }
  return files;
}

// What no weight depends on: it may be mended or replaced before training goes on.
std::set<fs::path> files_for_test_only(const TrainingData& data) {
  std::set<fs::path> test, others;
  for (const LabelledScan& scan : data.test) {
    add_files(scan, test);
  }
  for (const auto* scans : {&data.training, &data.validation}) {
    for (const LabelledScan& scan : *scans) {
      add_files(scan, others);
    }
  }
  std::erase_if(test, [&](const fs::path& path) { return others.contains(path); });
  return test;
}

std::map<fs::path, InputFile> by_path(const std::vector<InputFile>& files) {
  std::map<fs::path, InputFile> by;
  for (const InputFile& file : files) {
    by[file.hashed.path] = file;
  }
  return by;
}

void require_unchanged(const InputFile& now, const InputFile& then) {
  if (now.hashed.sha256 == then.hashed.sha256) {
    return;
  }
  const auto bytes = [](const InputFile& file) { return format_count(file.hashed.bytes); };
  throw format_error(now.hashed.path,
                     "is not what it was when the training began (" + bytes(then) + " bytes, now " +
                         bytes(now) +
                         ", of another SHA-256); put it back, or begin anew without --resume");
}

std::vector<HashedFile> hashes_of(const std::vector<fs::path>& paths, const fs::path& scan,
                                  const std::map<fs::path, InputFile>& known) {
  std::vector<HashedFile> hashed;
  for (const fs::path& path : paths) {
    const auto found = known.find(whole_path(path));
    if (found != known.end()) {
      hashed.push_back(found->second.hashed);
      hashed.back().path = fs::is_directory(scan) ? path : whole_path(path);
    }
  }
  return hashed;
}

Json to_json(const InputFile& file) {
  return {{"path", file.hashed.path.string()},
          {"bytes", file.hashed.bytes},
          {"sha256", file.hashed.sha256},
          {"modified", file.modified}};
}

InputFile input_file_from(const Json& json) {
  return {{json.at("path").get<std::string>(), json.at("bytes").get<std::int64_t>(),
           json.at("sha256").get<std::string>()},
          json.at("modified").get<std::int64_t>()};
}

}  // namespace

TrainOutputs outputs_of(const fs::path& model) {
  if (model.empty()) {
    throw Error(ErrorKind::option, "--output is missing: the model to write (.safetensors)");
  }
  if (lower(model.extension().string()) != ".safetensors") {
    throw option_error("--output", "'" + model.string() +
                                       "': a model is a safetensors file; expected a name in "
                                       ".safetensors");
  }
  const auto named = [&](const char* ending) { return fs::path(model).replace_extension(ending); };
  return {model, named(".checkpoint"), named(".train.csv"), named(".report.html")};
}

void require_outputs(const TrainOutputs& outputs, const TrainSettings& settings) {
  const IfExists if_exists = settings.overwrite ? IfExists::replace : IfExists::refuse;
  const bool anew = settings.resume.empty();
  for (const fs::path& path : {outputs.checkpoint, previous_checkpoint(outputs.checkpoint)}) {
    if (anew && !settings.overwrite && fs::exists(path)) {
      throw file_error(path, "is there from a training that was interrupted; `" +
                                 shell_quoted({"fossilct", "train", "--resume", path.string()}) +
                                 "` goes on with it, --overwrite begins anew");
    }
  }
  require_output(outputs.model, AtomicKind::file, if_exists);
  for (const fs::path& path : {outputs.table, outputs.report}) {
    require_output(path, AtomicKind::file, anew ? if_exists : IfExists::replace);
  }
}

void require_outputs_apart(const TrainOutputs& outputs, const std::vector<fs::path>& files) {
  for (const fs::path& path : {outputs.model, outputs.checkpoint, outputs.table, outputs.report}) {
    require_apart("--output", path, AtomicKind::file, files);
  }
}

std::vector<InputFile> input_files(const TrainingData& data, const TrainSettings& settings,
                                   const std::vector<InputFile>& known, Progress& progress) {
  const std::map<fs::path, InputFile> before = by_path(known);
  std::vector<InputFile> files;
  std::vector<fs::path> to_hash;
  for (const fs::path& path : files_of(data, settings)) {
    InputFile file = {{path, size_of(path), ""}, time_of(path)};
    const auto then = before.find(path);
    if (then != before.end() && then->second.hashed.bytes == file.hashed.bytes &&
        then->second.modified == file.modified) {
      file.hashed.sha256 = then->second.hashed.sha256;
    } else {
      to_hash.push_back(path);
    }
    files.push_back(std::move(file));
  }
  const std::set<fs::path> for_test_only = files_for_test_only(data);
  FileHasher hasher(to_hash);
  const std::vector<HashedFile> hashed = hasher.wait(progress);
  auto next = hashed.begin();
  for (InputFile& file : files) {
    if (file.hashed.sha256.empty()) {
      file.hashed = *next++;
      const auto then = before.find(file.hashed.path);
      if (then != before.end() && !for_test_only.contains(file.hashed.path)) {
        require_unchanged(file, then->second);
      }
    }
  }
  return files;
}

std::vector<std::string> notices_of_leaks(const TrainingData& data,
                                          const std::vector<InputFile>& files) {
  const std::map<fs::path, InputFile> known = by_path(files);
  std::set<std::string> trained_on;
  for (const LabelledScan& scan : data.training) {
    for (const fs::path& path : scan.scan->description().files) {
      trained_on.insert(known.at(whole_path(path)).hashed.sha256);
    }
  }
  std::vector<std::string> notices;
  for (const auto* scans : {&data.validation, &data.test}) {
    for (const LabelledScan& scan : *scans) {
      const auto& its_files = scan.scan->description().files;
      if (std::any_of(its_files.begin(), its_files.end(), [&](const fs::path& path) {
            return trained_on.contains(known.at(whole_path(path)).hashed.sha256);
          })) {
        notices.push_back(scan.name + " is trained on as well: its score flatters");
      }
    }
  }
  return notices;
}

Json sources_json(const TrainingData& data, const TrainSettings& settings,
                  const std::vector<InputFile>& files) {
  const std::map<fs::path, InputFile> known = by_path(files);
  Json sources = Json::object();
  const auto add = [&](const char* part, const std::vector<ScanAndLabels>& pairs,
                       const std::vector<LabelledScan>& scans) {
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      const auto json = [&](const fs::path& path, const VolumeSource& source) {
        const ScanDescription& description = source.description();
        return source_json(path, description, hashes_of(description.files, path, known));
      };
      sources[part].push_back({{"scan", json(pairs[i].scan, *scans[i].scan)},
                               {"labels", json(pairs[i].labels, *scans[i].labels)}});
    }
  };
  add("training", settings.inputs.training, data.training);
  add("validation", settings.inputs.validation, data.validation);
  add("test", settings.inputs.test, data.test);
  for (const auto& [what, path] : {std::pair("encoder_weights", settings.encoder_weights),
                                   std::pair("from_model", settings.from_model)}) {
    if (!path.empty()) {
      const auto& [name, file] = *known.find(whole_path(path));
      sources[what] = {
          {"path", name.string()}, {"bytes", file.hashed.bytes}, {"sha256", file.hashed.sha256}};
    }
  }
  return sources;
}

Json to_json(const Resumed& resumed) {
  Json json = {{"folder", resumed.folder.string()},
               {"threads", resumed.threads},
               {"options", Json::array()},
               {"files", Json::array()}};
  for (const GivenOption& option : resumed.given) {
    json["options"].push_back({option.name, option.value});
  }
  for (const InputFile& file : resumed.files) {
    json["files"].push_back(to_json(file));
  }
  return as_utf8(json);
}

Resumed resumed_from(const fs::path& checkpoint) {
  const Json json = command_of_checkpoint(checkpoint);
  Resumed resumed;
  try {
    resumed.folder = json.at("folder").get<std::string>();
    resumed.threads = json.at("threads").get<int>();
    for (const Json& option : json.at("options")) {
      resumed.given.push_back(
          {option.at(0).get<std::string>(), option.at(1).get<std::string>(), checkpoint.string()});
    }
    for (const Json& file : json.at("files")) {
      resumed.files.push_back(input_file_from(file));
    }
  } catch (const Json::exception&) {
    throw format_error(checkpoint,
                       "was not written by `fossilct train`, which alone can go on "
                       "with its own");
  }
  return resumed;
}

}  // namespace fossilct
