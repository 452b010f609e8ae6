#include "boundary.hpp"
#include <ATen/ops/convolution.h>

ct_status ct_convolution(const ct_tensor *x, const ct_tensor *weight, const ct_tensor *bias,
                         const ptrdiff_t *stride, const ptrdiff_t *padding, const ptrdiff_t *dilation,
                         int32_t dims, ptrdiff_t groups, ct_tensor **out) {
  return ct::produce(out, [&] {
    const std::vector<int64_t> none(static_cast<size_t>(dims), 0);
    return at::convolution(x->value, weight->value, ct::optional(bias), ct::dims(stride, dims),
                           ct::dims(padding, dims), ct::dims(dilation, dims), false, none, groups);
  });
}

ct_status ct_transposed_convolution(const ct_tensor *x, const ct_tensor *weight, const ct_tensor *bias,
                                    const ptrdiff_t *stride, const ptrdiff_t *padding,
                                    const ptrdiff_t *output_padding, const ptrdiff_t *dilation, int32_t dims,
                                    ptrdiff_t groups, ct_tensor **out) {
  return ct::produce(out, [&] {
    return at::convolution(x->value, weight->value, ct::optional(bias), ct::dims(stride, dims),
                           ct::dims(padding, dims), ct::dims(dilation, dims), true,
                           ct::dims(output_padding, dims), groups);
  });
}
