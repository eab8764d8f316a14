/* The four-domain model with tables in registers: the fastest way known for AVX-512 with VBMI, GFNI and BITALG.

   64 persons at once are followed through all cycles. The joint state of a person is one byte, two bits for each
   domain. Turned so that a domain comes first, its lower six bits are the row of the domain, which VPERMB looks up in
   64 bytes. Only the upper 16 bits of numbers and thresholds are compared; where they are equal, all 32 are. Persons
   are counted by transposing the bits of eight joint states. */

#include "four_domains.h"
#include "wide.h"

#ifdef WIDEST
/* What a table of 64 bytes says for each joint state of a domain and its parents (own | first << 2 | second << 4). */
typedef struct {
    __m512i high[STATES - 1], low[STATES - 1]; /* the two upper bytes of each threshold */
    __m512i change[STATES - 1];                /* own state ^ where exit k leads, in the place of the domain */
    __m512i turn;                              /* matrix that turns a joint state so that the domain comes first */
} Tables;

static void fill(Tables tables[DOMAINS], Thresholds thresholds)
{
    for (int d = 0; d < DOMAINS; d++) {
        uint8_t high[64], low[64], change[64], turn[8];
        for (int k = 0; k < STATES - 1; k++) {
            for (int x = 0; x < 64; x++) {
                uint32_t threshold = thresholds[d][x & 3][x >> 2 & 3][x >> 4 & 3][k];
                high[x] = threshold >> 24;
                low[x] = threshold >> 16;
                change[x] = ((x & 3) ^ (k + (k >= (x & 3)))) << 2 * d;
            }
            tables[d].high[k] = _mm512_loadu_si512(high);
            tables[d].low[k] = _mm512_loadu_si512(low);
            tables[d].change[k] = _mm512_loadu_si512(change);
        }
        for (int bit = 0; bit < 8; bit++) turn[7 - bit] = 1 << (bit + 2 * d) % 8; /* GFNI: byte 7 - i makes bit i */
        int64_t matrix;
        memcpy(&matrix, turn, 8);
        tables[d].turn = _mm512_set1_epi64(matrix);
    }
}

typedef struct {
    uint32_t point, draw, quarter;
    int word;
    uint64_t seed;
} Address;

typedef struct {
    __mmask64 under[STATES - 1];
} Under;

/* Compare all 32 bits of those of whom the upper 16 do not decide: one in 340 times. */
static __attribute__((noinline, cold)) Under settle(Under under, __mmask64 equal, uint32_t first, __m512i row,
                                                    Thresholds thresholds, int d, Address at)
{
    uint8_t rows[64];
    _mm512_storeu_si512(rows, row);
    for (; equal; equal &= equal - 1) {
        int lane = __builtin_ctzll(equal), x = rows[lane];
        uint32_t word[4];
        philox(first + lane, at.quarter, at.point, at.draw, at.seed, word);
        for (int k = 0; k < STATES - 1; k++) {
            uint64_t yes = word[at.word] < thresholds[d][x & 3][x >> 2 & 3][x >> 4 & 3][k];
            under.under[k] = (under.under[k] & ~(1ull << lane)) | yes << lane;
        }
    }
    return under;
}

static void add_up(Sums sums[CYCLES + 1], int persons, Counts counts)
{
    for (int boundary = 0; boundary <= CYCLES; boundary++) {
        int32_t n[2][4][4];
        persons_in(&sums[boundary], persons, n);
        for (int half = 0; half < 2; half++)
            for (int d = 0; d < DOMAINS; d++)
                for (int state = 0; state < STATES; state++) counts[half][boundary][d][state] += n[half][d][state];
    }
    memset(sums, 0, (CYCLES + 1) * sizeof(Sums));
}

/* Numbers of four cycles [cycle][domain][side]: the upper 16 bits, 32 persons in each vector. */
typedef __m512i Numbers[4][DOMAINS][2];

static inline __attribute__((always_inline)) void draw_numbers_wide(Numbers numbers, const Shared shared[8],
                                                                    uint32_t quarter, const uint32_t point[DOMAINS],
                                                                    uint64_t seed)
{
    for (int d = 0; d < DOMAINS; d++)
        for (int side = 0; side < 2; side++) {
            __m512i words[4][4];
            philox_wide(shared + 4 * side, quarter, point[d], seed, words);
            for (int w = 0; w < 4; w++) numbers[w][d][side] = upper_halves(words, w);
        }
}

void lives_wide(Thresholds thresholds, const uint32_t point[DOMAINS], uint64_t seed, uint32_t draw, uint32_t from,
                uint32_t to, Counts counts)
{
    Tables tables[DOMAINS];
    Sums sums[CYCLES + 1];
    fill(tables, thresholds);
    memset(sums, 0, sizeof sums);
    uint32_t added_up = from;
    for (uint32_t first = from; first < to; first += 64) {
        __mmask64 there = to - first < 64 ? (1ull << (to - first)) - 1 : ~0ull;
        Shared shared[8];
        Numbers numbers;
        share(shared, first, draw, seed);
        __m512i joint = _mm512_setzero_si512();
        count_wide(joint, &sums[0]);
        for (int cycle = 0; cycle < CYCLES; cycle++) {
            int quarter = cycle / 4, w = cycle % 4;
            if (w == 0) draw_numbers_wide(numbers, shared, quarter, point, seed);
            __m512i twice[2], after = joint;
            twice_each(joint, twice);
#pragma GCC unroll 4
            for (int d = 0; d < DOMAINS; d++) {
                const Tables *of = &tables[d];
                __mmask32 below[3][2], equal[2] = {0, 0};
#pragma GCC unroll 2
                for (int side = 0; side < 2; side++) {
                    __m512i u = numbers[w][d][side];
                    __m512i row = d ? _mm512_gf2p8affine_epi64_epi8(twice[side], of->turn, 0) : twice[side];
#pragma GCC unroll 3
                    for (int k = 0; k < 3; k++) {
                        __m512i threshold = _mm512_permutexvar_epi8(row, of->low[k]);
                        threshold = _mm512_mask_permutexvar_epi8(threshold, ODD_BYTES, row, of->high[k]);
                        below[k][side] = _mm512_cmplt_epu16_mask(u, threshold);
                        equal[side] = _kor_mask32(equal[side], _mm512_cmpeq_epu16_mask(u, threshold));
                    }
                }
                __m512i row = d ? _mm512_gf2p8affine_epi64_epi8(joint, of->turn, 0) : joint;
                Under now;
#pragma GCC unroll 3
                for (int k = 0; k < 3; k++) now.under[k] = _mm512_kunpackd(below[k][1], below[k][0]);
                if (__builtin_expect(!_kortestz_mask32_u8(equal[0], equal[1]), 0))
                    now = settle(now, _mm512_kunpackd(equal[1], equal[0]), first, row, thresholds, d,
                                 (Address){point[d], draw, quarter, w, seed});
                __m512i change = _mm512_maskz_permutexvar_epi8(now.under[2], row, of->change[2]);
                change = _mm512_mask_permutexvar_epi8(change, now.under[1], row, of->change[1]);
                change = _mm512_mask_permutexvar_epi8(change, now.under[0], row, of->change[0]);
                after = _mm512_xor_si512(after, change);
            }
            joint = _mm512_maskz_mov_epi8(there, after);
            count_wide(joint, &sums[cycle + 1]);
        }
        uint32_t done = first + 64 < to ? first + 64 : to;
        if (done == to || done - added_up == 64 * GROUPS) {
            add_up(sums, done - added_up, counts);
            added_up = done;
        }
    }
}
#endif
