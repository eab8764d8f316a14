/* The four-domain model in blocks of persons that stay in the cache, with tables in memory: for any processor. */

#include "four_domains.h"

#define BLOCK 1024

typedef int32_t Joint[CYCLES + 1][4][256]; /* persons of each joint state, in four histograms */

static void count_block(uint8_t states[DOMAINS][BLOCK], uint32_t n, int32_t joint[4][256])
{
    uint8_t all[BLOCK];
    for (uint32_t p = 0; p < n; p++)
        all[p] = states[0][p] | states[1][p] << 2 | states[2][p] << 4 | states[3][p] << 6;
    for (uint32_t p = 0; p < n; p++) joint[p & 3][all[p]]++; /* several, so that no increment waits for the one before */
}

static void fold(Joint joint, Counts counts)
{
    for (int boundary = 0; boundary <= CYCLES; boundary++)
        for (int part = 0; part < 4; part++)
            for (int x = 0; x < 256; x++)
                for (int d = 0; d < DOMAINS; d++)
                    counts[part & 1][boundary][d][x >> 2 * d & 3] += joint[boundary][part][x];
}

#ifdef WIDE
static void draw_numbers(uint32_t numbers[4][BLOCK], uint32_t first, uint32_t quarter, uint32_t point,
                         const Shared shared[BLOCK / 8], uint32_t draw, uint64_t seed)
{
    (void)first, (void)draw;
    const __m512i largest = _mm512_set1_epi32(LARGEST);
    for (int p = 0; p < BLOCK; p += 32) {
        __m512i words[4][4];
        philox_wide(shared + p / 8, quarter, point, seed, words);
        for (int w = 0; w < 4; w++)
            for (int i = 0; i < 2; i++) {
                __m512i both = _mm512_mask_shuffle_epi32(words[2 * i][w], 0xAAAA, words[2 * i + 1][w], 0xA0);
                _mm512_storeu_si512(numbers[w] + p + 16 * i, _mm512_min_epu32(both, largest));
            }
    }
}

/* Looks up what 16 persons each are compared with, at once. */
static void move(const uint8_t *own, const uint8_t *one, const uint8_t *two, const uint32_t *u, const uint32_t *rows,
                 uint8_t *restrict after)
{
    for (int p = 0; p < BLOCK; p += 16) {
        __m512i from = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(own + p)));
        __m512i first = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(one + p)));
        __m512i second = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(two + p)));
        __m512i row = _mm512_add_epi32(_mm512_slli_epi32(from, 4), _mm512_add_epi32(_mm512_slli_epi32(first, 2), second));
        row = _mm512_add_epi32(row, _mm512_slli_epi32(row, 1));
        __m512i numbers = _mm512_loadu_si512(u + p), to = _mm512_setzero_si512(), next = _mm512_set1_epi32(1);
        __mmask16 passed = 0xFFFF;
        for (int k = 0; k < 3; k++) {
            passed = _mm512_cmpge_epu32_mask(numbers, _mm512_i32gather_epi32(row, rows + k, 4));
            to = _mm512_mask_add_epi32(to, passed, to, next);
        }
        to = _mm512_mask_add_epi32(to, _mm512_cmpge_epu32_mask(to, from), to, next);
        to = _mm512_mask_mov_epi32(to, passed, from);
        _mm_storeu_si128((__m128i *)(after + p), _mm512_cvtepi32_epi8(to));
    }
}
#else
typedef struct {
    char nothing;
} Shared;

static void draw_numbers(uint32_t numbers[4][BLOCK], uint32_t first, uint32_t quarter, uint32_t point,
                         const Shared *shared, uint32_t draw, uint64_t seed)
{
    (void)shared;
    for (uint32_t p = 0; p < BLOCK; p++) {
        uint32_t word[4];
        philox(first + p, quarter, point, draw, seed, word);
        for (int w = 0; w < 4; w++) numbers[w][p] = word[w];
    }
}

static void move(const uint8_t *own, const uint8_t *one, const uint8_t *two, const uint32_t *u, const uint32_t *rows,
                 uint8_t *restrict after)
{
    const uint32_t *rows_1 = rows + 1, *rows_2 = rows + 2;
    for (int p = 0; p < BLOCK; p++) {
        int from = own[p], row = from * 48 + one[p] * 12 + two[p] * 3; /* signed: then compilers gather */
        int k = (u[p] >= rows[row]) + (u[p] >= rows_1[row]) + (u[p] >= rows_2[row]);
        after[p] = k == 3 ? from : k + (k >= from);
    }
}
#endif

void lives_in_blocks(Thresholds thresholds, const uint32_t point[DOMAINS], uint64_t seed, uint32_t draw, uint32_t from,
                     uint32_t to, Counts counts)
{
    int32_t (*joint)[4][256] = calloc(1, sizeof(Joint));
    for (uint32_t first = from; first < to; first += BLOCK) {
        uint32_t n = to - first < BLOCK ? to - first : BLOCK, numbers[DOMAINS][4][BLOCK];
        uint8_t states[2][DOMAINS][BLOCK] = {{{0}}};
        Shared shared[BLOCK / 8];
#ifdef WIDE
        for (int i = 0; i < BLOCK / 8; i++) {
            int64_t person[8]; /* two vectors side by side become one of 16 */
            for (int q = 0; q < 8; q++) person[q] = first + i / 2 * 16 + 2 * q + i % 2;
            shared[i] = shared_of(_mm512_loadu_si512(person), draw, seed);
        }
#endif
        count_block(states[0], n, joint[0]);
        for (int cycle = 0; cycle < CYCLES; cycle++) {
            uint8_t(*now)[BLOCK] = states[cycle % 2], (*next)[BLOCK] = states[1 - cycle % 2];
            for (int d = 0; d < DOMAINS; d++) {
                if (cycle % 4 == 0) draw_numbers(numbers[d], first, cycle / 4, point[d], shared, draw, seed);
                move(now[d], now[(d + 1) % 4], now[(d + 2) % 4], numbers[d][cycle % 4], &thresholds[d][0][0][0][0], next[d]);
            }
            count_block(next, n, joint[cycle + 1]);
        }
    }
    fold(joint, counts);
    free(joint);
}
