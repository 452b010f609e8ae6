// Softmax, overlap and cross entropy of logits in one pass, and their gradient in another.
#ifndef CTORCH_OVERLAP_KERNELS_HPP
#define CTORCH_OVERLAP_KERNELS_HPP

#include <cstdint>

namespace ct {

constexpr int64_t most_classes = 64;

/// Where the logits of a run of voxels lie.
struct Logits {
  const float *first;
  int64_t voxel_stride;
  int64_t class_stride;
  int64_t classes;
};

/// Per class: Σ p·t, Σ p, Σ t; and Σ −log p of the true class. Classes outside count in `strays`.
struct Overlap {
  float *both;
  float *predicted;
  float *true_count;
  double cross_entropy;
  int64_t strays;
};

void sum_overlap(const Logits &logits, const uint8_t *target, int64_t count, Overlap &overlap);

/// d = p ⊙ (g − p·g) + factor · (p − t), with g = inside[c] where the class is the true one, plus
/// everywhere[c]. Written with the logits' strides to `gradient`.
void overlap_gradient(const Logits &logits, const uint8_t *target, int64_t count, const float *inside,
                      const float *everywhere, float factor, float *gradient);

} // namespace ct

#endif
