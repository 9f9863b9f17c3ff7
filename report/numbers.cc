// SPDX-License-Identifier: Apache-2.0
#include "report/numbers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace fossilct {

namespace {

constexpr double slack = 1e-9;  // what rounding may have taken from a power of ten

std::string fixed(double magnitude, int decimals) {
  std::array<char, 400> digits{};  // the largest double has 309 before the point
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), magnitude,
                                 std::chars_format::fixed, decimals)
                       .ptr;
  return {digits.data(), end};
}

std::string without_last_zeros(std::string digits) {
  if (digits.find('.') == std::string::npos) {
    return digits;
  }
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.ends_with('.')) {
    digits.pop_back();
  }
  return digits;
}

std::string signed_text(double value, const std::string& digits) {
  const bool is_zero = digits.find_first_not_of("0.,") == std::string::npos;
  return (value < 0 && !is_zero ? "−" : "") + digits;
}

std::string superscript(int exponent) {
  constexpr std::array<const char*, 10> digits = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string result = exponent < 0 ? "⁻" : "";
  for (const char c : std::to_string(std::abs(exponent))) {
    result += digits[static_cast<std::size_t>(c - '0')];
  }
  return result;
}

int exponent_of(double value) {
  return static_cast<int>(std::floor(std::log10(std::abs(value)) + slack));
}

}  // namespace

std::string decimal_text(double value, int decimals) {
  if (std::isnan(value)) {
    return no_number_text;
  }
  if (std::isinf(value)) {
    return value < 0 ? "−∞" : "∞";
  }
  std::string digits = fixed(std::abs(value), decimals);
  for (std::size_t i = std::min(digits.find('.'), digits.size()); i > 3;) {
    i -= 3;
    digits.insert(i, 1, ',');
  }
  return signed_text(value, digits);
}

std::string power_text(double value) {
  const int exponent = exponent_of(value);
  const std::string power = "10" + superscript(exponent);
  const std::string factor = without_last_zeros(fixed(std::abs(value) / std::pow(10, exponent), 3));
  return signed_text(value, factor == "1" ? power : factor + "·" + power);
}

bool reads_better_as_power(double magnitude) {
  return magnitude != 0 && (magnitude < 9.99e-4 || magnitude >= 1e6);
}

std::string number_text(double value) {
  if (std::isfinite(value) && reads_better_as_power(std::abs(value))) {
    return power_text(value);
  }
  const int digits_before = value == 0 || !std::isfinite(value) ? 1 : exponent_of(value) + 1;
  return without_last_zeros(decimal_text(value, std::clamp(4 - digits_before, 0, 6)));
}

}  // namespace fossilct
