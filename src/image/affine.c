#include "image/image.h"

#include <math.h>

mr_point mr_affine_apply(const mr_affine *map, mr_point point) {
    return (mr_point){map->a * point.x + map->b * point.y + map->c,
                      map->d * point.x + map->e * point.y + map->f};
}

mr_affine mr_affine_compose(const mr_affine *outer, const mr_affine *inner) {
    return (mr_affine){
        .a = outer->a * inner->a + outer->b * inner->d,
        .b = outer->a * inner->b + outer->b * inner->e,
        .c = outer->a * inner->c + outer->b * inner->f + outer->c,
        .d = outer->d * inner->a + outer->e * inner->d,
        .e = outer->d * inner->b + outer->e * inner->e,
        .f = outer->d * inner->c + outer->e * inner->f + outer->f,
    };
}

mr_status mr_affine_invert(const mr_affine *map, mr_affine *out) {
    double a = map->a, b = map->b, d = map->d, e = map->e;
    double determinant = a * e - b * d;
    /* Relative to the products it is the difference of, so that the map's unit does not matter. */
    if (!(fabs(determinant) > 1e-12 * (fabs(a * e) + fabs(b * d))) || !isfinite(determinant))
        return mr_fail(MR_E_ARGUMENT, "affine map [%g %g; %g %g] has no inverse", a, b, d, e);
    double ia = e / determinant, ib = -b / determinant;
    double id = -d / determinant, ie = a / determinant;
    *out = (mr_affine){
        .a = (float)ia,
        .b = (float)ib,
        .c = (float)-(ia * map->c + ib * map->f),
        .d = (float)id,
        .e = (float)ie,
        .f = (float)-(id * map->c + ie * map->f),
    };
    return MR_OK;
}
