// How many products of bytes this processor adds up in a second on one core, in
// thousands of millions, and how many of float32: the measure of a kernel.
// Prints nothing where it knows no way to tell.
#include <stdio.h>
#include <time.h>

#if defined(__x86_64__)
#define EIGHT(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
#define SIXTEEN(X) EIGHT(X) X(8) X(9) X(10) X(11) X(12) X(13)
#define BYTES_512(n) "vpdpbusd %%zmm15, %%zmm14, %%zmm" #n "\n"
#define FLOATS_512(n) "vfmadd231ps %%zmm15, %%zmm14, %%zmm" #n "\n"
#define BYTES_256(n) "%{vex%} vpdpbusd %%ymm15, %%ymm14, %%ymm" #n "\n"
#define FLOATS_256(n) "vfmadd231ps %%ymm15, %%ymm14, %%ymm" #n "\n"
#define USED "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13"

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

#define MEASURE(what, each)                                                             \
	do {                                                                            \
		double best = 0;                                                        \
		for (int turn = 0; turn < 5; turn++) {                                  \
			double began = seconds();                                       \
			for (long i = 0; i < 3000000; i++)                              \
				__asm__ volatile(SIXTEEN(what)::: USED);                \
			double rate = 3000000.0 * 14 * each / (seconds() - began) / 1e9; \
			best = rate > best ? rate : best;                               \
		}                                                                       \
		printf("%.0f\n", best);                                                 \
	} while (0)

int main(void)
{
	if (__builtin_cpu_supports("avx512vnni")) {
		MEASURE(BYTES_512, 64);
		MEASURE(FLOATS_512, 16);
	} else if (__builtin_cpu_supports("avxvnni")) {
		MEASURE(BYTES_256, 32);
		MEASURE(FLOATS_256, 8);
	}
	return 0;
}
#else
int main(void)
{
	return 0;
}
#endif
