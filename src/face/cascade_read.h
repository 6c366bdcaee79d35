/* From the XML document of a cascade file to the checked model; both of OpenCV's forms. */
#ifndef MR_FACE_CASCADE_READ_H
#define MR_FACE_CASCADE_READ_H

#include "face/cascade.h"
#include "face/cascade_xml.h"

/* Fills a cleared cascade; on failure it holds what was read so far, for the caller to free. */
mr_status mr_cascade_read(const mr_xml *xml, mr_cascade *cascade);

#endif
