#include "face/haar_scan.h"

#include <stdlib.h>

static void upright_corners(const mr_haar_layout *layout, const mr_cascade_rect *r,
                            int32_t offset[4]) {
    offset[0] = mr_haar_offset(layout, r->x, r->y);
    offset[1] = mr_haar_offset(layout, r->x + r->width, r->y);
    offset[2] = mr_haar_offset(layout, r->x, r->y + r->height);
    offset[3] = mr_haar_offset(layout, r->x + r->width, r->y + r->height);
}

static void tilted_corners(const mr_haar_layout *layout, const mr_cascade_rect *r,
                           int32_t offset[4]) {
    int w = r->width, h = r->height;
    offset[0] = mr_haar_offset(layout, r->x, r->y);
    offset[1] = mr_haar_offset(layout, r->x - h, r->y + h);
    offset[2] = mr_haar_offset(layout, r->x + w, r->y + w);
    offset[3] = mr_haar_offset(layout, r->x + w - h, r->y + w + h);
}

mr_status mr_haar_plan_create(const mr_cascade *cascade, mr_haar_plan *plan) {
    mr_haar_node *nodes = calloc(cascade->node_count, sizeof *nodes);
    if (!nodes)
        return mr_fail(MR_E_MEMORY, "no memory for a plan of %zu nodes", cascade->node_count);
    for (size_t i = 0; i < cascade->node_count; i++) {
        const mr_cascade_node *from = &cascade->nodes[i];
        const mr_cascade_feature *feature = &cascade->features[from->feature];
        mr_haar_node *node = &nodes[i];
        node->threshold = from->threshold;
        node->tilted = feature->tilted;
        for (int side = 0; side < 2; side++) {
            node->child[side] = (int16_t)from->child[side];
            node->leaf[side] = from->leaf[side];
        }
        for (int r = 0; r < feature->rects; r++)
            node->weight[r] = feature->rect[r].weight;
    }
    *plan = (mr_haar_plan){.cascade = cascade, .nodes = nodes};
    return MR_OK;
}

void mr_haar_plan_layout(mr_haar_plan *plan, const mr_haar_layout *layout) {
    const mr_cascade *cascade = plan->cascade;
    /* The variance is taken without the window's outermost pixels, as the cascades were trained. */
    mr_cascade_rect inner = {1, 1, cascade->width - 2, cascade->height - 2, 1};
    plan->layout = *layout;
    plan->norm_area = (float)(inner.width * inner.height);
    upright_corners(layout, &inner, plan->norm);
    for (size_t i = 0; i < cascade->node_count; i++) {
        const mr_cascade_feature *feature = &cascade->features[cascade->nodes[i].feature];
        for (int r = 0; r < feature->rects; r++) {
            if (feature->tilted)
                tilted_corners(layout, &feature->rect[r], plan->nodes[i].offset[r]);
            else
                upright_corners(layout, &feature->rect[r], plan->nodes[i].offset[r]);
        }
    }
}

void mr_haar_plan_free(mr_haar_plan *plan) {
    free(plan->nodes);
    *plan = (mr_haar_plan){0};
}
