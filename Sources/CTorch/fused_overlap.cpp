// The sum of soft Dice and cross entropy of class numbers, without the tensors in between.
#include "boundary.hpp"
#include "overlap_kernels.hpp"
#include "parallel.hpp"
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/scalar_tensor.h>
#include <torch/csrc/autograd/custom_function.h>

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// The voxels of a chunk; sums within one are in 32 bits, over chunks in 64.
constexpr int64_t chunk = 4096;

struct Options {
  bool background, pooled, jaccard;
  double numerator, denominator, dice, entropy;
};

struct Layout {
  int64_t samples, classes, voxels, chunks, sample_size;
  ct::Logits at(const at::Tensor &logits, int64_t sample, int64_t voxel) const {
    const bool last = logits.stride(1) == 1 && classes > 1;
    const int64_t voxel_stride = last ? classes : 1, class_stride = last ? 1 : voxels;
    return {logits.const_data_ptr<float>() + sample * sample_size + voxel * voxel_stride, voxel_stride,
            class_stride, classes};
  }
  explicit Layout(const at::Tensor &logits)
      : samples(logits.size(0)), classes(logits.size(1)), voxels(logits.numel() / (samples * classes)),
        chunks((voxels + chunk - 1) / chunk), sample_size(voxels * classes) {}
};

/// Sums per sample (or one for all) and class.
struct Totals {
  std::vector<double> both, predicted, present;
  double entropy = 0;
  int64_t strays = 0;
};

Totals sum(const at::Tensor &logits, const at::Tensor &target, const Layout &layout, bool pooled) {
  const int64_t jobs = layout.samples * layout.chunks, width = 3 * layout.classes;
  std::vector<float> parts(static_cast<size_t>(jobs * width));
  std::vector<double> entropies(static_cast<size_t>(jobs));
  std::vector<int64_t> strays(static_cast<size_t>(jobs));
  const auto *labels = target.const_data_ptr<uint8_t>();
  ct::parallel(jobs, [&](int64_t job) {
    const int64_t n = job / layout.chunks, start = job % layout.chunks * chunk;
    float *base = parts.data() + job * width;
    ct::Overlap overlap{base, base + layout.classes, base + 2 * layout.classes, 0, 0};
    ct::sum_overlap(layout.at(logits, n, start), labels + n * layout.voxels + start,
                    std::min(chunk, layout.voxels - start), overlap);
    entropies[static_cast<size_t>(job)] = overlap.cross_entropy;
    strays[static_cast<size_t>(job)] = overlap.strays;
  });
  const auto rows = static_cast<size_t>((pooled ? 1 : layout.samples) * layout.classes);
  Totals totals{std::vector<double>(rows), std::vector<double>(rows), std::vector<double>(rows)};
  for (int64_t job = 0; job < jobs; ++job) {
    const int64_t row = pooled ? 0 : job / layout.chunks;
    for (int64_t c = 0; c < layout.classes; ++c) {
      const auto i = static_cast<size_t>(row * layout.classes + c);
      const float *base = parts.data() + job * width + c;
      totals.both[i] += base[0];
      totals.predicted[i] += base[layout.classes];
      totals.present[i] += base[2 * layout.classes];
    }
    totals.entropy += entropies[static_cast<size_t>(job)];
    totals.strays += strays[static_cast<size_t>(job)];
  }
  return totals;
}

/// The loss, and its derivatives by Σ p·t (`inside`) and Σ p (`everywhere`) of every row.
double evaluate(const Totals &totals, const Layout &layout, const Options &options,
                std::vector<float> &inside, std::vector<float> &everywhere) {
  const auto rows = static_cast<int64_t>(totals.both.size()) / layout.classes;
  const int64_t first = options.background || layout.classes == 1 ? 0 : 1;
  const double share = options.dice / static_cast<double>(rows * (layout.classes - first));
  double loss = 0;
  inside.assign(totals.both.size(), 0);
  everywhere.assign(totals.both.size(), 0);
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t c = first; c < layout.classes; ++c) {
      const auto i = static_cast<size_t>(row * layout.classes + c);
      const double both = totals.both[i], all = totals.predicted[i] + totals.present[i];
      const double above = 2 * both + options.numerator;
      const double below = (options.jaccard ? 2 * (all - both) : all) + options.denominator;
      const double by_both = options.jaccard ? -2 : 0, by_all = options.jaccard ? 2 : 1;
      loss += share * (1 - above / below);
      inside[i] = static_cast<float>(-share * (2 * below - above * by_both) / (below * below));
      everywhere[i] = static_cast<float>(share * above * by_all / (below * below));
    }
  return loss + options.entropy * totals.entropy / static_cast<double>(layout.samples * layout.voxels);
}

