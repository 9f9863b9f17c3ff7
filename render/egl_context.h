// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace fossilct {

// An OpenGL context without a window. Private to `render`.
class EglContext {
 public:
  virtual ~EglContext() = default;
  virtual void make_current() = 0;
  virtual bool is_current() const = 0;
};

// On the first GPU that gives one (EGL_EXT_platform_device), else without any device
// (EGL_MESA_platform_surfaceless: Mesa, which draws on the CPU where it finds no GPU). Null where
// neither does; `faults` then says what each answered.
std::unique_ptr<EglContext> make_egl_context(std::vector<std::string>& faults);

}  // namespace fossilct
