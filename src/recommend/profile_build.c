#include "base/file.h"
#include "recommend/profile_report.h"

#include <stdlib.h>
#include <string.h>

/* The profile set with its split. */
typedef struct split_set {
    mr_profile_set set;
    uint32_t *order;
    size_t held_out;
} split_set;

static void split_set_free(split_set *split) {
    mr_profiles_free(&split->set);
    free(split->order);
}

static mr_status split_set_load(const mr_catalogue *catalogue, const char *data_folder,
                                split_set *out) {
    *out = (split_set){0};
    char *path = mr_path_join(data_folder, "profiles.csv");
    mr_status status = path ? mr_profiles_load(path, catalogue, &out->set)
                            : mr_fail(MR_E_MEMORY, "%s: no memory for a path", data_folder);
    free(path);
    MR_TRY(status);
    status = mr_profiles_split(&out->set, MR_PROFILE_SPLIT_SEED, &out->order, &out->held_out);
    if (status != MR_OK)
        split_set_free(out);
    return status;
}

/* Judges on the held-out rows, beside the process that the set was drawn from. */
static mr_status judge(const mr_profile_forest *belief, const split_set *split,
                       const mr_catalogue *catalogue, const char *data_folder,
                       mr_profile_report *report) {
    mr_profile_process process;
    MR_TRY(mr_profile_process_make(catalogue, data_folder, NULL, &process));
    mr_status status = mr_profile_report_make(belief, &split->set, split->order, split->held_out,
                                              &process, report);
    mr_profile_process_free(&process);
    return status;
}

static mr_status save_report(const mr_profile_report *report, const mr_catalogue *catalogue,
                             const char *model_folder) {
    char *text = mr_profile_report_text(report, catalogue);
    char *path = mr_path_join(model_folder, "report.txt");
    mr_status status = text && path ? mr_file_write(path, text, strlen(text))
                                    : mr_fail(MR_E_MEMORY, "%s: no memory", model_folder);
    free(text);
    free(path);
    return status;
}

static mr_status save(const mr_profile_forest *belief, const mr_profile_report *report,
                      const mr_catalogue *catalogue, const char *model_folder) {
    MR_TRY(mr_profile_forest_save(belief, catalogue, model_folder));
    return save_report(report, catalogue, model_folder);
}

static mr_status build(const split_set *split, const mr_catalogue *catalogue,
                       const char *data_folder, const char *model_folder,
                       const mr_forest_params *params, mr_profile_report *report) {
    mr_profile_forest *belief;
    MR_TRY(mr_profile_forest_train(&split->set, split->order + split->held_out,
                                   split->set.count - split->held_out, catalogue, params, &belief));
    mr_status status = judge(belief, split, catalogue, data_folder, report);
    if (status == MR_OK) {
        status = save(belief, report, catalogue, model_folder);
        if (status != MR_OK)
            mr_profile_report_free(report);
    }
    mr_profile_forest_free(belief);
    return status;
}

mr_status mr_profile_forest_build(const mr_catalogue *catalogue, const char *data_folder,
                                  const char *model_folder, const mr_forest_params *params,
                                  mr_profile_report *report) {
    mr_forest_params chosen = params ? *params : mr_profile_forest_params();
    split_set split;
    MR_TRY(split_set_load(catalogue, data_folder, &split));
    mr_profile_report made;
    mr_status status = build(&split, catalogue, data_folder, model_folder, &chosen, &made);
    split_set_free(&split);
    if (status == MR_OK)
        *report = made;
    return status;
}

mr_status mr_profile_forest_evaluate(const mr_catalogue *catalogue, const char *data_folder,
                                     const char *model_folder, mr_profile_report *report) {
    mr_profile_forest *belief;
    MR_TRY(mr_profile_forest_load(model_folder, catalogue, &belief));
    split_set split;
    mr_profile_report made;
    mr_status status = split_set_load(catalogue, data_folder, &split);
    if (status == MR_OK) {
        status = judge(belief, &split, catalogue, data_folder, &made);
        split_set_free(&split);
    }
    mr_profile_forest_free(belief);
    if (status == MR_OK)
        *report = made;
    return status;
}
