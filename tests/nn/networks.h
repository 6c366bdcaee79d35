/* Small networks that between them hold every kind of layer, and a batch to feed them. */
#ifndef MR_TESTS_NN_NETWORKS_H
#define MR_TESTS_NN_NETWORKS_H

#include "base/memory.h"
#include "base/rng.h"
#include "nn/network.h"

#include <math.h>
#include <stdlib.h>

#define HEAD(channels, side)                                                                       \
    "moodreel-network 1\ninput x channels=" #channels " height=" #side " width=" #side "\n"

static const struct {
    const char *name, *text;
} test_networks[] = {
    {"conv",
     HEAD(3, 6) "conv a x out=5 kernel=3 bias=1\nconv b a out=4 kernel=3 stride=2\noutput b\n"},
    {"groups", HEAD(4, 6) "conv a x out=8 kernel=3 groups=2\nconv b a out=8 kernel=3 groups=8\n"
                          "conv c b out=6 kernel=1 bias=1\noutput c\n"},
    {"batchnorm",
     HEAD(2, 5) "conv a x out=6 kernel=3\nbatchnorm b a\nsilu c b\nconv d c out=3 kernel=1\n"
                "output d\n"},
    {"batchnorm-first", HEAD(3, 4) "batchnorm b x\nconv d b out=3 kernel=1\noutput d\n"},
    {"fused relu",
     HEAD(2, 5) "conv a x out=16 kernel=3\nbatchnorm b a\nrelu c b\nconv d c out=3 kernel=1\n"
                "output d\n"},
    {"relu",
     HEAD(2, 5) "conv a x out=6 kernel=3 bias=1\nrelu c a\nconv d c out=3 kernel=1\noutput d\n"},
    {"prelu", HEAD(2, 5) "conv a x out=6 kernel=3\nprelu c a\nconv d c out=3 kernel=1\noutput d\n"},
    {"pools", HEAD(2, 9) "conv a x out=5 kernel=3\nmaxpool b a kernel=3 stride=2 pad=1\n"
                         "avgpool c b kernel=2\nsilu d c\nconv e d out=4 kernel=1\nglobalpool f e\n"
                         "output f\n"},
    {"linear", HEAD(2, 4) "conv a x out=3 kernel=3\nsilu b a\nlinear c b out=5\nsilu d c\n"
                          "linear e d out=4 bias=0\noutput e\n"},
    {"add", HEAD(2, 5) "conv a x out=4 kernel=3\nconv b a out=4 kernel=3\nconv c a out=4 kernel=1\n"
                       "add d b c a\nsilu e d\nadd f e e\nconv g f out=2 kernel=1\noutput g\n"},
    {"concat", HEAD(2, 4) "conv a x out=3 kernel=3\nconv b x out=16 kernel=1\nsilu s a\n"
                          "concat c a b s\nconv d c out=4 kernel=3\noutput d\n"},
    {"upsample",
     HEAD(2, 4) "conv a x out=3 kernel=3 stride=2\nupsample b a\nconv c x out=3 kernel=1\n"
                "add d b c\nsilu e d\nconv f e out=2 kernel=3\noutput f\n"},
    {"residual",
     HEAD(3, 8) "conv c1 x out=16 kernel=3\nbatchnorm b1 c1\nrelu r1 b1\n"
                "conv c2 r1 out=16 kernel=3\nbatchnorm b2 c2\nadd s2 b2 r1\nrelu r2 s2\n"
                "conv c3 r2 out=24 kernel=3 stride=2\nbatchnorm b3 c3\nrelu r3 b3\n"
                "conv c4 r3 out=24 kernel=3\nbatchnorm b4 c4\nconv p r2 out=24 kernel=1 stride=2\n"
                "batchnorm bp p\nadd s4 b4 bp\nrelu r4 s4\nglobalpool g r4\nlinear u g out=3\n"
                "linear v g out=2\noutput u\noutput v\n"},
    {"excitation",
     HEAD(2, 4) "conv a x out=6 kernel=3\nglobalpool p a\nlinear q p out=3\nrelu r q\n"
                "linear s r out=6\nsigmoid t s\nmultiply b a t\nsigmoid u a\nadd c b u\n"
                "multiply d c t\nconv e d out=2 kernel=1\noutput e\n"},
    {"blocks with excitation",
     HEAD(3, 12) "conv a x out=32 kernel=3\nbatchnorm b a\nglobalpool p b\nlinear q p out=3\n"
                 "relu r q\nlinear s r out=32\nsigmoid t s\nmultiply m b t\nconv n x out=32 "
                 "kernel=1\nadd o m n\nrelu v o\nmaxpool w v kernel=3 stride=3\nglobalpool k w\n"
                 "sigmoid l k\nmultiply y w l\nconv z y out=16 kernel=3\noutput z\n"},
    {"two readers",
     HEAD(2, 4) "conv a x out=4 kernel=3\noutput a\nsilu b a\nconv c b out=3 kernel=1\n"
                "output c\n"},
    {"blocked maxpool", HEAD(2, 9) "conv a x out=16 kernel=3\nmaxpool b a kernel=3 stride=2 pad=1\n"
                                   "conv c b out=3 kernel=1\noutput c\n"},
    /* Of widths that fill blocks of 16 channels, and large enough for Winograd's method. */
    {"blocks",
     HEAD(3, 12) "conv a x out=16 kernel=3\nbatchnorm b a\nsilu c b\nconv d c out=32 kernel=3\n"
                 "batchnorm e d\nsilu f e\nconv g c out=32 kernel=1\nadd h f g\nconcat i h c\n"
                 "avgpool j i kernel=2\nupsample k j\nconv l k out=48 kernel=3 groups=48\n"
                 "conv m l out=7 kernel=1 bias=1\noutput m\nglobalpool n l\nlinear o n out=3\n"
                 "output o\n"},
    {"blocks and rows",
     HEAD(1, 10) "conv a x out=16 kernel=3\nrelu b a\noutput b\nmaxpool c b kernel=2\n"
                 "conv d c out=32 kernel=3\nlinear e b out=5\noutput e\nlinear f d out=4\n"
                 "output f\n"},
    {"output-behind-a-dropout-in-a-sum",
     HEAD(1, 10) "conv a x out=16 kernel=3\noutput a\ndropout b a p=0\nconv c x out=16 kernel=3\n"
                 "relu d c\nconv e d out=16 kernel=3\nadd f e b\noutput f\n"},
    {"block of channels",
     HEAD(16, 12) "conv a x out=16 kernel=3\nadd b a x\nbatchnorm c x\nsilu d x\n"
                  "concat e b c d\nconv f e out=3 kernel=1\noutput f\n"},
};

#define TEST_NETWORKS (sizeof test_networks / sizeof *test_networks)

static inline void fill_normal(float *values, size_t count, uint64_t seed) {
    mr_rng rng = mr_rng_seeded(seed);
    for (size_t i = 0; i < count; i++)
        values[i] = (float)mr_rng_normal(&rng);
}

static inline size_t input_size(const mr_network *network) {
    const mr_layer *in = mr_network_input(network);
    return (size_t)in->channels * (size_t)in->height * (size_t)in->width;
}

#endif
