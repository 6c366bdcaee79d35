/*
 * From a frame to its faces: what analysing a picture and following people share.
 *
 * Faces are found in the pixels of the decoded picture, which the networks look at, and reported in
 * those of the full one.
 */
#ifndef MR_API_FRAME_H
#define MR_API_FRAME_H

#include "api/engine.h"
#include "image/image.h"

/* Limits and reduced size that the engine's options ask for. */
mr_decode_options mr_frame_decoding(const mr_engine *engine);

/* A view of the caller's pixels, after checking shape and size. Nothing may write to it. */
mr_status mr_frame_view(const mr_engine *engine, const uint8_t *rgb, int width, int height,
                        size_t stride, mr_image *out);

/* Finds the faces of a picture, largest first, into session->faces, with the points that the
 * detector tells. */
mr_status mr_frame_find(mr_session *session, const mr_image *image, mr_sureness least,
                        size_t *count);

/* Sets the points of what was found by a second look; the first *readable faces are large enough to
 * be read (face/box.h). */
mr_status mr_frame_look_again(mr_session *session, const mr_image *image, size_t count,
                              size_t *readable);

/* Both. */
mr_status mr_frame_faces(mr_session *session, const mr_image *image, mr_sureness least,
                         size_t *count, size_t *readable);

/* Moves a face from the pixels of one decoded picture to those of the same decoded in another size,
 * or to those of the full one. */
void mr_face_move(mr_face *face, const mr_image *from, const mr_image *to);
void mr_face_enlarge(mr_face *face, const mr_image *image);

#endif
