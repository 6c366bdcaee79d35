/* What the pages of all evaluations have (report.h); not for users. */
#ifndef MR_LEARN_REPORT_PARTS_H
#define MR_LEARN_REPORT_PARTS_H

#include "learn/page.h"

/* A page of a folder, while it is written. */
typedef struct mr_reporting {
    mr_page *page;
    const char *folder;
} mr_reporting;

/* A page on `model` whose figures are these; NULL: there was no memory for them. */
mr_status mr_report_begin(const char *model, const json_t *figures, mr_page **out);

/* The curves of the training where its log is there. */
mr_status mr_report_curves(const mr_reporting *r, const char *model);

/* As FOLDER/report.html. */
mr_status mr_report_save(const mr_reporting *r);

#endif
