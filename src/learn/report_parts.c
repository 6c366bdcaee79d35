#include "learn/report_parts.h"

#include "base/file.h"
#include "learn/plot.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

mr_status mr_report_begin(const char *model, const json_t *figures, mr_page **out) {
    char title[512];
    if (!figures)
        return mr_fail(MR_E_MEMORY, "no memory for the figures of a report");
    snprintf(title, sizeof title, "Evaluation of %.400s", model);
    return mr_page_begin(title, figures, out);
}

mr_status mr_report_curves(const mr_reporting *r, const char *model) {
    char *log = mr_path_join(model, "training.csv");
    if (!log)
        return mr_fail(MR_E_MEMORY, "%s: no memory for its path", model);
    mr_status status = MR_OK;
    if (access(log, F_OK) == 0) {
        status = mr_plot_training(log, r->folder);
        if (status == MR_OK) {
            mr_page_heading(r->page, "Training");
            mr_page_chart(r->page, r->folder, "curves", "Losses and figures by epoch.");
        }
    }
    free(log);
    return status;
}

mr_status mr_report_save(const mr_reporting *r) {
    char *path = mr_path_join(r->folder, "report.html");
    if (!path)
        return mr_fail(MR_E_MEMORY, "%s: no memory for its path", r->folder);
    mr_status status = mr_page_save(r->page, path);
    free(path);
    return status;
}
