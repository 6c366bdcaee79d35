/*
 * A small XML document held as a tree, just enough for cascade files: names, nesting and the text
 * of elements without children. Attributes and comments are dropped; document types (and with them
 * entities) are refused, as are documents deeper than 16 or longer than a million elements.
 *
 * Elements are numbered from 0, the root; -1 stands for "none". Thread rule: read-only once parsed.
 */
#ifndef MR_FACE_CASCADE_XML_H
#define MR_FACE_CASCADE_XML_H

#include "base/error.h"

#include <stddef.h>

typedef struct mr_xml_element {
    size_t name, text; /* offsets into the document's strings */
    int line;
    int parent, first, last, next; /* first and last child, next sibling */
} mr_xml_element;

typedef struct mr_xml {
    const char *file; /* name used in errors; the caller's string */
    mr_xml_element *elements;
    size_t count, capacity;
    char *strings;
    size_t used, room;
} mr_xml;

mr_status mr_xml_parse(const char *bytes, size_t size, const char *name, mr_xml *out);

void mr_xml_free(mr_xml *xml);

/* The first child with this name, or -1. */
int mr_xml_find(const mr_xml *xml, int element, const char *name);

/* The same, but its absence is an error. */
mr_status mr_xml_require(const mr_xml *xml, int element, const char *name, int *child);

/* The element's own text; "" where it has children. */
const char *mr_xml_text(const mr_xml *xml, int element);

/* The whitespace-separated finite numbers of an element: between `least` and `most` of them, or an
 * error that names the line. */
mr_status mr_xml_numbers(const mr_xml *xml, int element, int least, int most, double *out,
                         int *count);

/* One whole number in low … high, from the child of that name. */
mr_status mr_xml_integer(const mr_xml *xml, int element, const char *name, int low, int high,
                         int *out);

/* MR_E_FORMAT with "file: line N: element 'x': what". */
mr_status mr_xml_fail(const mr_xml *xml, int element, const char *what);

#endif
