// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <optional>

#include "apps/cli/command.h"
#include "apps/cli/output_check.h"
#include "apps/cli/provenance.h"
#include "apps/training/weights_info.h"
#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace {

enum class Action { none, info, convert };

struct WeightsOptions {
  Action action = Action::none;
  std::filesystem::path input;
  std::filesystem::path output;
  bool tensors = false;
  bool encoder_only = false;
  bool partial = false;
  std::optional<at::ScalarType> type;
  bool overwrite = false;
};

// The encoder's tensors under torchvision's names. Throws Error{format} where there are none.
std::vector<NamedTensor> encoder_tensors(const WeightFile& file) {
  const NamingScheme scheme = naming_scheme(file);
  std::vector<NamedTensor> kept;
  for (const NamedTensor& t : file.tensors) {
    if (const auto name = torchvision_name(t.name, scheme)) {
      kept.push_back({*name, t.tensor});
    }
  }
  if (kept.empty()) {
    throw format_error(
        file.path,
        "no tensor is of an encoder, as far as the names tell (" +
            (file.tensors.empty() ? std::string("there is none") : file.tensors.front().name) +
            " ...); expected those of torchvision, segmentation_models.pytorch or fastai; without "
            "--encoder-only all are written");
  }
  return kept;
}

// Loads the file into the encoder that its names and shapes tell, which finds what is missing.
// Throws Error{format} for a missing tensor and for no encoder that is known, unless `partial`.
std::string check_encoder(const WeightFile& file, bool partial) {
  const auto encoder = encoder_of(file);
  if (!encoder && !partial) {
    throw format_error(file.path,
                       "its tensors are not the whole encoder of a ResNet or VGG: convolutions are "
                       "missing, or of other shapes; --partial writes those that are there");
  }
  if (!encoder) {
    return "of no encoder that is known as a whole";
  }
  const NetworkSpec spec{.architecture = "classifier",
                         .encoder = *encoder,
                         .decoder = "",
                         .channels = stem_channels(file),
                         .classes = 1};
  const LoadReport report =
      load_weights(*make_network(spec), file, {.encoder_only = true, .partial = partial});
  return *encoder + ": " + summary(report);
}

// The input's own metadata and where the tensors came from. The record of a network does not hold
// of its encoder alone, and stays with the provenance.
std::map<std::string, std::string> metadata_of(const WeightFile& file, const HashedFile& source,
                                               const CommandContext& context, bool encoder_only) {
  std::map<std::string, std::string> metadata = file.metadata;
  Json json = {{"path", std::filesystem::absolute(file.path).lexically_normal().string()},
               {"name", file.path.filename().string()},
               {"format", file.format},
               {"files", 1},
               {"bytes", source.bytes},
               {"sha256", source.sha256}};
  for (const char* key : {"provenance", "fossilct"}) {
    const bool moves = key == std::string_view("provenance") || encoder_only;
    const auto found = metadata.find(key);
    if (moves && found != metadata.end()) {
      const Json parsed = try_parse_json(found->second);
      json[key] = parsed.is_discarded() ? Json(found->second) : parsed;
      metadata.erase(found);
    }
  }
  metadata.emplace("format", "pt");
  metadata["provenance"] = json_text(provenance_json(context, Json::array({json})));
  return metadata;
}

class WeightsCommand : public Command {
 public:
  CommandHelp help() const override {
    return {"weights info FILE, or: fossilct weights convert FILE OUT.safetensors [options]",
            {"FILE is a safetensors file, or a .pth or .pt that torch.save of PyTorch 1.6 or later "
             "wrote; its content decides, not its name. Nothing in it is executed.",
             "`info` tells how its tensors are named, which encoder and network they belong to, "
             "and whether all values are finite. `convert` writes them to a safetensors file "
             "under their names, with the metadata of FILE and its SHA-256."},
            {{"fossilct weights info resnet34-b627a593.pth", "What torchvision's file holds."},
             {"fossilct weights convert unet.pth encoder.safetensors --encoder-only",
              "Keeps the encoder of a U-Net, under torchvision's names."}}};
  }

