//go:build cgo

// AVX-VNNI: the byte product in 256-bit registers, on Intel's laptops since
// 2021, which have no AVX-512. The rest is AVX2's.

#include "x86.h"

#define TARGET __attribute__((target("avx2,avxvnni")))

TARGET static inline __m256i step(__m256i sum, const uint8_t *row, __m256i query)
{
	return _mm256_dpbusd_avx_epi32(sum, _mm256_loadu_si256((const __m256i *)row), query);
}

TARGET static inline __m256i codes(const int8_t *p)
{
	return _mm256_loadu_si256((const __m256i *)p);
}

TARGET static void dots(const uint8_t *rows, size_t stride, const int8_t *query, int32_t bias, size_t n, int32_t *out)
{
	size_t i = 0;
	for (; i + 4 <= n; i += 4, rows += 4 * stride) {
		__m256i a = _mm256_setzero_si256(), b = a, c = a, e = a;
		for (size_t d = 0; d < stride; d += 32) {
			__m256i q = codes(query + d);
			a = step(a, rows + d, q);
			b = step(b, rows + stride + d, q);
			c = step(c, rows + 2 * stride + d, q);
			e = step(e, rows + 3 * stride + d, q);
		}
		_mm_storeu_si128((__m128i *)(out + i), _mm_sub_epi32(x86_sum4(a, b, c, e), _mm_set1_epi32(bias)));
	}
	for (; i < n; i++, rows += stride) {
		__m256i a = _mm256_setzero_si256(), b = a;
		for (size_t d = 0; d < stride; d += 64) {
			a = step(a, rows + d, codes(query + d));
			b = step(b, rows + d + 32, codes(query + d + 32));
		}
		out[i] = x86_sum(_mm256_add_epi32(a, b)) - bias;
	}
}

const kernels_path kernels_avx_vnni = {dots, x86_distances, x86_quantise, x86_signs, x86_dot};
