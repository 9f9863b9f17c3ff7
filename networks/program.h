// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace fossilct {

// The inference form of a network: a straight list of operations on numbered values, with batch
// norm folded into the convolutions. A network writes it once (Network::program), the executors run
// it: run_with_torch() anywhere, SliceEngine on a CPU. Value 0 is the input image, fp32.
// All values are N,C,H,W in meaning, whatever their memory format.
using ValueId = int;

// One operand of a convolution. With `upsample`, the value is first enlarged two times by repeating
// pixels (nearest neighbour); an executor need not store the enlarged image. With `channels`, it is
// those many of the value's, from `first_channel` on, and is not enlarged.
struct ConvInput {
  ValueId value = 0;
  bool upsample = false;
  int first_channel = 0;
  int channels = 0;  // 0: all of them
};

// out = [relu](conv2d(concatenation of inputs along C) + bias [+ residual]); zero padding of
// kernel / 2 on each side, kernel odd and square, stride 1 or 2, no groups, no dilation.
struct ConvOp {
  std::vector<ConvInput> inputs;
  at::Tensor weight;  // fp32, contiguous, [out channels, sum of the inputs' channels, k, k]
  at::Tensor bias;    // fp32, [out channels]
  int stride = 1;
  bool relu = false;
  std::optional<ValueId> residual;  // of the output's shape, added before the ReLU
};

// Maximum over kernel x kernel, padded with minus infinity.
struct MaxPoolOp {
  ValueId input = 0;
  int kernel = 3;
  int stride = 2;
  int padding = 1;
};

// out = relu(input * scale + shift), one scale and shift a channel: a batch norm that can't be
// folded.
struct AffineReluOp {
  ValueId input = 0;
  at::Tensor scale;  // fp32, [channels]
  at::Tensor shift;
};

struct ReluOp {
  ValueId input = 0;
};

// C*4,H,W -> C,2H,2W (torch.nn.PixelShuffle(2)), then with `blur` the mean over 2x2 pixels, the
// image continued by its first row and column.
struct PixelShuffleOp {
  ValueId input = 0;
  bool blur = false;
};

// Nearest-neighbour resize of `input` to the height and width of `like`; nothing where they agree.
struct ResizeLikeOp {
  ValueId input = 0;
  ValueId like = 0;
};

struct ConcatOp {
  std::vector<ValueId> inputs;  // along C
};

struct AddOp {
  ValueId left = 0;
  ValueId right = 0;
};

// out = gamma * value(x) softmax(query(x)^T key(x), over the first index) + x, per image; the
// weights are those of 1x1 convolutions without bias [out, in].
struct SelfAttentionOp {
  ValueId input = 0;
  at::Tensor query, key, value, gamma;
};

// Mean over H and W cells (adaptive average pooling) to size x size.
struct AveragePoolOp {
  ValueId input = 0;
  int size = 1;
};

// out = [relu](flatten(input) weight^T + bias); of shape N,out.
struct LinearOp {
  ValueId input = 0;
  at::Tensor weight;  // fp32, [out, in]
  at::Tensor bias;
  bool relu = false;
};

// See cyclic.h.
struct CyclicSliceOp {
  ValueId input = 0;
};
struct CyclicRollOp {
  ValueId input = 0;
};
struct CyclicPoolOp {
  ValueId input = 0;  // of shape 4N,F, or 4N,F,1,1
};

using Op = std::variant<ConvOp, MaxPoolOp, AffineReluOp, ReluOp, PixelShuffleOp, ResizeLikeOp,
                        ConcatOp, AddOp, SelfAttentionOp, AveragePoolOp, LinearOp, CyclicSliceOp,
                        CyclicRollOp, CyclicPoolOp>;

struct Program {
  // ops[i] makes value i + 1; it reads only values of smaller number. The last one is the result.
  std::vector<Op> ops;
  int input_channels = 1;
  // H and W of the input must be multiples of this (32 for a U-Net with the conv decoder).
  int size_multiple = 1;
  int image_size = 0;  // H and W of the input where it takes no other

  // Appends and returns the number of the value it makes.
  ValueId add(Op op) {
    ops.push_back(std::move(op));
    return static_cast<ValueId>(ops.size());
  }
};

// The values an operation reads.
std::vector<ValueId> values_read(const Op& op);

// For each value, the index of the last operation that reads it (-1: none): when its memory may go.
std::vector<int> last_readers(const Program& program);

// Runs the program with LibTorch's operators on the device and in the type of its weights (see
// with_options); `images` N,C,H,W fp32 on any device; returns fp32 logits. Throws c10::Error.
at::Tensor run_with_torch(const Program& program, const at::Tensor& images);

// Every value of the program, value 0 the images, with gradients from each to those before it
// (torch::autograd::grad); of the device and type of the weights, which must be a type of full
// precision for gradients to be of use. `guided`: ReLUs let only positive gradients back (guided
// backpropagation; Springenberg et al. 2015, arXiv 1412.6806). Memory: all values. Throws
// c10::Error, also within c10::InferenceMode and for weights made there.
std::vector<at::Tensor> values_with_gradients(const Program& program, const at::Tensor& images,
                                              bool guided = false);

// The program with every weight moved to `device`, turned to `type` (fp32, bf16, fp16) and put into
// channels-last order.
Program with_options(const Program& program, at::Device device, at::ScalarType type);

}  // namespace fossilct
