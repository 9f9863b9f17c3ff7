// SPDX-License-Identifier: Apache-2.0
#include "render/egl_window.h"

#include <vtkAutoInit.h>
#include <vtkGenericOpenGLRenderWindow.h>
#include <vtkObjectFactory.h>
#include <vtk_glew.h>

#include <X11/Xlib.h>

#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include "base/error.h"
#include "render/egl_context.h"

VTK_MODULE_INIT(vtkRenderingOpenGL2)

namespace fossilct {
namespace {

// VTK's window for contexts of others, with one of ours.
class EglWindow : public vtkGenericOpenGLRenderWindow {
 public:
  static EglWindow* New();
  vtkTypeMacro(EglWindow, vtkGenericOpenGLRenderWindow)

      EglWindow(const EglWindow&) = delete;
  EglWindow& operator=(const EglWindow&) = delete;

  void attach(std::unique_ptr<EglContext> context) {
    context_ = std::move(context);
    SetIsDirect(1);
    SetSupportsOpenGL(1);
    SetReadyForRendering(true);
    SetShowWindow(false);
    SetUseOffScreenBuffers(true);
    SetFrameBlitModeToNoBlit();  // without a surface there is no frame to blit to
    OpenGLInit();
  }

  void MakeCurrent() override { context_->make_current(); }
  bool IsCurrent() override { return context_ != nullptr && context_->is_current(); }

 protected:
  EglWindow() = default;
  ~EglWindow() override { Finalize(); }

  // GLEW loads OpenGL's functions and then looks for GLX, which is not there: no failure.
  void OpenGLInitContext() override {
    if (Initialized) {
      return;
    }
    MakeCurrent();
    glewExperimental = GL_TRUE;
    const GLenum status = glewInit();
    GlewInitValid = status == GLEW_OK || status == GLEW_ERROR_NO_GLX_DISPLAY;
    Initialized = GlewInitValid;
  }

 private:
  std::unique_ptr<EglContext> context_;
};
vtkStandardNewMacro(EglWindow)

    vtkSmartPointer<vtkRenderWindow> egl_window(std::vector<std::string>& faults) {
  auto context = make_egl_context(faults);
  if (context == nullptr) {
    return nullptr;
  }
  auto window = vtkSmartPointer<EglWindow>::New();
  window->attach(std::move(context));
  return window;
}

vtkSmartPointer<vtkRenderWindow> x11_window(std::vector<std::string>& faults) {
  // VTK aborts the program where no display opens.
  Display* display = XOpenDisplay(nullptr);
  if (display == nullptr) {
    const char* name = std::getenv("DISPLAY");
    faults.push_back(name == nullptr
                         ? "X11: DISPLAY is not set"
                         : "X11: the display '" + std::string(name) + "' does not open");
    return nullptr;
  }
  vtkSmartPointer<vtkRenderWindow> window = vtkSmartPointer<vtkRenderWindow>::New();
  window->OffScreenRenderingOn();
  window->Render();
  // Not before: a server begins anew when its last client leaves, and VTK would meet it doing so.
  XCloseDisplay(display);
  return window;
}

std::string renderer_name() {
  const GLubyte* name = glGetString(GL_RENDERER);
  return name == nullptr ? "" : reinterpret_cast<const char*>(name);
}

Error no_backend(const std::vector<std::string>& faults) {
  std::string message = "nothing here draws pictures";
  for (const std::string& fault : faults) {
    message += "; " + fault;
  }
  return {ErrorKind::device,
          message +
              ". Install libegl1 and libgl1-mesa-dri (they draw without a display), or the "
              "driver of the graphics card"};
}

}  // namespace

HiddenWindow make_hidden_window(RenderBackend backend) {
  std::vector<std::string> faults;
  vtkSmartPointer<vtkRenderWindow> window;
  if (backend != RenderBackend::x11) {
    window = egl_window(faults);
  }
  if (window == nullptr && backend != RenderBackend::egl) {
    window = x11_window(faults);
  }
  if (window == nullptr) {
    throw no_backend(faults);
  }
  return {window, renderer_name()};
}

std::optional<RenderBackend> render_backend_from_name(std::string_view name) {
  if (name == "auto") {
    return RenderBackend::automatic;
  }
  if (name == "egl") {
    return RenderBackend::egl;
  }
  return name == "x11" ? std::optional(RenderBackend::x11) : std::nullopt;
}

}  // namespace fossilct
