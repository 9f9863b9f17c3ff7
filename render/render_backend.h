// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace fossilct {

// --backend: what draws pictures. egl needs no display: a GPU where there is one, else Mesa's
// software renderer; x11 draws hidden on the display of DISPLAY; automatic tries egl, then x11.
enum class RenderBackend { automatic, egl, x11 };
// "auto", "egl", "x11"; nothing for any other.
std::optional<RenderBackend> render_backend_from_name(std::string_view name);

}  // namespace fossilct
