// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vtkRenderWindow.h>
#include <vtkSmartPointer.h>

#include <string>

#include "render/render_backend.h"

namespace fossilct {

// A window of VTK that is never shown. Private to `render`; to be used by the thread that made it.
struct HiddenWindow {
  vtkSmartPointer<vtkRenderWindow> window;
  std::string renderer;  // of OpenGL: "llvmpipe (LLVM 15.0.6, 256 bits)"
};
// Throws Error{device} where the backend does not work: says what each way answered and what to
// install.
HiddenWindow make_hidden_window(RenderBackend backend);

}  // namespace fossilct
