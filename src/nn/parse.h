/* Between the reader of the text form and the network it makes. */
#ifndef MR_NN_PARSE_H
#define MR_NN_PARSE_H

#include "nn/network.h"

/* Fills the parameter table from the finished layers. */
mr_status mr_network_list_parameters(mr_network *network);

#endif
