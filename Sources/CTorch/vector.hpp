// Sixteen floats at a time, for whatever registers the machine has.
#ifndef CTORCH_VECTOR_HPP
#define CTORCH_VECTOR_HPP

#include <cstdint>
#include <cstring>

// The loader picks before the thread sanitizer has started, so there is no choice under it.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CT_ONE_VERSION
#endif
#endif

// The same code for several instruction sets; the loader picks one.
#if defined(__x86_64__) && defined(__linux__) && !defined(CT_ONE_VERSION)
#define CT_MULTIVERSION __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CT_MULTIVERSION
#endif
#define CT_INLINE static inline __attribute__((always_inline))

namespace ct {
/// A bfloat16: the upper half of a float.
struct BFloat {
  uint16_t bits;
};
} // namespace ct

typedef float Float16s __attribute__((vector_size(64)));
typedef uint32_t Bits16s __attribute__((vector_size(64)));
typedef uint16_t Halves16s __attribute__((vector_size(32)));

CT_INLINE void load(Float16s &value, const float *source) { std::memcpy(&value, source, sizeof(value)); }

CT_INLINE void load(Float16s &value, const ct::BFloat *source) {
  Halves16s halves;
  std::memcpy(&halves, source, sizeof(halves));
  Bits16s bits = __builtin_convertvector(halves, Bits16s) << 16;
  std::memcpy(&value, &bits, sizeof(value));
}

CT_INLINE void store(float *target, const Float16s &value) { std::memcpy(target, &value, sizeof(value)); }

/// To the nearest, ties to even; not-a-number stays so.
CT_INLINE void store(ct::BFloat *target, const Float16s &value) {
  Bits16s bits;
  std::memcpy(&bits, &value, sizeof(bits));
  Bits16s isNaN = reinterpret_cast<Bits16s>(value != value);
  bits = ((bits + 0x7FFF + ((bits >> 16) & 1)) & ~isNaN) | (isNaN & 0x7FC00000);
  Halves16s halves = __builtin_convertvector(bits >> 16, Halves16s);
  std::memcpy(target, &halves, sizeof(halves));
}

CT_INLINE float widened(float value) { return value; }

CT_INLINE float widened(ct::BFloat value) {
  uint32_t bits = static_cast<uint32_t>(value.bits) << 16;
  float result;
  std::memcpy(&result, &bits, sizeof(result));
  return result;
}

CT_INLINE void narrow(float &target, float value) { target = value; }

CT_INLINE void narrow(ct::BFloat &target, float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  target.bits = value != value ? 0x7FC0 : static_cast<uint16_t>((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}

#endif
