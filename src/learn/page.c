#include "learn/page.h"

#include "base/file.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SVG_LIMIT ((size_t)16 << 20)
#define PATH_MOST 256

struct mr_page {
    const json_t *figures;
    FILE *out;
    char *text;
    size_t size;
    int charts;
    mr_status failed; /* the first failure, its text below */
    char why[512];
};

static const char style[] =
    "body{margin:2rem auto;max-width:70rem;padding:0 1rem;font:16px/1.5 sans-serif;color:#26292e}"
    "h1{font-size:1.6rem}h2{margin-top:2.5rem;font-size:1.2rem}"
    "table{border-collapse:collapse;margin:1rem 0;font-size:.9rem}"
    "th,td{padding:.2rem .8rem;border-bottom:1px solid #e0e3e8;text-align:right}"
    "th:first-child,td:first-child{text-align:left}thead th{border-bottom:2px solid #26292e}"
    ".interval{color:#6a6f78;font-size:.85em}.worse{color:#a34700;font-weight:bold}"
    "figure{margin:1.5rem 0}svg{max-width:100%;height:auto}"
    "figcaption{color:#6a6f78;font-size:.9rem}";

static void keep_failure(mr_page *page, mr_status status) {
    if (page->failed != MR_OK || status == MR_OK)
        return;
    page->failed = status;
    snprintf(page->why, sizeof page->why, "%s", mr_last_error());
}

/* XML cannot hold most control characters at all, nor what is no UTF-8. */
static void put(mr_page *page, const char *text) {
    FILE *out = page->out;
    while (*text) {
        const char *start = text;
        long point = mr_utf8_next(&text);
        switch (point) {
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        default:
            if (point < ' ' || point == 0xfffe || point == 0xffff)
                fputc(point < 0 ? '?' : ' ', out);
            else
                fwrite(start, 1, (size_t)(text - start), out);
        }
    }
}

mr_status mr_page_begin(const char *title, const json_t *figures, mr_page **out) {
    mr_page *page = calloc(1, sizeof *page);
    if (page)
        page->out = open_memstream(&page->text, &page->size);
    if (!page || !page->out) {
        free(page);
        return mr_fail(MR_E_MEMORY, "%s: no memory for its page", title);
    }
    page->figures = figures;
    fputs("<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n"
          "<meta charset=\"utf-8\"/>\n"
          "<meta http-equiv=\"Content-Security-Policy\" "
          "content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n"
          "<meta name=\"viewport\" content=\"width=device-width\"/>\n<title>",
          page->out);
    put(page, title);
    fprintf(page->out, "</title>\n<style>%s</style>\n</head>\n<body>\n<h1>", style);
    put(page, title);
    fputs("</h1>\n", page->out);
    *out = page;
    return MR_OK;
}

void mr_page_free(mr_page *page) {
    if (!page)
        return;
    if (page->out)
        fclose(page->out);
    free(page->text);
    free(page);
}

void mr_page_heading(mr_page *page, const char *text) {
    fputs("<h2>", page->out);
    put(page, text);
    fputs("</h2>\n", page->out);
}

void mr_page_text(mr_page *page, const char *format, ...) {
    char *text;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0) {
        keep_failure(page, mr_fail(MR_E_MEMORY, "no memory for a paragraph"));
        return;
    }
    fputs("<p>", page->out);
    put(page, text);
    fputs("</p>\n", page->out);
    free(text);
}

/* ---- tables --------------------------------------------------------------------------------- */

void mr_page_table_begin(mr_page *page, const char *const *columns, int count) {
    fputs("<table>\n<thead><tr>", page->out);
    for (int i = 0; i < count; i++) {
        fputs("<th scope=\"col\">", page->out);
        put(page, columns[i]);
        fputs("</th>", page->out);
    }
    fputs("</tr></thead>\n<tbody>\n", page->out);
}

void mr_page_table_end(mr_page *page) {
    fputs("</tbody>\n</table>\n", page->out);
}

void mr_page_row_begin(mr_page *page, const char *name) {
    fputs("<tr><th scope=\"row\">", page->out);
    put(page, name);
    fputs("</th>", page->out);
}

void mr_page_row_end(mr_page *page) {
    fputs("</tr>\n", page->out);
}

void mr_page_cell(mr_page *page, const char *text) {
    fputs("<td>", page->out);
    put(page, text);
    fputs("</td>", page->out);
}

/* ---- figures -------------------------------------------------------------------------------- */

static const json_t *member(const json_t *whole, const char *name) {
    if (!json_is_array(whole))
        return json_object_get(whole, name);
    char *end;
    errno = 0;
    unsigned long index = strtoul(name, &end, 10);
    return *end || end == name || errno ? NULL : json_array_get(whole, index);
}

/* What a path leads to, or NULL. */
static const json_t *find(const mr_page *page, const char *path) {
    char copy[PATH_MOST], *save;
    snprintf(copy, sizeof copy, "%s", path);
    const json_t *at = page->figures;
    for (char *name = strtok_r(copy, "/", &save); name && at; name = strtok_r(NULL, "/", &save))
        at = member(at, name);
    return at;
}

