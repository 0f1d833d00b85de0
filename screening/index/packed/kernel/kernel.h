/* The compiled kernel of the packed index: what it reads, and what it is asked: which records the travellers of a flight may be.
 *
 * It has no state of its own: it reads mapped arrays, writes into scratch memory that the caller owns, allocates nothing, calls
 * nothing of Python, and so runs without the interpreter's lock. Bits are whole numbers of 1/64 bit. All structures consist of
 * eight-byte fields, in the order in which `compiled.py` fills them; what an array holds is told in `layout.py`.
 */
#ifndef KULLA_KERNEL_H
#define KULLA_KERNEL_H

#include <stdint.h>

#if defined(__x86_64__) && defined(__GNUC__)
#pragma GCC target("popcnt")
#define PROCESSOR_FITS __builtin_cpu_supports("popcnt")
#else
#define PROCESSOR_FITS 1
#endif

#define KERNEL_VERSION 8
#define PARTS_MAX 64       /* parts of a name: a mask of 64 bits */
#define RUNS_MAX 128       /* runs of two or three adjacent parts among 64 */
#define LETTERS_MAX 64     /* letters of a form that are compared exactly */
#define BLOCK_FORMS 32     /* forms whose signatures are summed up in one lower bound */
#define BLOCKS 32          /* blocks looked at together */
#define LEVELS 32          /* of half a bit each: 16 bits */
#define LEVEL_SHIFT 5
#define JOINED_ITEM 0x80000000u
#define MANY_DATES 0xffffffffu
#define MANY_NATIONS 0xffffu
#define MARK_LETTER 31
#define MARK_PARTICLE 32
#define MARK_SINGLE 64

typedef struct {
    uint64_t parts, forms, entries, records, dates, joins, nicknames;
    const uint32_t *text_at;
    const uint8_t *text;
    const int16_t *part_bits;
    const uint8_t *part_marks;
    const uint32_t *form_at;
    const uint8_t *form;
    const uint32_t *form_parts;
    const uint32_t *signature;      /* of the forms of each length, alike ones together */
    const uint32_t *signature_form;
    const uint8_t *near_letters;    /* the letters of forms in the order of signatures; where a length begins, as in `form` */
    const uint32_t *block_all;      /* by block of BLOCK_FORMS signatures: the bits that all have, */
    const uint32_t *block_any;      /* and those that any has */
    const uint32_t *length_forms;
    const uint64_t *skeleton_key;
    const uint32_t *skeleton_part;
    const uint32_t *nickname_at;    /* by class, the first of its parts */
    const uint32_t *nickname_part;
    const int32_t *initials;
    const uint32_t *posting_at;
    const uint32_t *posting;
    const uint32_t *join_key;
    const uint32_t *join_at;
    const int16_t *join_best;
    const uint32_t *join_posting;
    const uint32_t *entry_at;
    const uint32_t *entry_words;
    const uint16_t *entry_nation;   /* of one birth date they ascend: 0 unknown, one nationality, MANY_NATIONS */
    const uint32_t *date_key;
    const uint32_t *date_at;
    const int32_t *threshold;
    const uint32_t *record_marks;
    const uint32_t *record_nations;
} Index;

enum { DATE_EQUAL, DATE_FILLER, DATE_SWAPPED, DATE_YEAR_OFF, DATE_DIGIT, DATE_MONTH, DATE_YEAR, DATE_PART_MONTH, DATE_PART_YEAR,
       DATE_PART_NEAR, DATE_CONTRADICTION, DATE_OUTCOMES };

typedef struct {
    int64_t equal, romanisation, vowels, nickname, one_error, two_errors, truncated, joined, joined_vowels; /* costs */
    int64_t initial_bits, pair_min, rarity_max, name_max, ground, low_quality, one_part;
    int64_t vowels_min, joined_min, truncated_min;
    int64_t errors[LETTERS_MAX + 1];
    int64_t date[DATE_OUTCOMES];
    int64_t left[PARTS_MAX + 1][PARTS_MAX + 1]; /* the best that at least so many parts left on either side can cost */
} Tables;

typedef struct {
    uint32_t *slot;      /* by part, all zero between calls */
    uint64_t *agrees;    /* by part, a bit each: whether it has a slot; all zero between calls */
    uint32_t *next;      /* by item of all blocks of a question */
    uint8_t *seen;       /* by record, a bit each, all zero between calls */
    uint64_t items_max;
} Scratch;

