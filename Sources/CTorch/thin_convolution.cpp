#include "thin_convolution.hpp"
#include "parallel.hpp"
#include "thin_kernels.hpp"
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

bool all_are(at::IntArrayRef values, int64_t wanted) {
  return std::all_of(values.begin(), values.end(), [&](int64_t value) { return value == wanted; });
}

/// A tensor in padded rows.
struct PaddedRows {
  at::Tensor tensor; // [N, D, H, C, W]

  PaddedRows(const at::Tensor &x, int64_t before, int64_t after) {
    const int64_t n = x.size(0), c = x.size(1), d = x.size(2), h = x.size(3), w = x.size(4);
    const int64_t depth = d + before + after, height = h + before + after, width = (w + 15) / 16 * 16 + 16;
    tensor = at::empty({n, depth, height, c, width}, at::kFloat);
    const float *source = x.const_data_ptr<float>();
    float *target = tensor.mutable_data_ptr<float>();
    ct::parallel(n * depth, [&](int64_t job) {
      const int64_t from = job % depth - before;
      const float *slice = from >= 0 && from < d ? source + (job / depth * d + from) * h * w * c : nullptr;
      ct::thin::make_rows(slice, h, w, c, before, target + job * height * c * width, height, width);
    });
  }

  ct::thin::Rows sample(int64_t n) const {
    return {tensor.const_data_ptr<float>() + n * tensor.stride(0), tensor.size(2), tensor.size(3),
            tensor.size(4)};
  }
};

at::Tensor channels_last(const at::Tensor &x) { return x.contiguous(at::MemoryFormat::ChannelsLast3d); }

at::Tensor blank(at::IntArrayRef sizes) {
  return at::empty(sizes, at::TensorOptions().dtype(at::kFloat), at::MemoryFormat::ChannelsLast3d);
}

const float *data(const std::optional<at::Tensor> &tensor) {
  return tensor ? tensor->const_data_ptr<float>() : nullptr;
}

/// Sums the jobs' results in 64 bits, in their order.
at::Tensor summed(const at::Tensor &parts) { return parts.sum(0, false, at::kDouble).to(at::kFloat); }

/// The kernel of a convolution as the kernels read it: [co, ci, k…] to [ci, k…, co].
at::Tensor turned(const at::Tensor &weight) { return weight.detach().permute({1, 2, 3, 4, 0}).contiguous(); }

/// Convolves the samples in padded rows into `target`, channels last.
void convolve(const PaddedRows &rows, const at::Tensor &kernel, const float *bias, at::IntArrayRef sizes,
              float *target) {
  const ct::thin::Size size{sizes[3], sizes[4], kernel.size(0), kernel.size(4)};
  const float *k = kernel.const_data_ptr<float>();
  const int64_t depth = sizes[2];
  ct::parallel(rows.tensor.size(0) * depth, [&](int64_t job) {
    ct::thin::convolve(rows.sample(job / depth), k, bias, size, job % depth,
                       target + job * size.height * size.width * size.outputs);
  });
}

struct ThinConvolution : torch::autograd::Function<ThinConvolution> {
  static at::Tensor forward(AutogradContext *context, const at::Tensor &input, const at::Tensor &weight,
                            const std::optional<at::Tensor> &bias) {
    auto x = channels_last(input);
    context->save_for_backward({x, weight});
    context->saved_data["bias"] = bias.has_value();
    auto kernel = turned(weight);
    auto y = blank({x.size(0), weight.size(0), x.size(2), x.size(3), x.size(4)});
    // One sample after the other: the padded copy is larger than the sample.
    for (int64_t n = 0; n < x.size(0); ++n)
      convolve(PaddedRows(x.narrow(0, n, 1), 1, 1), kernel, data(bias), x.sizes(),
               y.mutable_data_ptr<float>() + n * y.stride(0));
    return y;
  }

  static variable_list backward(AutogradContext *context, variable_list outputs) {
    auto saved = context->get_saved_variables();
    const auto &x = saved[0], &weight = saved[1];
    PaddedRows dy(channels_last(outputs[0]), 1, 1);
    at::Tensor dx, dweight, dbias;
    if (context->needs_input_grad(0)) {
      dx = blank(x.sizes());
      convolve(dy, turned(weight.flip({2, 3, 4}).transpose(0, 1)), nullptr, x.sizes(),
               dx.mutable_data_ptr<float>());
    }
    if (context->needs_input_grad(1)) {
      PaddedRows rows(x, 1, 1);
      const ct::thin::Size size{x.size(3), x.size(4), weight.size(1), weight.size(0)};
      const int64_t depth = x.size(2), count = weight.numel() + size.outputs;
      auto parts = at::empty({x.size(0) * depth, count}, at::kFloat);
      float *target = parts.mutable_data_ptr<float>();
      ct::parallel(x.size(0) * depth, [&](int64_t job) {
        ct::thin::convolve_weight_gradient(rows.sample(job / depth), dy.sample(job / depth), size,
                                           job % depth, target + job * count);
      });
      auto total = summed(parts);
      dweight = total.slice(0, 0, weight.numel())
                    .reshape({size.inputs, 3, 3, 3, size.outputs})
                    .permute({4, 0, 1, 2, 3});
      if (context->saved_data["bias"].toBool())
        dbias = total.slice(0, weight.numel(), count).clone();
    } else if (context->saved_data["bias"].toBool()) {
      dbias = outputs[0].sum({0, 2, 3, 4});
    }
    return {dx, dweight, dbias};
  }
};

