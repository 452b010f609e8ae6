// Group or instance normalization, activation and a residual sum in two passes over memory, with the backward
// pass in two more, for channels-last tensors on the CPU.
#include "boundary.hpp"
#include "normalization_kernels.hpp"
#include "parallel.hpp"
#include <ATen/ops/add.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/group_norm.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/prelu.h>
#include <ATen/ops/relu.h>
#include <numeric>
#include <torch/csrc/autograd/custom_function.h>

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// How a tensor is cut: samples of `voxels` × `channels` numbers, in chunks that hold whole periods.
struct Cut {
  int64_t samples, voxels, channels, groups, period, chunk, chunks;

  Cut(const at::Tensor &x, int64_t groups) : samples(x.size(0)), channels(x.size(1)), groups(groups) {
    voxels = x.numel() / (samples * channels);
    period = std::lcm(channels, int64_t{64});
    chunk = std::max<int64_t>(64, (int64_t{16384} / channels + 63) / 64 * 64);
    chunks = (voxels + chunk - 1) / chunk;
  }

  int64_t begin(int64_t index) const { return index * chunk * channels; }
  int64_t count(int64_t index) const {
    return (std::min(voxels, (index + 1) * chunk) - index * chunk) * channels;
  }
  int64_t sample_size() const { return voxels * channels; }

  /// Repeats a value for each channel over the period.
  void repeat(float *target, const float *values) const {
    for (int64_t i = 0; i < period; ++i)
      target[i] = values[i % channels];
  }

  /// Sums the chunks' partial results for each channel, in order.
  std::vector<double> fold(const std::vector<float> &parts, int64_t stride, int64_t offset) const {
    std::vector<double> result(static_cast<size_t>(channels), 0);
    for (int64_t c = 0; c < chunks; ++c)
      for (int64_t i = 0; i < period; ++i)
        result[static_cast<size_t>(i % channels)] += parts[static_cast<size_t>(c * stride + offset + i)];
    return result;
  }
};

/// Per sample and channel: mean and the reciprocal of the deviation.
struct Statistics {
  std::vector<float> mean, rate;
};

template <typename Float> Statistics statistics(const Float *x, const Cut &cut, double epsilon) {
  const auto size = static_cast<size_t>(cut.samples * cut.channels);
  Statistics result{std::vector<float>(size), std::vector<float>(size)};
  const int64_t p = cut.period, per_group = cut.channels / cut.groups;
  std::vector<float> pivot(static_cast<size_t>(cut.samples * p));
  for (int64_t n = 0; n < cut.samples; ++n)
    for (int64_t i = 0; i < p; ++i)
      pivot[static_cast<size_t>(n * p + i)] = widened(x[n * cut.sample_size() + i % cut.channels]);
  std::vector<float> parts(static_cast<size_t>(cut.samples * cut.chunks * 2 * p), 0);
  ct::parallel(cut.samples * cut.chunks, [&](int64_t job) {
    const int64_t n = job / cut.chunks, c = job % cut.chunks;
    float *sums = parts.data() + job * 2 * p;
    ct::sum_moments(x + n * cut.sample_size() + cut.begin(c), cut.count(c), p, pivot.data() + n * p, sums,
                    sums + p);
  });
  const auto voxels = static_cast<double>(cut.voxels);
  for (int64_t n = 0; n < cut.samples; ++n) {
    std::vector<float> own(parts.begin() + n * cut.chunks * 2 * p,
                           parts.begin() + (n + 1) * cut.chunks * 2 * p);
    auto sums = cut.fold(own, 2 * p, 0), squares = cut.fold(own, 2 * p, p);
    for (int64_t g = 0; g < cut.groups; ++g) {
      // Channels have pivots of their own: first the group's mean, then the squares around it.
      double mean = 0, square = 0;
      for (int64_t c = g * per_group; c < (g + 1) * per_group; ++c)
        mean += pivot[static_cast<size_t>(n * p + c)] + sums[static_cast<size_t>(c)] / voxels;
      mean /= static_cast<double>(per_group);
      for (int64_t c = g * per_group; c < (g + 1) * per_group; ++c) {
        const double s = sums[static_cast<size_t>(c)] / voxels;
        const double d = pivot[static_cast<size_t>(n * p + c)] - mean;
        square += squares[static_cast<size_t>(c)] / voxels + 2 * d * s + d * d;
      }
      const double variance = std::max(0.0, square / static_cast<double>(per_group));
      for (int64_t c = g * per_group; c < (g + 1) * per_group; ++c) {
        result.mean[static_cast<size_t>(n * cut.channels + c)] = static_cast<float>(mean);
        result.rate[static_cast<size_t>(n * cut.channels + c)] =
            static_cast<float>(1 / std::sqrt(variance + epsilon));
      }
    }
  }
  return result;
}

