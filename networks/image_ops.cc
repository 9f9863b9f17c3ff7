// SPDX-License-Identifier: Apache-2.0
#include "networks/image_ops.h"

#include <ATen/ATen.h>

namespace fossilct {

at::Tensor enlarged(const at::Tensor& image) {
  return at::upsample_nearest2d(image, {2 * image.size(2), 2 * image.size(3)});
}

at::Tensor resized_like(const at::Tensor& image, const at::Tensor& like) {
  const bool same = image.size(2) == like.size(2) && image.size(3) == like.size(3);
  return same ? image : at::upsample_nearest2d(image, {like.size(2), like.size(3)});
}

at::Tensor pixel_shuffled(const at::Tensor& image, bool blur) {
  const at::Tensor out = at::pixel_shuffle(image, 2);
  return blur ? at::avg_pool2d(at::replication_pad2d(out, {1, 0, 1, 0}), 2, 1) : out;
}

at::Tensor self_attended(const at::Tensor& image, const at::Tensor& query, const at::Tensor& key,
                         const at::Tensor& value, const at::Tensor& gamma) {
  const at::Tensor x = image.flatten(2);
  const at::Tensor weights =
      at::softmax(at::matmul(at::matmul(query, x).transpose(1, 2), at::matmul(key, x)), 1);
  const at::Tensor attended = at::matmul(at::matmul(value, x), weights);
  return (gamma * attended + x).reshape(image.sizes());
}

}  // namespace fossilct
