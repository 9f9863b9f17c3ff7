// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/options.h"

#include <algorithm>
#include <boost/program_options.hpp>
#include <cassert>

#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace po = boost::program_options;

namespace {

std::string joined(const std::vector<std::string>& words, const std::string& separator) {
  std::string result;
  for (const std::string& word : words) {
    result += (result.empty() ? "" : separator) + word;
  }
  return result;
}

bool parse_switch(const std::string& shown_name, const std::string& value) {
  const std::string word = lower(value);
  if (word == "true" || word == "yes" || word == "on" || word == "1") {
    return true;
  }
  if (word == "false" || word == "no" || word == "off" || word == "0") {
    return false;
  }
  throw option_error(shown_name, "'" + value + "' is neither true nor false");
}

// Boost's view of the options: it cuts the arguments into names and values; types, ranges and
// messages are ours.
po::options_description boost_description(const std::vector<Option>& options) {
  po::options_description description;
  for (const Option& option : options) {
    if (option.positional) {
      continue;
    }
    const std::string names =
        option.letter == 0 ? option.name : option.name + "," + std::string(1, option.letter);
    if (option.is_flag()) {
      description.add_options()(names.c_str(), "");
    } else {
      description.add_options()(names.c_str(), po::value<std::string>(), "");
    }
  }
  return description;
}

std::vector<po::option> split_arguments(const std::vector<Option>& options,
                                        const std::vector<std::string>& arguments) {
  using namespace po::command_line_style;
  const po::options_description description = boost_description(options);
  try {
    return po::command_line_parser(arguments)
        .options(description)
        .style(allow_long | allow_short | allow_dash_for_short | long_allow_adjacent |
               long_allow_next | short_allow_adjacent | short_allow_next)
        .allow_unregistered()
        .run()
        .options;
  } catch (const po::invalid_command_line_syntax& error) {
    const bool extra = error.kind() == po::invalid_syntax::extra_parameter;
    throw option_error(error.get_option_name(), extra ? "takes no value" : "its value is missing");
  } catch (const po::error& error) {
    throw Error(ErrorKind::option, std::string("the command line: ") + error.what());
  }
}

std::string without_dashes(const std::string& token) {
  const std::size_t begin = std::min(token.find_first_not_of('-'), token.size());
  return token.substr(begin, token.find('=', begin) - begin);
}

void assign_path(Option& option, std::filesystem::path* field) {
  option.default_text = field->string();
  option.assign = [field, name = option.shown_name()](const std::string& value) {
    if (value.empty()) {
      throw option_error(name, "the path is empty");
    }
    *field = value;
  };
}

}  // namespace

std::string Option::shown_name() const { return positional ? value_name : "--" + name; }

Option& OptionSet::add(const std::string& names, const std::string& value_name,
                       const std::string& help) {
  Option option;
  const std::vector<std::string> parts = split(names, ',');
  option.name = parts.front();
  assert(find(option.name) == nullptr);
  option.letter = parts.size() > 1 ? parts[1].front() : '\0';
  option.value_name = value_name;
  option.help = help;
  option.section = section_;
  options_.push_back(std::move(option));
  return options_.back();
}

void OptionSet::flag(const std::string& names, bool* field, const std::string& help) {
  Option& option = add(names, "", help);
  option.assign = [field, name = option.shown_name()](const std::string& value) {
    *field = parse_switch(name, value);
  };
}

void OptionSet::text(const std::string& names, const std::string& value_name, std::string* field,
                     const std::string& help) {
  parsed(
      names, value_name, [field](const std::string& value) { *field = value; }, help, *field);
}

void OptionSet::path(const std::string& names, const std::string& value_name,
                     std::filesystem::path* field, const std::string& help) {
  assign_path(add(names, value_name, help), field);
}

void OptionSet::number(const std::string& names, const std::string& value_name, double* field,
                       double least, double most, const std::string& help) {
  Option& option = add(names, value_name, help);
  option.default_text = format_number(*field);
  option.allowed_text = format_number(least) + " to " + format_number(most);
  option.assign = [=, name = option.shown_name(),
                   allowed = option.allowed_text](const std::string& value) {
    const std::optional<double> parsed_value = parse_double(value);
    // A NaN fails this comparison too.
    if (!parsed_value || !(*parsed_value >= least && *parsed_value <= most)) {
      throw option_error(name, "'" + value + "' is not a number from " + allowed);
    }
    *field = *parsed_value;
  };
}

void OptionSet::add_integer(const std::string& names, const std::string& value_name,
                            std::int64_t current, IntegerRange range,
                            std::function<void(std::int64_t)> store, const std::string& help) {
  Option& option = add(names, value_name, help);
  option.default_text = std::to_string(current);
  option.allowed_text = range.most == std::numeric_limits<std::int64_t>::max()
                            ? std::to_string(range.least) + " and more"
                            : std::to_string(range.least) + " to " + std::to_string(range.most);
  option.assign = [range, store = std::move(store), name = option.shown_name(),
                   allowed = option.allowed_text](const std::string& value) {
    const std::optional<std::int64_t> parsed_value = parse_integer(value);
    if (!parsed_value || *parsed_value < range.least || *parsed_value > range.most) {
      throw option_error(name, "'" + value + "' is not a whole number from " + allowed);
    }
    store(*parsed_value);
  };
}