std::vector<float> values(const at::Tensor &tensor, int64_t count, float fallback) {
  std::vector<float> result(static_cast<size_t>(count), fallback);
  if (!tensor.defined())
    return result;
  auto floats = tensor.detach().to(at::kFloat).contiguous();
  const float *source = floats.const_data_ptr<float>();
  for (int64_t i = 0; i < count; ++i)
    result[static_cast<size_t>(i)] = source[floats.numel() == 1 ? 0 : i];
  return result;
}

/// Scale, shift, slope and mean of every sample, repeated over the period.
struct Repeated {
  std::vector<float> numbers;
  int64_t period;

  Repeated(const Cut &cut, const float *mean, const float *rate, const std::vector<float> &weight,
           const std::vector<float> &bias, const std::vector<float> &slope)
      : numbers(static_cast<size_t>(cut.samples * 4 * cut.period)), period(cut.period) {
    for (int64_t n = 0; n < cut.samples; ++n)
      for (int64_t i = 0; i < period; ++i) {
        const auto c = static_cast<size_t>(i % cut.channels);
        const float scale = rate[n * cut.channels + c] * weight[c];
        float *target = numbers.data() + n * 4 * period + i;
        target[0] = scale;
        target[period] = bias[c] - mean[n * cut.channels + c] * scale;
        target[2 * period] = slope[c];
        target[3 * period] = mean[n * cut.channels + c];
      }
  }

  ct::Affine affine(int64_t n) const {
    const float *base = numbers.data() + n * 4 * period;
    return {base, base + period, base + 2 * period};
  }
  const float *mean(int64_t n) const { return numbers.data() + (n * 4 + 3) * period; }
};

/// A tensor's numbers as the kernels name them.
template <typename Float> const Float *read(const at::Tensor &tensor) {
  return static_cast<const Float *>(tensor.const_data_ptr());
}
template <typename Float> Float *write(const at::Tensor &tensor) {
  return static_cast<Float *>(tensor.mutable_data_ptr());
}

at::MemoryFormat layout(const at::Tensor &x) {
  return x.dim() == 5 ? at::MemoryFormat::ChannelsLast3d : at::MemoryFormat::ChannelsLast;
}

template <typename Float>
at::Tensor run_forward(const at::Tensor &x, const at::Tensor &residual, const Cut &cut,
                       const Repeated &repeated) {
  auto y = at::empty(x.sizes(), x.options(), layout(x));
  const auto *source = read<Float>(x);
  const auto *added = residual.defined() ? read<Float>(residual) : nullptr;
  auto *target = write<Float>(y);
  ct::parallel(cut.samples * cut.chunks, [&](int64_t job) {
    const int64_t n = job / cut.chunks, c = job % cut.chunks;
    const int64_t offset = n * cut.sample_size() + cut.begin(c);
    ct::activate<Float>(source + offset, added ? added + offset : nullptr, target + offset, cut.count(c),
                        cut.period, repeated.affine(n));
  });
  return y;
}

struct Gradients {
  at::Tensor x, weight, bias, slope;
};

