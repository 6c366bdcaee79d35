#include "face/cascade_read.h"

#include "base/memory.h"

#include <string.h>

/* OpenCV lowers every stage threshold a little, against rounding in the training; so do we. */
static const float threshold_slack = 1e-5f;

typedef struct reader {
    const mr_xml *xml;
    mr_cascade *cascade;
    size_t stage_capacity, tree_capacity, node_capacity, feature_capacity;
} reader;

static mr_status make_room(reader *r, int element, void *items, size_t *capacity, size_t count,
                           size_t limit, size_t size) {
    if (count >= limit)
        return mr_fail(MR_E_LIMIT, "%s: line %d: more than %zu entries", r->xml->file,
                       r->xml->elements[element].line, limit);
    if (!mr_grow(items, capacity, count + 1, size))
        return mr_fail(MR_E_MEMORY, "%s: no memory for the cascade", r->xml->file);
    return MR_OK;
}

static mr_status add_stage(reader *r, int element, float threshold) {
    mr_cascade *c = r->cascade;
    MR_TRY(make_room(r, element, &c->stages, &r->stage_capacity, c->stage_count,
                     MR_CASCADE_MAX_STAGES, sizeof *c->stages));
    c->stages[c->stage_count++] =
        (mr_cascade_stage){.first_tree = (int)c->tree_count, .threshold = threshold};
    return MR_OK;
}

static mr_status add_tree(reader *r, int element) {
    mr_cascade *c = r->cascade;
    MR_TRY(make_room(r, element, &c->trees, &r->tree_capacity, c->tree_count, MR_CASCADE_MAX_NODES,
                     sizeof *c->trees));
    c->trees[c->tree_count++] = (mr_cascade_tree){.first_node = (int)c->node_count};
    c->stages[c->stage_count - 1].trees++;
    return MR_OK;
}

static mr_status add_node(reader *r, int element, mr_cascade_node node) {
    mr_cascade *c = r->cascade;
    MR_TRY(make_room(r, element, &c->nodes, &r->node_capacity, c->node_count, MR_CASCADE_MAX_NODES,
                     sizeof *c->nodes));
    c->nodes[c->node_count++] = node;
    if (++c->trees[c->tree_count - 1].nodes > 1)
        c->stumps = false;
    return MR_OK;
}

/* A child above 0 must be a later node of the tree of `nodes` nodes; `self` is the parent. */
static mr_status check_child(reader *r, int element, int self, int child, int nodes) {
    if (child > 0 && (child <= self || child >= nodes))
        return mr_xml_fail(r->xml, element, "a child must be a later node of the same tree");
    return MR_OK;
}

static bool rect_fits(const mr_cascade *c, const mr_cascade_rect *rect, bool tilted) {
    if (rect->x < 0 || rect->y < 0 || rect->width < 1 || rect->height < 1)
        return false;
    if (tilted)
        return rect->x - rect->height >= 0 && rect->x + rect->width <= c->width &&
               rect->y + rect->width + rect->height <= c->height;
    return rect->x + rect->width <= c->width && rect->y + rect->height <= c->height;
}

static mr_status read_rect(reader *r, int element, bool tilted, mr_cascade_rect *out) {
    double v[5];
    int count;
    MR_TRY(mr_xml_numbers(r->xml, element, 5, 5, v, &count));
    for (int i = 0; i < 4; i++)
        if (v[i] != (int)(v[i] > -1e6 && v[i] < 1e6 ? v[i] : 0))
            return mr_xml_fail(r->xml, element, "a rectangle needs whole numbers");
    *out = (mr_cascade_rect){(int)v[0], (int)v[1], (int)v[2], (int)v[3], (float)v[4]};
    if (!rect_fits(r->cascade, out, tilted))
        return mr_xml_fail(r->xml, element, "the rectangle leaves the window");
    return MR_OK;
}

/* An element with <rects> of one to three rectangles and perhaps <tilted>. */
static mr_status read_feature(reader *r, int element) {
    mr_cascade *c = r->cascade;
    mr_cascade_feature feature = {0};
    int rects, tilted = 0;
    if (mr_xml_find(r->xml, element, "tilted") >= 0)
        MR_TRY(mr_xml_integer(r->xml, element, "tilted", 0, 1, &tilted));
    feature.tilted = tilted == 1;
    MR_TRY(mr_xml_require(r->xml, element, "rects", &rects));
    for (int i = r->xml->elements[rects].first; i >= 0; i = r->xml->elements[i].next) {
        if (feature.rects == MR_CASCADE_RECTS)
            return mr_xml_fail(r->xml, i, "a feature has at most three rectangles");
        MR_TRY(read_rect(r, i, feature.tilted, &feature.rect[feature.rects++]));
    }
    if (feature.rects == 0)
        return mr_xml_fail(r->xml, rects, "a feature needs a rectangle");
    MR_TRY(make_room(r, element, &c->features, &r->feature_capacity, c->feature_count,
                     MR_CASCADE_MAX_NODES, sizeof *c->features));
    c->features[c->feature_count++] = feature;
    c->tilted |= feature.tilted;
    return MR_OK;
}

