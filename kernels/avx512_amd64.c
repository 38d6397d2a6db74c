//go:build cgo

// AVX-512 with VNNI and VPOPCNTDQ: Intel's servers since 2021, AMD's processors
// since 2022. One instruction multiplies 64 bytes, one counts the ones of eight words.

#include "x86.h"

#define TARGET __attribute__((target("avx2,avx512f,avx512dq,avx512bw,avx512vl,avx512vnni,avx512vpopcntdq")))

TARGET static inline __m512i step(__m512i sum, const uint8_t *row, __m512i query)
{
	return _mm512_dpbusd_epi32(sum, _mm512_loadu_si512(row), query);
}

TARGET static inline __m256i half(__m512i a)
{
	return _mm256_add_epi32(_mm512_castsi512_si256(a), _mm512_extracti64x4_epi64(a, 1));
}

TARGET static void dots(const uint8_t *rows, size_t stride, const int8_t *query, int32_t bias, size_t n, int32_t *out)
{
	size_t i = 0;
	for (; i + 4 <= n; i += 4, rows += 4 * stride) {
		__m512i a = _mm512_setzero_si512(), b = a, c = a, e = a;
		for (size_t d = 0; d < stride; d += 64) {
			__m512i q = _mm512_loadu_si512(query + d);
			a = step(a, rows + d, q);
			b = step(b, rows + stride + d, q);
			c = step(c, rows + 2 * stride + d, q);
			e = step(e, rows + 3 * stride + d, q);
		}
		__m128i sums = x86_sum4(half(a), half(b), half(c), half(e));
		_mm_storeu_si128((__m128i *)(out + i), _mm_sub_epi32(sums, _mm_set1_epi32(bias)));
	}
	for (; i < n; i++, rows += stride) {
		__m512i a = _mm512_setzero_si512();
		for (size_t d = 0; d < stride; d += 64)
			a = step(a, rows + d, _mm512_loadu_si512(query + d));
		out[i] = x86_sum(half(a)) - bias;
	}
}

TARGET static inline __m512i ones(const uint64_t *words, __m512i query)
{
	return _mm512_popcnt_epi64(_mm512_xor_si512(_mm512_loadu_si512(words), query));
}

TARGET static void distances(const uint64_t *blocks, size_t words, const uint64_t *query, size_t n, int32_t *out)
{
	for (size_t b = 0; b < n; b++, blocks += 8 * words, out += 8) {
		__m512i s = _mm512_setzero_si512(), t = s;
		size_t w = 0;
		for (; w + 2 <= words; w += 2) {
			s = _mm512_add_epi64(s, ones(blocks + 8 * w, _mm512_set1_epi64((long long)query[w])));
			t = _mm512_add_epi64(t, ones(blocks + 8 * w + 8, _mm512_set1_epi64((long long)query[w + 1])));
		}
		if (w < words)
			s = _mm512_add_epi64(s, ones(blocks + 8 * w, _mm512_set1_epi64((long long)query[w])));
		_mm256_storeu_si256((__m256i *)out, _mm512_cvtepi64_epi32(_mm512_add_epi64(s, t)));
	}
}

const kernels_path kernels_avx512 = {dots, distances, x86_quantise, x86_signs, x86_dot};
