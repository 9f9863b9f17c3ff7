// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/options.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "support.h"

namespace fossilct {

namespace {

enum class Colour { red, green };

// One option of each kind.
struct Fields {
  std::filesystem::path scan;
  std::filesystem::path output;
  bool labels = false;
  int level = 3;
  double noise = 0.5;
  std::string window;
  Colour colour = Colour::green;
  std::vector<std::string> classes;
  OptionSet options;

  Fields() {
    options.positional("scan", &scan, "What to read");
    options.path("output,o", "FILE", &output, "Where to write");
    options.require();
    options.flag("labels", &labels, "Labels");
    options.integer("level", "N", &level, 0, 9, "Level");
    options.number("noise", "X", &noise, 0, 1, "Noise");
    options.text("window", "LOW:HIGH", &window, "Window");
    options.choice("colour", &colour, {{"red", Colour::red}, {"green", Colour::green}}, "Colour");
    options.repeated(
        "class", "V=NAME", [this](const std::string& v) { classes.push_back(v); }, "Class");
  }
  void run(const std::vector<std::string>& arguments, const std::vector<GivenOption>& config = {}) {
    options.assign(options.read_arguments(arguments), config);
  }
  std::string failure(const std::vector<std::string>& arguments) {
    return test::message_of<Error>([&] { run(arguments); });
  }
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("every kind of option fills its field, in each way it can be written") {
  Fields fields;
  fields.run({"--labels", "a b.tif", "-o", "out.h5", "--level=4", "--noise", "1e-3", "--window",
              "-1000:2000", "--colour", "red", "--class", "1=a", "--class", "2=b"});
  CHECK(fields.scan == "a b.tif");
  CHECK(fields.output == "out.h5");
  CHECK(fields.labels);
  CHECK(fields.level == 4);
  CHECK(fields.noise == 1e-3);
  CHECK(fields.window == "-1000:2000");
  CHECK(fields.colour == Colour::red);
  CHECK(fields.classes == std::vector<std::string>{"1=a", "2=b"});
}

TEST_CASE("the last arguments may be any number") {
  std::filesystem::path first;
  std::vector<std::filesystem::path> rest;
  OptionSet options;
  options.positional("first", &first, "One");
  options.positionals("rest", &rest, "All others");
  options.assign(options.read_arguments({"a", "b", "c"}), {});
  CHECK(first == "a");
  CHECK(rest == std::vector<std::filesystem::path>{"b", "c"});
  CHECK(
      contains(test::message_of<Error>([&] { options.assign(options.read_arguments({"a"}), {}); }),
               "REST is missing"));
}

TEST_CASE("a field that is not named keeps its default, and help shows that default") {
  Fields fields;
  fields.run({"s", "--output", "o"});
  CHECK(fields.level == 3);
  CHECK(fields.colour == Colour::green);
  CHECK(fields.options.find("level")->default_text == "3");
  CHECK(fields.options.find("level")->allowed_text == "0 to 9");
  CHECK(fields.options.find("colour")->default_text == "green");
  CHECK(fields.options.find("noise")->default_text == "0.5");
}

TEST_CASE("a wrong option is named, with what would be right") {
  Fields fields;
  CHECK(contains(fields.failure({"s", "--ouput", "o"}), "--ouput; did you mean --output?"));
  CHECK(contains(fields.failure({"s", "--outp", "o"}), "there is no option --outp"));
  CHECK(contains(fields.failure({"s", "--levle=3", "-o", "o"}), "did you mean --level?"));
  CHECK(contains(fields.failure({"s", "--scan", "t", "-o", "o"}), "no option --scan"));
  CHECK(contains(fields.failure({"s", "-x", "-o", "o"}), "there is no option --x"));
  CHECK(contains(fields.failure({"s", "--output"}), "--output: its value is missing"));
  CHECK(contains(fields.failure({"s", "--output", "--labels"}), "--output: its value is missing"));
  CHECK(contains(fields.failure({"s", "--labels=3", "-o", "o"}), "--labels: takes no value"));
  CHECK(contains(fields.failure({"s", "t", "-o", "o"}), "'t': an argument too many"));
  CHECK(contains(fields.failure({"s", "-o", "o", "--output", "p"}), "--output: is given twice"));
  CHECK(contains(fields.failure({"-o", "o"}), "SCAN is missing"));
  CHECK(contains(fields.failure({"s"}), "--output is missing"));
}

TEST_CASE("a value out of its range is named with the range") {
  Fields fields;
  const auto failure = [&](const std::string& option, const std::string& value) {
    return fields.failure({"s", "-o", "o", "--" + option, value});
  };
  CHECK(contains(failure("level", "10"), "--level: '10' is not a whole number from 0 to 9"));
  CHECK(contains(failure("level", "-1"), "'-1' is not a whole number"));
  CHECK(contains(failure("level", "2.5"), "'2.5' is not a whole number"));
  CHECK(contains(failure("level", ""), "'' is not a whole number"));
  CHECK(contains(failure("noise", "nan"), "'nan' is not a number from 0 to 1"));
  CHECK(contains(failure("noise", "1.01"), "'1.01' is not a number from 0 to 1"));
  CHECK(contains(failure("colour", "gren"), "is none of: red, green; did you mean green?"));
  CHECK(contains(fields.failure({"", "-o", "o"}), "SCAN: the path is empty"));
}

TEST_CASE("the command line outdoes the configuration, and a wrong value names its line") {
  Fields fields;
  fields.run({"s", "-o", "o", "--level", "7"},
             {{"level", "2", "x.ini line 1"}, {"labels", "yes", "x.ini line 2"}});
  CHECK(fields.level == 7);
  CHECK(fields.labels);

  Fields required_in_config;
  required_in_config.run({}, {{"scan", "s", "x.ini line 1"}, {"output", "o", "x.ini line 2"}});
  CHECK(required_in_config.output == "o");

  const std::string message = test::message_of<Error>([] {
    Fields other;
    other.run({"s", "-o", "o"}, {{"labels", "maybe", "x.ini line 4"}});
  });
  CHECK(message == "x.ini line 4: --labels: 'maybe' is neither true nor false");
}

}  // namespace fossilct
