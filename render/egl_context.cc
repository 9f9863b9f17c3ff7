// SPDX-License-Identifier: Apache-2.0
#include "render/egl_context.h"

#include <EGL/egl.h>
#include <EGL/eglext.h>

#include <array>
#include <cstdio>
#include <string_view>

namespace fossilct {
namespace {

bool lists(const char* extensions, std::string_view name) {
  return extensions != nullptr &&
         (" " + std::string(extensions) + " ").find(" " + std::string(name) + " ") !=
             std::string::npos;
}

template <typename Function>
Function function_named(const char* name) {
  return reinterpret_cast<Function>(eglGetProcAddress(name));
}

std::string egl_fault(std::string_view action) {
  std::array<char, 16> code{};
  std::snprintf(code.data(), code.size(), "0x%x", static_cast<unsigned>(eglGetError()));
  return std::string(action) + " failed (EGL error " + code.data() + ")";
}

class Context : public EglContext {
 public:
  // `fault` says what failed; complete() is then false.
  Context(EGLDisplay display, std::string& fault) : display_(display) {
    if (display == EGL_NO_DISPLAY) {
      fault = "there is no such display";
    } else if (eglInitialize(display_, nullptr, nullptr) == EGL_FALSE) {
      fault = egl_fault("eglInitialize");
    } else {
      create(fault);
    }
  }
  ~Context() override {
    if (context_ != EGL_NO_CONTEXT) {
      eglMakeCurrent(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
      eglDestroyContext(display_, context_);
    }
    // The display is shared by all who ask for it: it is not terminated.
  }
  bool complete() const { return context_ != EGL_NO_CONTEXT; }

  void make_current() override {
    eglMakeCurrent(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, context_);
  }
  bool is_current() const override { return eglGetCurrentContext() == context_; }

 private:
  void create(std::string& fault) {
    if (!lists(eglQueryString(display_, EGL_EXTENSIONS), "EGL_KHR_surfaceless_context")) {
      fault = "it draws only into surfaces";
      return;
    }
    constexpr std::array<EGLint, 5> wanted{EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE,
                                           EGL_OPENGL_BIT, EGL_NONE};
    EGLConfig config = nullptr;
    EGLint count = 0;
    if (eglBindAPI(EGL_OPENGL_API) == EGL_FALSE ||
        eglChooseConfig(display_, wanted.data(), &config, 1, &count) == EGL_FALSE || count == 0) {
      fault = egl_fault("choosing a configuration with OpenGL");
      return;
    }
    // What VTK 9 needs.
    constexpr std::array<EGLint, 7> version{EGL_CONTEXT_MAJOR_VERSION,
                                            3,
                                            EGL_CONTEXT_MINOR_VERSION,
                                            2,
                                            EGL_CONTEXT_OPENGL_PROFILE_MASK,
                                            EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
                                            EGL_NONE};
    context_ = eglCreateContext(display_, config, EGL_NO_CONTEXT, version.data());
    if (context_ == EGL_NO_CONTEXT) {
      fault = egl_fault("making a context of OpenGL 3.2");
      return;
    }
    if (eglMakeCurrent(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, context_) == EGL_FALSE) {
      fault = egl_fault("eglMakeCurrent");
      eglDestroyContext(display_, context_);
      context_ = EGL_NO_CONTEXT;
    }
  }

  EGLDisplay display_;
  EGLContext context_ = EGL_NO_CONTEXT;
};

std::unique_ptr<EglContext> context_on(EGLDisplay display, const std::string& name,
                                       std::vector<std::string>& faults) {
  std::string fault;
  auto context = std::make_unique<Context>(display, fault);
  if (context->complete()) {
    return context;
  }
  faults.push_back(name + ": " + fault);
  return nullptr;
}

// Mesa lists its software renderer as a device too: it is left for the end.
std::vector<EGLDeviceEXT> gpus() {
  const auto query = function_named<PFNEGLQUERYDEVICESEXTPROC>("eglQueryDevicesEXT");
  const auto text = function_named<PFNEGLQUERYDEVICESTRINGEXTPROC>("eglQueryDeviceStringEXT");
  EGLint count = 0;
  if (query == nullptr || text == nullptr || query(0, nullptr, &count) == EGL_FALSE) {
    return {};
  }
  std::vector<EGLDeviceEXT> devices(static_cast<std::size_t>(count));
  query(count, devices.data(), &count);
  std::erase_if(devices, [text](EGLDeviceEXT device) {
    return lists(text(device, EGL_EXTENSIONS), "EGL_MESA_device_software");
  });
  return devices;
}

}  // namespace

std::unique_ptr<EglContext> make_egl_context(std::vector<std::string>& faults) {
  const char* client = eglQueryString(EGL_NO_DISPLAY, EGL_EXTENSIONS);
  const auto display_of =
      function_named<PFNEGLGETPLATFORMDISPLAYEXTPROC>("eglGetPlatformDisplayEXT");
  if (display_of == nullptr) {
    faults.emplace_back("EGL: it knows no platforms");
    return nullptr;
  }
  if (lists(client, "EGL_EXT_platform_device")) {
    for (const EGLDeviceEXT gpu : gpus()) {
      if (auto context = context_on(display_of(EGL_PLATFORM_DEVICE_EXT, gpu, nullptr),
                                    "EGL on a GPU", faults)) {
        return context;
      }
    }
  }
  if (!lists(client, "EGL_MESA_platform_surfaceless")) {
    faults.emplace_back("EGL without a device: not offered here");
    return nullptr;
  }
  return context_on(display_of(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr),
                    "EGL without a device", faults);
}

}  // namespace fossilct
