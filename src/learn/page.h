/*
 * A page of a report: one HTML file that needs nothing beside it, with tables and with charts drawn
 * inside it as SVG. It is also well-formed XML, runs no script and may load nothing.
 *
 *     mr_page *page;
 *     MR_TRY(mr_page_begin("Evaluation of models/emotion", figures, &page));
 *     mr_page_heading(page, "Classes");
 *     mr_page_table_begin(page, (const char *const[]){"class", "recall"}, 2);
 *     mr_page_row_begin(page, "angry");
 *     mr_page_figure(page, MR_PAGE_PERCENT, "per_class/angry/recall");
 *     mr_page_row_end(page);
 *     mr_page_table_end(page);
 *     mr_page_chart(page, "report", "confusion", "What is taken for what.");
 *     status = mr_page_save(page, "report/report.html");
 *     mr_page_free(page);
 *
 * Figures are taken from a JSON document by the path of members to them (numbers count members of
 * lists), so that a page cannot say anything else than the JSON of the same evaluation does. Each
 * is an element <data data-figure="path" value="0.6234">62.3 %</data>, which programs can read.
 *
 * All text is escaped. Failures of single calls are kept and told by mr_page_save. Ownership: begin
 * allocates, free frees; the JSON document must outlive the page. Thread rule: one thread a page.
 */
#ifndef MR_LEARN_PAGE_H
#define MR_LEARN_PAGE_H

#include "base/error.h"

#include <jansson.h>

typedef struct mr_page mr_page;

/* How a figure is written. */
typedef enum mr_page_format {
    MR_PAGE_COUNT,   /* 1234 */
    MR_PAGE_PERCENT, /* 12.3 % */
    MR_PAGE_YEARS,   /* 1.23 */
    MR_PAGE_NUMBER,  /* 0.123 */
    MR_PAGE_SHORT    /* four digits of whatever size: 0.1234, 1.234e-05 */
} mr_page_format;

mr_status mr_page_begin(const char *title, const json_t *figures, mr_page **out);
void mr_page_free(mr_page *page);

void mr_page_heading(mr_page *page, const char *text);

/* A paragraph. */
void mr_page_text(mr_page *page, const char *format, ...) __attribute__((format(printf, 2, 3)));

void mr_page_table_begin(mr_page *page, const char *const *columns, int count);
void mr_page_table_end(mr_page *page);

/* A row begins with its name. */
void mr_page_row_begin(mr_page *page, const char *name);
void mr_page_row_end(mr_page *page);

/* A cell with a word. */
void mr_page_cell(mr_page *page, const char *text);

/* A cell with the figure at a path; null is a dash. A path that leads to no number fails. */
void mr_page_figure(mr_page *page, mr_page_format format, const char *path, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with the 95 % interval of an object that has `value`, `interval` and `worse`, and set
 * off where it is worse. */
void mr_page_interval(mr_page *page, mr_page_format format, const char *path, ...)
    __attribute__((format(printf, 3, 4)));

/* Draws FOLDER/NAME.svg inside the page, with a caption that also stands for it where it cannot be
 * seen. */
void mr_page_chart(mr_page *page, const char *folder, const char *name, const char *caption);

/* The first failure of the page, or of writing it. */
mr_status mr_page_save(mr_page *page, const char *path);

#endif
