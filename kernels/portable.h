// Plain C for the ends of vectors: what is left when a path has done whole
// registers.
#ifndef KERNELS_PORTABLE_H
#define KERNELS_PORTABLE_H

#include "kernels.h"
#include <math.h>

static inline int32_t portable_popcount(uint64_t x)
{
	x -= x >> 1 & 0x5555555555555555;
	x = (x & 0x3333333333333333) + (x >> 2 & 0x3333333333333333);
	x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0f;
	return (int32_t)(x * 0x0101010101010101 >> 56);
}

static inline float portable_top(const float *v, size_t n, float top)
{
	for (size_t i = 0; i < n; i++) {
		float x = v[i] < 0 ? -v[i] : v[i];
		top = x > top ? x : top;
	}
	return top;
}

static inline void portable_codes(int8_t *out, const float *v, size_t n, float factor)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (int8_t)rintf(v[i] * factor); // to even, as vector units do
}

// portable_signs writes the bits from number from, a multiple of 64, on.
static inline void portable_signs(uint64_t *out, const float *v, size_t n, size_t from)
{
	for (size_t i = from; i < n; i += 64) {
		uint64_t word = 0;
		for (size_t j = i; j < n && j < i + 64; j++)
			word |= (uint64_t)(v[j] > 0) << (j - i);
		out[i / 64] = word;
	}
}

static inline double portable_dot(const float *a, const float *b, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += (double)a[i] * b[i];
	return sum;
}

#endif
