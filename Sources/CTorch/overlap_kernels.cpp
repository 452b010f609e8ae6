#include "overlap_kernels.hpp"
#include "vector.hpp"

namespace {

constexpr int64_t lanes = 16;

typedef int32_t Ints16s __attribute__((vector_size(64)));

/// eˣ for x ≤ 0, with a relative error below 2·10⁻⁷ (Cephes' polynomial).
CT_INLINE void exponential(Float16s &x) {
  x = x < -87.0f ? Float16s{} - 87.0f : x;
  const float magic = 12582912.0f;
  Float16s n = (x * 1.44269504088896341f + magic) - magic;
  Float16s r = x - n * 0.693359375f + n * 2.12194440e-4f;
  Float16s p = Float16s{} + 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  Ints16s bits = (__builtin_convertvector(n, Ints16s) + 127) << 23;
  Float16s scale;
  std::memcpy(&scale, &bits, sizeof(scale));
  x = p * scale;
}

/// log x for x ≥ 1 (Cephes' polynomial).
CT_INLINE void logarithm(Float16s &x) {
  Ints16s bits;
  std::memcpy(&bits, &x, sizeof(bits));
  Ints16s exponent = (bits >> 23) - 126;
  bits = (bits & 0x007FFFFF) | 0x3F000000;
  Float16s m;
  std::memcpy(&m, &bits, sizeof(m));
  Ints16s small = m < 0.707106781186547524f;
  exponent += small;
  Float16s f = small ? m + m - 1.0f : m - 1.0f;
  Float16s e = __builtin_convertvector(exponent, Float16s);
  Float16s z = f * f;
  Float16s p = Float16s{} + 7.0376836292e-2f;
  p = p * f - 1.1514610310e-1f;
  p = p * f + 1.1676998740e-1f;
  p = p * f - 1.2420140846e-1f;
  p = p * f + 1.4249322787e-1f;
  p = p * f - 1.6668057665e-1f;
  p = p * f + 2.0000714765e-1f;
  p = p * f - 2.4999993993e-1f;
  p = p * f + 3.3333331174e-1f;
  p = p * f * z + e * -2.12194440e-4f - z * 0.5f;
  x = f + p + e * 0.693359375f;
}

/// Sixteen voxels: probabilities of every class, the true classes, and −log of the true ones' probability.
struct Block {
  Float16s p[ct::most_classes];
  Ints16s target;
  Float16s entropy;
};

CT_INLINE void fill(Block &block, const ct::Logits &z, const uint8_t *target, int64_t start, int64_t count) {
  const int64_t valid = count < lanes ? count : lanes;
  float buffer[lanes];
  int32_t classes[lanes];
  for (int64_t l = 0; l < lanes; ++l)
    classes[l] = l < valid ? target[start + l] : -1;
  std::memcpy(&block.target, classes, sizeof(classes));
  for (int64_t c = 0; c < z.classes; ++c) {
    const float *source = z.first + start * z.voxel_stride + c * z.class_stride;
    if (z.voxel_stride == 1 && valid == lanes) {
      load(block.p[c], source);
      continue;
    }
    for (int64_t l = 0; l < lanes; ++l)
      buffer[l] = l < valid ? source[l * z.voxel_stride] : 0;
    load(block.p[c], buffer);
  }
  Float16s largest = block.p[0];
  for (int64_t c = 1; c < z.classes; ++c)
    largest = block.p[c] > largest ? block.p[c] : largest;
  Float16s sum = {}, chosen = {};
  for (int64_t c = 0; c < z.classes; ++c) {
    Float16s v = block.p[c] - largest;
    chosen = block.target == static_cast<int32_t>(c) ? v : chosen;
    exponential(v);
    sum += v;
    block.p[c] = v;
  }
  Float16s rate = 1.0f / sum;
  for (int64_t c = 0; c < z.classes; ++c)
    block.p[c] *= rate;
  logarithm(sum);
  block.entropy = sum - chosen;
}

CT_INLINE float total(const Float16s &value) {
  float sum = 0;
  for (int64_t l = 0; l < lanes; ++l)
    sum += value[l];
  return sum;
}

CT_INLINE void overlap(const ct::Logits &z, const uint8_t *target, int64_t count, ct::Overlap &result) {
  Float16s both[ct::most_classes], predicted[ct::most_classes], present[ct::most_classes];
  for (int64_t c = 0; c < z.classes; ++c)
    both[c] = predicted[c] = present[c] = Float16s{};
  Float16s entropy = {};
  const Float16s one = Float16s{} + 1.0f, zero = {};
  const Ints16s limit = Ints16s{} + static_cast<int32_t>(z.classes);
  Ints16s strays = {};
  for (int64_t start = 0; start < count; start += lanes) {
    Block block;
    fill(block, z, target, start, count - start);
    const Ints16s valid = block.target >= 0;
    strays -= (block.target >= limit);
    entropy += valid ? block.entropy : zero;
    for (int64_t c = 0; c < z.classes; ++c) {
      const Ints16s here = block.target == static_cast<int32_t>(c);
      predicted[c] += valid ? block.p[c] : zero;
      both[c] += here ? block.p[c] : zero;
      present[c] += here ? one : zero;
    }
  }
  for (int64_t c = 0; c < z.classes; ++c) {
    result.both[c] = total(both[c]);
    result.predicted[c] = total(predicted[c]);
    result.true_count[c] = total(present[c]);
  }
  result.cross_entropy = total(entropy);
  result.strays = 0;
  for (int64_t l = 0; l < lanes; ++l)
    result.strays += strays[l];
}

CT_INLINE void gradient(const ct::Logits &z, const uint8_t *target, int64_t count, const float *inside,
                        const float *everywhere, float factor, float *out) {
  const Float16s zero = {}, unit = Float16s{} + factor;
  for (int64_t start = 0; start < count; start += lanes) {
    const int64_t valid = count - start < lanes ? count - start : lanes;
    Block block;
    fill(block, z, target, start, count - start);
    Float16s along = {};
    for (int64_t c = 0; c < z.classes; ++c) {
      const Ints16s here = block.target == static_cast<int32_t>(c);
      along += block.p[c] * ((here ? zero + inside[c] : zero) + everywhere[c]);
    }
    for (int64_t c = 0; c < z.classes; ++c) {
      const Ints16s here = block.target == static_cast<int32_t>(c);
      const Float16s g = (here ? zero + inside[c] : zero) + everywhere[c];
      Float16s d = block.p[c] * (g - along + factor) - (here ? unit : zero);
      float *place = out + start * z.voxel_stride + c * z.class_stride;
      if (z.voxel_stride == 1 && valid == lanes) {
        store(place, d);
      } else {
        for (int64_t l = 0; l < valid; ++l)
          place[l * z.voxel_stride] = d[l];
      }
    }
  }
}

CT_MULTIVERSION void run_overlap(const ct::Logits &z, const uint8_t *t, int64_t n, ct::Overlap &r) {
  overlap(z, t, n, r);
}
CT_MULTIVERSION void run_gradient(const ct::Logits &z, const uint8_t *t, int64_t n, const float *a,
                                  const float *b, float f, float *out) {
  gradient(z, t, n, a, b, f, out);
}

} // namespace

void ct::sum_overlap(const Logits &logits, const uint8_t *target, int64_t count, Overlap &overlap) {
  run_overlap(logits, target, count, overlap);
}

void ct::overlap_gradient(const Logits &logits, const uint8_t *target, int64_t count, const float *inside,
                          const float *everywhere, float factor, float *gradient) {
  run_gradient(logits, target, count, inside, everywhere, factor, gradient);
}
