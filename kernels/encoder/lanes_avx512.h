// Sixteen floats at once, for rows.h.
#define TARGET __attribute__((target("avx2,fma,avx512f,avx512dq,avx512bw,avx512vl,avx512vnni")))
#define LANES 16
#include "encoder.h"
#include <immintrin.h>

typedef __m512 floats;
typedef int32_t ints __attribute__((vector_size(64)));

#define INLINE TARGET static inline __attribute__((always_inline))

INLINE floats load(const float *p) { return _mm512_loadu_ps(p); }
INLINE void store(float *p, floats x) { _mm512_storeu_ps(p, x); }
INLINE floats all(float x) { return _mm512_set1_ps(x); }
INLINE ints all_ints(int32_t x) { return (ints)_mm512_set1_epi32(x); }
INLINE floats fma_of(floats a, floats b, floats c) { return _mm512_fmadd_ps(a, b, c); }
INLINE floats least(floats a, floats b) { return _mm512_min_ps(a, b); }
INLINE floats most(floats a, floats b) { return _mm512_max_ps(a, b); }
INLINE floats size_of(floats a) { return _mm512_abs_ps(a); }
INLINE ints rounded(floats a) { return (ints)_mm512_cvtps_epi32(a); }
INLINE floats floats_of(ints a) { return _mm512_cvtepi32_ps((__m512i)a); }
INLINE ints shifted(ints a, int by) { return (ints)_mm512_slli_epi32((__m512i)a, (unsigned)by); }
INLINE floats floats_in(ints a) { return _mm512_castsi512_ps((__m512i)a); }
INLINE float least_of(floats a) { return _mm512_reduce_min_ps(a); }
INLINE float most_of(floats a) { return _mm512_reduce_max_ps(a); }
INLINE float total(floats a) { return _mm512_reduce_add_ps(a); }
INLINE int32_t total_ints(ints a) { return _mm512_reduce_add_epi32((__m512i)a); }

// store_codes writes the numbers as bytes, cut to 0 to 255.
INLINE void store_codes(uint8_t *p, ints a)
{
	_mm_storeu_si128((__m128i *)p, _mm512_cvtusepi32_epi8(_mm512_max_epi32((__m512i)a, _mm512_setzero_si512())));
}

INLINE void store_ints(int32_t *p, ints a) { _mm512_storeu_si512(p, (__m512i)a); }

// POW2_OF is pow2_of of rows.h in fewer steps: the processor takes the whole
// part off, and puts it back into the exponent.
#define POW2_OF pow2_at_once
INLINE floats pow2_at_once(floats t)
{
	floats f = _mm512_reduce_ps(t, 1), p = all(0.0135341678f);
	p = fma_of(p, f, all(0.0520114601f));
	p = fma_of(p, f, all(0.241442755f));
	p = fma_of(p, f, all(0.693003833f));
	p = fma_of(p, f, all(1.00000262f));
	return _mm512_scalef_ps(p, t);
}
