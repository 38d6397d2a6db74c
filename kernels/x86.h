// What the x86 paths share.
#ifndef KERNELS_X86_H
#define KERNELS_X86_H

#include "kernels.h"
#include <immintrin.h>

// Defined in avx2_amd64.c: newer processors gain nothing from newer versions.
void x86_distances(const uint64_t *blocks, size_t words, const uint64_t *query, size_t n, int32_t *out);
float x86_quantise(int8_t *out, const float *v, size_t n);
void x86_signs(uint64_t *out, const float *v, size_t n);
double x86_dot(const float *a, const float *b, size_t n);

// x86_sum4 returns the sums of four registers in order.
__attribute__((target("avx2"))) static inline __m128i x86_sum4(__m256i a, __m256i b, __m256i c, __m256i d)
{
	__m256i ab = _mm256_add_epi32(_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b));
	__m256i cd = _mm256_add_epi32(_mm256_unpacklo_epi32(c, d), _mm256_unpackhi_epi32(c, d));
	__m256i all = _mm256_add_epi32(_mm256_unpacklo_epi64(ab, cd), _mm256_unpackhi_epi64(ab, cd));
	return _mm_add_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
}

__attribute__((target("avx2"))) static inline int32_t x86_sum(__m256i a)
{
	return _mm_cvtsi128_si32(x86_sum4(a, a, a, a));
}

#endif
