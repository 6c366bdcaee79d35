/*
 * The forest's file. All numbers are little-endian.
 *
 *     bytes 8       "MRFOREST"
 *     u32           version, features, classes, trees, nodes, mixed leaves, their entries
 *     u32           bootstrap
 *     u64           rows, seed, fingerprint
 *     f64 features  impurity importance
 *     u32 trees     nodes of the tree
 *     u32 nodes     mr_forest_node.what, trees in breadth-first order
 *     f32 splits    threshold of each node that is no leaf
 *     u16 leaves    entries of each mixed leaf
 *     u16 entries   class
 *     f32 entries   share
 *     u64           FNV-1a hash of all bytes before it
 *
 * Child numbers are not stored: in breadth-first order the k-th split (from 0) of a tree has the
 * nodes 2k+1 and 2k+2 as children. Nor are pure leaves, which have the numbers of their classes.
 */
#include "recommend/forest_parts.h"

#include "base/bytes.h"
#include "base/file.h"
#include "base/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define VERSION       1
#define HEADER_BYTES  64
#define TRAILER_BYTES 8

static const char magic[8] = {'M', 'R', 'F', 'O', 'R', 'E', 'S', 'T'};

/* --- writing --------------------------------------------------------------------------------- */

static uint8_t *put_double(uint8_t *to, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return mr_put(to, bits, 8);
}

/* The sizes that the header states; counts of leaves and entries are of the mixed ones. */
typedef struct sizes {
    uint32_t features, classes, trees, nodes, leaves, entries;
} sizes;

static uint64_t file_bytes(const sizes *s) {
    uint64_t splits = (s->nodes - s->trees) / 2;
    return HEADER_BYTES + (uint64_t)8 * s->features + (uint64_t)4 * s->trees +
           (uint64_t)4 * s->nodes + 4 * splits + (uint64_t)2 * s->leaves +
           (uint64_t)6 * s->entries + TRAILER_BYTES;
}

static uint8_t *put_header(uint8_t *to, const mr_forest *forest, const sizes *s) {
    memcpy(to, magic, sizeof magic);
    to += sizeof magic;
    const uint32_t words[] = {VERSION,  s->features, s->classes, s->trees,
                              s->nodes, s->leaves,   s->entries, forest->bootstrap};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        to = mr_put(to, words[i], 4);
    to = mr_put(to, forest->rows, 8);
    to = mr_put(to, forest->seed, 8);
    return mr_put(to, forest->fingerprint, 8);
}

static uint8_t *put_trees(uint8_t *to, const mr_forest *forest, uint32_t nodes) {
    for (size_t t = 0; t < forest->trees; t++)
        to = mr_put(to, forest->roots[t + 1] - forest->roots[t], 4);
    for (size_t i = 0; i < nodes; i++)
        to = mr_put(to, forest->nodes[i].what, 4);
    for (size_t i = 0; i < nodes; i++)
        if (!(forest->nodes[i].what & MR_FOREST_LEAF))
            to = mr_put_float(to, forest->nodes[i].threshold);
    return to;
}

static uint8_t *put_leaves(uint8_t *to, const mr_forest_leaves *leaves, size_t pure) {
    for (size_t leaf = pure; leaf < leaves->count; leaf++)
        to = mr_put(to, leaves->start[leaf + 1] - leaves->start[leaf], 2);
    for (size_t i = pure; i < leaves->entries; i++)
        to = mr_put(to, leaves->classes[i], 2);
    for (size_t i = pure; i < leaves->entries; i++)
        to = mr_put_float(to, leaves->shares[i]);
    return to;
}

mr_status mr_forest_encode(const mr_forest *forest, uint8_t **bytes, size_t *size) {
    const sizes s = {.features = (uint32_t)forest->features,
                     .classes = (uint32_t)forest->classes,
                     .trees = (uint32_t)forest->trees,
                     .nodes = forest->roots[forest->trees],
                     .leaves = (uint32_t)(forest->leaves.count - forest->classes),
                     .entries = (uint32_t)(forest->leaves.entries - forest->classes)};
    size_t total = file_bytes(&s);
    if (total > MR_FOREST_MAX_BYTES)
        return mr_fail(MR_E_LIMIT, "forest: %zu bytes, at most %zu are allowed", total,
                       MR_FOREST_MAX_BYTES);
    uint8_t *made = malloc(total);
    if (!made)
        return mr_forest_no_memory("its file");
    uint8_t *to = put_header(made, forest, &s);
    for (size_t f = 0; f < forest->features; f++)
        to = put_double(to, forest->importance[f]);
    to = put_trees(to, forest, s.nodes);
    to = put_leaves(to, &forest->leaves, forest->classes);
    mr_put(to, mr_hash(made, total - TRAILER_BYTES), TRAILER_BYTES);
    *bytes = made;
    *size = total;
    return MR_OK;
}

/* --- reading --------------------------------------------------------------------------------- */

