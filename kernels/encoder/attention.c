//go:build cgo

// Attention of one head in one passage, in whole numbers: keys and values are
// packed as if they were weights, and the path's product does the rest.
#include "encoder.h"
#include <math.h>

#define QUERIES 48 // looked at together: their scores stay in the cache

static size_t up(size_t n, size_t to)
{
	return (n + to - 1) / to * to;
}

// take cuts n bytes off scratch, which stays aligned to 64.
static void *take(uint8_t **scratch, size_t n)
{
	uint8_t *p = *scratch;
	*scratch += up(n, 64);
	return p;
}

// A cut of scratch into what attention needs.
typedef struct {
	encoder_rows queries, weights;
	encoder_matrix keys, values;
	float *scores;
	size_t ld; // of scores
} workplace;

static size_t lay_out(workplace *w, uint8_t *at, size_t rows, size_t width)
{
	uint8_t *from = at;
	size_t n = up(rows, 16);
	w->ld = n;
	w->queries = (encoder_rows){take(&at, rows * width), width, rows, take(&at, rows * 4), take(&at, rows * 4)};
	w->weights = (encoder_rows){take(&at, QUERIES * n), n, QUERIES, take(&at, QUERIES * 4), NULL};
	w->keys = (encoder_matrix){take(&at, n * width), take(&at, n * 4), take(&at, n * 4), NULL, n, width};
	w->values = (encoder_matrix){take(&at, n * width), take(&at, width * 4), take(&at, width * 4), NULL, width, up(rows, 4)};
	w->scores = take(&at, QUERIES * n * 4);
	return (size_t)(at - from);
}

size_t encoder_scratch(size_t rows, size_t width)
{
	workplace w;
	return lay_out(&w, (uint8_t *)64, rows, width);
}

void encoder_attend(int path, const float *x, size_t ld, size_t rows, size_t width, float *out, size_t out_ld, void *scratch)
{
	const encoder_path *p = encoder_of(path);
	workplace w;
	lay_out(&w, scratch, rows, width);
	p->quantise(x, ld, width, &w.queries);
	float shrink = 1.44269504f / sqrtf((float)width); // log2(e): what follows is in powers of two
	for (size_t r = 0; r < rows; r++)
		w.queries.scale[r] *= shrink;
	// What fills the last block of keys is computed and not looked at.
	for (size_t r = rows; r < w.ld; r++) {
		w.keys.scale[r] = 0;
		w.keys.sum[r] = 0;
		for (size_t i = 0; i < width; i += 4)
			for (size_t j = 0; j < 4; j++)
				w.keys.codes[r / 16 * width * 16 + i * 16 + r % 16 * 4 + j] = 0;
	}
	p->pack_keys(x + width, ld, rows, width, &w.keys);
	p->pack_values(x + 2 * width, ld, rows, width, &w.values);
	for (size_t r = 0; r < rows; r += QUERIES) {
		encoder_rows some = w.queries;
		some.rows = w.weights.rows = rows - r < QUERIES ? rows - r : QUERIES;
		some.codes += r * some.stride;
		some.scale += r;
		some.zero += r;
		p->multiply(&some, &w.keys, w.scores, w.ld, 0);
		p->softmax(w.scores, w.ld, rows, &w.weights);
		p->multiply(&w.weights, &w.values, out + r * out_ld, out_ld, 0);
	}
}
