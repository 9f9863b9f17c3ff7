// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>

#include "classify/image_set.h"

namespace fossilct {

// `count` pictures from `first` on, N,C,S,S fp32 from 0 to 1.
at::Tensor picture_tensor(const ImageSet& set, std::size_t first, std::size_t count);

// Rows of a matrix of one a specimen, one a picture: row first_specimen + owners[i]. Undefined for
// an undefined one.
at::Tensor rows_of_owners(const at::Tensor& matrix, const at::Tensor& owners,
                          std::size_t first_specimen);

}  // namespace fossilct
