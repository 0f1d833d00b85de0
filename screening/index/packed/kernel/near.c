/* Which forms are a typing error or two away from a word.
 *
 * Three sieves, each finer and dearer than the one before: what the signatures of a block of forms have in common, the signature
 * of each form, and the distance itself, of LANES forms at once. Forms of one length stand together, in the order of their
 * signatures and with their letters in that order too, so that nothing is read from afar before a form is known to be near.
 *
 * The distance is optimal string alignment in its plain form, a table of own letters by theirs, of which only the diagonals are
 * worked out that a path of so few errors can touch. Every cell is a row of LANES bytes, one for each form, and the compiler
 * makes vector operations of the loops over lanes; they are built a second time for processors with wider vectors.
 */
#include "kernel.h"
#include <string.h>

#define LANES 64
#define BLOCKS_AHEAD 16 /* blocks whose signatures are fetched before they are looked at */
#define BANDS 3          /* diagonals at most: two errors that end where they began leave the middle one by one at most */
#define PLANES (BANDS + 2) /* and one on either side, which no path may touch */
#define FAR 100          /* more than any number of errors allowed, and LETTERS_MAX more is still a byte */

typedef uint8_t Plane[LANES];

typedef struct {
    uint32_t forms;
    uint32_t place[LANES];  /* in the order of signatures */
    Plane letter[LETTERS_MAX + 8]; /* by place in the form, from 1, the letters of all of them */
} Gathered;

typedef struct {
    const Index *index;
    const Word *word;
    const NearFound *found;
    uint32_t own;           /* the word's signature */
    uint64_t length;        /* of the forms */
    int64_t allowed;
    int changes;
    uint32_t first, end;    /* the forms of that length, by signature */
    const uint8_t *letters; /* of the first of them; those of the others follow */
} Near;

/* A cell: from the one before on its diagonal, from its two neighbours, and from two before where the letters are exchanged. */
static inline __attribute__((always_inline)) void cell(Plane *now, const Plane *before, const Plane *earlier, int64_t d, uint8_t own,
                                                       uint8_t last, const Plane *theirs) {
    const uint8_t *same = before[d], *up = before[d + 1], *left = now[d - 1], *swap = earlier[d], *letter = theirs[0], *previous = theirs[-1];
    uint8_t *best = now[d];
    for (int l = 0; l < LANES; l++) {
        uint8_t here = (uint8_t)(same[l] + (letter[l] != own));
        uint8_t beside = up[l] < left[l] ? up[l] : left[l];
        uint8_t exchanged = (letter[l] == last) & (previous[l] == own), crossed = swap[l];
        crossed = exchanged ? crossed : FAR;
        uint8_t other = beside < crossed ? beside : crossed;
        other = (uint8_t)(other + 1);
        best[l] = here < other ? here : other;
    }
}

/* `letter[-1]` may be read, and is no letter. `low` and `high`: the diagonals, theirs less ours; zero is among them. */
static inline __attribute__((always_inline)) void distances(const uint8_t *own, int64_t length, const Plane *letter, int64_t others,
                                                            int64_t low, int64_t high, uint8_t *errors) {
    Plane rows[3][PLANES];
    memset(rows, FAR, sizeof rows);
    for (int64_t d = 0; d <= high; d++) memset(rows[0][d - low + 1], (int)d, LANES);
    for (int64_t i = 1; i <= length; i++) {
        Plane *now = rows[i % 3], *before = rows[(i + 2) % 3], *earlier = rows[(i + 1) % 3];
        for (int64_t d = low; d <= high; d++) {
            int64_t j = i + d;
            if (j == 0) memset(now[d - low + 1], (int)i, LANES);
            else if (j < 0 || j > others) memset(now[d - low + 1], FAR, LANES);
            else cell(now, before, earlier, d - low + 1, own[i - 1], i > 1 ? own[i - 2] : 0, letter + j - 1);
        }
    }
    memcpy(errors, rows[length % 3][others - length - low + 1], LANES);
}

