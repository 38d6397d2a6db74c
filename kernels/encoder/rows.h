// The passes over rows of floats, written once for all processors on the few
// operations of a lanes_….h, which is included before. LANES divides 16, and
// so every row.
#include <math.h>
#include <string.h>

// Below this, a row counts as zeros: 255 over it would overflow. So does a row
// that is not finite; what it came from shows in the result.
#define TINY 1e-30f

// gelu is x * Phi(x) within 1.2e-5: the greater of x and 0, less |x|*Phi(-|x|),
// of which Phi is a polynomial up to 5 (fitted for the least greatest error)
// and what is left beyond is below 2e-6.
INLINE floats gelu_of(floats x)
{
	floats a = least(size_of(x), all(5.0f)), u = fma_of(a, all(0.4f), all(-1.0f));
	floats p = all(0.0176358819f);
	p = fma_of(p, u, all(-0.0464242138f));
	p = fma_of(p, u, all(-0.00775768375f));
	p = fma_of(p, u, all(0.1372502f));
	p = fma_of(p, u, all(-0.135902807f));
	p = fma_of(p, u, all(-0.0563464537f));
	p = fma_of(p, u, all(0.233114108f));
	p = fma_of(p, u, all(-0.240907282f));
	p = fma_of(p, u, all(0.136899084f));
	p = fma_of(p, u, all(-0.0437719971f));
	p = fma_of(p, u, all(0.00620953739f));
	return most(x, all(0.0f)) - a * p;
}

#ifndef POW2_OF
#define POW2_OF pow2_of
// pow2_of is 2 to the t for t up to 0, within 3e-6 of its size down to 2^-126,
// and that where t is less. Two to the whole part is an exponent, two to the
// rest a polynomial fitted for the least greatest relative error.
INLINE floats pow2_of(floats t)
{
	t = most(t, all(-126.0f));
	ints n = rounded(t);
	floats f = t - floats_of(n), p = all(0.00957010221f);
	p = fma_of(p, f, all(0.0559178591f));
	p = fma_of(p, f, all(0.240247443f));
	p = fma_of(p, f, all(0.693121791f));
	p = fma_of(p, f, all(0.999999285f));
	return p * floats_in((n + all_ints(127)) << 23);
}
#endif

// greatest returns the greatest of n numbers, a multiple of 16. One register
// alone would wait for itself at every turn.
INLINE float greatest(const float *x, size_t n)
{
	floats a = load(x), b = a;
	size_t i = LANES;
	for (; i + LANES < n; i += 2 * LANES) {
		a = most(a, load(x + i));
		b = most(b, load(x + i + LANES));
	}
	if (i < n)
		a = most(a, load(x + i));
	return most_of(most(a, b));
}

// quantise_row writes one row's codes.
INLINE void quantise_row(const float *x, size_t n, uint8_t *codes, float *scale, int32_t *zero)
{
	floats low = all(0.0f), high = low;
	for (size_t i = 0; i < n; i += LANES) {
		low = least(low, load(x + i));
		high = most(high, load(x + i));
	}
	float from = least_of(low), range = most_of(high) - from;
	int usable = range > TINY && range < INFINITY;
	float factor = usable ? 255.0f / range : 0.0f;
	*scale = usable ? range / 255.0f : 0.0f;
	*zero = usable ? (int32_t)rintf(-from * factor) : 0;
	for (size_t i = 0; i < n; i += LANES)
		store_codes(codes + i, rounded(load(x + i) * all(factor)) + all_ints(*zero));
}

TARGET static void quantise(const float *x, size_t ld, size_t n, encoder_rows *out)
{
	for (size_t r = 0; r < out->rows; r++)
		quantise_row(x + r * ld, n, out->codes + r * out->stride, out->scale + r, out->zero + r);
}

