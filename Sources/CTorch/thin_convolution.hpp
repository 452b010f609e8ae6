// 3-D convolutions with few output channels, with gradients of their own.
#ifndef CTORCH_THIN_CONVOLUTION_HPP
#define CTORCH_THIN_CONVOLUTION_HPP

#include <ATen/core/Tensor.h>
#include <optional>

namespace ct::thin {

/// Whether there is a kernel: 3³, stride 1 and padding 1, few channels in and out.
bool fits_convolution(const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias,
                      at::IntArrayRef stride, at::IntArrayRef padding, at::IntArrayRef dilation,
                      int64_t groups);
at::Tensor convolution(const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias);

/// Whether there is a kernel: transposed, 3³, stride 2, padding 1 and output padding 1, few channels out.
bool fits_expansion(const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias,
                    at::IntArrayRef stride, at::IntArrayRef padding, at::IntArrayRef extra,
                    at::IntArrayRef dilation, int64_t groups);
at::Tensor expansion(const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias);

} // namespace ct::thin

#endif
