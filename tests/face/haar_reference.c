#include "face/haar_reference.h"

#include "face/haar_scale.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>

static uint32_t pixel(const mr_image *image, int x, int y) {
    return image->pixels[(size_t)y * image->stride + (size_t)x];
}

uint32_t reference_sum(const mr_image *image, int x, int y) {
    uint32_t sum = 0;
    for (int j = 0; j < y; j++)
        for (int i = 0; i < x; i++)
            sum += pixel(image, i, j);
    return sum;
}

uint32_t reference_square(const mr_image *image, int x, int y) {
    uint32_t sum = 0;
    for (int j = 0; j < y; j++)
        for (int i = 0; i < x; i++)
            sum += pixel(image, i, j) * pixel(image, i, j);
    return sum;
}

uint32_t reference_tilted(const mr_image *image, int x, int y) {
    uint32_t sum = 0;
    for (int j = 0; j < y && j < image->height; j++)
        for (int i = 0; i < image->width; i++)
            if (abs(i - (x - 1)) <= y - 1 - j)
                sum += pixel(image, i, j);
    return sum;
}

/* ---- one window ---- */

static double rect_sum(const mr_image *level, const mr_cascade_rect *r, bool tilted, int x, int y) {
    int left = x + r->x, top = y + r->y, w = r->width, h = r->height;
    if (tilted)
        return (int32_t)(reference_tilted(level, left, top) -
                         reference_tilted(level, left - h, top + h) -
                         reference_tilted(level, left + w, top + w) +
                         reference_tilted(level, left + w - h, top + w + h));
    double sum = 0;
    for (int j = top; j < top + h; j++)
        for (int i = left; i < left + w; i++)
            sum += pixel(level, i, j);
    return sum;
}

/* 1 / (area × deviation) of the window without its rim, or 0 where it is too flat. */
static float norm_of(const mr_cascade *cascade, const mr_image *level, int x, int y) {
    double sum = 0, squares = 0, area = (cascade->width - 2) * (cascade->height - 2);
    for (int j = y + 1; j < y + cascade->height - 1; j++)
        for (int i = x + 1; i < x + cascade->width - 1; i++) {
            sum += pixel(level, i, j);
            squares += pixel(level, i, j) * pixel(level, i, j);
        }
    double spread = area * squares - sum * sum;
    if (spread <= 0)
        return 0;
    float norm = (float)(1 / sqrt(spread));
    return area * norm < 0.1 ? norm : 0;
}

static double tree_value(const mr_cascade *cascade, const mr_cascade_tree *tree,
                         const mr_image *level, int x, int y, float norm) {
    const mr_cascade_node *node = &cascade->nodes[tree->first_node];
    for (;;) {
        const mr_cascade_feature *feature = &cascade->features[node->feature];
        float value = 0;
        for (int r = 0; r < feature->rects; r++)
            value += (float)rect_sum(level, &feature->rect[r], feature->tilted, x, y) *
                     feature->rect[r].weight;
        int side = value * norm < node->threshold ? 0 : 1;
        if (!node->child[side])
            return node->leaf[side];
        node = &cascade->nodes[tree->first_node + node->child[side]];
    }
}

/* The number of stages passed, or -1 for a flat window. */
static int stages_passed(const mr_cascade *cascade, const mr_image *level, int x, int y) {
    float norm = norm_of(cascade, level, x, y);
    if (norm == 0)
        return -1;
    for (size_t s = 0; s < cascade->stage_count; s++) {
        const mr_cascade_stage *stage = &cascade->stages[s];
        double sum = 0;
        for (int t = 0; t < stage->trees; t++)
            sum += tree_value(cascade, &cascade->trees[stage->first_tree + t], level, x, y, norm);
        if (sum < stage->threshold)
            return (int)s;
    }
    return (int)cascade->stage_count;
}

/* ---- all windows ---- */

static mr_image scaled_level(const mr_image *image, float scale) {
    mr_image level;
    mr_haar_scaler scaler = {0};
    int width = (int)lrintf((float)image->width / scale);
    int height = (int)lrintf((float)image->height / scale);
    assert_ok(mr_image_create(width, height, 1, &level));
    assert_ok(mr_haar_scaler_begin(&scaler, image, width, height));
    for (int y = 0; y < height; y++)
        mr_haar_scaler_row(&scaler, y, level.pixels + (size_t)y * level.stride);
    mr_haar_scaler_free(&scaler);
    return level;
}