#if defined(__x86_64__) && defined(__GNUC__)
#define WIDE __attribute__((target("avx2")))
#define WIDE_FITS __builtin_cpu_supports("avx2")
#else
#define WIDE
#define WIDE_FITS 0
#endif

WIDE static void distances_wide(const uint8_t *own, int64_t length, const Plane *letter, int64_t others, int64_t low, int64_t high,
                                uint8_t *errors) {
    distances(own, length, letter, others, low, high, errors);
}

static const uint8_t *letters_of(const Near *near, uint32_t place) {
    return near->letters + (uint64_t)(place - near->first) * near->length;
}

/* Eight letters, some of which may be of the next form: they are never looked at. */
static inline void spread(const uint8_t *letters, Plane *letter, uint32_t lane) {
    for (int i = 0; i < 8; i++) letter[i][lane] = letters[i];
}

static void compare(const Near *near, Gathered *some) {
    uint8_t errors[LANES];
    const uint8_t *own = near->word->form;
    int64_t length = (int64_t)near->word->form_letters, others = (int64_t)near->length, apart = others - length;
    int64_t around = apart == 0 && near->allowed > 1; /* a letter too many, and later one too few */
    int64_t low = (apart < 0 ? apart : 0) - around, high = (apart > 0 ? apart : 0) + around;
    for (uint32_t lane = 0; lane < some->forms; lane++) {
        const uint8_t *letters = letters_of(near, some->place[lane]);
        for (uint64_t i = 0; i < near->length; i += 8) spread(letters + i, some->letter + 1 + i, lane);
    }
    if (WIDE_FITS) distances_wide(own, length, some->letter + 1, others, low, high, errors);
    else distances(own, length, some->letter + 1, others, low, high, errors);
    for (uint32_t i = 0; i < some->forms; i++)
        if (errors[i] && errors[i] <= near->allowed)
            near->found->add(near->found->search, some->place[i], errors[i]);
    some->forms = 0;
}

static void gather(const Near *near, Gathered *some, uint32_t place) {
    some->place[some->forms++] = place;
    __builtin_prefetch(letters_of(near, place));
    if (some->forms == LANES) compare(near, some);
}

static int count(uint32_t bits) { return __builtin_popcount(bits); }

static void look_at_block(const Near *near, Gathered *some, uint32_t block) {
    const uint32_t *signature = near->index->signature;
    uint32_t at = block * BLOCK_FORMS, hits = 0;
    if (at >= near->first && at + BLOCK_FORMS <= near->end) {
        hits = kulla_near_in_block(signature + at, near->own, near->changes);
    } else {
        uint32_t from = at < near->first ? near->first : at, stop = at + BLOCK_FORMS < near->end ? at + BLOCK_FORMS : near->end;
        for (; from < stop; from++) hits |= (uint32_t)(count(signature[from] ^ near->own) <= near->changes) << (from - at);
    }
    for (; hits; hits &= hits - 1) gather(near, some, at + (uint32_t)__builtin_ctz(hits));
}

/* Blocks that may hold near forms, gathered so that memory can fetch their signatures many at a time. */
typedef struct {
    uint32_t blocks;
    uint32_t block[BLOCKS_AHEAD + BLOCKS];
} Ahead;

static void look_at_blocks(const Near *near, Gathered *some, Ahead *ahead) {
    for (uint32_t i = 0; i < ahead->blocks; i++) look_at_block(near, some, ahead->block[i]);
    ahead->blocks = 0;
}

static void look_ahead(const Near *near, Ahead *ahead, uint32_t block) {
    const uint32_t *signature = near->index->signature + (uint64_t)block * BLOCK_FORMS;
    for (uint32_t i = 0; i < BLOCK_FORMS; i += 16) __builtin_prefetch(signature + i); /* sixteen to a cache line */
    ahead->block[ahead->blocks++] = block;
}

