//go:build cgo

// The loops in plain C, for processors without a path of their own.
#include "lanes_one.h"
#include "rows.h"

static void multiply(const encoder_rows *a, const encoder_matrix *w, float *out, size_t ld, int gelu)
{
	for (size_t block = 0; block < w->outputs; block += 16) {
		for (size_t r = 0; r < a->rows; r++) {
			const uint8_t *x = a->codes + r * a->stride;
			const int8_t *codes = w->codes + block * w->depth;
			int32_t sums[16] = {0};
			for (size_t i = 0; i < w->depth; i += 4)
				for (size_t o = 0; o < 16; o++, codes += 4)
					sums[o] += x[i] * codes[0] + x[i + 1] * codes[1] + x[i + 2] * codes[2] + x[i + 3] * codes[3];
			for (size_t o = 0; o < 16; o++) {
				int32_t sum = sums[o] - (a->zero ? a->zero[r] * w->sum[block + o] : 0);
				float y = (float)sum * w->scale[block + o] * a->scale[r] + (w->bias ? w->bias[block + o] : 0.0f);
				out[r * ld + block + o] = gelu ? gelu_of(y) : y;
			}
		}
	}
}

const encoder_path encoder_portable = {multiply, quantise, normalise, softmax, pack_keys, pack_values};