static void write_value(char *text, size_t size, mr_page_format format, double value) {
    switch (format) {
    case MR_PAGE_COUNT:
        snprintf(text, size, "%.0f", value);
        break;
    case MR_PAGE_PERCENT:
        snprintf(text, size, "%.1f %%", 100 * value);
        break;
    case MR_PAGE_YEARS:
        snprintf(text, size, "%.2f", value);
        break;
    case MR_PAGE_NUMBER:
        snprintf(text, size, "%.3f", value);
        break;
    case MR_PAGE_SHORT:
        snprintf(text, size, "%.4g", value);
        break;
    }
}

static void put_number(mr_page *page, mr_page_format format, const char *path) {
    const json_t *figure = find(page, path);
    if (json_is_null(figure)) {
        fputs("-", page->out);
        return;
    }
    if (!json_is_number(figure)) {
        keep_failure(page, mr_fail(MR_E_MISMATCH, "report: '%s' is no figure", path));
        return;
    }
    char text[64];
    double value = json_number_value(figure);
    write_value(text, sizeof text, format, value);
    fputs("<data data-figure=\"", page->out);
    put(page, path);
    fprintf(page->out, "\" value=\"%.9g\">%s</data>", value, text);
}

/* Whether a path of this length was written whole. */
static bool is_whole(mr_page *page, int length) {
    if (length >= 0 && length < PATH_MOST)
        return true;
    keep_failure(page, mr_fail(MR_E_LIMIT, "report: a path is too long"));
    return false;
}

void mr_page_figure(mr_page *page, mr_page_format format, const char *path, ...) {
    char text[PATH_MOST];
    va_list arguments;
    va_start(arguments, path);
    int length = vsnprintf(text, sizeof text, path, arguments);
    va_end(arguments);
    fputs("<td>", page->out);
    if (is_whole(page, length))
        put_number(page, format, text);
    fputs("</td>", page->out);
}

static void put_interval(mr_page *page, mr_page_format format, const char *path) {
    static const char *const ends[] = {"interval/0", "interval/1"};
    char part[PATH_MOST + 16];
    snprintf(part, sizeof part, "%s/worse", path);
    bool worse = json_is_true(find(page, part));
    fputs(worse ? "<td class=\"worse\">" : "<td>", page->out);
    snprintf(part, sizeof part, "%s/value", path);
    put_number(page, format, part);
    fputs(" <span class=\"interval\">(", page->out);
    for (int i = 0; i < 2; i++) {
        snprintf(part, sizeof part, "%s/%s", path, ends[i]);
        put_number(page, format, part);
        fputs(i == 0 ? " to " : ")</span></td>", page->out);
    }
}

void mr_page_interval(mr_page *page, mr_page_format format, const char *path, ...) {
    char text[PATH_MOST];
    va_list arguments;
    va_start(arguments, path);
    int length = vsnprintf(text, sizeof text, path, arguments);
    va_end(arguments);
    if (is_whole(page, length))
        put_interval(page, format, text);
}

/* ---- charts --------------------------------------------------------------------------------- */

/* Names of parts of an SVG are names of the whole page's, so each chart's get a start of their
 * own. */
static void put_svg(mr_page *page, const char *svg) {
    static const char *const before[] = {"id=\"", "href=\"#", "url(#"};
    for (const char *at = svg; *at;) {
        size_t length = 0;
        for (size_t i = 0; i < sizeof before / sizeof *before && length == 0; i++)
            if (strncmp(at, before[i], strlen(before[i])) == 0)
                length = strlen(before[i]);
        if (length > 0) {
            fprintf(page->out, "%.*schart%d-", (int)length, at, page->charts);
            at += length;
        } else
            fputc(*at++, page->out);
    }
}

static mr_status read_svg(const char *folder, const char *name, char **out) {
    char *path;
    size_t size;
    if (asprintf(&path, "%s/%s.svg", folder, name) < 0)
        return mr_fail(MR_E_MEMORY, "%s: no memory for a chart", folder);
    unsigned char *bytes = NULL;
    mr_status status = mr_file_read(path, SVG_LIMIT, &bytes, &size);
    if (status == MR_OK && !strstr((char *)bytes, "<svg")) {
        free(bytes);
        status = mr_fail(MR_E_FORMAT, "%s: is no SVG picture", path);
    }
    free(path);
    if (status == MR_OK)
        *out = (char *)bytes;
    return status;
}

void mr_page_chart(mr_page *page, const char *folder, const char *name, const char *caption) {
    char *text = NULL;
    mr_status status = read_svg(folder, name, &text);
    keep_failure(page, status);
    if (status != MR_OK)
        return;
    page->charts++;
    fputs("<figure>\n<svg role=\"img\" aria-label=\"", page->out);
    put(page, caption);
    fputc('"', page->out);
    put_svg(page, strstr(text, "<svg") + strlen("<svg"));
    fputs("<figcaption>", page->out);
    put(page, caption);
    fputs("</figcaption>\n</figure>\n", page->out);
    free(text);
}

/* ---- the end -------------------------------------------------------------------------------- */

mr_status mr_page_save(mr_page *page, const char *path) {
    if (page->failed != MR_OK)
        return mr_fail(page->failed, "%s", page->why);
    fputs("</body>\n</html>\n", page->out);
    int failure = ferror(page->out) | fclose(page->out);
    page->out = NULL;
    if (failure)
        return mr_fail(MR_E_MEMORY, "%s: no memory", path);
    return mr_file_write(path, page->text, page->size);
}