template <typename Float>
Gradients run_backward(const at::Tensor &x, const at::Tensor &dy, const Cut &cut, const Repeated &repeated,
                       const float *mean, const float *rate, const std::vector<float> &weight,
                       int64_t slope_count) {
  const auto *source = read<Float>(x);
  const auto *gradient = read<Float>(dy);
  const int64_t p = cut.period, per_group = cut.channels / cut.groups;
  std::vector<float> parts(static_cast<size_t>(cut.samples * cut.chunks * 3 * p), 0);
  ct::parallel(cut.samples * cut.chunks, [&](int64_t job) {
    const int64_t n = job / cut.chunks, c = job % cut.chunks;
    const int64_t offset = n * cut.sample_size() + cut.begin(c);
    float *sums = parts.data() + job * 3 * p;
    ct::sum_gradients(source + offset, gradient + offset, cut.count(c), p, repeated.affine(n),
                      repeated.mean(n), ct::Sums{sums, sums + p, sums + 2 * p});
  });
  std::vector<float> factors(static_cast<size_t>(cut.samples * 3 * p));
  std::vector<double> dweight(static_cast<size_t>(cut.channels), 0), dbias(dweight), dslope(dweight);
  for (int64_t n = 0; n < cut.samples; ++n) {
    std::vector<float> own(parts.begin() + n * cut.chunks * 3 * p,
                           parts.begin() + (n + 1) * cut.chunks * 3 * p);
    auto sums = cut.fold(own, 3 * p, 0), moments = cut.fold(own, 3 * p, p),
         slopes = cut.fold(own, 3 * p, 2 * p);
    const float *m = mean + n * cut.channels, *r = rate + n * cut.channels;
    std::vector<float> first(static_cast<size_t>(cut.channels)), second(first), third(first);
    for (int64_t g = 0; g < cut.groups; ++g) {
      double along = 0, across = 0;
      for (int64_t c = g * per_group; c < (g + 1) * per_group; ++c) {
        const auto i = static_cast<size_t>(c);
        along += weight[i] * sums[i];
        across += weight[i] * moments[i] * r[c];
      }
      const double count = static_cast<double>(cut.voxels * per_group);
      for (int64_t c = g * per_group; c < (g + 1) * per_group; ++c) {
        const auto i = static_cast<size_t>(c);
        const double rc = r[c];
        first[i] = static_cast<float>(rc * weight[i]);
        second[i] = static_cast<float>(-rc * rc * across / count);
        third[i] = static_cast<float>(-rc * along / count + m[c] * rc * rc * across / count);
        dweight[i] += moments[i] * rc;
        dbias[i] += sums[i];
        dslope[i] += slopes[i];
      }
    }
    float *target = factors.data() + n * 3 * p;
    cut.repeat(target, first.data());
    cut.repeat(target + p, second.data());
    cut.repeat(target + 2 * p, third.data());
  }
  auto dx = at::empty(x.sizes(), x.options(), layout(x));
  auto *out = write<Float>(dx);
  ct::parallel(cut.samples * cut.chunks, [&](int64_t job) {
    const int64_t n = job / cut.chunks, c = job % cut.chunks;
    const int64_t offset = n * cut.sample_size() + cut.begin(c);
    const float *f = factors.data() + n * 3 * p;
    ct::propagate(source + offset, gradient + offset, out + offset, cut.count(c), p, repeated.affine(n), f,
                  f + p, f + 2 * p);
  });
  auto tensor = [&](const std::vector<double> &list) {
    auto result = at::empty({static_cast<int64_t>(list.size())}, at::kFloat);
    std::copy(list.begin(), list.end(), result.mutable_data_ptr<float>());
    return result;
  };
  if (slope_count == 1)
    dslope = {std::accumulate(dslope.begin(), dslope.end(), 0.0)};
  return {dx, tensor(dweight), tensor(dbias), tensor(dslope)};
}

struct NormalizedActivation : torch::autograd::Function<NormalizedActivation> {
  using Parameter = std::optional<at::Tensor>;

  static at::Tensor forward(AutogradContext *context, const at::Tensor &input, const Parameter &weights,
                            const Parameter &biases, const Parameter &slopes, const Parameter &sum,
                            int64_t groups, double epsilon, double fixed_slope) {
    const at::Tensor weight = weights.value_or(at::Tensor()), bias = biases.value_or(at::Tensor()),
                     slope = slopes.value_or(at::Tensor()), residual = sum.value_or(at::Tensor());
    auto x = input.contiguous(layout(input));
    Cut cut(x, groups);
    auto w = values(weight, cut.channels, 1), b = values(bias, cut.channels, 0),
         s = values(slope, cut.channels, static_cast<float>(fixed_slope));
    const bool is_float = x.scalar_type() == at::kFloat;
    auto found =
        is_float ? statistics(read<float>(x), cut, epsilon) : statistics(read<ct::BFloat>(x), cut, epsilon);
    Repeated repeated(cut, found.mean.data(), found.rate.data(), w, b, s);
    auto added = residual.defined() ? residual.to(x.scalar_type()).contiguous(layout(x)) : residual;
    auto y = is_float ? run_forward<float>(x, added, cut, repeated)
                      : run_forward<ct::BFloat>(x, added, cut, repeated);
    auto moments = at::empty({2, cut.samples * cut.channels}, at::kFloat);
    std::copy(found.mean.begin(), found.mean.end(), moments.mutable_data_ptr<float>());
    std::copy(found.rate.begin(), found.rate.end(),
              moments.mutable_data_ptr<float>() + cut.samples * cut.channels);
    context->save_for_backward({x, weight, bias, slope, moments});
    context->saved_data["groups"] = groups;
    context->saved_data["slope"] = fixed_slope;
    context->saved_data["residual"] = residual.defined();
    return y;
  }

