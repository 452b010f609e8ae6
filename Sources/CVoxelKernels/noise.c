// Random fields as a pure function of key and voxel index.
#include "elementary.h"
#include "intensity_kernels.h"

#define LANES 16

// 64 words for the 16 counters that start at `counter`: word w of lane v is out[16 · w + v].
static VK_INLINE void philox(uint64_t counter, uint64_t key, uint32_t *restrict out) {
  uint32_t c0[LANES], c1[LANES], c2[LANES], c3[LANES];
  for (int v = 0; v < LANES; v++) {
    uint64_t c = counter + (uint64_t)v;
    c0[v] = (uint32_t)c;
    c1[v] = (uint32_t)(c >> 32);
    c2[v] = 0;
    c3[v] = 0x6E6F6973u; // a domain of its own, apart from the streams' counters
  }
  uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
  for (int round = 0; round < 10; round++) {
    for (int v = 0; v < LANES; v++) {
      uint64_t p0 = (uint64_t)0xD2511F53u * c0[v], p1 = (uint64_t)0xCD9E8D57u * c2[v];
      uint32_t n0 = (uint32_t)(p1 >> 32) ^ c1[v] ^ k0, n2 = (uint32_t)(p0 >> 32) ^ c3[v] ^ k1;
      c1[v] = (uint32_t)p1;
      c3[v] = (uint32_t)p0;
      c0[v] = n0;
      c2[v] = n2;
    }
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  for (int v = 0; v < LANES; v++) {
    out[v] = c0[v];
    out[LANES + v] = c1[v];
    out[2 * LANES + v] = c2[v];
    out[3 * LANES + v] = c3[v];
  }
}

VK_MULTIVERSION
void vk_normal_f32(float *data, int64_t first, int64_t count, uint64_t key, float keep, float mean,
                   float deviation) {
  for (int64_t start = 0; start < count; start += 4 * LANES) {
    uint32_t word[4 * LANES];
    float normal[4 * LANES];
    philox((uint64_t)(first + start) / 4, key, word);
    for (int half = 0; half < 2; half++)
      for (int v = 0; v < LANES; v++) {
        float radius = vk_box_muller_radius(word[2 * half * LANES + v]), c, s;
        vk_circle(word[(2 * half + 1) * LANES + v], &c, &s);
        normal[2 * half * LANES + v] = radius * c;
        normal[(2 * half + 1) * LANES + v] = radius * s;
      }
    const int64_t n = count - start < 4 * LANES ? count - start : 4 * LANES;
    float *restrict to = data + start;
    if (keep == 0)
      for (int64_t v = 0; v < n; v++)
        to[v] = mean + deviation * normal[v];
    else
      for (int64_t v = 0; v < n; v++)
        to[v] = keep * to[v] + (mean + deviation * normal[v]);
  }
}

VK_MULTIVERSION
void vk_uniform_f32(float *data, int64_t first, int64_t count, uint64_t key, float low, float high) {
  for (int64_t start = 0; start < count; start += 4 * LANES) {
    uint32_t word[4 * LANES];
    philox((uint64_t)(first + start) / 4, key, word);
    const int64_t n = count - start < 4 * LANES ? count - start : 4 * LANES;
    for (int64_t v = 0; v < n; v++)
      data[start + v] = low + (high - low) * ((float)(word[v] >> 8) * 0x1p-24f);
  }
}