static void look_at_length(const Near *near, Gathered *some) {
    const Index *x = near->index;
    Ahead ahead = {.blocks = 0};
    uint32_t blocks = (uint32_t)((x->forms + BLOCK_FORMS - 1) / BLOCK_FORMS);
    uint32_t stop = near->first < near->end ? (near->end + BLOCK_FORMS - 1) / BLOCK_FORMS : 0;
    for (uint32_t from = near->first / BLOCK_FORMS; from < stop; from += BLOCKS) {
        int whole = from + BLOCKS <= blocks;
        uint32_t hits = whole ? kulla_near_blocks(x->block_all + from, x->block_any + from, near->own, near->changes) : ~0u;
        if (stop - from < BLOCKS) hits &= (1u << (stop - from)) - 1;
        for (; hits; hits &= hits - 1) look_ahead(near, &ahead, from + (uint32_t)__builtin_ctz(hits));
        if (ahead.blocks >= BLOCKS_AHEAD) look_at_blocks(near, some, &ahead);
    }
    look_at_blocks(near, some, &ahead);
    if (some->forms) compare(near, some);
}

#define NONE 0
#define FIRST(place) (1u << (place))
#define AGAIN(place) (1u << (19 + (place)))

/* By letter, A to Z, the bit of the first one and of those that follow. */
static const uint32_t first_bit[26] = {
    FIRST(0), FIRST(1), FIRST(18), FIRST(2), FIRST(18), FIRST(3), FIRST(4), FIRST(5), FIRST(6), FIRST(7), FIRST(8), FIRST(9), FIRST(10),
    FIRST(11), FIRST(18), FIRST(12), FIRST(18), FIRST(13), FIRST(14), FIRST(15), FIRST(16), FIRST(17), FIRST(18), FIRST(18), FIRST(18),
    FIRST(18),
};
static const uint32_t again_bit[26] = {
    AGAIN(0), AGAIN(12), NONE, AGAIN(8), NONE, NONE, NONE, NONE, AGAIN(1), NONE, AGAIN(5), AGAIN(7), AGAIN(10), AGAIN(3), NONE, NONE, NONE,
    AGAIN(4), AGAIN(6), AGAIN(11), AGAIN(2), AGAIN(9), NONE, NONE, NONE, NONE,
};

uint32_t kulla_signature(const uint8_t *letters, uint64_t length) {
    uint32_t bits = 0;
    for (uint64_t i = 0; i < length; i++) {
        uint32_t letter = (uint32_t)(letters[i] - 'A') % 26;
        bits |= bits & first_bit[letter] ? again_bit[letter] : first_bit[letter];
    }
    return bits;
}

/* An exchange of letters changes at most two bits of a signature, a letter more or less one. */
static int changes_allowed(uint64_t one, uint64_t other, int64_t errors) {
    uint64_t apart = one < other ? other - one : one - other;
    return (int)(2 * errors) - (int)apart;
}

void kulla_near_forms(const Index *index, const int64_t *errors, const Word *word, const NearFound *found) {
    uint64_t length = word->form_letters;
    Gathered some;
    memset(&some, 0, sizeof some);
    Near near = {.index = index, .word = word, .found = found, .own = kulla_signature(word->form, length)};
    for (near.length = length > 2 ? length - 2 : 1; near.length <= length + 2; near.length++) {
        uint64_t apart = near.length < length ? length - near.length : near.length - length;
        near.allowed = errors[near.length < length ? near.length : length];
        if (near.allowed <= 0 || (int64_t)apart > near.allowed) continue;
        near.changes = changes_allowed(length, near.length, near.allowed);
        near.first = index->length_forms[near.length];
        near.end = index->length_forms[near.length + 1];
        near.letters = index->near_letters + index->form_at[near.first];
        look_at_length(&near, &some);
    }
}