  static variable_list backward(AutogradContext *context, variable_list outputs) {
    auto saved = context->get_saved_variables();
    const auto &x = saved[0], &weight = saved[1], &bias = saved[2], &slope = saved[3], &moments = saved[4];
    Cut cut(x, context->saved_data["groups"].toInt());
    auto dy = outputs[0].to(x.scalar_type()).contiguous(layout(x));
    auto w = values(weight, cut.channels, 1), b = values(bias, cut.channels, 0),
         s = values(slope, cut.channels, static_cast<float>(context->saved_data["slope"].toDouble()));
    const float *mean = moments.const_data_ptr<float>(), *rate = mean + cut.samples * cut.channels;
    Repeated repeated(cut, mean, rate, w, b, s);
    const int64_t slopes = slope.defined() ? slope.numel() : 0;
    auto gradients = x.scalar_type() == at::kFloat
                         ? run_backward<float>(x, dy, cut, repeated, mean, rate, w, slopes)
                         : run_backward<ct::BFloat>(x, dy, cut, repeated, mean, rate, w, slopes);
    auto given = [](const at::Tensor &parameter, const at::Tensor &gradient) {
      return parameter.defined() ? gradient.to(parameter.scalar_type()) : at::Tensor();
    };
    return {gradients.x,
            given(weight, gradients.weight),
            given(bias, gradients.bias),
            given(slope, gradients.slope),
            context->saved_data["residual"].toBool() ? outputs[0] : at::Tensor(),
            at::Tensor(),
            at::Tensor(),
            at::Tensor()};
  }
};

/// The same from libtorch's own operations, for other devices, types and shapes.
at::Tensor composed(const at::Tensor &x, const std::optional<at::Tensor> &weight,
                    const std::optional<at::Tensor> &bias, const std::optional<at::Tensor> &slope,
                    const std::optional<at::Tensor> &residual, int64_t groups, double epsilon,
                    double fixed_slope) {
  auto y = at::group_norm(x, groups, weight, bias, epsilon, false);
  if (slope)
    y = at::prelu(y, slope->to(y.scalar_type()));
  else if (fixed_slope == 0)
    y = at::relu(y);
  else if (fixed_slope != 1)
    y = at::leaky_relu(y, fixed_slope);
  return residual ? at::add(y, *residual) : y;
}

} // namespace

ct_status ct_normalized_activation(const ct_tensor *x, ptrdiff_t groups, const ct_tensor *weight,
                                   const ct_tensor *bias, double epsilon, const ct_tensor *slope,
                                   double fixed_slope, const ct_tensor *residual, ct_tensor **out) {
  return ct::produce(out, [&] {
    const auto &value = x->value;
    TORCH_CHECK(value.dim() >= 3 && groups >= 1 && value.size(1) % groups == 0, "normalization in ", groups,
                " groups needs channels and space, found shape ", value.sizes());
    TORCH_CHECK(value.numel() > value.size(0) * groups, "statistics need more than one value, found shape ",
                value.sizes());
    const auto channels = value.size(1);
    TORCH_CHECK(!slope || slope->value.numel() == 1 || slope->value.numel() == channels,
                "expected 1 slope or ", channels, ", found ", slope ? slope->value.numel() : 0);
    TORCH_CHECK(!residual || residual->value.sizes() == value.sizes(), "the sum needs equal shapes, found ",
                value.sizes(), " and ", residual ? residual->value.sizes() : value.sizes());
    for (const auto *parameter : {weight, bias})
      TORCH_CHECK(!parameter || parameter->value.numel() == channels, "expected ", channels,
                  " weights and biases");
    const bool fits = value.device().is_cpu() && (value.dim() == 4 || value.dim() == 5) &&
                      (value.scalar_type() == at::kFloat || value.scalar_type() == at::kBFloat16);
    if (!fits)
      return composed(value, ct::optional(weight), ct::optional(bias), ct::optional(slope),
                      ct::optional(residual), groups, epsilon, fixed_slope);
    return NormalizedActivation::apply(value, ct::optional(weight), ct::optional(bias), ct::optional(slope),
                                       ct::optional(residual), static_cast<int64_t>(groups), epsilon,
                                       fixed_slope);
  });
}