static mr_status read_window(reader *r, double width, double height, int element) {
    const int low = MR_CASCADE_MIN_WINDOW, high = MR_CASCADE_MAX_WINDOW;
    if (!(width >= low && width <= high && height >= low && height <= high))
        return mr_xml_fail(r->xml, element, "the window must be 4 to 128 pixels wide and high");
    r->cascade->width = (int)width;
    r->cascade->height = (int)height;
    return MR_OK;
}

/* ---- the present form ---- */

/* One of <weakClassifiers>: nodes are quadruples (left, right, feature, threshold) where a child of
 * 0 or less is the leaf of that number, negated. */
static mr_status read_weak(reader *r, int element) {
    enum { NODES = MR_CASCADE_MAX_TREE_NODES };
    double nodes[4 * NODES], leaves[NODES + 1];
    int inner, outer, values, leaf_count;
    MR_TRY(mr_xml_require(r->xml, element, "internalNodes", &inner));
    MR_TRY(mr_xml_require(r->xml, element, "leafValues", &outer));
    MR_TRY(mr_xml_numbers(r->xml, inner, 4, 4 * NODES, nodes, &values));
    MR_TRY(mr_xml_numbers(r->xml, outer, 2, NODES + 1, leaves, &leaf_count));
    int count = values / 4;
    if (values % 4 != 0 || leaf_count != count + 1)
        return mr_xml_fail(r->xml, element, "n nodes of four numbers need n + 1 leaves");
    MR_TRY(add_tree(r, element));
    for (int i = 0; i < count; i++) {
        const double *v = nodes + (ptrdiff_t)4 * i;
        if (!(v[2] >= 0 && v[2] < MR_CASCADE_MAX_NODES))
            return mr_xml_fail(r->xml, inner, "no such feature");
        mr_cascade_node node = {.feature = (int)v[2], .threshold = (float)v[3]};
        for (int side = 0; side < 2; side++) {
            if (!(v[side] >= -count && v[side] < count))
                return mr_xml_fail(r->xml, inner, "no such child");
            int child = (int)v[side];
            MR_TRY(check_child(r, inner, i, child, count));
            node.child[side] = child > 0 ? child : 0;
            node.leaf[side] = child > 0 ? 0 : (float)leaves[-child];
        }
        MR_TRY(add_node(r, inner, node));
    }
    return MR_OK;
}

static mr_status read_stage(reader *r, int element) {
    int threshold, weak, count;
    double value;
    MR_TRY(mr_xml_require(r->xml, element, "stageThreshold", &threshold));
    MR_TRY(mr_xml_require(r->xml, element, "weakClassifiers", &weak));
    MR_TRY(mr_xml_numbers(r->xml, threshold, 1, 1, &value, &count));
    MR_TRY(add_stage(r, element, (float)value - threshold_slack));
    for (int i = r->xml->elements[weak].first; i >= 0; i = r->xml->elements[i].next)
        MR_TRY(read_weak(r, i));
    return MR_OK;
}

static mr_status require_text(reader *r, int element, const char *name, const char *wanted) {
    int child;
    MR_TRY(mr_xml_require(r->xml, element, name, &child));
    const char *found = mr_xml_text(r->xml, child);
    if (strcmp(found, wanted) != 0)
        return mr_fail(MR_E_UNSUPPORTED, "%s: %s '%.32s' is not supported, only %s", r->xml->file,
                       name, found, wanted);
    return MR_OK;
}

static mr_status read_present(reader *r, int root) {
    int width, height, stages, features;
    MR_TRY(require_text(r, root, "stageType", "BOOST"));
    MR_TRY(require_text(r, root, "featureType", "HAAR"));
    MR_TRY(mr_xml_integer(r->xml, root, "width", 1, 1 << 16, &width));
    MR_TRY(mr_xml_integer(r->xml, root, "height", 1, 1 << 16, &height));
    MR_TRY(read_window(r, width, height, root));
    MR_TRY(mr_xml_require(r->xml, root, "stages", &stages));
    MR_TRY(mr_xml_require(r->xml, root, "features", &features));
    for (int i = r->xml->elements[features].first; i >= 0; i = r->xml->elements[i].next)
        MR_TRY(read_feature(r, i));
    for (int i = r->xml->elements[stages].first; i >= 0; i = r->xml->elements[i].next)
        MR_TRY(read_stage(r, i));
    return MR_OK;
}

/* ---- the older form ---- */

