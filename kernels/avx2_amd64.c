//go:build cgo

// AVX2: every 64-bit x86 processor since 2013 (Intel) and 2015 (AMD). There is
// no product of signed bytes that cannot saturate, so bytes are widened first.

#include "portable.h"
#include "x86.h"
#include <immintrin.h>

#define TARGET __attribute__((target("avx2,fma")))

TARGET static inline __m256i codes16(const int8_t *p)
{
	return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)p));
}

TARGET static inline __m256i rows16(const uint8_t *p)
{
	return _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)p));
}

TARGET static void dots(const uint8_t *rows, size_t stride, const int8_t *query, int32_t bias, size_t n, int32_t *out)
{
	size_t i = 0;
	for (; i + 4 <= n; i += 4, rows += 4 * stride) {
		__m256i a = _mm256_setzero_si256(), b = a, c = a, e = a;
		for (size_t d = 0; d < stride; d += 16) {
			__m256i q = codes16(query + d);
			a = _mm256_add_epi32(a, _mm256_madd_epi16(rows16(rows + d), q));
			b = _mm256_add_epi32(b, _mm256_madd_epi16(rows16(rows + stride + d), q));
			c = _mm256_add_epi32(c, _mm256_madd_epi16(rows16(rows + 2 * stride + d), q));
			e = _mm256_add_epi32(e, _mm256_madd_epi16(rows16(rows + 3 * stride + d), q));
		}
		_mm_storeu_si128((__m128i *)(out + i), _mm_sub_epi32(x86_sum4(a, b, c, e), _mm_set1_epi32(bias)));
	}
	for (; i < n; i++, rows += stride) {
		__m256i a = _mm256_setzero_si256();
		for (size_t d = 0; d < stride; d += 16)
			a = _mm256_add_epi32(a, _mm256_madd_epi16(rows16(rows + d), codes16(query + d)));
		out[i] = x86_sum(a) - bias;
	}
}

// counts adds the ones of each byte, by a table of the ones of four bits.
TARGET static inline __m256i counts(__m256i x)
{
	const __m256i four = _mm256_set1_epi8(15);
	const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
					       0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
	return _mm256_add_epi8(_mm256_shuffle_epi8(table, _mm256_and_si256(x, four)),
			       _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(x, 4), four)));
}

TARGET void x86_distances(const uint64_t *blocks, size_t words, const uint64_t *query, size_t n, int32_t *out)
{
	const __m256i zero = _mm256_setzero_si256(), even = _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6);
	for (size_t b = 0; b < n; b++, blocks += 8 * words, out += 8) {
		__m256i lo = zero, hi = zero;
		for (size_t w = 0; w < words;) {
			// A byte counts to 255, and a word adds at most 8 to it.
			size_t stop = w + 31 < words ? w + 31 : words;
			__m256i l = zero, h = zero;
			for (; w < stop; w++) {
				__m256i q = _mm256_set1_epi64x((long long)query[w]);
				l = _mm256_add_epi8(l, counts(_mm256_xor_si256(q, _mm256_loadu_si256((const __m256i *)(blocks + 8 * w)))));
				h = _mm256_add_epi8(h, counts(_mm256_xor_si256(q, _mm256_loadu_si256((const __m256i *)(blocks + 8 * w + 4)))));
			}
			lo = _mm256_add_epi64(lo, _mm256_sad_epu8(l, zero));
			hi = _mm256_add_epi64(hi, _mm256_sad_epu8(h, zero));
		}
		_mm_storeu_si128((__m128i *)out, _mm256_castsi256_si128(_mm256_permutevar8x32_epi32(lo, even)));
		_mm_storeu_si128((__m128i *)(out + 4), _mm256_castsi256_si128(_mm256_permutevar8x32_epi32(hi, even)));
	}
}

TARGET float x86_quantise(int8_t *out, const float *v, size_t n)
{
	const __m256 sign = _mm256_set1_ps(-0.0f);
	__m256 most = _mm256_setzero_ps();
	size_t i = 0;
	for (; i + 8 <= n; i += 8)
		most = _mm256_max_ps(most, _mm256_andnot_ps(sign, _mm256_loadu_ps(v + i)));
	float lanes[8];
	_mm256_storeu_ps(lanes, most);
	float top = portable_top(v + i, n - i, portable_top(lanes, 8, 0)), factor = 127.0f / top;
	for (i = 0; i + 8 <= n; i += 8) {
		__m256i x = _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_loadu_ps(v + i), _mm256_set1_ps(factor)));
		__m128i words = _mm_packs_epi32(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
		_mm_storel_epi64((__m128i *)(out + i), _mm_packs_epi16(words, words));
	}
	portable_codes(out + i, v + i, n - i, factor);
	return top;
}

TARGET void x86_signs(uint64_t *out, const float *v, size_t n)
{
	size_t i = 0;
	for (; i + 64 <= n; i += 64) {
		uint64_t word = 0;
		for (size_t j = 0; j < 64; j += 8) {
			__m256 above = _mm256_cmp_ps(_mm256_loadu_ps(v + i + j), _mm256_setzero_ps(), _CMP_GT_OQ);
			word |= (uint64_t)(uint32_t)_mm256_movemask_ps(above) << j;
		}
		out[i / 64] = word;
	}
	portable_signs(out, v, n, i);
}

TARGET double x86_dot(const float *a, const float *b, size_t n)
{
	__m256d s = _mm256_setzero_pd(), t = s;
	size_t i = 0;
	for (; i + 8 <= n; i += 8) {
		s = _mm256_fmadd_pd(_mm256_cvtps_pd(_mm_loadu_ps(a + i)), _mm256_cvtps_pd(_mm_loadu_ps(b + i)), s);
		t = _mm256_fmadd_pd(_mm256_cvtps_pd(_mm_loadu_ps(a + i + 4)), _mm256_cvtps_pd(_mm_loadu_ps(b + i + 4)), t);
	}
	double lanes[4];
	_mm256_storeu_pd(lanes, _mm256_add_pd(s, t));
	return lanes[0] + lanes[1] + lanes[2] + lanes[3] + portable_dot(a + i, b + i, n - i);
}

const kernels_path kernels_avx2 = {dots, x86_distances, x86_quantise, x86_signs, x86_dot};