void OptionSet::take_words(Option& option, const std::vector<std::string>& words,
                           std::function<void(std::size_t)> store) {
  option.allowed_text = joined(words, ", ");
  option.assign = [words, store = std::move(store), name = option.shown_name(),
                   allowed = option.allowed_text](const std::string& value) {
    const auto found = std::find(words.begin(), words.end(), value);
    if (found == words.end()) {
      const auto near = closest_match(value, words);
      throw option_error(name, "'" + value + "' is none of: " + allowed +
                                   (near ? "; did you mean " + *near + "?" : ""));
    }
    store(static_cast<std::size_t>(found - words.begin()));
  };
}

void OptionSet::parsed(const std::string& names, const std::string& value_name,
                       std::function<void(const std::string&)> parse, const std::string& help,
                       const std::string& default_text) {
  Option& option = add(names, value_name, help);
  option.default_text = default_text;
  option.assign = std::move(parse);
}

void OptionSet::repeated(const std::string& names, const std::string& value_name,
                         std::function<void(const std::string&)> parse, const std::string& help) {
  parsed(names, value_name, std::move(parse), help);
  options_.back().repeatable = true;
}

Option& OptionSet::add_positional(const std::string& name, const std::string& help) {
  std::string value_name = name;
  std::transform(name.begin(), name.end(), value_name.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  Option& option = add(name, value_name, help);
  option.positional = true;
  option.required = true;
  return option;
}

void OptionSet::positional(const std::string& name, std::filesystem::path* field,
                           const std::string& help) {
  assign_path(add_positional(name, help), field);
}

void OptionSet::positionals(const std::string& name, std::vector<std::filesystem::path>* fields,
                            const std::string& help) {
  Option& option = add_positional(name, help);
  option.repeatable = true;
  option.assign = [fields, shown = option.shown_name()](const std::string& value) {
    if (value.empty()) {
      throw option_error(shown, "the path is empty");
    }
    fields->emplace_back(value);
  };
}

const Option* OptionSet::find(const std::string& name) const {
  const auto found = std::find_if(options_.begin(), options_.end(),
                                  [&](const Option& option) { return option.name == name; });
  return found == options_.end() ? nullptr : &*found;
}

std::string OptionSet::unknown_message(const std::string& name) const {
  std::vector<std::string> names;
  for (const Option& option : options_) {
    if (!option.positional) {
      names.push_back(option.name);
    }
  }
  const auto near = closest_match(name, names);
  return "there is no option --" + name + (near ? "; did you mean --" + *near + "?" : "");
}

std::vector<GivenOption> OptionSet::read_arguments(
    const std::vector<std::string>& arguments) const {
  std::vector<const Option*> places;
  for (const Option& option : options_) {
    if (option.positional) {
      places.push_back(&option);
    }
  }
  std::vector<GivenOption> given;
  std::size_t next_place = 0;
  for (const po::option& token : split_arguments(options_, arguments)) {
    if (token.string_key.empty()) {
      const std::string& value = token.original_tokens.back();
      if (next_place == places.size()) {
        throw Error(ErrorKind::option, "'" + value + "': an argument too many");
      }
      const Option* place = places[next_place];
      next_place += place->repeatable ? 0 : 1;
      given.push_back({place->name, value, ""});
      continue;
    }
    const std::string name =
        without_dashes(token.unregistered ? token.original_tokens.front() : token.string_key);
    const Option* option = find(name);
    if (option == nullptr || option->positional) {
      throw Error(ErrorKind::option, unknown_message(name));
    }
    const bool twice = std::any_of(given.begin(), given.end(),
                                   [&](const GivenOption& g) { return g.name == option->name; });
    if (twice && !option->repeatable) {
      throw option_error(option->shown_name(), "is given twice");
    }
    const std::string value = option->is_flag() ? "true" : token.value.front();
    // Boost takes `--output --labels` for a file named "--labels".
    if (value.starts_with("--") && find(without_dashes(value)) != nullptr) {
      throw option_error(option->shown_name(), "its value is missing before " + value);
    }
    given.push_back({option->name, value, ""});
  }
  return given;
}

std::vector<GivenOption> OptionSet::assign(
    const std::vector<GivenOption>& from_arguments,
    const std::vector<GivenOption>& from_configuration) const {
  const auto has = [](const std::vector<GivenOption>& list, const std::string& name) {
    return std::any_of(list.begin(), list.end(),
                       [&](const GivenOption& given) { return given.name == name; });
  };
  std::vector<GivenOption> effective;
  for (const GivenOption& given : from_configuration) {
    if (!has(from_arguments, given.name)) {
      try {
        find(given.name)->assign(given.value);
        effective.push_back(given);
      } catch (...) {
        rethrow_with_context(given.where, ErrorKind::option);
      }
    }
  }
  for (const GivenOption& given : from_arguments) {
    find(given.name)->assign(given.value);
    effective.push_back(given);
  }
  for (const Option& option : options_) {
    if (option.required && !has(from_arguments, option.name) &&
        !has(from_configuration, option.name)) {
      throw Error(ErrorKind::option, option.shown_name() + " is missing: " + option.help);
    }
  }
  return effective;
}

}  // namespace fossilct