  void declare(OptionSet& options) override {
    options.positional_choice("action", &options_.action,
                              {{"info", Action::info}, {"convert", Action::convert}},
                              "`info` tells what FILE holds, `convert` writes it to OUT");
    options.positional("file", &options_.input, "The weights to read");
    options.positional("out", &options_.output, "Of convert: the safetensors file to write");
    options.make_optional();
    options.section("info");
    options.flag("tensors", &options_.tensors, "List every tensor with its type and shape");
    options.section("convert");
    options.flag("encoder-only", &options_.encoder_only,
                 "Keep only the tensors of the encoder, under torchvision's names");
    options.flag("partial", &options_.partial,
                 "With --encoder-only: write what there is of an encoder that is not whole");
    options.choice<std::optional<at::ScalarType>>("type", &options_.type,
                                                  {{"keep", std::nullopt},
                                                   {"fp32", at::kFloat},
                                                   {"fp16", at::kHalf},
                                                   {"bf16", at::kBFloat16}},
                                                  "Numbers that are written; whole ones stay");
    options.flag("overwrite", &options_.overwrite, "Replace OUT where it exists");
  }

  CommandResult run(const CommandContext& context) override {
    return options_.action == Action::info ? info(context) : convert(context);
  }

 private:
  CommandResult info(const CommandContext& context) const {
    if (!options_.output.empty()) {
      throw Error(ErrorKind::option, "'" + options_.output.string() +
                                         "': an argument too many; `weights info` takes one FILE");
    }
    require_not(options_.encoder_only, "--encoder-only", "convert");
    require_not(options_.partial, "--partial", "convert");
    require_not(options_.type.has_value(), "--type", "convert");
    require_not(options_.overwrite, "--overwrite", "convert");
    const WeightFile file = read_weight_file(options_.input, false);
    const Findings findings = look_at(file, context.progress);
    return {info_json(file, findings, options_.tensors),
            facts_text(info_facts(file, findings)) + "\n" + tensors_text(file, options_.tensors),
            false};
  }

  CommandResult convert(const CommandContext& context) const {
    require_not(options_.tensors, "--tensors", "info");
    if (options_.partial && !options_.encoder_only) {
      throw option_error("--partial", "concerns --encoder-only, which is not given");
    }
    require_usable_output();
    const WeightFile file = read_weight_file(options_.input);
    FileHasher hasher({options_.input});
    std::vector<NamedTensor> kept = options_.encoder_only ? encoder_tensors(file) : file.tensors;
    for (NamedTensor& tensor : kept) {
      if (options_.type && tensor.tensor.is_floating_point()) {
        tensor.tensor = tensor.tensor.to(*options_.type);
      }
    }
    const std::string encoder =
        options_.encoder_only ? check_encoder(file, options_.partial) : std::string();
    for (const std::string& entry : file.not_read) {
      context.progress.warning(options_.input.string() + ": " + entry +
                               " stands among the tensors and is not converted");
    }
    const HashedFile source = hasher.wait(context.progress).front();
    context.progress.check();
    write_safetensors(options_.output, kept,
                      metadata_of(file, source, context, options_.encoder_only));
    return converted(file, source, kept, encoder);
  }

  void require_usable_output() const {
    if (options_.output.empty()) {
      throw Error(ErrorKind::option, "OUT is missing: the safetensors file to write");
    }
    if (lower(options_.output.extension().string()) != ".safetensors") {
      throw option_error("OUT", "'" + options_.output.string() +
                                    "': safetensors is written here; expected a name in "
                                    ".safetensors");
    }
    require_apart("OUT", options_.output, AtomicKind::file, {options_.input});
    require_output(options_.output, AtomicKind::file,
                   options_.overwrite ? IfExists::replace : IfExists::refuse);
  }

  // An option that the other action has.
  static void require_not(bool given, const std::string& option, const std::string& action) {
    if (given) {
      throw option_error(option, "belongs to `weights " + action + "`");
    }
  }

  CommandResult converted(const WeightFile& file, const HashedFile& source,
                          const std::vector<NamedTensor>& kept, const std::string& encoder) const {
    const Counts counts = counts_of(kept);
    const std::int64_t left_out = std::ssize(file.tensors) - counts.tensors;
    Json json = {{"output", options_.output.string()}, {"input", options_.input.string()},
                 {"input_sha256", source.sha256},      {"content", to_json(counts)},
                 {"tensors_left_out", left_out},       {"ignored", file.ignored}};
    if (!encoder.empty()) {
      json["encoder"] = encoder;
    }
    const Facts facts = {
        {"written", options_.output.string()},
        {"from", options_.input.string() + ", " + file.format},
        {"content", counts_text(counts)},
        {"encoder", encoder},
        {"left out", left_out == 0 ? "" : counted(left_out, "tensor") + " that no encoder has"},
        {"not converted", names_text(file.ignored)}};
    return {json, facts_text(facts), true};
  }

  WeightsOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_weights_command() { return std::make_unique<WeightsCommand>(); }

}  // namespace fossilct
