#include "face/cascade_xml.h"

#include "base/memory.h"
#include "base/number.h"

#include <ctype.h>
#include <expat.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH    16
#define MAX_ELEMENTS (1 << 20)
#define MAX_NUMBER   64   /* characters of one number */
#define NUMBER_MOST  1e30 /* sums of many such are finite floats still */

typedef struct builder {
    mr_xml *xml;
    XML_Parser parser;
    int open, depth; /* innermost open element */
    mr_status status;
} builder;

/* The line that the parser is at. expat 2.9 calls the older function deprecated. */
static int line_of(XML_Parser parser) {
#if XML_MAJOR_VERSION > 2 || XML_MINOR_VERSION >= 9
    return (int)XML_GetCurrentLineNumber64(parser);
#else
    return (int)XML_GetCurrentLineNumber(parser);
#endif
}

static void stop(builder *b, mr_status status, const char *what) {
    if (b->status != MR_OK)
        return;
    b->status = mr_fail(status, "%s: line %d: %s", b->xml->file, line_of(b->parser), what);
    XML_StopParser(b->parser, XML_FALSE);
}

/* Appends bytes to the string pool and keeps it closed by a zero byte that does not count. */
static bool append(mr_xml *xml, const char *bytes, size_t n) {
    if (!mr_grow(&xml->strings, &xml->room, xml->used + n + 1, 1))
        return false;
    memcpy(xml->strings + xml->used, bytes, n);
    xml->used += n;
    xml->strings[xml->used] = '\0';
    return true;
}

static void on_start(void *user, const XML_Char *name, const XML_Char **attributes) {
    (void)attributes;
    builder *b = user;
    mr_xml *xml = b->xml;
    if (b->status != MR_OK)
        return;
    if (b->depth == MAX_DEPTH || xml->count == MAX_ELEMENTS) {
        stop(b, MR_E_LIMIT, b->depth == MAX_DEPTH ? "nested too deeply" : "too many elements");
        return;
    }
    size_t at = xml->used;
    if (!mr_grow(&xml->elements, &xml->capacity, xml->count + 1, sizeof *xml->elements) ||
        !append(xml, name, strlen(name) + 1)) {
        stop(b, MR_E_MEMORY, "out of memory");
        return;
    }
    int self = (int)xml->count++;
    xml->elements[self] = (mr_xml_element){.name = at,
                                           .text = xml->used,
                                           .line = line_of(b->parser),
                                           .parent = b->open,
                                           .first = -1,
                                           .last = -1,
                                           .next = -1};
    if (b->open >= 0) {
        mr_xml_element *parent = &xml->elements[b->open];
        if (parent->last >= 0)
            xml->elements[parent->last].next = self;
        else
            parent->first = self;
        parent->last = self;
    }
    b->open = self;
    b->depth++;
}

static void on_text(void *user, const XML_Char *text, int n) {
    builder *b = user;
    if (b->status == MR_OK && !append(b->xml, text, (size_t)n))
        stop(b, MR_E_MEMORY, "out of memory");
}

static void on_end(void *user, const XML_Char *name) {
    (void)name;
    builder *b = user;
    if (b->status != MR_OK)
        return;
    if (!append(b->xml, "", 1))
        stop(b, MR_E_MEMORY, "out of memory");
    b->open = b->xml->elements[b->open].parent;
    b->depth--;
}

static void on_doctype(void *user, const XML_Char *name, const XML_Char *system,
                       const XML_Char *public, int internal) {
    (void)name, (void)system, (void)public, (void)internal;
    stop(user, MR_E_FORMAT, "a document type is not allowed");
}

mr_status mr_xml_parse(const char *bytes, size_t size, const char *name, mr_xml *out) {
    if (size > (size_t)INT32_MAX)
        return mr_fail(MR_E_LIMIT, "%s: too large for an XML document", name);
    mr_xml xml = {.file = name};
    builder b = {.xml = &xml, .open = -1, .parser = XML_ParserCreate(NULL)};
    if (!b.parser)
        return mr_fail(MR_E_MEMORY, "%s: no memory for the XML parser", name);
    XML_SetUserData(b.parser, &b);
    XML_SetElementHandler(b.parser, on_start, on_end);
    XML_SetCharacterDataHandler(b.parser, on_text);
    XML_SetStartDoctypeDeclHandler(b.parser, on_doctype);
    if (XML_Parse(b.parser, bytes, (int)size, XML_TRUE) == XML_STATUS_ERROR)
        stop(&b, MR_E_FORMAT, XML_ErrorString(XML_GetErrorCode(b.parser)));
    XML_ParserFree(b.parser);
    if (b.status != MR_OK)
        mr_xml_free(&xml);
    else
        *out = xml;
    return b.status;
}

void mr_xml_free(mr_xml *xml) {
    free(xml->elements);
    free(xml->strings);
    *xml = (mr_xml){0};
}

int mr_xml_find(const mr_xml *xml, int element, const char *name) {
    for (int i = xml->elements[element].first; i >= 0; i = xml->elements[i].next)
        if (strcmp(xml->strings + xml->elements[i].name, name) == 0)
            return i;
    return -1;
}

mr_status mr_xml_require(const mr_xml *xml, int element, const char *name, int *child) {
    int found = mr_xml_find(xml, element, name);
    if (found < 0)
        return mr_fail(MR_E_FORMAT, "%s: line %d: element '%s' lacks '%s'", xml->file,
                       xml->elements[element].line, xml->strings + xml->elements[element].name,
                       name);
    *child = found;
    return MR_OK;
}

const char *mr_xml_text(const mr_xml *xml, int element) {
    const mr_xml_element *e = &xml->elements[element];
    return e->first < 0 ? xml->strings + e->text : "";
}

mr_status mr_xml_fail(const mr_xml *xml, int element, const char *what) {
    const mr_xml_element *e = &xml->elements[element];
    return mr_fail(MR_E_FORMAT, "%s: line %d: element '%s': %s", xml->file, e->line,
                   xml->strings + e->name, what);
}

mr_status mr_xml_numbers(const mr_xml *xml, int element, int least, int most, double *out,
                         int *count) {
    const char *at = mr_xml_text(xml, element);
    int n = 0;
    for (;;) {
        at += strspn(at, " \t\r\n");
        if (!*at)
            break;
        size_t length = strcspn(at, " \t\r\n");
        char *end = NULL;
        double value = length <= MAX_NUMBER ? mr_strtod(at, &end) : NAN;
        if (!(fabs(value) <= NUMBER_MOST) || end != at + length)
            return mr_xml_fail(xml, element, "a finite number was expected");
        if (n == most)
            return mr_xml_fail(xml, element, "too many numbers");
        out[n++] = value;
        at = end;
    }
    if (n < least)
        return mr_xml_fail(xml, element, "too few numbers");
    *count = n;
    return MR_OK;
}

mr_status mr_xml_integer(const mr_xml *xml, int element, const char *name, int low, int high,
                         int *out) {
    int child = -1, count;
    double value = 0;
    MR_TRY(mr_xml_require(xml, element, name, &child));
    MR_TRY(mr_xml_numbers(xml, child, 1, 1, &value, &count));
    if (value < low || value > high || value != floor(value))
        return mr_fail(MR_E_FORMAT, "%s: line %d: '%s' must be a whole number in %d … %d",
                       xml->file, xml->elements[child].line, name, low, high);
    *out = (int)value;
    return MR_OK;
}