TARGET static void normalise(float *x, const float *y, size_t n, const float *gain, const float *bias, float epsilon, encoder_rows *out)
{
	for (size_t r = 0; r < out->rows; r++, x += n) {
		floats sum = all(0.0f), squares = sum;
		for (size_t i = 0; i < n; i += LANES) {
			floats v = load(x + i);
			if (y)
				v = v + load(y + r * n + i);
			sum = sum + v;
			store(x + i, v);
		}
		float mean = total(sum) / (float)n;
		for (size_t i = 0; i < n; i += LANES) {
			floats v = load(x + i) - all(mean);
			squares = fma_of(v, v, squares);
		}
		float factor = 1.0f / sqrtf(total(squares) / (float)n + epsilon);
		for (size_t i = 0; i < n; i += LANES)
			store(x + i, fma_of((load(x + i) - all(mean)) * all(factor), load(gain + i), load(bias + i)));
		quantise_row(x, n, out->codes + r * out->stride, out->scale + r, out->zero + r);
	}
}

TARGET static void softmax(float *x, size_t ld, size_t n, encoder_rows *out)
{
	size_t end = (n + 15) / 16 * 16;
	for (size_t r = 0; r < out->rows; r++, x += ld) {
		uint8_t *codes = out->codes + r * out->stride;
		for (size_t i = n; i < end; i++)
			x[i] = -INFINITY;
		floats top = all(greatest(x, end));
		ints sum = all_ints(0);
		for (size_t i = 0; i < end; i += LANES) {
			ints code = rounded(POW2_OF(load(x + i) - top) * all(255.0f));
			sum = sum + code;
			store_codes(codes + i, code);
		}
		out->scale[r] = 1.0f / (float)total_ints(sum);
	}
}

TARGET static void pack_keys(const float *x, size_t ld, size_t rows, size_t n, encoder_matrix *out)
{
	for (size_t r = 0; r < rows; r++, x += ld) {
		floats high = all(0.0f);
		for (size_t i = 0; i < n; i += LANES)
			high = most(high, size_of(load(x + i)));
		float top = most_of(high), factor = top > TINY ? 127.0f / top : 0.0f;
		ints sum = all_ints(0);
		int32_t codes[16];
		int8_t *to = out->codes + r / 16 * n * 16 + r % 16 * 4;
		for (size_t i = 0; i < n; i += 16, to += 4 * 64) {
			for (size_t j = 0; j < 16; j += LANES) {
				ints code = rounded(load(x + i + j) * all(factor));
				sum = sum + code;
				store_ints(codes + j, code);
			}
			for (int j = 0; j < 4; j++) {
				int8_t four[4] = {(int8_t)codes[4 * j], (int8_t)codes[4 * j + 1], (int8_t)codes[4 * j + 2], (int8_t)codes[4 * j + 3]};
				memcpy(to + 64 * j, four, 4);
			}
		}
		out->scale[r] = top > TINY ? top / 127.0f : 0.0f;
		out->sum[r] = total_ints(sum);
	}
}

TARGET static void pack_values(const float *x, size_t ld, size_t rows, size_t n, encoder_matrix *out)
{
	for (size_t o = 0; o < n; o += LANES) {
		floats high = all(0.0f);
		for (size_t r = 0; r < rows; r++)
			high = most(high, size_of(load(x + r * ld + o)));
		float factors[LANES];
		store(factors, high);
		for (int i = 0; i < LANES; i++) {
			float top = factors[i];
			factors[i] = top > TINY ? 127.0f / top : 0.0f;
			out->scale[o + (size_t)i] = top > TINY ? top / 127.0f : 0.0f;
		}
		floats factor = load(factors);
		ints sum = all_ints(0);
		int8_t *to = out->codes + o / 16 * out->depth * 16 + o % 16 * 4;
		for (size_t r = 0; r < out->depth; r += 4, to += 64) {
			ints four = all_ints(0);
			for (size_t j = 0; j < 4 && r + j < rows; j++) {
				ints code = rounded(load(x + (r + j) * ld + o) * factor);
				sum = sum + code;
				four = four | shifted(code & all_ints(255), (int)(8 * j));
			}
			int32_t bytes[LANES];
			store_ints(bytes, four);
			memcpy(to, bytes, sizeof bytes);
		}
		store_ints(out->sum + o, sum);
	}
}