struct ThinExpansion : torch::autograd::Function<ThinExpansion> {
  static at::Tensor forward(AutogradContext *context, const at::Tensor &input, const at::Tensor &weight,
                            const std::optional<at::Tensor> &bias) {
    auto x = channels_last(input);
    context->save_for_backward({x, weight});
    context->saved_data["bias"] = bias.has_value();
    // [ci, co, k…] to [kd, kh, ci, kw, co]
    auto kernel = weight.detach().permute({2, 3, 0, 4, 1}).contiguous();
    auto y = blank({x.size(0), weight.size(1), 2 * x.size(2), 2 * x.size(3), 2 * x.size(4)});
    const ct::thin::Size size{x.size(3), x.size(4), weight.size(0), weight.size(1)};
    const float *k = kernel.const_data_ptr<float>(), *b = data(bias);
    float *target = y.mutable_data_ptr<float>();
    for (int64_t n = 0; n < x.size(0); ++n, target += y.stride(0)) {
      PaddedRows rows(x.narrow(0, n, 1), 0, 1);
      ct::parallel(x.size(2), [&](int64_t d) {
        ct::thin::expand(rows.sample(0), k, b, size, d,
                         target + d * 8 * size.height * size.width * size.outputs);
      });
    }
    return y;
  }

  static variable_list backward(AutogradContext *context, variable_list outputs) {
    auto saved = context->get_saved_variables();
    const auto &x = saved[0], &weight = saved[1];
    auto gradient = channels_last(outputs[0]);
    PaddedRows dy(gradient, 1, 0);
    const ct::thin::Size size{x.size(3), x.size(4), weight.size(0), weight.size(1)};
    const int64_t depth = x.size(2), jobs = x.size(0) * depth, slice = size.height * size.width * size.inputs;
    at::Tensor dx, dweight, dbias;
    if (context->needs_input_grad(0)) {
      auto kernel = weight.detach().permute({2, 3, 4, 1, 0}).contiguous();
      dx = blank(x.sizes());
      const float *k = kernel.const_data_ptr<float>();
      float *target = dx.mutable_data_ptr<float>();
      ct::parallel(jobs, [&](int64_t job) {
        ct::thin::expand_data_gradient(dy.sample(job / depth), k, size, job % depth, target + job * slice);
      });
    }
    if (context->needs_input_grad(1)) {
      auto parts = at::empty({jobs, weight.numel()}, at::kFloat);
      const float *source = x.const_data_ptr<float>();
      float *target = parts.mutable_data_ptr<float>();
      ct::parallel(jobs, [&](int64_t job) {
        ct::thin::expand_weight_gradient(source + job * slice, dy.sample(job / depth), size, job % depth,
                                         target + job * weight.numel());
      });
      dweight = summed(parts).reshape({3, 3, 3, size.outputs, size.inputs}).permute({4, 3, 0, 1, 2});
    }
    if (context->saved_data["bias"].toBool() && context->needs_input_grad(2))
      dbias = gradient.permute({0, 2, 3, 4, 1}).reshape({-1, size.outputs}).sum(0);
    return {dx, dweight, dbias};
  }
};

bool fits(const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias,
          int64_t groups) {
  return ct::thin::is_available() && x.device().is_cpu() && x.dim() == 5 && weight.dim() == 5 &&
         groups == 1 && x.scalar_type() == at::kFloat && weight.scalar_type() == at::kFloat &&
         x.numel() > 0 && (!bias || bias->scalar_type() == at::kFloat) && all_are(weight.sizes().slice(2), 3);
}

} // namespace

namespace ct::thin {

bool fits_convolution(const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias,
                      at::IntArrayRef stride, at::IntArrayRef padding, at::IntArrayRef dilation,
                      int64_t groups) {
  return fits(x, weight, bias, groups) && all_are(stride, 1) && all_are(padding, 1) && all_are(dilation, 1) &&
         x.size(1) == weight.size(1) && weight.size(0) <= most_outputs && weight.size(1) <= most_outputs &&
         (!bias || bias->numel() == weight.size(0));
}

at::Tensor convolution(const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias) {
  return ThinConvolution::apply(x, weight, bias);
}

bool fits_expansion(const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias,
                    at::IntArrayRef stride, at::IntArrayRef padding, at::IntArrayRef extra,
                    at::IntArrayRef dilation, int64_t groups) {
  return fits(x, weight, bias, groups) && all_are(stride, 2) && all_are(padding, 1) && all_are(extra, 1) &&
         all_are(dilation, 1) && x.size(1) == weight.size(0) && weight.size(0) % 16 == 0 &&
         weight.size(1) <= most_outputs && (!bias || bias->numel() == weight.size(1));
}

at::Tensor expansion(const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias) {
  return ThinExpansion::apply(x, weight, bias);
}

} // namespace ct::thin
