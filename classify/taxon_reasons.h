// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "classify/image_set.h"
#include "classify/taxon_model.h"

namespace fossilct {

// Why a model named one picture so (classify/explanation.h), as plain numbers, size * size, row by
// row.
struct PictureReasons {
  std::vector<float> grad_cam;         // 0 to 1
  std::vector<float> guided;           // signed, means over the channels
  std::vector<float> guided_grad_cam;  // the same
};

// Maps of a layer of the network, channels * rows * columns.
struct LayerMaps {
  int channels = 0;
  int rows = 0;
  int columns = 0;
  std::vector<float> values;
};

// A taxon model made ready to be asked why. It sees the pictures alone: measurements that join them
// count as not known. In fp32, on the CPU.
class TaxonExplainer {
 public:
  explicit TaxonExplainer(const TaxonModel& model);
  ~TaxonExplainer();
  TaxonExplainer(const TaxonExplainer&) = delete;
  TaxonExplainer& operator=(const TaxonExplainer&) = delete;

  // How many convolutions have maps of more than one pixel.
  int convolutions() const;

  // What in `count` pictures of a set from `first` on speaks for a taxon of the model. Some five
  // runs of the network. Throws Error{format} for a set that does not fit the model.
  std::vector<PictureReasons> reasons(const ImageSet& set, std::size_t first, std::size_t count,
                                      int taxon) const;
  // What the convolution of that number, from 1 to convolutions() (assert), makes of each of them.
  std::vector<LayerMaps> maps(const ImageSet& set, std::size_t first, std::size_t count,
                              int convolution) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fossilct
