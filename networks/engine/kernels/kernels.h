// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// The border between the slice engine and the kernels that are compiled once an instruction set:
// plain structs and pointers to functions, no inline code. Values are channels-last with a border
// of zeros; strides count numbers (not bytes).
namespace fossilct::kernels {

using Index = std::int64_t;

// What is done to a sum before it is stored: + bias [+ residual] [ReLU].
struct Epilogue {
  const float* bias = nullptr;     // one an output, padded with zeros to the kernel's width
  const void* residual = nullptr;  // pixel (0, 0); nullptr: none
  Index residual_row = 0, residual_pixel = 0, residual_image = 0;
  void* out = nullptr;  // pixel (0, 0) of a channels-last value
  Index out_row = 0, out_pixel = 0;
  // Where not null the result goes here instead, as `channels` fp32 planes.
  float* planar = nullptr;
  Index plane = 0, planar_row = 0, planar_pixel = 1, planar_image = 0;
  int channels = 0;
  bool relu = false;
  // Where not 0, a pixel of `out` has only so many numbers: the padded ones are not stored.
  int stored = 0;
  Index out_image = 0;  // numbers to the same pixel of the next image, as of the other two
  // Sums of 2x2 pixels are stored in place of the pixels: the gradient of an enlarged value.
  bool halve = false;
};

// A stretch of numbers that follow each other in memory and that one output pixel reads: for a k x
// k kernel over a value of C channels each of the k rows is one, of k * C numbers.
struct Run {
  const void* first = nullptr;  // for output pixel (0, 0)
  Index row = 0, pixel = 0;     // to the same of the next output row, of the next output pixel
  Index length = 0;  // a multiple of the kernel's depth; weights beyond the true end are 0
};

// A convolution, or one of the four phases of one that reads an enlarged value: for each output
// pixel the sum over all runs. Weights: for each panel of outputs (KernelSet::panel wide, the last
// one may be half) [sum of lengths / pair][outputs of the panel][pair].
struct DirectConv {
  const Run* runs = nullptr;
  int run_count = 0;
  const void* weights = nullptr;
  Index depth = 0;  // sum of lengths
  int outputs = 0;  // a multiple of the kernel's width
  Index columns = 0;
  Epilogue end;
};

// One value read by a Winograd convolution. With a border of zeros, `first` is its pixel (-1, -1)
// and `height` is 0; without, `first` is pixel (0, 0) of height x width pixels.
struct WinogradOperand {
  const float* first = nullptr;
  Index row = 0, pixel = 0;
  int channels = 0;  // a multiple of the kernel's width
  bool upsample = false;
  Index height = 0, width = 0;
  int stored = 0;   // without a border: the channels there are, the rest are zeros
  Index image = 0;  // numbers to the same pixel of the next image
};

// A 3x3 convolution of stride 1 by F(4x4, 3x3). Tiles of 4x4 outputs are counted row by row, image
// after image. Weights: [36][panel][channels][outputs of the panel].
struct WinogradConv {
  const WinogradOperand* operands = nullptr;
  int operand_count = 0;
  int channels = 0;  // of all operands
  int outputs = 0;   // a multiple of the kernel's width
  const float* weights = nullptr;
  Index tiles_in_row = 0, tiles_in_image = 0;
  Index height = 0, width = 0;
  Epilogue end;
};

// A piece of work of a WinogradConv: outputs first_output.. (multiples of the panel, `outputs` of
// them) of tiles first_tile.. . `keep_input`: the scratch still holds these tiles' input,
// transformed.
struct WinogradTask {
  Index first_tile = 0, tiles = 0;
  int first_output = 0, outputs = 0;
  bool keep_input = false;
  float* scratch = nullptr;  // winograd_scratch() numbers, aligned to 64 bytes
};

// The gradient of a WinogradConv's transformed weights: for each of the 36 positions the sum over
// tiles of (transformed input)^T * (transformed gradient of the output).
struct WinogradGradient {
  WinogradConv conv;         // weights and end are not used
  WinogradOperand gradient;  // of the output; its tiles are 4x4 pixels without a rim
};

// A piece of it: tiles first_tile.. and outputs first_output.. (a multiple of the panel, `outputs`
// of them). `sums`: [36][panel][channels, padded to KernelSet::rows][outputs of the panel], set, or
// added to.
struct WinogradGradientTask {
  Index first_tile = 0, tiles = 0;
  int first_output = 0, outputs = 0;
  bool add = false;
  float* sums = nullptr;
  float* scratch = nullptr;  // winograd_gradient_scratch() numbers, aligned to 64 bytes
};

// 3x3 weights as they lie in memory: tap (0, 0) of output 0 and channel 0, and strides, which may
// be negative (turned by 180 degrees) or have outputs and channels change places (transposed).
struct PlainWeights {
  float* first = nullptr;
  Index output = 0, channel = 0, row = 0, column = 0;  // strides
  int outputs = 0, channels = 0;
};

// The same transformed, [36][panel][channels][outputs of the panel], `position` numbers from one of
// the 36 to the next. Outputs and channels are padded.
struct TransformedWeights {
  float* first = nullptr;
  Index position = 0;
  int outputs = 0, channels = 0;
};

// A pass of batch norm over pixels of dense channels-last images; channels are a multiple of the
// kernel's width. Which of these are read is said at the passes of KernelSet.
struct NormPass {
  const float* x = nullptr;
  const float* residual = nullptr;  // nullptr: none
  const float* gradient = nullptr;
  const float* value = nullptr;  // behind the ReLU; nullptr: there was none
  float* out = nullptr;
  const float *scale = nullptr, *shift = nullptr, *slope = nullptr, *center = nullptr;  // a channel
  int channels = 0;
  bool relu = false;
};
// Of `pixels` pixels from first_pixel on. `sums`: [2][channels], set; or not used.
using RunNormPass = void (*)(const NormPass&, Index first_pixel, Index pixels, float* sums);

struct MaxPool {
  const void* first = nullptr;  // pixel (0, 0)
  Index row = 0, pixel = 0;
  Index height = 0, width = 0;
  int channels = 0;
  int kernel = 0, stride = 0, padding = 0;
  void* out = nullptr;
  Index out_row = 0, out_pixel = 0, out_width = 0;
};

// One instruction set's kernels for one type of values.
struct KernelSet {
  int value_bytes;  // 4: fp32, 2: bf16
  int width;        // outputs and stored channels are padded to a multiple of it
  int panel;        // outputs of a full panel of weights
  int depth, pair;  // of runs and packed weights, see Run and DirectConv
  int rows;         // output pixels a block computes at once; it reads as many, past the row's end
  void (*direct)(const DirectConv&, Index first_row, Index end_row);
  void (*winograd)(const WinogradConv&, const WinogradTask&);  // nullptr for bf16
  void (*max_pool)(const MaxPool&, Index first_row, Index end_row);
  // The rest is nullptr for bf16.
  void (*winograd_gradient)(const WinogradGradient&, const WinogradGradientTask&);
  // Of outputs first_output (a multiple of the panel) to end_output: G w G^T into `to`, from
  // channel `first_channel` of it on (zeros for padded outputs; padded channels are not touched)
  // ...
  void (*transform_weights)(const PlainWeights& from, const TransformedWeights& to,
                            int first_channel, int first_output, int end_output);
  // ... and of a gradient back, G^T u G: `from` has first_output as its first one.
  void (*gradient_of_weights)(const TransformedWeights& from, const PlainWeights& to,
                              int first_output, int end_output);
  // sums of x - center and its square
  RunNormPass norm_sums;
  // out = [ReLU](scale x + shift [+ residual])
  RunNormPass normalise;
  // g = gradient where value > 0, to `out` where that is not null; sums of g and g (x - center)
  RunNormPass norm_gradient_sums;
  // out = scale g + slope (x - center) + shift
  RunNormPass norm_gradient;
};

// Numbers of scratch a task of so many tiles, channels and outputs needs.
Index winograd_scratch(Index tiles, Index channels, Index outputs, Index rows);
Index winograd_gradient_scratch(Index tiles, Index channels, Index outputs, Index rows);

const KernelSet& portable_fp32();
const KernelSet& portable_bf16();
// The blocks, packing and tails of the sets that few processors have, in plain C++: what tests run
// everywhere. bf16 by tiles of 16 x 32 as AMX has them, and in pairs as AVX512-BF16 has them.
const KernelSet& emulated_avx512_fp32();
const KernelSet& emulated_avx512_bf16();
const KernelSet& emulated_amx_bf16();
#if defined(FOSSILCT_X86_KERNELS)
const KernelSet& avx2_fp32();
const KernelSet& avx2_bf16();
const KernelSet& avx512_fp32();
const KernelSet& avx512_bf16();
const KernelSet& amx_bf16();
#endif

}  // namespace fossilct::kernels
