// One float at once, for rows.h: any processor.
#define TARGET
#define LANES 1
#include "encoder.h"
#include <math.h>

typedef float floats;
typedef int32_t ints;

#define INLINE static inline

INLINE floats load(const float *p) { return *p; }
INLINE void store(float *p, floats x) { *p = x; }
INLINE floats all(float x) { return x; }
INLINE ints all_ints(int32_t x) { return x; }
INLINE floats fma_of(floats a, floats b, floats c) { return a * b + c; }
INLINE floats least(floats a, floats b) { return a < b ? a : b; }
INLINE floats most(floats a, floats b) { return a > b ? a : b; }
INLINE floats size_of(floats a) { return fabsf(a); }
INLINE floats floats_of(ints a) { return (float)a; }
INLINE ints shifted(ints a, int by) { return (int32_t)((uint32_t)a << by); }
INLINE float least_of(floats a) { return a; }
INLINE float most_of(floats a) { return a; }
INLINE float total(floats a) { return a; }
INLINE int32_t total_ints(ints a) { return a; }

// rounded is to even, as vector units do it; 0 for what no int holds.
INLINE ints rounded(floats a) { return fabsf(a) < 0x1p31f ? (int32_t)rintf(a) : 0; }

INLINE floats floats_in(ints a)
{
	float x;
	__builtin_memcpy(&x, &a, 4);
	return x;
}

// store_codes writes the number as a byte, cut to 0 to 255.
INLINE void store_codes(uint8_t *p, ints a) { *p = (uint8_t)(a < 0 ? 0 : a > 255 ? 255 : a); }

INLINE void store_ints(int32_t *p, ints a) { *p = a; }