struct DiceCrossEntropy : torch::autograd::Function<DiceCrossEntropy> {
  static at::Tensor forward(AutogradContext *context, const at::Tensor &input,
                            const std::optional<at::Tensor> &labels, const Options &options) {
    auto logits = input;
    const bool last = input.dim() == 5   ? input.is_contiguous(at::MemoryFormat::ChannelsLast3d)
                      : input.dim() == 4 ? input.is_contiguous(at::MemoryFormat::ChannelsLast)
                                         : false;
    if (!last)
      logits = input.contiguous();
    auto target = labels->to(at::kByte).contiguous();
    Layout layout(logits);
    auto totals = sum(logits, target, layout, options.pooled);
    TORCH_CHECK(totals.strays == 0, "expected class numbers from 0 to ", layout.classes - 1, ", found ",
                totals.strays, " voxels with others");
    std::vector<float> inside, everywhere;
    const double loss = evaluate(totals, layout, options, inside, everywhere);
    auto rows = at::empty({2, static_cast<int64_t>(inside.size())}, at::kFloat);
    std::copy(inside.begin(), inside.end(), rows.mutable_data_ptr<float>());
    std::copy(everywhere.begin(), everywhere.end(),
              rows.mutable_data_ptr<float>() + static_cast<int64_t>(inside.size()));
    context->save_for_backward({logits, target, rows});
    context->saved_data["entropy"] = options.entropy;
    context->saved_data["pooled"] = options.pooled;
    return at::scalar_tensor(loss, logits.options());
  }

  static variable_list backward(AutogradContext *context, variable_list outputs) {
    auto saved = context->get_saved_variables();
    const auto &logits = saved[0], &target = saved[1], &rows = saved[2];
    Layout layout(logits);
    const bool pooled = context->saved_data["pooled"].toBool();
    const double scale = outputs[0].item().toDouble();
    auto scaled = rows.mul(scale);
    const float *inside = scaled.const_data_ptr<float>(), *everywhere = inside + rows.size(1);
    const auto factor = static_cast<float>(context->saved_data["entropy"].toDouble() * scale /
                                           static_cast<double>(layout.samples * layout.voxels));
    auto gradient = at::empty_like(logits);
    auto *out = gradient.mutable_data_ptr<float>();
    const auto *labels = target.const_data_ptr<uint8_t>();
    ct::parallel(layout.samples * layout.chunks, [&](int64_t job) {
      const int64_t n = job / layout.chunks, start = job % layout.chunks * chunk;
      const int64_t row = pooled ? 0 : n * layout.classes;
      auto z = layout.at(logits, n, start);
      ct::overlap_gradient(z, labels + n * layout.voxels + start, std::min(chunk, layout.voxels - start),
                           inside + row, everywhere + row, factor,
                           out + (z.first - logits.const_data_ptr<float>()));
    });
    return {gradient, at::Tensor(), at::Tensor()};
  }
};

} // namespace

bool ct_has_dice_cross_entropy(const ct_tensor *logits, const ct_tensor *target) {
  const auto &z = logits->value, &t = target->value;
  return z.device().is_cpu() && t.device().is_cpu() && z.scalar_type() == at::kFloat && z.dim() >= 3 &&
         z.numel() > 0 && z.size(1) >= 2 && z.size(1) <= ct::most_classes && t.scalar_type() == at::kByte &&
         t.dim() == z.dim() && t.size(0) == z.size(0) && t.size(1) == 1 &&
         t.sizes().slice(2) == z.sizes().slice(2);
}

ct_status ct_dice_cross_entropy(const ct_tensor *logits, const ct_tensor *target, bool background,
                                bool pooled, bool jaccard, double numerator, double denominator, double dice,
                                double entropy, ct_tensor **out) {
  return ct::produce(out, [&] {
    TORCH_CHECK(ct_has_dice_cross_entropy(logits, target), "no kernel for these logits and classes");
    return DiceCrossEntropy::apply(
        logits->value, std::optional<at::Tensor>(target->value),
        Options{background, pooled, jaccard, numerator, denominator, dice, entropy});
  });
}
