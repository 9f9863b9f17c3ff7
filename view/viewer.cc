// SPDX-License-Identifier: Apache-2.0
#include "view/viewer.h"

#include <QApplication>
#include <QPixmap>
#include <QTimer>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "view/viewer_style.h"
#include "view/viewer_window.h"

// Last: it has macros with names of Qt's.
#include <X11/Xlib.h>

namespace fossilct {

namespace {

constexpr int look_for_stop_ms = 100;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Whether Qt is told to draw somewhere else than on an X server.
bool is_elsewhere() {
  const std::string platform = environment("QT_QPA_PLATFORM");
  return !platform.empty() && !platform.starts_with("xcb");
}

// Qt's remarks on the session are nothing a user of ours can mend.
void pass_over(QtMsgType type, const QMessageLogContext& /*context*/, const QString& text) {
  if (type == QtCriticalMsg || type == QtFatalMsg) {
    std::fprintf(stderr, "fossilct: %s\n", text.toUtf8().constData());
  }
}

// Whether a window can be opened: Qt aborts the program where it can't. Kept open as long as Qt
// needs the display, because a server without other clients begins anew when its last one leaves,
// and Qt would come in the midst of that.
class OpenDisplay {
 public:
  OpenDisplay() : display_(is_elsewhere() ? nullptr : XOpenDisplay(nullptr)) {
    if (display_ == nullptr && !is_elsewhere()) {
      throw no_display();
    }
  }
  ~OpenDisplay() {
    if (display_ != nullptr) {
      XCloseDisplay(display_);
    }
  }
  OpenDisplay(const OpenDisplay&) = delete;
  OpenDisplay& operator=(const OpenDisplay&) = delete;

 private:
  static Error no_display() {
    const std::string name = environment("DISPLAY");
    const std::string found =
        name.empty() ? "DISPLAY is not set" : "the display '" + name + "' (DISPLAY) does not open";
    const std::string wayland = environment("WAYLAND_DISPLAY");
    return {
        ErrorKind::device,
        "no window can be opened here: " + found +
            (wayland.empty() ? "" : ", and of Wayland ('" + wayland + "') its Xwayland is needed") +
            ". Work at the machine's own screen, or over `ssh -X`, or on a virtual one "
            "(xvfb-run, a VNC server); `fossilct report` needs none"};
  }

  Display* display_;
};

}  // namespace

ViewerResult run_viewer(Viewing viewing, const ViewerOptions& options, const Progress& progress) {
  const OpenDisplay display;
  qInstallMessageHandler(pass_over);
  std::string name = "fossilct";
  std::array<char*, 2> arguments = {name.data(), nullptr};
  int count = 1;
  QApplication::setAttribute(Qt::AA_EnableHighDpiScaling);
  QApplication::setAttribute(Qt::AA_UseHighDpiPixmaps);
  QApplication application(count, arguments.data());
  set_style(application);
  ViewerWindow window(std::move(viewing), options);
  window.show();
  bool pictured = false;
  QTimer timer;
  QObject::connect(&timer, &QTimer::timeout, &window, [&] {
    if (progress.cancel_requested()) {
      window.close();
    }
    if (!options.picture.empty() && !pictured && window.is_settled()) {
      pictured = window.grab().save(QString::fromStdString(options.picture), "PNG");
      window.close();
    }
  });
  timer.start(look_for_stop_ms);
  QApplication::exec();
  if (!options.picture.empty() && !pictured) {
    throw file_error(options.picture, "can't write the window's picture");
  }
  return window.result();
}

}  // namespace fossilct
