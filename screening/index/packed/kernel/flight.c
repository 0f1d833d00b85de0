/* The questions of a whole flight in one call: words are looked for once, and their listed parts kept for whoever comes later.
 *
 * What is kept are blocks, one after the other in memory of the caller's. When it is full all of them are forgotten: names
 * repeat, so the common ones are soon back. A question that does not fit into empty memory is the caller's to make room for.
 */
#include "kernel.h"
#include <string.h>

#define EMPTY 1 /* where the block without items stands: most joined words are no listed part */
#define HEAD (sizeof(Block) / sizeof(uint64_t))
#define QUESTION_HEAD 4

typedef struct {
    const Index *index;
    const Tables *tables;
    const Scratch *scratch;
    Flight *flight;
} Call;

static void forget(Flight *f) {
    for (uint64_t i = 0; i < f->words; i++) f->word[i].block = 0;
    f->blocks_used = EMPTY + HEAD;
}

static uint64_t find(const Call *c, KeptWord *kept) {
    Flight *f = c->flight;
    Word word = {
        f->letters + kept->text, f->letters + kept->form, kept->text_letters, kept->form_letters, kept->skeleton_key,
        kept->skeleton_letters, kept->join_key, kept->particle, kept->nickname,
    };
    if (kept->joined) kulla_joined(c->index, c->tables, &word, f->block);
    else kulla_agreeing(c->index, c->tables, &word, c->scratch->slot, f->block);
    uint64_t items = f->block->items, size = HEAD + items;
    if (!items) return EMPTY;
    if (f->blocks_used + size > f->blocks_room) return 0;
    memcpy(f->blocks + f->blocks_used, f->block, size * sizeof(uint64_t));
    f->blocks_used += size;
    return f->blocks_used - size;
}

/* Whether there was room for the blocks of all the question's words. */
static int find_all(const Call *c, const uint64_t *asked, uint64_t words) {
    Flight *f = c->flight;
    for (uint64_t i = 0; i < words; i++) {
        KeptWord *kept = f->word + (uint32_t)asked[i];
        if (!kept->block) kept->block = find(c, kept);
        if (!kept->block) return 0;
    }
    return 1;
}

static const Block *block_of(const Flight *f, const KeptWord *kept) { return (const Block *)(f->blocks + kept->block); }

static void read_part(const Flight *f, Question *q, uint64_t place, const KeptWord *kept) {
    int64_t initial = kept->text_letters == 1 ? f->letters[kept->text] - 'A' : -1;
    q->asked[place] = (Asked){block_of(f, kept), kept->join_key, initial, 1ull << place};
    if (!kept->particle) q->counted |= 1ull << place;
}

static void read_run(const Flight *f, Question *q, uint64_t told) {
    const Block *block = block_of(f, f->word + (uint32_t)told);
    uint64_t first = told >> 32 & 0xffff, parts = told >> 48;
    if (block->items) q->asked[q->parts + q->runs++] = (Asked){block, 0, -1, ((1ull << parts) - 1) << first};
}

static uint64_t read_question(const Flight *f, const uint64_t *asked, Question *q) {
    uint64_t items = 0;
    *q = (Question){.parts = asked[0], .date = (int64_t)asked[2], .about = f->about + asked[3]};
    for (uint64_t i = 0; i < asked[0]; i++) read_part(f, q, i, f->word + (uint32_t)asked[QUESTION_HEAD + i]);
    for (uint64_t i = 0; i < asked[1]; i++) read_run(f, q, asked[QUESTION_HEAD + asked[0] + i]);
    for (uint64_t i = 0; i < q->parts + q->runs; i++) items += q->asked[i].block->items;
    return items;
}

static int64_t answer(const Call *c) {
    Flight *f = c->flight;
    const uint64_t *asked = f->asked + f->at;
    Question question;
    if (asked[0] > PARTS_MAX || asked[1] > RUNS_MAX) return FLIGHT_REFUSED;
    if (f->rows_room - f->found < c->index->records) return FLIGHT_ROWS_FULL;
    if (!find_all(c, asked + QUESTION_HEAD, asked[0] + asked[1])) {
        forget(f);
        if (!find_all(c, asked + QUESTION_HEAD, asked[0] + asked[1])) { forget(f); return FLIGHT_BLOCKS_FULL; }
    }
    f->items = read_question(f, asked, &question);
    if (f->items >= c->scratch->items_max) return FLIGHT_ITEMS_MANY;
    uint64_t rows = kulla_candidates(c->index, c->tables, &question, c->scratch, f->rows + f->found);
    f->rows_of[f->answered++] = (uint32_t)rows;
    f->found += rows;
    f->at += QUESTION_HEAD + asked[0] + asked[1];
    return FLIGHT_ANSWERED;
}

/* Answers questions in their order until all are answered, or something must be done first. */
int64_t kulla_flight(const Index *index, const Tables *tables, const Scratch *scratch, Flight *flight) {
    Call call = {index, tables, scratch, flight};
    int64_t told = FLIGHT_ANSWERED;
    if (!flight->blocks_used) forget(flight);
    while (told == FLIGHT_ANSWERED && flight->answered < flight->questions) told = answer(&call);
    return told;
}
