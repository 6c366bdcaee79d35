#include "face/haar_parity.h"

#include "base/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST_BOXES 16384

mr_status mr_parity_setting_read(const mr_csv *settings, const char *path, size_t row,
                                 mr_parity_setting *out) {
    static const char *const names[] = {"scale_factor", "min_neighbors", "min_size", "max_size"};
    double values[4];
    for (int i = 0; i < 4; i++)
        MR_TRY(mr_csv_number(settings, path, row, mr_csv_column(settings, names[i]), &values[i]));
    out->cascade = mr_csv_field(settings, row, mr_csv_column(settings, "cascade"));
    out->params = (mr_haar_params){values[0], (int)values[1], (int)values[2], (int)values[3]};
    return MR_OK;
}

mr_status mr_parity_cascade(const char *name, mr_cascade **out) {
    char *found, *path;
    MR_TRY(mr_cascade_find(&found));
    char *slash = strrchr(found, '/');
    if (slash)
        *slash = '\0';
    path = mr_path_join(slash ? found : ".", name);
    free(found);
    char *licence = path ? strstr(path, "licence") : NULL;
    if (licence && access(path, F_OK) != 0)
        licence[5] = 's'; /* as later versions of OpenCV spell it */
    mr_status status = path ? mr_cascade_load(path, out) : mr_fail(MR_E_MEMORY, "no memory");
    free(path);
    return status;
}

static double overlap(const mr_box *a, const mr_box *b) {
    double width = fminf(a->x + a->width, b->x + b->width) - fmaxf(a->x, b->x);
    double height = fminf(a->y + a->height, b->y + b->height) - fmaxf(a->y, b->y);
    if (width <= 0 || height <= 0)
        return 0;
    double both = width * height;
    return both / (a->width * a->height + b->width * b->height - both);
}

/* Takes the best free partner of `box`, if any is close enough. */
static void match(const mr_box *box, const mr_face *faces, bool *taken, size_t count,
                  mr_parity *parity) {
    size_t best = count;
    double most = 0.9;
    for (size_t i = 0; i < count; i++) {
        double here = taken[i] ? 0 : overlap(box, &faces[i].box);
        if (here >= most) {
            most = here;
            best = i;
        }
    }
    if (best == count)
        return;
    taken[best] = true;
    parity->matched++;
    parity->equal += most == 1;
}

static mr_status count_boxes(const mr_csv *boxes, size_t number, const char *name,
                             const mr_face *faces, bool *taken, size_t count, mr_parity *parity) {
    int column = mr_csv_column(boxes, "setting"), x = mr_csv_column(boxes, "x");
    for (size_t row = 0; row < boxes->rows; row++) {
        double setting, side[4];
        MR_TRY(mr_csv_number(boxes, "boxes", row, column, &setting));
        if (setting != (double)number || strcmp(mr_csv_field(boxes, row, 1), name) != 0)
            continue;
        for (int i = 0; i < 4; i++)
            MR_TRY(mr_csv_number(boxes, "boxes", row, x + i, &side[i]));
        mr_box box = {(float)side[0], (float)side[1], (float)side[2], (float)side[3]};
        parity->theirs++;
        match(&box, faces, taken, count, parity);
    }
    return MR_OK;
}

mr_status mr_parity_count(mr_haar *haar, const mr_parity_setting *setting, size_t number,
                          const mr_image *picture, const char *name, const mr_csv *boxes,
                          mr_parity *parity) {
    mr_face *faces = malloc(MOST_BOXES * sizeof *faces);
    bool *taken = calloc(MOST_BOXES, sizeof *taken);
    size_t count = 0;
    mr_status status =
        faces && taken ? mr_haar_detect(haar, picture, &setting->params, faces, MOST_BOXES, &count)
                       : mr_fail(MR_E_MEMORY, "no memory for boxes");
    if (status == MR_OK)
        status = count_boxes(boxes, number, name, faces, taken, count, parity);
    parity->ours += (long)count;
    free(faces);
    free(taken);
    return status;
}

mr_status mr_parity_judge(const char *what, const mr_parity *p) {
    printf("%-44s ours %5ld, OpenCV's %5ld, matched %5ld, equal %5ld\n", what, p->ours, p->theirs,
           p->matched, p->equal);
    if ((double)p->matched < 0.98 * (double)p->ours ||
        (double)p->matched < 0.98 * (double)p->theirs)
        return mr_fail(MR_E_MISMATCH, "%s: fewer than 98 %% of the boxes are matched", what);
    return MR_OK;
}