/* A word of a traveller's name, as the caller keeps it; numbered from 0. */
typedef struct {
    uint64_t text, form; /* where its letters begin */
    uint64_t text_letters, form_letters, skeleton_key, skeleton_letters, join_key, particle, nickname;
    uint64_t joined;     /* whether it is parts written as one, and no part itself */
    uint64_t block;      /* where the listed parts that agree with it stand, in eight-byte words; 0 until they are looked for */
} KeptWord;

typedef struct {
    const uint8_t *text, *form;
    uint64_t text_letters, form_letters, skeleton_key, skeleton_letters, join_key, particle, nickname;
} Word;

typedef struct {
    uint32_t id; /* a part, or JOINED_ITEM + a joined word */
    int32_t bits;
} Item;

/* The listed parts that agree with one word, the best first. */
typedef struct {
    uint32_t items;
    int32_t best;
    uint32_t ids_at_level[LEVELS];
    uint32_t postings_at_level[LEVELS];
    Item item[];
} Block;

typedef struct {
    const Block *block;
    uint64_t join_key;
    int64_t initial; /* the letter a one-letter part agrees with, 0 to 25, else -1 */
    uint64_t mask;   /* of a part its own bit, of a run those of its parts */
} Asked;

/* What is known of a traveller besides the name and the birth date: many have the same. */
typedef struct {
    int64_t needed; /* the least threshold of all records, or the floor */
    int64_t floor;  /* whether `needed` replaces the records' thresholds */
    int64_t sex[4]; /* bits by the record's sex: unknown, M, F, any */
    int64_t place;  /* the most a birth place adds */
    const int16_t *nations;
    int64_t nations_best;
    int64_t nation;         /* the traveller's, as entries number it; -1 where no entry has it alone */
    int64_t nation_own, nation_other; /* bits where an entry has it alone, and where it has another one alone */
} Circumstances;

/* One reading of a traveller's name. */
typedef struct {
    uint64_t parts, runs, counted; /* counted: mask of the parts that are no particles */
    int64_t date; /* YYYYMMDD with 00 for what is unknown, 0 for none */
    const Circumstances *about;
    Asked asked[PARTS_MAX + RUNS_MAX];
} Question;

/* The questions of a flight, and where the answers go. The caller's; what is marked so is written by the kernel.
 *
 * A question is a row of numbers: parts, runs, date, number of the circumstances; the words of the parts; of each run its word,
 * the first of its parts and their number, in 32, 16 and 16 bits.
 */
typedef struct {
    KeptWord *word;           /* `block` is written */
    const uint8_t *letters;
    uint64_t words;
    const Circumstances *about;
    const uint64_t *asked;
    uint64_t questions, answered, at; /* the last two written: questions that were answered, and where the next one begins */
    uint32_t *rows;
    uint32_t *rows_of;        /* by question, how many rows are its answer */
    uint64_t rows_room, found; /* found: written; how many rows there are. Room for all records must be left for a question */
    uint64_t *blocks;         /* all zero at first; written */
    uint64_t blocks_room, blocks_used; /* in eight-byte words; used: written, 0 at first */
    Block *block;             /* for two items of each part and one join each, while they are looked for */
    uint64_t items;           /* written: how many the question has that had too many for the scratch memory */
} Flight;

enum { FLIGHT_ANSWERED, FLIGHT_ROWS_FULL, FLIGHT_BLOCKS_FULL, FLIGHT_ITEMS_MANY, FLIGHT_REFUSED };

/* Whom to tell of a form that is near, by its place in the order of signatures, and by how many errors. */
typedef struct {
    void *search;
    void (*add)(void *search, uint32_t place, int errors);
} NearFound;

/* Of BLOCK_FORMS words, which differ from `own` in at most so many bits; of BLOCKS blocks, which may hold such words: a bit each. */
uint32_t kulla_near_in_block(const uint32_t *signature, uint32_t own, int changes);
uint32_t kulla_near_blocks(const uint32_t *all, const uint32_t *any, uint32_t own, int changes);

/* Which letters there are, and which again (`letter_signatures.py`). */
uint32_t kulla_signature(const uint8_t *letters, uint64_t length);
/* Of a word of at most LETTERS_MAX - 2 letters; `errors`: how many a form of each length may have. */
void kulla_near_forms(const Index *, const int64_t *errors, const Word *, const NearFound *);

int64_t kulla_kernel_version(void);
void kulla_agreeing(const Index *, const Tables *, const Word *, uint32_t *slot, Block *out);
void kulla_joined(const Index *, const Tables *, const Word *, Block *out);
uint64_t kulla_candidates(const Index *, const Tables *, const Question *, const Scratch *, uint32_t *rows);
int64_t kulla_flight(const Index *, const Tables *, const Scratch *, Flight *);
int64_t kulla_date_bits(const Tables *, int64_t traveller, int64_t listed);

#endif
