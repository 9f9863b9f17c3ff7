// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace fossilct {

// One option of a command as help shows it. The default is read from the field when the option is
// declared, so it can't drift from the options struct.
struct Option {
  std::string name;          // "spacing-um", without dashes
  char letter = 0;           // 'o' of -o, 0 = none
  std::string value_name;    // "FILE"; empty = a flag
  std::string help;          // a sentence without its full stop
  std::string section;       // heading it stands under
  std::string default_text;  // empty = none shown
  std::string allowed_text;  // "1 to 64", "none, deflate"; empty = whatever parses
  bool positional = false;
  bool required = false;
  bool repeatable = false;
  std::function<void(const std::string&)> assign;  // throws Error{option}

  bool is_flag() const { return value_name.empty(); }
  // "--roi" or, for a positional, "SCAN": how messages name it.
  std::string shown_name() const;
};

// A value somebody gave to an option; `where` is empty for the command line, else "x.ini line 4".
struct GivenOption {
  std::string name;
  std::string value;
  std::string where;
};

// The options of one command: declared once with the fields they fill, then read from the command
// line and from a configuration file. Names are "long" or "long,l". The fields must outlive it.
class OptionSet {
 public:
  // Options declared from here on stand under this heading of the help.
  void section(std::string title) { section_ = std::move(title); }

  void flag(const std::string& names, bool* field, const std::string& help);
  void text(const std::string& names, const std::string& value_name, std::string* field,
            const std::string& help);
  void path(const std::string& names, const std::string& value_name, std::filesystem::path* field,
            const std::string& help);
  // A number outside [least, most] is an error that names both.
  void number(const std::string& names, const std::string& value_name, double* field, double least,
              double most, const std::string& help);
  template <std::integral T>
  void integer(const std::string& names, const std::string& value_name, T* field,
               std::type_identity_t<T> least, std::type_identity_t<T> most,
               const std::string& help) {
    add_integer(
        names, value_name, static_cast<std::int64_t>(*field),
        {static_cast<std::int64_t>(least), static_cast<std::int64_t>(most)},
        [field](std::int64_t value) { *field = static_cast<T>(value); }, help);
  }
  // One of a few words.
  template <typename T>
  void choice(const std::string& names, T* field,
              const std::vector<std::pair<std::string, T>>& choices, const std::string& help) {
    take_choice(add(names, "WORD", help), field, choices);
  }
  // `parse` throws Error{option} for a text it does not take. `default_text` is for the help.
  void parsed(const std::string& names, const std::string& value_name,
              std::function<void(const std::string&)> parse, const std::string& help,
              const std::string& default_text = "");
  // The same, for an option that may stand several times; `parse` sees each value in turn.
  void repeated(const std::string& names, const std::string& value_name,
                std::function<void(const std::string&)> parse, const std::string& help);
  // The next argument that is no option; required unless make_optional() follows.
  void positional(const std::string& name, std::filesystem::path* field, const std::string& help);
  // All arguments that follow, one at least unless make_optional() follows; to be declared last.
  void positionals(const std::string& name, std::vector<std::filesystem::path>* fields,
                   const std::string& help);
  // The same, one of a few words.
  template <typename T>
  void positional_choice(const std::string& name, T* field,
                         const std::vector<std::pair<std::string, T>>& choices,
                         const std::string& help) {
    take_choice(add_positional(name, help), field, choices);
  }
  // The option declared last must be given.
  void require() { options_.back().required = true; }
  void make_optional() { options_.back().required = false; }

  const std::vector<Option>& options() const { return options_; }
  const Option* find(const std::string& name) const;

  // Splits the arguments into options and values; nothing is assigned. Throws Error{option}: an
  // unknown name (with the nearest known one), a missing value, a value given to a flag, an option
  // given twice, an argument too many.
  std::vector<GivenOption> read_arguments(const std::vector<std::string>& arguments) const;
  // Fills the fields; an option on the command line outdoes the one in the configuration file.
  // Throws Error{option} for a value out of range, and for a required option that is nowhere.
  // Returns what took effect.
  std::vector<GivenOption> assign(const std::vector<GivenOption>& from_arguments,
                                  const std::vector<GivenOption>& from_configuration) const;
  // "there is no option --ouput; did you mean --output?"
  std::string unknown_message(const std::string& name) const;

 private:
  struct IntegerRange {
    std::int64_t least;
    std::int64_t most;
  };
  Option& add(const std::string& names, const std::string& value_name, const std::string& help);
  void add_integer(const std::string& names, const std::string& value_name, std::int64_t current,
                   IntegerRange range, std::function<void(std::int64_t)> store,
                   const std::string& help);
  Option& add_positional(const std::string& name, const std::string& help);
  template <typename T>
  static void take_choice(Option& option, T* field,
                          const std::vector<std::pair<std::string, T>>& choices) {
    std::vector<std::string> words;
    for (const auto& [word, value] : choices) {
      words.push_back(word);
      option.default_text = value == *field ? word : option.default_text;
    }
    take_words(option, words, [field, choices](std::size_t i) { *field = choices[i].second; });
  }
  static void take_words(Option& option, const std::vector<std::string>& words,
                         std::function<void(std::size_t)> store);

  std::vector<Option> options_;
  std::string section_;
};

}  // namespace fossilct
