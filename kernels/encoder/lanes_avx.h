// Eight floats at once, for rows.h. TARGET says for which instructions.
#define LANES 8
#include "encoder.h"
#include <immintrin.h>

typedef __m256 floats;
typedef int32_t ints __attribute__((vector_size(32)));

#define INLINE TARGET static inline __attribute__((always_inline))

INLINE floats load(const float *p) { return _mm256_loadu_ps(p); }
INLINE void store(float *p, floats x) { _mm256_storeu_ps(p, x); }
INLINE floats all(float x) { return _mm256_set1_ps(x); }
INLINE ints all_ints(int32_t x) { return (ints)_mm256_set1_epi32(x); }
INLINE floats fma_of(floats a, floats b, floats c) { return _mm256_fmadd_ps(a, b, c); }
INLINE floats least(floats a, floats b) { return _mm256_min_ps(a, b); }
INLINE floats most(floats a, floats b) { return _mm256_max_ps(a, b); }
INLINE floats size_of(floats a) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a); }
INLINE ints rounded(floats a) { return (ints)_mm256_cvtps_epi32(a); }
INLINE floats floats_of(ints a) { return _mm256_cvtepi32_ps((__m256i)a); }
INLINE ints shifted(ints a, int by) { return (ints)_mm256_slli_epi32((__m256i)a, by); }
INLINE floats floats_in(ints a) { return _mm256_castsi256_ps((__m256i)a); }

INLINE __m128 half_of(__m256 a, int high)
{
	return high ? _mm256_extractf128_ps(a, 1) : _mm256_castps256_ps128(a);
}

INLINE float least_of(floats a)
{
	__m128 x = _mm_min_ps(half_of(a, 0), half_of(a, 1));
	x = _mm_min_ps(x, _mm_movehl_ps(x, x));
	return _mm_cvtss_f32(_mm_min_ss(x, _mm_movehdup_ps(x)));
}

INLINE float most_of(floats a)
{
	__m128 x = _mm_max_ps(half_of(a, 0), half_of(a, 1));
	x = _mm_max_ps(x, _mm_movehl_ps(x, x));
	return _mm_cvtss_f32(_mm_max_ss(x, _mm_movehdup_ps(x)));
}

INLINE float total(floats a)
{
	__m128 x = _mm_add_ps(half_of(a, 0), half_of(a, 1));
	x = _mm_add_ps(x, _mm_movehl_ps(x, x));
	return _mm_cvtss_f32(_mm_add_ss(x, _mm_movehdup_ps(x)));
}

INLINE int32_t total_ints(ints a)
{
	int32_t sum = 0;
	for (int i = 0; i < LANES; i++)
		sum += a[i];
	return sum;
}

// store_codes writes the numbers as bytes, cut to 0 to 255.
INLINE void store_codes(uint8_t *p, ints a)
{
	__m256i x = (__m256i)a;
	__m128i words = _mm_packs_epi32(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
	_mm_storel_epi64((__m128i *)p, _mm_packus_epi16(words, words));
}

INLINE void store_ints(int32_t *p, ints a) { _mm256_storeu_si256((__m256i *)p, (__m256i)a); }
