/* One question while it is answered: what `candidates.c`, which looks for names, and `worth.c`, which bounds each, share. */
#ifndef KULLA_ASKING_H
#define KULLA_ASKING_H

#include "kernel.h"

#define NO_GROUND INT64_MIN
#define DATES_AHEAD 16 /* dates whose entries are fetched before they are looked at */

typedef struct {
    const Index *x;
    const Tables *t;
    const Question *q;
    const Scratch *s;
    uint32_t *rows;
    uint64_t found;
    uint64_t keys;          /* bloom of the join keys of the traveller's parts */
    uint64_t initial_parts; /* mask of the traveller's one-letter parts */
    uint32_t initials;      /* mask of their letters */
    int64_t confirming;     /* the most that sex and place add */
    int64_t best;           /* the most that all agreeing parts are worth */
    uint32_t driven[PARTS_MAX + RUNS_MAX];
    /* what a name is worth: */
    int32_t of[PARTS_MAX + RUNS_MAX];
    uint32_t first[PARTS_MAX + RUNS_MAX + 1];
    /* dates to be looked at, and their bits: */
    uint32_t dates;
    uint32_t date_place[DATES_AHEAD];
    int64_t date_bits[DATES_AHEAD];
} Ask;

static inline uint64_t words_asked(const Question *q) { return q->parts + q->runs; }
static inline int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }
static inline int count(uint64_t mask) { return __builtin_popcountll(mask); }

static inline uint32_t entry_length(uint32_t head) { return 2 + (head & 127) + 2 * (head >> 7 & 255); }

/* Numbers the items of all blocks, so that a listed part is known to agree when it is met; and takes the numbers back. */
void kulla_place_items(Ask *);
void kulla_take_items_back(const Ask *);
/* What a name is worth at most; NO_GROUND where no part can agree that is more than a particle or an initial. */
int64_t kulla_name_worth(Ask *, const uint32_t *words);

#endif
