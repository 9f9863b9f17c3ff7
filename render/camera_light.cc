// SPDX-License-Identifier: Apache-2.0
#include "render/camera_light.h"

#include <vtkLight.h>
#include <vtkNew.h>
#include <vtkRenderer.h>

namespace fossilct {

void add_camera_light(vtkRenderer& renderer, const Vector3& from, double intensity) {
  vtkNew<vtkLight> light;
  light->SetLightTypeToCameraLight();
  light->SetPosition(from.x, from.y, from.z);
  light->SetFocalPoint(0, 0, 0);
  light->SetIntensity(intensity);
  renderer.AddLight(light);
}

}  // namespace fossilct
