/*
 * Drawing over a picture: face boxes, landmarks and labels, for `analyze --draw`.
 *
 *     mr_canvas *canvas;
 *     MR_TRY(mr_canvas_begin(&photo, &canvas));
 *     for (int i = 0; i < n; i++)
 *         mr_canvas_face(canvas, &faces[i].box, faces[i].landmarks, "female, 36\nhappy", i);
 *     MR_TRY(mr_canvas_end(canvas, &photo));      // the drawing is now in the pixels
 *
 * Lines and letters grow with the picture. Labels stay inside it, are set on a dark plate so that
 * they can be read on anything, and are put where they cover the least of faces and other labels;
 * therefore nothing is drawn before all faces are known, at the end.
 *
 * Ownership: end frees the canvas, whatever it returns. Thread rule: a canvas belongs to one
 * thread.
 */
#ifndef MR_IMAGE_DRAW_H
#define MR_IMAGE_DRAW_H

#include "image/image.h"
#include "moodreel/types.h"

typedef struct mr_canvas mr_canvas;

/* Only the size of `image` is noted. */
mr_status mr_canvas_begin(const mr_image *image, mr_canvas **out);

/*
 * Adds one face, in pixels of the picture. `landmarks` are MR_LANDMARKS points or NULL; `label` is
 * UTF-8, may hold several lines and may be NULL; `colour` is any number and chooses from a palette
 * that people with colour blindness can tell apart (Okabe and Ito 2008). All is copied. When memory
 * is out, mr_canvas_end says so.
 */
void mr_canvas_face(mr_canvas *canvas, const mr_box *box, const mr_point *landmarks,
                    const char *label, int colour);

/* Draws into `image`, an RGB picture of the size that was begun with; untouched on failure. */
mr_status mr_canvas_end(mr_canvas *canvas, mr_image *image);

#endif
