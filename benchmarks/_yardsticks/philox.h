/* Philox4x32-10 with the addresses of simcore: counter (person, cycle div 4, decision point, draw), key the seed.

   Salmon, Moraes, Dror & Shaw (2011), Parallel random numbers: as easy as 1, 2, 3, SC '11. */

#ifndef PHILOX_H
#define PHILOX_H
#include <stdint.h>

#define M0 0xD2511F53u
#define M1 0xCD9E8D57u
#define W0 0x9E3779B9u
#define W1 0xBB67AE85u
#define LARGEST 0xFFFFFFFEu

static inline uint32_t at_most(uint32_t number) { return number < LARGEST ? number : LARGEST; }

#define ROUND                                               \
    p0 = (uint64_t)M0 * c0;                                 \
    p1 = (uint64_t)M1 * c2;                                 \
    c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;                    \
    c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;                    \
    c1 = (uint32_t)p1;                                      \
    c3 = (uint32_t)p0;                                      \
    k0 += W0;                                               \
    k1 += W1;

/* The rounds stand one by one: compilers do not vectorise a loop around a loop. */
static inline __attribute__((always_inline)) void philox(uint32_t person, uint32_t quarter, uint32_t point,
                                                         uint32_t draw, uint64_t seed, uint32_t word[4])
{
    uint32_t c0 = person, c1 = quarter, c2 = point, c3 = draw, k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    uint64_t p0, p1;
    ROUND ROUND ROUND ROUND ROUND ROUND ROUND ROUND ROUND ROUND
    word[0] = at_most(c0);
    word[1] = at_most(c1);
    word[2] = at_most(c2);
    word[3] = at_most(c3);
}

#if defined(__AVX512F__) && defined(__AVX512BW__)
#include <immintrin.h>
#define WIDE 1

/* What the first two rounds have in common for some persons in one draw, whatever the quarter and the point:
   eight persons, each in the low half of 64 bits. */
typedef struct {
    __m512i high, low, third; /* after round 1, M1 * c2: high and low half; M0 * c0: low half */
} Shared;

static inline __m512i product(__m512i numbers, uint32_t by)
{
    return _mm512_mul_epu32(numbers, _mm512_set1_epi64(by));
}

static inline Shared shared_of(__m512i persons, uint32_t draw, uint64_t seed)
{
    __m512i p0 = product(persons, M0);
    __m512i c2 = _mm512_xor_si512(_mm512_srli_epi64(p0, 32), _mm512_set1_epi64(draw ^ (uint32_t)(seed >> 32)));
    __m512i p1 = product(c2, M1);
    return (Shared){_mm512_srli_epi64(p1, 32), p1, p0};
}

/* Four words for each of four vectors of persons, side by side so that no multiplication waits for another;
   only the low half of each 64 bits counts. */
static inline __attribute__((always_inline)) void philox_wide(const Shared shared[4], uint32_t quarter, uint32_t point,
                                                              uint64_t seed, __m512i words[4][4])
{
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    uint64_t p1 = (uint64_t)M1 * point;
    uint32_t c0 = (uint32_t)(p1 >> 32) ^ quarter ^ k0, c1 = (uint32_t)p1; /* the same for all persons */
    k0 += W0;
    k1 += W1;
    uint64_t p0 = (uint64_t)M0 * c0;
    uint32_t c2 = (uint32_t)(p0 >> 32) ^ k1, c3 = (uint32_t)p0;
    k0 += W0;
    k1 += W1;
    __m512i c[4][4];
    for (int i = 0; i < 4; i++) {
        c[i][0] = _mm512_xor_si512(shared[i].high, _mm512_set1_epi64(c1 ^ (k0 - W0)));
        c[i][1] = shared[i].low;
        c[i][2] = _mm512_xor_si512(shared[i].third, _mm512_set1_epi64(c2));
        c[i][3] = _mm512_set1_epi64(c3);
    }
#pragma GCC unroll 8
    for (int turn = 2; turn < 10; turn++) {
        __m512i first = _mm512_set1_epi64(k0), second = _mm512_set1_epi64(k1);
        for (int i = 0; i < 4; i++) {
            __m512i q0 = product(c[i][0], M0), q1 = product(c[i][2], M1);
            c[i][0] = _mm512_ternarylogic_epi64(_mm512_srli_epi64(q1, 32), c[i][1], first, 0x96);
            c[i][1] = q1;
            c[i][2] = _mm512_ternarylogic_epi64(_mm512_srli_epi64(q0, 32), c[i][3], second, 0x96);
            c[i][3] = q0;
        }
        k0 += W0;
        k1 += W1;
    }
    for (int i = 0; i < 4; i++)
        for (int w = 0; w < 4; w++) words[i][w] = c[i][w];
}
#endif
#endif