static float get_float(const uint8_t **from) {
    uint32_t bits = (uint32_t)mr_get(from, 4);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static double get_double(const uint8_t **from) {
    uint64_t bits = mr_get(from, 8);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Reads the sizes and checks them against the limits, each other and the length of the file. */
static mr_status get_sizes(const uint8_t *bytes, size_t size, sizes *s) {
    if (size < HEADER_BYTES + TRAILER_BYTES)
        return mr_fail(MR_E_TRUNCATED, "%zu bytes are too few for a forest", size);
    if (memcmp(bytes, magic, sizeof magic) != 0)
        return mr_fail(MR_E_FORMAT, "not a forest: it does not begin with MRFOREST");
    const uint8_t *from = bytes + sizeof magic;
    uint32_t version = (uint32_t)mr_get(&from, 4);
    if (version != VERSION)
        return mr_fail(MR_E_UNSUPPORTED, "forest version %u: only %d is known", version, VERSION);
    uint32_t *const fields[] = {&s->features, &s->classes, &s->trees,
                                &s->nodes,    &s->leaves,  &s->entries};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        *fields[i] = (uint32_t)mr_get(&from, 4);
    if (s->features < 1 || s->features > MR_FOREST_MAX_FEATURES || s->classes < 1 ||
        s->classes > MR_FOREST_MAX_CLASSES || s->trees < 1 || s->trees > MR_FOREST_MAX_TREES)
        return mr_fail(MR_E_LIMIT, "forest of %u features, %u classes, %u trees", s->features,
                       s->classes, s->trees);
    if (s->nodes < s->trees || (s->nodes - s->trees) % 2 != 0 || s->nodes > MR_FOREST_NUMBER)
        return mr_fail(MR_E_FORMAT, "%u nodes cannot make %u trees", s->nodes, s->trees);
    uint64_t expected = file_bytes(s);
    if (size != expected)
        return mr_fail(size < expected ? MR_E_TRUNCATED : MR_E_FORMAT,
                       "%zu bytes where the header announces %llu", size,
                       (unsigned long long)expected);
    return MR_OK;
}

static mr_status check_hash(const uint8_t *bytes, size_t size) {
    const uint8_t *trailer = bytes + size - TRAILER_BYTES;
    if (mr_get(&trailer, TRAILER_BYTES) != mr_hash(bytes, size - TRAILER_BYTES))
        return mr_fail(MR_E_FORMAT, "the checksum does not match: the file is damaged");
    return MR_OK;
}

static mr_status get_origin(const uint8_t *bytes, mr_forest *forest) {
    const uint8_t *from = bytes + HEADER_BYTES - 28;
    uint32_t bootstrap = (uint32_t)mr_get(&from, 4);
    forest->bootstrap = bootstrap == 1;
    forest->rows = mr_get(&from, 8);
    forest->seed = mr_get(&from, 8);
    forest->fingerprint = mr_get(&from, 8);
    if (bootstrap > 1 || forest->rows < 1 || forest->rows > MR_FOREST_MAX_ROWS)
        return mr_fail(MR_E_FORMAT, "impossible origin: %zu rows, bootstrap %u", forest->rows,
                       bootstrap);
    return MR_OK;
}

static mr_status get_importance(const uint8_t **from, mr_forest *forest) {
    for (size_t f = 0; f < forest->features; f++) {
        double value = get_double(from);
        if (!(value >= 0 && value <= 1 + 1e-6))
            return mr_fail(MR_E_FORMAT, "feature %zu: importance %g is not in 0 … 1", f, value);
        forest->importance[f] = value;
    }
    return MR_OK;
}

static mr_status get_roots(const uint8_t **from, uint32_t nodes, mr_forest *forest) {
    uint64_t next = 0;
    for (size_t t = 0; t < forest->trees; t++) {
        uint32_t count = (uint32_t)mr_get(from, 4);
        next += count;
        if (count % 2 == 0 || next > nodes)
            return mr_fail(MR_E_FORMAT, "tree %zu: impossible count of %u nodes", t, count);
        forest->roots[t + 1] = (uint32_t)next;
    }
    if (next != nodes)
        return mr_fail(MR_E_FORMAT, "the trees have %llu nodes, not %u", (unsigned long long)next,
                       nodes);
    return MR_OK;
}

static bool node_is_sound(const mr_forest *forest, uint32_t what, size_t leaves) {
    uint32_t number = what & MR_FOREST_NUMBER;
    if (what & MR_FOREST_LEAF)
        return !(what & MR_FOREST_MISSING_RIGHT) && number < leaves;
    return number < forest->features;
}

/* Reads one tree's nodes and hands out the children in breadth-first order. A split before which
 * no node is left unclaimed would be its own ancestor. */
static mr_status get_nodes(const uint8_t **from, size_t tree, size_t leaves, mr_forest *forest) {
    uint32_t begin = forest->roots[tree], end = forest->roots[tree + 1];
    uint32_t claimed = begin + 1;
    for (uint32_t i = begin; i < end; i++) {
        uint32_t what = (uint32_t)mr_get(from, 4);
        if (i >= claimed || !node_is_sound(forest, what, leaves))
            return mr_fail(MR_E_FORMAT, "tree %zu: node %u is impossible", tree, i - begin);
        forest->nodes[i].what = what;
        if (what & MR_FOREST_LEAF)
            continue;
        forest->nodes[i].child = claimed;
        claimed += 2;
    }
    if (claimed != end)
        return mr_fail(MR_E_FORMAT, "tree %zu: its splits ask for %u nodes, it has %u", tree,
                       claimed - begin, end - begin);
    return MR_OK;
}

static mr_status get_thresholds(const uint8_t **from, mr_forest *forest) {
    for (uint32_t i = 0; i < forest->roots[forest->trees]; i++) {
        if (forest->nodes[i].what & MR_FOREST_LEAF)
            continue;
        float threshold = get_float(from);
        if (isnan(threshold))
            return mr_fail(MR_E_FORMAT, "node %u: its threshold is no number", i);
        forest->nodes[i].threshold = threshold;
    }
    return MR_OK;
}

static mr_status get_leaf_starts(const uint8_t **from, const sizes *s, mr_forest_leaves *leaves) {
    uint64_t next = leaves->entries;
    for (uint32_t i = 0; i < s->leaves; i++) {
        next += mr_get(from, 2);
        if (next > (uint64_t)s->classes + s->entries)
            return mr_fail(MR_E_FORMAT, "mixed leaf %u: more entries than there are", i);
        leaves->start[++leaves->count] = (uint32_t)next;
    }
    leaves->entries += s->entries;
    if (next != leaves->entries)
        return mr_fail(MR_E_FORMAT, "the leaves have %llu entries, not %zu",
                       (unsigned long long)next, leaves->entries);
    return MR_OK;
}

/* A distribution has rising classes, and shares that sum to one. */
static mr_status check_leaf(const mr_forest *forest, size_t leaf) {
    const mr_forest_leaves *leaves = &forest->leaves;
    uint32_t begin = leaves->start[leaf], end = leaves->start[leaf + 1];
    double sum = 0;
    for (uint32_t i = begin; i < end; i++) {
        bool rises = i == begin || leaves->classes[i] > leaves->classes[i - 1];
        if (!rises || leaves->classes[i] >= forest->classes || !(leaves->shares[i] >= 0))
            return mr_fail(MR_E_FORMAT, "leaf %zu: impossible entry %u", leaf, i - begin);
        sum += leaves->shares[i];
    }
    if (!(fabs(sum - 1) < 1e-3))
        return mr_fail(MR_E_FORMAT, "leaf %zu: its shares sum to %g, not to 1", leaf, sum);
    return MR_OK;
}

static mr_status get_leaves(const uint8_t **from, const sizes *s, mr_forest *forest) {
    mr_forest_leaves *leaves = &forest->leaves;
    MR_TRY(get_leaf_starts(from, s, leaves));
    for (size_t i = s->classes; i < leaves->entries; i++)
        leaves->classes[i] = (uint16_t)mr_get(from, 2);
    for (size_t i = s->classes; i < leaves->entries; i++)
        leaves->shares[i] = get_float(from);
    for (size_t leaf = s->classes; leaf < leaves->count; leaf++)
        MR_TRY(check_leaf(forest, leaf));
    return MR_OK;
}

static mr_status get_forest(const uint8_t *bytes, const sizes *s, mr_forest *forest) {
    const uint8_t *from = bytes + HEADER_BYTES;
    size_t leaves = (size_t)s->classes + s->leaves;
    MR_TRY(mr_forest_reserve(forest, s->nodes, leaves, (size_t)s->classes + s->entries));
    MR_TRY(get_origin(bytes, forest));
    MR_TRY(get_importance(&from, forest));
    MR_TRY(get_roots(&from, s->nodes, forest));
    for (size_t tree = 0; tree < s->trees; tree++)
        MR_TRY(get_nodes(&from, tree, leaves, forest));
    MR_TRY(get_thresholds(&from, forest));
    return get_leaves(&from, s, forest);
}

static mr_status decode(const uint8_t *bytes, size_t size, mr_forest **out) {
    sizes s = {0};
    MR_TRY(get_sizes(bytes, size, &s));
    MR_TRY(check_hash(bytes, size));
    mr_forest *forest = mr_forest_make(s.features, s.classes, s.trees);
    if (!forest)
        return mr_forest_no_memory("what its file holds");
    mr_status status = get_forest(bytes, &s, forest);
    if (status != MR_OK) {
        mr_forest_free(forest);
        return status;
    }
    *out = forest;
    return MR_OK;
}

mr_status mr_forest_decode(const uint8_t *bytes, size_t size, const char *name, mr_forest **out) {
    mr_status status = decode(bytes, size, out);
    return status == MR_OK ? MR_OK : mr_fail_in(status, name);
}

mr_status mr_forest_load(const char *path, mr_forest **out) {
    unsigned char *bytes = NULL;
    size_t size = 0;
    MR_TRY(mr_file_read(path, MR_FOREST_MAX_BYTES, &bytes, &size));
    mr_status status = mr_forest_decode(bytes, size, path, out);
    free(bytes);
    return status;
}