static mr_box cut(float x, float y, float width, float height, const mr_image *image) {
    mr_box box = {roundevenf(x), roundevenf(y), roundevenf(width), roundevenf(height)};
    box.width = fminf(box.width, (float)image->width - box.x);
    box.height = fminf(box.height, (float)image->height - box.y);
    return box;
}

size_t reference_detect(const mr_cascade *cascade, const mr_image *image, mr_box *out,
                        size_t capacity) {
    size_t found = 0;
    for (double factor = 1; lrint(cascade->width * factor) <= image->width &&
                            lrint(cascade->height * factor) <= image->height;
         factor *= 1.1) {
        float scale = (float)factor;
        int step = scale < 2 ? 2 : 1;
        mr_image level = scaled_level(image, scale);
        for (int y = 0; y + cascade->height <= level.height; y += step)
            for (int x = 0; x + cascade->width <= level.width; x += step) {
                int passed = stages_passed(cascade, &level, x, y);
                if (passed == (int)cascade->stage_count && found < capacity)
                    out[found++] =
                        cut((float)x * scale, (float)y * scale, (float)cascade->width * scale,
                            (float)cascade->height * scale, image);
                if (passed == 0)
                    x += step;
            }
        mr_image_free(&level);
    }
    return found;
}

/* ---- things to run on ---- */

mr_image random_picture(mr_rng *rng, int width, int height) {
    mr_image image;
    assert_ok(mr_image_create(width, height, 1, &image));
    double dx = mr_rng_range(rng, 0.05, 0.7), dy = mr_rng_range(rng, 0.05, 0.7);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            image.pixels[(size_t)y * image.stride + (size_t)x] =
                (uint8_t)(128 + 80 * sin(x * dx) * cos(y * dy) + mr_rng_range(rng, -40, 40));
    return image;
}

static int pick(mr_rng *rng, int low, int high) {
    return low + (int)mr_rng_below(rng, (uint64_t)high - (uint64_t)low + 1);
}

static void print_feature(FILE *file, mr_rng *rng, bool tilted) {
    int rects = pick(rng, 2, 3);
    fputs("<_><rects>", file);
    for (int r = 0; r < rects; r++) {
        int w = pick(rng, 1, 4), h = pick(rng, 1, 4);
        int x = tilted ? pick(rng, h, 12 - w) : pick(rng, 0, 12 - w);
        int y = tilted ? pick(rng, 0, 10 - w - h) : pick(rng, 0, 10 - h);
        fprintf(file, "<_>%d %d %d %d %d.</_>", x, y, w, h, r == 0 ? -1 : pick(rng, 1, 3));
    }
    fprintf(file, "</rects>%s</_>", tilted ? "<tilted>1</tilted>" : "");
}

/* Node 0 leads to the others, so that every shape of up to three nodes occurs. */
static void print_tree(FILE *file, mr_rng *rng, int *features) {
    static const char *const children[][3] = {{"0 -1"},
                                              {"1 0", "-1 -2"},
                                              {"0 1", "-1 -2"},
                                              {"1 2", "0 -1", "-2 -3"},
                                              {"1 0", "2 -1", "-2 -3"}};
    static const int sizes[] = {1, 2, 2, 3, 3};
    int shape = pick(rng, 0, 4), nodes = sizes[shape];
    fputs("<_><internalNodes>", file);
    for (int i = 0; i < nodes; i++)
        fprintf(file, "%s %d %.9g ", children[shape][i], (*features)++,
                mr_rng_range(rng, -0.02, 0.05));
    fputs("</internalNodes><leafValues>", file);
    for (int i = 0; i <= nodes; i++)
        fprintf(file, "%.9g ", mr_rng_range(rng, -1, 1));
    fputs("</leafValues></_>", file);
}

char *random_cascade(mr_rng *rng, bool tilted) {
    char *text;
    size_t size;
    int features = 0;
    FILE *file = open_memstream(&text, &size);
    assert_non_null(file);
    fputs("<opencv_storage><cascade><stageType>BOOST</stageType><featureType>HAAR</featureType>"
          "<height>10</height><width>12</width><stages>",
          file);
    for (int stage = 0; stage < 3; stage++) {
        fprintf(file, "<_><stageThreshold>%.9g</stageThreshold><weakClassifiers>",
                mr_rng_range(rng, -0.8, 0.2));
        for (int tree = 0; tree < 3; tree++)
            print_tree(file, rng, &features);
        fputs("</weakClassifiers></_>", file);
    }
    fputs("</stages><features>", file);
    for (int i = 0; i < features; i++)
        print_feature(file, rng, tilted && i % 2);
    fputs("</features></cascade></opencv_storage>", file);
    fclose(file);
    return text;
}