/* One side of a node: <left_val> or <left_node>, likewise right. */
static mr_status read_old_side(reader *r, int element, const char *value_name,
                               const char *node_name, int self, int nodes, int *child,
                               float *leaf) {
    int value_at = mr_xml_find(r->xml, element, value_name);
    if (value_at < 0) {
        MR_TRY(mr_xml_integer(r->xml, element, node_name, 1, MR_CASCADE_MAX_TREE_NODES, child));
        return check_child(r, element, self, *child, nodes);
    }
    double value;
    int count;
    MR_TRY(mr_xml_numbers(r->xml, value_at, 1, 1, &value, &count));
    *leaf = (float)value;
    return MR_OK;
}

static mr_status read_old_tree(reader *r, int element) {
    const mr_xml *xml = r->xml;
    int nodes = 0, self = 0;
    for (int i = xml->elements[element].first; i >= 0; i = xml->elements[i].next)
        nodes++;
    if (nodes < 1 || nodes > MR_CASCADE_MAX_TREE_NODES)
        return mr_xml_fail(xml, element, "a tree has 1 to 16 nodes");
    MR_TRY(add_tree(r, element));
    for (int i = xml->elements[element].first; i >= 0; i = xml->elements[i].next, self++) {
        mr_cascade_node node = {.feature = (int)r->cascade->feature_count};
        int feature, threshold, count;
        double value;
        MR_TRY(mr_xml_require(xml, i, "feature", &feature));
        MR_TRY(read_feature(r, feature));
        MR_TRY(mr_xml_require(xml, i, "threshold", &threshold));
        MR_TRY(mr_xml_numbers(xml, threshold, 1, 1, &value, &count));
        node.threshold = (float)value;
        MR_TRY(read_old_side(r, i, "left_val", "left_node", self, nodes, &node.child[0],
                             &node.leaf[0]));
        MR_TRY(read_old_side(r, i, "right_val", "right_node", self, nodes, &node.child[1],
                             &node.leaf[1]));
        MR_TRY(add_node(r, i, node));
    }
    return MR_OK;
}

static mr_status read_old_stage(reader *r, int element) {
    int threshold, trees, count, next = -1;
    double value;
    if (mr_xml_find(r->xml, element, "next") >= 0)
        MR_TRY(mr_xml_integer(r->xml, element, "next", -1, MR_CASCADE_MAX_STAGES, &next));
    if (next != -1)
        return mr_fail(MR_E_UNSUPPORTED, "%s: line %d: branching stages are not supported",
                       r->xml->file, r->xml->elements[element].line);
    MR_TRY(mr_xml_require(r->xml, element, "stage_threshold", &threshold));
    MR_TRY(mr_xml_require(r->xml, element, "trees", &trees));
    MR_TRY(mr_xml_numbers(r->xml, threshold, 1, 1, &value, &count));
    MR_TRY(add_stage(r, element, (float)value - threshold_slack));
    for (int i = r->xml->elements[trees].first; i >= 0; i = r->xml->elements[i].next)
        MR_TRY(read_old_tree(r, i));
    return MR_OK;
}

static mr_status read_old(reader *r, int root, int size) {
    int stages, count;
    double window[2];
    MR_TRY(mr_xml_numbers(r->xml, size, 2, 2, window, &count));
    MR_TRY(read_window(r, window[0], window[1], size));
    MR_TRY(mr_xml_require(r->xml, root, "stages", &stages));
    for (int i = r->xml->elements[stages].first; i >= 0; i = r->xml->elements[i].next)
        MR_TRY(read_old_stage(r, i));
    return MR_OK;
}

/* ---- both ---- */

/* What can only be known once everything is read. */
static mr_status check_whole(const mr_xml *xml, const mr_cascade *c) {
    if (c->stage_count == 0)
        return mr_fail(MR_E_FORMAT, "%s: the cascade has no stages", xml->file);
    for (size_t i = 0; i < c->stage_count; i++)
        if (c->stages[i].trees == 0)
            return mr_fail(MR_E_FORMAT, "%s: stage %zu has no classifiers", xml->file, i);
    for (size_t i = 0; i < c->node_count; i++)
        if ((size_t)c->nodes[i].feature >= c->feature_count)
            return mr_fail(MR_E_FORMAT, "%s: a node asks for feature %d of %zu", xml->file,
                           c->nodes[i].feature, c->feature_count);
    return MR_OK;
}

mr_status mr_cascade_read(const mr_xml *xml, mr_cascade *cascade) {
    reader r = {.xml = xml, .cascade = cascade};
    cascade->stumps = true;
    int root = xml->elements[0].first;
    if (root < 0 || strcmp(xml->strings + xml->elements[0].name, "opencv_storage") != 0)
        return mr_fail(MR_E_FORMAT, "%s: not a cascade: <opencv_storage> was expected", xml->file);
    int size = mr_xml_find(xml, root, "size");
    if (size >= 0)
        MR_TRY(read_old(&r, root, size));
    else
        MR_TRY(read_present(&r, root));
    return check_whole(xml, cascade);
}
