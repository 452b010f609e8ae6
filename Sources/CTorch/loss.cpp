#include "boundary.hpp"
#include <ATen/core/Reduction.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/cross_entropy_loss.h>

namespace {

int64_t reduction_of(ct_loss_reduction reduction) {
  return reduction == CT_LOSS_MEAN  ? at::Reduction::Mean
         : reduction == CT_LOSS_SUM ? at::Reduction::Sum
                                    : at::Reduction::None;
}

} // namespace

ct_status ct_cross_entropy(const ct_tensor *logits, const ct_tensor *target, const ct_tensor *weight,
                           ct_loss_reduction reduction, int64_t ignored, double smoothing, ct_tensor **out) {
  return ct::produce(out, [&] {
    return at::cross_entropy_loss(logits->value, target->value, ct::optional(weight), reduction_of(reduction),
                                  ignored, smoothing);
  });
}

ct_status ct_binary_cross_entropy(const ct_tensor *logits, const ct_tensor *target,
                                  const ct_tensor *positive_weight, ct_loss_reduction reduction,
                                  ct_tensor **out) {
  return ct::produce(out, [&] {
    return at::binary_cross_entropy_with_logits(logits->value, target->value, std::nullopt,
                                                ct::optional(positive_weight), reduction_of(reduction));
  });
}
