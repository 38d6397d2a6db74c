//go:build cgo

// AVX-512 with VNNI: one instruction multiplies 64 bytes and adds them in fours.

#include "lanes_avx512.h"
#include "rows.h"

#define ROWS 6 // with four blocks of 16 outputs: 24 registers of sums

// tile makes the products of up to ROWS rows from row on and the blocks of 16
// outputs from block on, of which there are a number known when it is compiled.
INLINE void tile(const int blocks, const encoder_rows *a, size_t row, const encoder_matrix *w, size_t block, float *out, size_t ld, int gelu)
{
	size_t left = a->rows - row < ROWS ? a->rows - row : ROWS, step = w->depth * 16;
	const int8_t *codes = w->codes + block * step;
	const uint8_t *rows[ROWS];
	__m512i sums[ROWS][4];
	UNROLL
	for (size_t r = 0; r < ROWS; r++) {
		// The last row stands in for those that are not there.
		size_t at = row + (r < left ? r : left - 1);
		rows[r] = a->codes + at * a->stride;
		__m512i zero = _mm512_set1_epi32(a->zero ? -a->zero[at] : 0);
		UNROLL
		for (int b = 0; b < blocks; b++)
			sums[r][b] = _mm512_mullo_epi32(zero, _mm512_loadu_si512(w->sum + (block + (size_t)b) * 16));
	}
	// While these blocks are used, the next are fetched: one for each of the
	// first rows.
	const int8_t *ahead = codes + ((size_t)blocks + row / ROWS % (size_t)blocks) * step;
	for (size_t i = 0; i < w->depth; i += 4, codes += 64, ahead += 64) {
		_mm_prefetch((const char *)ahead, _MM_HINT_T1);
		__m512i weights[4];
		UNROLL
		for (int b = 0; b < blocks; b++)
			weights[b] = _mm512_loadu_si512(codes + (size_t)b * step);
		UNROLL
		for (size_t r = 0; r < ROWS; r++) {
			int32_t four;
			memcpy(&four, rows[r] + i, 4);
			__m512i x = _mm512_set1_epi32(four);
			UNROLL
			for (int b = 0; b < blocks; b++)
				sums[r][b] = _mm512_dpbusd_epi32(sums[r][b], x, weights[b]);
		}
	}
	UNROLL
	for (int b = 0; b < blocks; b++) {
		size_t at = (block + (size_t)b) * 16;
		floats scale = load(w->scale + at), bias = w->bias ? load(w->bias + at) : all(0.0f);
		UNROLL
		for (size_t r = 0; r < ROWS; r++) {
			if (r >= left)
				continue;
			floats x = fma_of(_mm512_cvtepi32_ps(sums[r][b]) * scale, all(a->scale[row + r]), bias);
			store(out + (row + r) * ld + at, gelu ? gelu_of(x) : x);
		}
	}
}

TARGET static void multiply(const encoder_rows *a, const encoder_matrix *w, float *out, size_t ld, int gelu)
{
	size_t blocks = w->outputs / 16;
	for (size_t block = 0; block < blocks;) {
		// As even as can be: six are three and three.
		size_t left = blocks - block, groups = (left + 3) / 4, n = (left + groups - 1) / groups;
		for (size_t row = 0; row < a->rows; row += ROWS) {
			switch (n) {
			case 1:
				tile(1, a, row, w, block, out, ld, gelu);
				break;
			case 2:
				tile(2, a, row, w, block, out, ld, gelu);
				break;
			case 3:
				tile(3, a, row, w, block, out, ld, gelu);
				break;
			default:
				tile(4, a, row, w, block, out, ld, gelu);
			}
		}
		block += n;
	}
}

const encoder_path encoder_avx512 = {multiply, quantise, normalise, softmax, pack_keys, pack_values};
