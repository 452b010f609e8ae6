// Elementary functions that vectorize: straight-line arithmetic, no tables, no branches.
#ifndef VOXEL_ELEMENTARY_H
#define VOXEL_ELEMENTARY_H

#include "dispatch.h"
#include <math.h>
#include <stdint.h>
#include <string.h>

// log₂ of a positive normal double, to about 1e-13 (absolute): x = m · 2^e with m in [√½, √2), and
// log m = 2 artanh((m − 1) / (m + 1)).
static VK_INLINE double vk_log2(double x) {
  uint64_t bits;
  memcpy(&bits, &x, 8);
  uint64_t shifted = bits + (0x3FF0000000000000ull - 0x3FE6A09E667F3BCDull);
  // The exponent as a double without an integer conversion: 2^52 + e, minus 2^52 and the bias.
  uint64_t raw = (shifted >> 52) | 0x4330000000000000ull;
  double e;
  memcpy(&e, &raw, 8);
  e -= 4503599627370496.0 + 1023.0;
  uint64_t mantissa = (shifted & 0x000FFFFFFFFFFFFFull) + 0x3FE6A09E667F3BCDull;
  double m;
  memcpy(&m, &mantissa, 8);
  double t = (m - 1) / (m + 1), s = t * t;
  double p = 1.0 / 15;
  p = p * s + 1.0 / 13;
  p = p * s + 1.0 / 11;
  p = p * s + 1.0 / 9;
  p = p * s + 1.0 / 7;
  p = p * s + 1.0 / 5;
  p = p * s + 1.0 / 3;
  p = p * s + 1;
  return e + 2.8853900817779268147 * t * p;
}

// 2^x for |x| < 1000, to about 1e-13 (relative): the Taylor series of exp on half a power either side.
static VK_INLINE double vk_exp2(double x) {
  x = x > -1000 ? x : -1000;
  x = x < 1000 ? x : 1000;
  const double magic = 6755399441055744.0; // 1.5 · 2^52: adding it rounds to an integer
  double shifted = x + magic;
  uint64_t n;
  memcpy(&n, &shifted, 8);
  double f = (x - (shifted - magic)) * 0.69314718055994530942;
  double p = 1.0 / 39916800;
  p = p * f + 1.0 / 3628800;
  p = p * f + 1.0 / 362880;
  p = p * f + 1.0 / 40320;
  p = p * f + 1.0 / 5040;
  p = p * f + 1.0 / 720;
  p = p * f + 1.0 / 120;
  p = p * f + 1.0 / 24;
  p = p * f + 1.0 / 6;
  p = p * f + 0.5;
  p = p * f + 1;
  p = p * f + 1;
  uint64_t bits;
  memcpy(&bits, &p, 8);
  bits += n << 52;
  memcpy(&p, &bits, 8);
  return p;
}

// √(−2 ln u) for u = (bits + 1) / 2^32, in (0, 1]; single precision.
static VK_INLINE float vk_box_muller_radius(uint32_t bits) {
  float u = ((float)(bits >> 8) + 1) * 0x1p-24f;
  uint32_t raw;
  memcpy(&raw, &u, 4);
  uint32_t shifted = raw + (0x3F800000u - 0x3F3504F3u);
  float e = (float)((int32_t)(shifted >> 23) - 127);
  uint32_t mantissa = (shifted & 0x007FFFFFu) + 0x3F3504F3u;
  float m;
  memcpy(&m, &mantissa, 4);
  float t = (m - 1) / (m + 1), s = t * t;
  float p = 1.0f / 9;
  p = p * s + 1.0f / 7;
  p = p * s + 0.2f;
  p = p * s + 1.0f / 3;
  p = p * s + 1;
  float log_u = e * 0.69314718f + 2 * t * p;
  float square = -2 * log_u;
  return sqrtf(square > 0 ? square : 0);
}

// cos and sin of 2π · bits / 2^32, in single precision: the upper two bits choose the quadrant.
static VK_INLINE void vk_circle(uint32_t bits, float *cosine, float *sine) {
  // The angle within its quadrant, from −π/4 to π/4.
  float a = (float)((int32_t)(bits << 2) >> 8) * (1.57079632679f * 0x1p-24f);
  float s = a * a;
  float sin_a = a * (1 + s * (-1.0f / 6 + s * (1.0f / 120 + s * (-1.0f / 5040))));
  float cos_a = 1 + s * (-0.5f + s * (1.0f / 24 + s * (-1.0f / 720 + s * (1.0f / 40320))));
  // (bits << 2) read as signed puts the upper half of a quadrant into the next one.
  uint32_t quadrant = (bits + 0x20000000u) >> 30;
  float c = quadrant & 1 ? sin_a : cos_a, d = quadrant & 1 ? cos_a : sin_a;
  *cosine = quadrant == 1 || quadrant == 2 ? -c : c;
  *sine = quadrant >= 2 ? -d : d;
}

#endif
